# sendmail.sh - the MTA of a world is a Sendmail. See lib.sh, "The MTA".
#
# It is Debian's, unpacked into the build folder and not installed. The whole
# test runs in a network, with a host name and files /etc/hosts and
# /etc/nsswitch.conf of its own: so Sendmail asks no name server, a client may
# have any address, and nothing can leave.

mta_name=Sendmail
# What a client is told of a message that is accepted.
queued='^250 .* Message accepted for delivery'
rcpt_mailer=local
# What it makes of the null sender in a field Return-Path.
null_sender='<MAILER-DAEMON>'
sendmail_root=

# The test begins again within the network of its own.
need_sendmail()
{
	sendmail_root=$(cd "${MILLGATE_BUILD:-.}" && pwd)/sendmail.unpacked
	[ -z "$E2E_INSIDE" ] || {
		make_network || broken "no network of its own"
		return
	}
	for tool in apt-get flock ip unshare; do
		command -v "$tool" >/dev/null 2>&1 ||
			skip "$tool is not installed"
	done
	unshare -m -n -u true 2>/dev/null ||
		skip "no Sendmail here: unshare -m -n -u is refused"
	sh "$E2E_LIB/sendmail-fetch.sh" "$sendmail_root" || broken "no Sendmail"
	E2E_INSIDE=1
	export E2E_INSIDE E2E_MTA MILLGATE
	exec unshare -m -n -u sh "$0"
}

# Nothing is to be said to a syslog daemon of the host.
make_network()
{
	ip link set lo up &&
	hostname mx.mail.example || return
	[ ! -e /dev/log ] || mount --bind /dev/null /dev/log
}

make_sendmail()
{
	mkdir "$world/etc" "$world/queue" "$world/mail"
	chmod 700 "$world/queue"
	chown nobody "$world/mail"
	printf '127.0.0.1 localhost\n127.0.0.1 mx.mail.example\n' \
		>"$world/etc/hosts"
	echo 'hosts: files' >"$world/etc/nsswitch.conf"
	printf 'hosts files\naliases files\n' >"$world/etc/service.switch"
	mount --bind "$world/etc/hosts" /etc/hosts &&
	mount --bind "$world/etc/nsswitch.conf" /etc/nsswitch.conf ||
		broken "cannot give Sendmail other names"
	smtp_port=25
	write_deliver >"$world/etc/deliver"
	write_mc >"$world/etc/sendmail.mc"
	sendmail_cf=$sendmail_root/usr/share/sendmail/cf
	"$sendmail_root/usr/bin/m4" -D_CF_DIR_="$sendmail_cf/" \
		"$sendmail_cf/m4/cf.m4" "$world/etc/sendmail.mc" \
		>"$world/etc/sendmail.cf" || broken "m4 failed"
}

# $1 is the local part of the recipient, standard input the message.
write_deliver()
{
	cat <<-END
	umask 022
	mkdir -p "$world/mail/\$1/tmp" "$world/mail/\$1/new" &&
	cat >"$world/mail/\$1/tmp/\$\$" &&
	mv "$world/mail/\$1/tmp/\$\$" "$world/mail/\$1/new/\$\$"
	END
}

# The local mailer takes eight bits as they are; by the flag 9, which is usual,
# Sendmail would decode what comes as quoted-printable text.
#
# The mail of the world and, so that nothing leaves, all other is delivered by
# the script above. Sendmail trusts no file in a folder that others may write
# to; /tmp, which has the sticky bit, is to be good enough.
write_mc()
{
	case $listen in
	unix:*) milter=local:${listen#unix:} ;;
	inet:*) milter=inet:${listen#inet:} ;;
	esac
	wait=${E2E_WAIT}s
	daemon="Port=$smtp_port, Name=mx.mail.example"
	daemon_ipv6=
	! ip -6 addr show dev lo | grep -q ::1 ||
		daemon_ipv6="DAEMON_OPTIONS(\`$daemon, Addr=::1, Family=inet6')dnl"
	cat <<-END
	OSTYPE(\`linux')dnl
	define(\`confDONT_BLAME_SENDMAIL', \`TrustStickyBit')dnl
	define(\`confDOMAIN_NAME', \`mx.mail.example')dnl
	define(\`confDONT_PROBE_INTERFACES', \`True')dnl
	define(\`confSERVICE_SWITCH_FILE', \`$world/etc/service.switch')dnl
	define(\`confHOSTS_FILE', \`$world/etc/hosts')dnl
	define(\`confPID_FILE', \`$world/etc/pid')dnl
	define(\`QUEUE_DIR', \`$world/queue')dnl
	define(\`STATUS_FILE', \`')dnl
	define(\`HELP_FILE', \`')dnl
	define(\`ALIAS_FILE', \`')dnl
	define(\`confLOG_LEVEL', \`0')dnl
	define(\`confDEF_USER_ID', \`nobody:nogroup')dnl
	define(\`confTO_IDENT', \`0s')dnl
	define(\`confTO_COMMAND', \`$wait')dnl
	define(\`confQUEUE_LA', \`10000')dnl
	define(\`confREFUSE_LA', \`10000')dnl
	define(\`confDELAY_LA', \`0')dnl
	define(\`LOCAL_MAILER_PATH', \`/bin/sh')dnl
	define(\`LOCAL_MAILER_ARGS', \`sh $world/etc/deliver \$u')dnl
	define(\`LOCAL_MAILER_FLAGS', \`Pn8')dnl
	define(\`LOCAL_SHELL_PATH', \`/bin/false')dnl
	define(\`SMART_HOST', \`local:elsewhere')dnl
	FEATURE(\`no_default_msa')dnl
	FEATURE(\`nocanonify')dnl
	FEATURE(\`accept_unresolvable_domains')dnl
	LOCAL_DOMAIN(\`mail.example')dnl
	MODIFY_MAILER_FLAGS(\`LOCAL', \`-Aw5:|/@')dnl
	DAEMON_OPTIONS(\`$daemon, Addr=127.0.0.1')dnl
	$daemon_ipv6
	INPUT_MAIL_FILTER(\`millgate',
	    \`S=$milter, F=T, T=C:10s;S:$wait;R:$wait;E:$wait')dnl
	MAILER(\`local')dnl
	END
}

# run_sendmail OPTION...: its program takes the place of this shell.
run_sendmail()
{
	LD_LIBRARY_PATH=$(echo "$sendmail_root"/usr/lib/*/)
	export LD_LIBRARY_PATH
	exec "$sendmail_root/usr/libexec/sendmail/sendmail" \
		-C "$world/etc/sendmail.cf" "$@" \
		</dev/null >>"$world/maillog" 2>&1
}

start_sendmail()
{
	run_sendmail -bD -X "$world/maillog" &
	mta_pid=$!
	wait_until sendmail_is_up_or_gone || broken "Sendmail does not start"
	! gone "$mta_pid" || broken "Sendmail ended at once"
}

sendmail_is_up_or_gone()
{
	gone "$mta_pid" || [ -s "$world/etc/pid" ]
}

stop_sendmail()
{
	stop_mta_process
	umount /etc/nsswitch.conf /etc/hosts
	return 0
}

# queue_is_at_rest: is nothing under way? What is on hold has files df and hf.
queue_is_at_rest()
{
	[ -z "$(find "$world/queue" -type f -name '[!dh]f*' 2>/dev/null)" ]
}

# reply_to ADDRESS LINE: what LINE, said by the filter, looks like to a client
# whose MAIL or RCPT with ADDRESS it refuses. Sendmail puts the address before the text when the
# code is not 4xx, 551, 553 or 554.
reply_to()
{
	printf '%s\n' "$2" | 
		sed "/^4\|^55[134]/!s|^\([0-9]* [0-9.]* \)|\1<$1>... |"
}

# command_known LINE: what the filter is told of a command LINE.
command_known()
{
	printf '%s\n' "$1"
}

# held: the files of the messages that are on hold.
held()
{
	find "$world/queue" -type f -name 'hf*'
}

# held_text FILE: header fields stand as "H?flags?Name: value", in queue files.
held_text()
{
	sed 's/^H?[^?]*?//' "$1"
}

# release_held: let them go on to the mailboxes, all of them. An option -Q
# without a reason takes the reason away.
release_held()
{
	(run_sendmail -qQ -Q) && (run_sendmail -q)
}

# forget_held: remove the messages that are on hold.
forget_held()
{
	rm -f "$world/queue"/[dh]f*
}

# client_is [ADDRESS [NAME [PORT]]]: of the dialogues to come. It calls from
# there.
client_is()
{
	client_swaks= client_first= client_from=
	[ $# -gt 0 ] || return 0
	ip addr replace "$1" dev lo 2>/dev/null
	[ -z "$2" ] || echo "$1 $2" >>"$world/etc/hosts"
	client_swaks="--local-interface $1"
	client_from="$1 $3"
}
