#!/bin/sh
# check-long.sh - a million cases of the property test, and proof that it can
# fail.
#
# tests/unit/test_reference tries a million policies and sessions. Then each
# patch in tests/mutations/ is put into a copy of the tree, which is built: the
# same test must find the fault in a few thousand cases. A patch that does not
# apply any more is a failure, too.
#
# MILLGATE_CASES and MILLGATE_SEED may ask for others.

source=$MILLGATE_SOURCE
build=$MILLGATE_BUILD
program=tests/unit/test_reference
seed=${MILLGATE_SEED:-$(date +%s)000}
command -v patch >/dev/null || {
	echo "check-long: needs patch(1)" >&2
	exit 99
}
work=$(mktemp -d "${TMPDIR:-/tmp}/check-long.XXXXXX") || exit 99
trap 'rm -rf "$work"' EXIT
trap 'exit 99' HUP INT TERM
status=0

complain() {
	echo "check-long: $*" >&2
	status=1
}

# A copy of the sources that has never been configured or built.
copy_tree() {
	mkdir "$1" || exit 99
	(cd "$source" && tar -cf - --exclude=.git --exclude='*.[oa]' \
	    --exclude=config.status --exclude=config.h --exclude=Makefile \
	    --exclude=autom4te.cache --exclude=.deps .) |
	    (cd "$1" && tar -xf -) || exit 99
}

# Is the fault that patch $1 makes found?
try_patch() {
	name=$(basename "$1" .patch)
	tree=$work/$name
	copy_tree "$tree"
	if ! (cd "$tree" && patch -s -p1 -F0) <"$1"; then
		complain "$name: the patch does not apply any more"
		return
	fi
	mkdir "$tree/build"
	if ! (cd "$tree/build" && ../configure -q CC="$MILLGATE_CC" &&
	    make -s "$program") >"$work/log" 2>&1; then
		cat "$work/log"
		complain "$name: it cannot be built"
		return
	fi
	MILLGATE_SEED=1 MILLGATE_CASES=10000 "$tree/build/$program" \
	    >"$work/log" 2>&1
	if test $? -eq 1 && grep -q '^# message [1-9]' "$work/log"; then
		echo "check-long: $name: caught, $(grep -m1 \
		    'row: MILLGATE_SEED' "$work/log" | sed 's/.*row: //')"
	else
		tail -n 20 "$work/log"
		complain "$name: not caught"
	fi
	rm -rf "$tree"
}

MILLGATE_SEED=$seed MILLGATE_CASES=${MILLGATE_CASES:-1000000} \
    "$build/$program" || complain "the engine and the reference differ"
for patch in "$source"/tests/mutations/*.patch; do
	try_patch "$patch"
done
test "$status" -eq 0 && echo "check-long: passed"
exit "$status"
