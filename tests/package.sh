#!/bin/sh
# package.sh - Debian's package, from its installation to its purge.
#
# In a Debian of its own below the build folder, made by debootstrap, which is
# gone at the end: nothing of this machine's is installed, started or stopped.
# The package is made to meet an administrator: it comes before Postfix, its
# rules are changed, it is upgraded with new default rules while it runs, and
# removed. Then systemd itself is started there, with the unit. Where that cannot
# be (no cgroups that may be written to) it is said, and is no failure. It needs
# root and a mirror of Debian.
#
# Environment: MILLGATE_SOURCE and MILLGATE_BUILD, which has the package;
# MIRROR, SUITE; PACKAGE_KEEP=1 keeps the folder.

: "${MIRROR:=http://deb.debian.org/debian}" "${SUITE:=bookworm}"
source=$MILLGATE_SOURCE
build=$MILLGATE_BUILD
LC_ALL=C
DEBIAN_FRONTEND=noninteractive
PATH=/usr/sbin:/usr/bin:/sbin:/bin
export LC_ALL DEBIAN_FRONTEND PATH

# --- Outside ---------------------------------------------------------------

die()
{
	echo "package.sh: $*" >&2
	exit 1
}

# quietly COMMAND...: its output is shown only when it fails.
quietly()
{
	"$@" >"$work/said" 2>&1 </dev/null && return
	tail -n 40 "$work/said" >&2
	die "failed: $*"
}

# The package again, of a later version and with other rules in it.
make_later()
{
	quietly dpkg-deb -R "$package" "$work/later"
	sed -i '/^Version:/s/$/+later/' "$work/later/DEBIAN/control"
	echo '# Of the later version.' >>"$work/later/etc/millgate/millgate.yaml"
	quietly dpkg-deb --root-owner-group -b "$work/later" "$1"
}

outside()
{
	test "$(id -u)" = 0 || die 'needs root'
	for tool in debootstrap dpkg-deb ip lintian unshare; do
		command -v "$tool" >/dev/null || die "needs $tool"
	done
	set -- "$build"/millgate_*.deb
	test -e "$1" && test $# = 1 || die "no package, or several, in $build"
	package=$1
	work=$(mktemp -d "$build/package.XXXXXX") || exit 1
	test -n "$PACKAGE_KEEP" || trap 'rm -rf "$work"' EXIT
	trap 'exit 1' HUP INT TERM

	echo '--- lintian'
	lintian --allow-root --fail-on error,warning "$package" ||
		die 'lintian is not content'

	echo '--- a Debian'
	root=$work/root
	quietly debootstrap --variant=minbase "$SUITE" "$root" "$MIRROR"
	cp "$package" "$root/srv/millgate.deb"
	make_later "$root/srv/later.deb"
	cp "$source/tests/package.sh" "$source/tests/e2e/smtp-say" "$root/srv"
	# No package starts a service.
	printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
	chmod 755 "$root/usr/sbin/policy-rc.d"

	in_root install
	# The rest needs no network, so it gets one of its own.
	in_root --net run
	under_systemd
	echo "--- passed${left_out:+; not tried: $left_out}"
}

# in_root [--net] PART: do that part of this script there, with the processes,
# mounts and, if that is said, network of a machine of its own.
in_root()
{
	net=
	test "$1" != --net || { net=--net; shift; }
	unshare --mount --pid --fork --kill-child --uts --ipc $net sh -c '
		mount -t proc proc "$1/proc" &&
		mount -t tmpfs -o mode=755 tmpfs "$1/run" &&
		{ test -z "$3" || ip link set lo up; } &&
		exec chroot "$1" sh /srv/package.sh "$2"
	' sh "$root" "$1" "$net" </dev/null || die "failed: $1"
}

# A cgroup for systemd to rule over, in each hierarchy that it uses.
make_cgroups()
{
	cgroups=
	for it in /sys/fs/cgroup /sys/fs/cgroup/systemd /sys/fs/cgroup/unified; do
		test -e "$it/cgroup.procs" || continue
		mkdir "$it/millgate.$$" 2>/dev/null || return 1
		cgroups="$cgroups $it/millgate.$$"
	done
	test -n "$cgroups"
}

remove_cgroups()
{
	for it in $cgroups; do
		find "$it" -depth -type d -exec rmdir {} \; 2>/dev/null
	done
}

# The third part of this script, run by a systemd that is process 1.
under_systemd()
{
	left_out=
	make_cgroups || {
		remove_cgroups
		left_out='systemd, for want of cgroups'
		return
	}
	(
		for it in $cgroups; do
			sh -c 'echo $PPID' >"$it/cgroup.procs"
		done
		exec timeout -k 5 120 unshare --cgroup --mount --pid --fork \
		    --kill-child --uts --ipc --net \
		    sh "$source/tests/package.sh" become-systemd "$root"
	) >"$work/console" 2>&1 </dev/null
	remove_cgroups
	cat "$root/srv/systemd.out"
	test -e "$root/srv/systemd.passed" || {
		tail -n 20 "$work/console"
		die 'failed: systemd'
	}
}

# become_systemd ROOT: there, in name spaces of our own.
become_systemd()
{
	hostname mail.example
	mount --bind "$1" "$1" && cd "$1" || exit
	mount -t proc proc proc
	mount -t sysfs -o ro sysfs sys
	mount -t tmpfs -o mode=755 tmpfs run
	if test -e /sys/fs/cgroup/cgroup.procs; then
		mount -t cgroup2 cgroup2 sys/fs/cgroup
	else
		mount -t tmpfs -o mode=755 tmpfs sys/fs/cgroup
		mkdir sys/fs/cgroup/systemd sys/fs/cgroup/unified
		mount -t cgroup -o none,name=systemd cgroup sys/fs/cgroup/systemd
		mount -t cgroup2 cgroup2 sys/fs/cgroup/unified
	fi
	mkdir -p old
	pivot_root . old && cd / && umount -l /old || exit
	cat >/etc/systemd/system/probe.service <<-END
	[Service]
	Type=oneshot
	StandardOutput=append:/srv/systemd.out
	StandardError=append:/srv/systemd.out
	ExecStart=-/bin/sh /srv/package.sh systemd
	ExecStart=/bin/systemctl --force --force poweroff
	END
	exec env container=probe /lib/systemd/systemd --system \
	    --unit=probe.service --log-target=console
}

# --- Inside ----------------------------------------------------------------

# Our own files are in /srv, for systemd empties /tmp.
policy=/etc/millgate/millgate.yaml
folder=/var/spool/postfix/millgate

fail()
{
	tail -n 30 /srv/said /var/log/millgate/*.log /var/log/mail.log \
	    /srv/daemon 2>/dev/null
	journalctl --no-pager -n 20 -u millgate 2>/dev/null
	die "not as expected: $*"
}

# must COMMAND...: it succeeds.
must()
{
	"$@" >/srv/said 2>&1 || fail "$*"
}

# owned WHAT "MODE USER GROUP"
owned()
{
	is=$(stat -c '%a %U %G' "$1" 2>&1)
	test "$is" = "$2" || fail "$1 is $is, not $2"
}

wait_until()
{
	end=$(($(date +%s) + 30))
	until "$@"; do
		test "$(date +%s)" -lt "$end" || fail "this did not come: $*"
		sleep 0.1
	done
}

gone()
{
	for it in "$@"; do
		test ! -e "$it" && test ! -h "$it" || fail "$it is still there"
	done
}

apt_install()
{
	must apt-get -q -y --no-install-recommends install "$@"
}

# The package, and after it Postfix, as apt does it.
part_install()
{
	echo '--- installation'
	must apt-get -q update
	apt_install /srv/millgate.deb
	getent passwd millgate | grep -q ':/usr/sbin/nologin$' ||
		fail 'the user millgate is not there'
	owned "$policy" '644 root root'
	owned /usr/bin/millgate '755 root root'
	owned /usr/bin/millgate-smtpd '755 root root'
	owned /usr/lib/tmpfiles.d/millgate.conf '644 root root'
	must millgate check
	must millgate test
	must millgate-smtpd --version
	test -h /etc/systemd/system/multi-user.target.wants/millgate.service ||
		fail 'the unit is not enabled'
	# Where there is no Postfix, nothing of it is made up.
	gone /var/spool/postfix
	getent group postfix >/dev/null && fail 'there is a group postfix'

	echo '--- Postfix comes'
	echo 'postfix postfix/main_mailer_type select No configuration' |
		debconf-set-selections
	apt_install postfix logrotate
	owned "$folder" '2750 millgate postfix'
}

# As systemd would, by the lines of the unit.
start_daemon()
{
	unit=/lib/systemd/system/millgate.service
	command=$(sed -n 's/^ExecStart=//p' "$unit")
	install -d -m 755 -o millgate -g millgate /run/millgate
	install -d -m 750 -o millgate -g millgate /var/log/millgate
	# shellcheck disable=SC2086 # a command line
	(cd / && umask 027 && exec setpriv --reuid millgate --regid millgate \
	    --init-groups --no-new-privs --inh-caps=-all --bounding-set=-all \
	    $command) >/srv/daemon 2>&1 &
	daemon=$!
	wait_until test -S "$1"
}

stop_daemon()
{
	kill "$daemon"
	wait "$daemon" || fail "the daemon ended with status $?"
}

# say SUBJECT: what the client hears of the message at its end.
say()
{
	printf '%s\n' 'EHLO client.example' 'MAIL FROM:<bob@example.org>' \
	    'RCPT TO:<ann@mail.example>' DATA 'From: bob@example.org' \
	    "Subject: $1" '' Hello . QUIT |
		perl /srv/smtp-say 25 >/srv/said 2>&1 || fail "SMTP, $1"
	sed -n 's/^< \([245]..\).*/\1/p' /srv/said | tail -n 2 | head -n 1
}

# heard CODE SUBJECT
heard()
{
	is=$(say "$2")
	test "$is" = "$1" || fail "of '$2' the client was told $is, not $1"
	test "$1" != 250 ||
		wait_until grep -qsx "Subject: $2" /var/mail/ann
}

start_postfix()
{
	useradd ann
	cat >/etc/postfix/main.cf <<-END
	compatibility_level = 3.6
	myhostname = mail.example
	mydestination = mail.example
	inet_interfaces = loopback-only
	inet_protocols = ipv4
	mynetworks = 127.0.0.1
	smtputf8_enable = no
	alias_maps =
	maillog_file = /var/log/mail.log
	smtpd_milters = unix:millgate/millgate.sock
	END
	cat /usr/share/postfix/master.cf.dist >/etc/postfix/master.cf
	must postfix start
	# In Debian smtpd is in the chroot; else the folder proves nothing.
	grep -Eq '^smtp +inet +n +- +y ' /etc/postfix/master.cf ||
		fail 'smtpd does not run in a chroot'
}

# What an administrator writes: the place for Postfix, a file for the log, and a
# rule of his own.
change_policy()
{
	sed -i -e '/^  listen:/s/^/#/' \
	    -e 's,^  # \(listen: unix:/var/spool/postfix/\),  \1,' \
	    -e 's,^  # \(log: {to: /var/log/millgate/\),  \1,' \
	    -e 's,^  control:,  pidfile: /run/millgate/millgate.pid\n&,' \
	    "$policy"
	sed -i -e '/^rules:/a\  - rule: no-thanks' \
	    -e '/^rules:/a\    when: {header_raw.subject: no thanks}' \
	    -e '/^rules:/a\    then: {reject: "No, thanks"}\n' "$policy"
	must millgate check
	must millgate test
	cp "$policy" /srv/changed
}

# The log goes on in a new file, and the old one has what was in it.
part_rotate()
{
	must logrotate -f /etc/logrotate.d/millgate
	grep -q 'no-thanks' /var/log/millgate/millgate.log.1 ||
		fail 'the old log is not there'
	heard 550 'no thanks'
	wait_until grep -q no-thanks /var/log/millgate/millgate.log
	owned /var/log/millgate/millgate.log '640 millgate millgate'
}

part_run()
{
	echo '--- as it was installed'
	start_daemon /run/millgate/millgate.sock
	stop_daemon
	gone /run/millgate/millgate.sock

	echo '--- the first message'
	change_policy
	start_daemon "$folder/millgate.sock"
	owned "$folder/millgate.sock" '660 millgate postfix'
	start_postfix
	heard 250 'the first'
	heard 550 'no thanks'
	part_rotate

	echo '--- upgrade'
	must dpkg --force-confdef -i /srv/later.deb
	dpkg-query -W -f '${Version}\n' millgate | grep -q 'later$' ||
		fail 'it was not upgraded'
	must cmp "$policy" /srv/changed
	grep -q '^# Of the later version' "$policy.dpkg-dist" ||
		fail 'the new rules are not there to be looked at'
	owned "$folder" '2750 millgate postfix'
	heard 250 'of the old daemon'
	stop_daemon
	gone "$folder/millgate.sock"
	start_daemon "$folder/millgate.sock"
	owned "$folder/millgate.sock" '660 millgate postfix'
	heard 250 'of the new one'
	heard 550 'no thanks'
	stop_daemon

	echo '--- removal and purge'
	must dpkg --remove millgate
	gone /usr/bin/millgate /usr/bin/millgate-smtpd
	gone /lib/systemd/system/millgate.service
	must cmp "$policy" /srv/changed
	owned "$folder" '2750 millgate postfix'
	must dpkg --purge millgate
	# The user stays, and so its lock files and the like.
	left=$(find / -xdev \( -path /srv -o -path /proc -o -path /run \) \
	    -prune -o -name '*millgate*' -print)
	test -z "$left" || fail "a purge leaves $left"
	getent passwd millgate >/dev/null || fail 'the user is gone'
	must postfix stop
}

# its NAME: a property of the unit.
its()
{
	systemctl show --property="$1" --value millgate
}

# journal_has PATTERN
journal_has()
{
	journalctl --no-pager -o cat -u millgate | grep -q "$1"
}

part_systemd()
{
	echo '--- systemd starts it'
	must dpkg --force-confdef -i /srv/millgate.deb
	wait_until test -S /run/systemd/journal/stdout
	# All that the unit takes away is taken away; regexes are compiled.
	sed -i -e '/^  listen:/s/^/#/' -e '/^settings:/a\  require_jit: true' \
	    -e '/^settings:/a\  socket: {group: postfix}' \
	    -e 's,^  # \(listen: unix:/var/spool/postfix/\),  \1,' "$policy"
	must systemctl start millgate
	must systemctl is-active millgate
	owned "$folder/millgate.sock" '660 millgate postfix'
	owned /run/millgate/control.sock '660 millgate millgate'
	must runuser -u millgate -- millgate status
	wait_until journal_has 'listening on'
	first=$(its MainPID)

	echo '--- systemd reloads it'
	must systemctl reload millgate
	wait_until journal_has 'no problems'
	echo nonsense >>"$policy"
	systemctl reload millgate 2>/dev/null && fail 'a bad file was reloaded'
	wait_until journal_has "$policy:[0-9]*:1: error: "
	must systemctl is-active millgate
	sed -i '$ d' "$policy"
	must systemctl reload millgate
	test "$(its MainPID)" = "$first" || fail 'it was another process'

	echo '--- systemd starts it again, and stops it'
	kill -KILL "$first"
	wait_until eval 'test "$(its NRestarts)" = 1 &&
	    systemctl -q is-active millgate'
	owned "$folder/millgate.sock" '660 millgate postfix'
	must systemctl stop millgate
	test "$(its Result)" = success || fail "it ended with $(its Result)"
	gone "$folder/millgate.sock" /run/millgate

	echo '--- logrotate under systemd'
	sed -i 's,^  # \(log: {to: /var/log/millgate/\),  \1,' "$policy"
	must systemctl start millgate
	log=/var/log/millgate/millgate.log
	wait_until grep -qs 'listening on' "$log"
	must logrotate -f /etc/logrotate.d/millgate
	wait_until grep -qs 'rules' "$log"
	owned "$log" '640 millgate millgate'
	must grep -q 'listening on' "$log.1"
	must systemctl stop millgate
	: >/srv/systemd.passed
}

case $1 in
install|run|systemd) "part_$1" ;;
become-systemd) become_systemd "$2" ;;
*) outside ;;
esac
