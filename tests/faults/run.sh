#!/bin/sh
# run.sh [NAME...] - faults in full size, and a table of what came of them:
# `make check-faults`.
#
# A fault is a script NAME.test beside this one; the malformed packets are those
# of tests/daemon. Status 0 when all is as promised.

here=$(cd "${0%/*}" && pwd)
: "${MILLGATE_BUILD:=.}"
MILLGATE_FAULTS=full
: "${MILLGATE_STREAMS:=10000}"
FAULTS_TABLE=$(mktemp "${TMPDIR:-/tmp}/mg-faults.XXXXXX") || exit 99
export MILLGATE_FAULTS MILLGATE_STREAMS FAULTS_TABLE
trap 'rm -f "$FAULTS_TABLE" "$FAULTS_TABLE.out"' EXIT
trap 'exit 99' HUP INT TERM
failed=0

# ran NAME STATUS: what it printed is in $FAULTS_TABLE.out.
ran()
{
	[ "$2" -ne 0 ] || return 0
	failed=1
	sed "s/^/  $1: /" "$FAULTS_TABLE.out"
	printf '%s|%s|%s|FAILED\n' "$1" "status $2" \
		"$(tail -n 1 "$FAULTS_TABLE.out")" >>"$FAULTS_TABLE"
}

# packets CASE NAME WHAT: a program of tests/daemon.
packets()
{
	echo "$2: $3"
	(cd "$MILLGATE_BUILD" && "tests/daemon/$2") >"$FAULTS_TABLE.out" 2>&1
	status=$?
	ran "$1" "$status"
	[ "$status" -ne 0 ] || printf '%s|%s|%s|ok\n' "$1" "$3" \
		"$(sed -n 's/^# NUMBERS //p' "$FAULTS_TABLE.out")" \
		>>"$FAULTS_TABLE"
}

if [ $# -eq 0 ]; then
	packets B01 test_abuse 'mutated streams'
	packets B02,B03 test_states 'each command at each step, broken packets'
	packets B27 test_macros 'macros: none, empty, 200, 64 KiB, not in pairs'
	set -- "$here"/*.test
fi
for test in "$@"; do
	name=${test##*/}
	name=${name%.test}
	echo "$name"
	${SHELL:-sh} "$here/$name.test" >"$FAULTS_TABLE.out" 2>&1
	ran "$name" $?
done

echo
awk -F '|' '
{
	printf "%-8s %-7s %s\n                 %s\n", $1, $4, $2, $3
	count[$4]++
}
END { printf "\n%d ok, %d FAILED\n", count["ok"], count["FAILED"] }
' "$FAULTS_TABLE"
exit "$failed"
