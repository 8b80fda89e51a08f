#!/bin/sh
# sendmail-fetch.sh FOLDER - a Sendmail of Debian's below FOLDER, not installed.
#
# The packages are fetched and unpacked when FOLDER is not there yet; none of
# their scripts is run, and the host's lists of packages stay as they are. Tests that run
# side by side wait for the one that fetches. FOLDER is complete, or is not.
#
# Exit status: 0 it is there, 1 it cannot be had.

packages='sendmail-bin sendmail-base sendmail-cf m4 libwrap0 liblockfile1
	libldap-2.5-0'
folder=$1

die()
{
	echo "sendmail-fetch.sh: $*" >&2
	exit 1
}

# The lists of a fresh machine may be missing or old: then lists of our own are
# fetched.
download()
{
	set -- -q -o APT::Sandbox::User=root
	# shellcheck disable=SC2086 # a list of names
	apt-get "$@" download $packages && return
	mkdir -p lists/partial || return
	set -- "$@" -o "Dir::State::lists=$PWD/lists"
	apt-get "$@" update || return
	# shellcheck disable=SC2086
	apt-get "$@" download $packages
}

# Sendmail as it is unpacked belongs to a group that owns the host's queue.
unpack()
{
	for package in *.deb; do
		dpkg -x "$package" root || return
	done
	chmod g-s root/usr/libexec/sendmail/* || return
	! missing_libraries | grep .
}

missing_libraries()
{
	LD_LIBRARY_PATH=$(echo "$PWD"/root/usr/lib/*/) \
		ldd root/usr/libexec/sendmail/sendmail 2>&1 | grep 'not found'
}

[ -n "$folder" ] || die "usage: sendmail-fetch.sh FOLDER"
[ ! -d "$folder" ] || exit 0
exec 9>"$folder.lock" || die "cannot write $folder.lock"
flock 9 || die "cannot lock $folder.lock"
[ ! -d "$folder" ] || exit 0
rm -rf "$folder.part"
mkdir "$folder.part" && cd "$folder.part" || die "cannot make $folder.part"
if ! { download && unpack; } >log 2>&1; then
	cat log >&2
	die "Debian's Sendmail cannot be had (packages: $packages)"
fi
mv root "$folder" && cd .. && rm -rf "$folder.part"
