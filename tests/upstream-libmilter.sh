#!/bin/sh
# upstream-libmilter.sh - the daemon with libmilter as its authors release it:
# `make check-upstream-libmilter`.
#
# Debian's libmilter has a pool of threads, waits by poll(2) and takes a socket
# that is open. Without these a connection has a thread, libmilter makes its
# socket itself, and it may wait by select(2), which ends at FD_SETSIZE. Both
# forms are compiled from the source that Debian keeps, without Debian's
# changes, and Millgate is built with each; then come the tests that start it.
# MILLGATE_SENDMAIL_SOURCE may name a folder with that source, else apt-get
# fetches it; the host's lists of packages stay as they are.
#
# The last line is the count. Status 0: no test failed.

: "${MILLGATE_SOURCE:=.}" "${MILLGATE_BUILD:=.}"
passed=0 failed=0 skipped=0

die()
{
	echo "upstream-libmilter.sh: $*" >&2
	exit 99
}

work=$(mktemp -d "${TMPDIR:-/tmp}/mg-upstream.XXXXXX") || exit 99
trap 'rm -rf "$work"' EXIT
trap 'exit 99' HUP INT TERM

# --- The source ------------------------------------------------------------

# The release that this Debian has, by lists of our own.
fetch()
{
	release=$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)
	mkdir -p "$work/lists/partial" "$work/source" || return
	echo "deb-src http://deb.debian.org/debian $release main" \
		>"$work/sources.list"
	set -- -q -o APT::Sandbox::User=root \
		-o "Dir::Etc::sourcelist=$work/sources.list" \
		-o Dir::Etc::sourceparts=/dev/null \
		-o "Dir::State::lists=$work/lists"
	apt-get "$@" update &&
		(cd "$work/source" &&
		apt-get "$@" source --download-only sendmail)
}

source=${MILLGATE_SENDMAIL_SOURCE:-$work/source}
if [ -z "$MILLGATE_SENDMAIL_SOURCE" ] && ! fetch >"$work/log" 2>&1; then
	cat "$work/log" >&2
	die "the source of Sendmail cannot be had"
fi
tarball=$(ls "$source"/sendmail_*.orig.tar.* | grep -v '\.asc$')
tar -xf "$tarball" -C "$work" || die "no source of Sendmail in $source"
tree=$(echo "$work"/sendmail-*)

# --- libmilter -------------------------------------------------------------

# build_libmilter FORM FLAG...: what Sendmail's own rules do for Linux.
build_libmilter()
{
	objects=$work/libmilter-$1
	shift
	mkdir "$objects" || return
	# Its build picks the header of the system by this name.
	cp "$tree/include/sm/os/sm_os_linux.h" "$objects/sm_os.h" || return
	for file in libmilter/main libmilter/engine libmilter/listener \
		libmilter/worker libmilter/handler libmilter/comm \
		libmilter/smfi libmilter/signal libmilter/sm_gethost \
		libmilter/monitor libsm/errstring libsm/strl
	do
		${MILLGATE_CC:-cc} -O2 -w -D_REENTRANT -DNOT_SENDMAIL \
			-Dsm_snprintf=snprintf -DNETINET6=1 "$@" \
			-I"$objects" -I"$tree/sendmail" -I"$tree/include" \
			-c "$tree/$file.c" -o "$objects/${file#*/}.o" || return
	done
	ar cr "$objects/libmilter.a" "$objects"/*.o
}

# --- The tests -------------------------------------------------------------

# count NAME STATUS: its output is in $work/log.
count()
{
	case $2 in
	0) passed=$((passed + 1)) word=PASS ;;
	77) skipped=$((skipped + 1)) word=SKIP ;;
	*) failed=$((failed + 1)) word=FAIL ;;
	esac
	echo "$word: $form: $1"
	[ "$word" = PASS ] || tail -n 20 "$work/log" | sed 's/^/  /'
}

# configure must see what this libmilter is: FORM is how it waits.
configure_says_so()
{
	grep -Eq "^  its socket +of libmilter's own\$" "$work/log" &&
		grep -Eq "^  it waits by +$form" "$work/log"
}

# list NAME: the words of a variable of the Makefile, which may have to be made
# again first, with words of its own.
list()
{
	printf 'show:\n\t@echo show: $(%s)\n' "$1" |
		${MAKE:-make} -s -f Makefile -f - show |
		sed -n 's/^show: //p'
}

run_tests()
{
	export MILLGATE_SOURCE MILLGATE_BUILD MILLGATE_SESSIONS \
		MILLGATE_THREADS MILLGATE_KIB
	for test in $(list DAEMON_TESTS); do
		"./$test" >"$work/log" 2>&1
		count "$test" $?
	done
	for test in $(list FAULT_TESTS); do
		${SHELL:-sh} "$MILLGATE_SOURCE/$test" >"$work/log" 2>&1
		count "$test" $?
	done
	[ "$form" = select ] || return
	# More descriptors than select(2) knows, and as many connections.
	MILLGATE_DESCRIPTORS=4096 MILLGATE_CONNECTIONS=1200 ${SHELL:-sh} \
		"$MILLGATE_SOURCE/tests/faults/no-descriptors.test" \
		>"$work/log" 2>&1
	count '1200 connections' $?
}

# try FORM FLAG...
try()
{
	form=$1
	build_libmilter "$@" >"$work/log" 2>&1
	count 'libmilter is compiled' $?
	MILLGATE_BUILD=$work/$form
	mkdir "$MILLGATE_BUILD" && cd "$MILLGATE_BUILD" || die "no folder"
	"$MILLGATE_SOURCE/configure" --enable-werror \
		CC="${MILLGATE_CC:-cc}" MILTER_CFLAGS="-I$tree/include" \
		MILTER_LIBS="$objects/libmilter.a" >"$work/log" 2>&1 &&
		configure_says_so
	count 'configure' $?
	${MAKE:-make} -s millgate tests/faults/crowd $(list DAEMON_TESTS) \
		>"$work/log" 2>&1
	status=$?
	count 'it is built' "$status"
	[ "$status" -ne 0 ] || run_tests
}

# Of sessions at a time each has a thread, and that has a stack.
MILLGATE_THREADS=2100
MILLGATE_KIB=131072

umask 022
for form in ${*:-select poll}; do
	case $form in
	select) MILLGATE_SESSIONS=900 try select ;;
	poll) try poll -DSM_CONF_POLL=1 ;;
	*) die "select or poll, not $form" ;;
	esac
done
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
