# lib.sh - millgate-smtpd and the programs of others: filters behind it, clients
# in front of it, who reads what it delivered, and the server it relays to.
#
# It stands on tests/e2e/lib.sh: a world is one folder below ${TMPDIR:-/tmp}
# with the configuration, sockets, mail and logs of everybody; nothing of the
# machine's own set-up is read or written, no name is looked up, only loopback
# is spoken to. Each server in it is started by name, and what a name printed is
# in $world/NAME.out and $world/NAME.log. Exit status and environment are as
# there, and MILLGATE_SMTPD is the server (the build folder's).
#
# A comparison asks a Postfix of the world's own the same; it is made where root
# runs the test, who alone can start one.

: "${PARTNERS_LIB:=${0%/*}}"
partners=$(cd "$PARTNERS_LIB" && pwd)
E2E_LIB=$(cd "$partners/../e2e" && pwd)
E2E_MTA=postfix
. "$E2E_LIB/lib.sh"
: "${MILLGATE_SMTPD:=${MILLGATE_BUILD:-.}/millgate-smtpd}"
started=

# --- What is needed --------------------------------------------------------

# need PROGRAM...
need()
{
	for tool in "$@"; do
		command -v "$tool" >/dev/null 2>&1 ||
			skip "$tool is not installed"
	done
}

# need_python MODULE: $python is then one that has it. The first in PATH may be
# another than the one that Debian's packages are for.
need_python()
{
	for python in python3 /usr/bin/python3; do
		"$python" -c "import $1" 2>/dev/null && return
	done
	skip "Python's module $1 is not installed"
}

need_tls()
{
	need openssl
	! "$MILLGATE_SMTPD" --version | grep -q '^  OpenSSL  *no' ||
		skip "this millgate-smtpd was built without OpenSSL"
}

# --- The world -------------------------------------------------------------

# world_of_partners: begin, with both programs found.
world_of_partners()
{
	for program in "$MILLGATE" "$MILLGATE_SMTPD"; do
		[ -x "$program" ] || broken "no program $program"
	done
	MILLGATE=$(cd "${MILLGATE%/*}" && pwd)/${MILLGATE##*/}
	MILLGATE_SMTPD=$(cd "${MILLGATE_SMTPD%/*}" && pwd)/${MILLGATE_SMTPD##*/}
	world=$(mktemp -d "${TMPDIR:-/tmp}/mg.XXXXXX") ||
		broken "no folder below ${TMPDIR:-/tmp}"
	# mktemp keeps others out, but Postfix's processes must pass.
	chmod 755 "$world"
	mkdir "$world/ours" "$world/quarantine" "$world/relay"
}

show_world()
{
	[ -n "$world" ] || return 0
	for file in "$world"/*.out "$world"/*.log "$world/client" \
	    "$world/policy.yaml" "$world/decisions" "$world/errors" \
	    "$world/maillog"; do
		[ -s "$file" ] || continue
		echo "--- ${file##*/}"
		tail -n 40 "$file"
	done
}

# start NAME COMMAND...: in the background; $pid_NAME is it.
start()
{
	started_name=$1
	shift
	: >"$world/$started_name.out"
	(
		cd "$world" || exit 99
		exec "$@"
	) </dev/null >"$world/$started_name.out" \
		2>>"$world/$started_name.log" &
	eval "pid_$started_name=$!"
	started="$started $!"
}

pid_of()
{
	eval "echo \"\$pid_$1\""
}

# stop NAME: by SIGTERM, waited for; $stopped is its exit status.
stop()
{
	ending=$(pid_of "$1")
	kill -TERM "$ending" 2>/dev/null
	if ! wait_until gone "$ending"; then
		kill -KILL "$ending" 2>/dev/null
		broken "$1 did not end within $E2E_WAIT s of SIGTERM"
	fi
	wait "$ending"
	stopped=$?
	eval "pid_$1="
}

listens_or_gone()
{
	gone "$(pid_of "$1")" || { listen=$2; answers; }
}

# wait_for NAME SOCKET: until NAME listens at SOCKET, unix:PATH or inet:PORT.
# 1: it ended instead.
wait_for()
{
	wait_until listens_or_gone "$1" "$2" || broken "$1 does not listen"
	! gone "$(pid_of "$1")"
}

# start_filter_at NAME SOCKET COMMAND...: a filter, and anybody may ask it.
start_filter_at()
{
	filter_name=$1 filter_socket=$2
	shift 2
	umask 0
	start "$filter_name" "$@"
	umask 022
	wait_for "$filter_name" "$filter_socket" ||
		broken "$filter_name does not start"
}

# start_millgate: the filter, with the rules on standard input, at
# $rules_socket.
start_millgate()
{
	rules_socket=unix:$world/millgate.sock
	sed "s|^\([[:blank:]]*listen:\).*|\1 $rules_socket|" \
		>"$world/policy.yaml"
	start_filter_at millgate "$rules_socket" "$MILLGATE" run \
		-c "$world/policy.yaml" --foreground --allow-root
}

is_ready_or_gone()
{
	grep -q '^ready on ' "$world/$1.out" || gone "$(pid_of "$1")"
}

# start_server NAME [OPTION]...: a millgate-smtpd; $smtp_port is then its port.
start_server()
{
	server_name=$1
	shift
	start "$server_name" "$MILLGATE_SMTPD" --allow-root \
		--listen 127.0.0.1:0 --hostname mx.mail.example "$@"
	wait_until is_ready_or_gone "$server_name" ||
		broken "$server_name does not become ready"
	smtp_port=$(sed -n 's/^ready on 127\.0\.0\.1://p' \
		"$world/$server_name.out")
	[ -n "$smtp_port" ] || broken "$server_name does not start"
}

# stop_server NAME: it must end with status 0, and have nothing to report.
stop_server()
{
	stop "$1"
	[ "$stopped" -eq 0 ] || fail "$1 ended with status $stopped"
	! grep -e Sanitizer -e 'runtime error:' "$world/$1.log" ||
		fail "a sanitizer has something to say"
}

# start_postfix_beside SOCKET[, SOCKET]...: a Postfix that asks the same filters
# as ours. $postfix_port stays empty where there can be none.
start_postfix_beside()
{
	our_port=$smtp_port postfix_port=
	[ "$(id -u)" -eq 0 ] && command -v postconf >/dev/null 2>&1 || return 0
	need_postfix
	listen=unix:none
	make_postfix
	# Of two settings the later one counts. The name of 127.0.0.1 is known
	# without asking anybody.
	cat >>"$world/etc/main.cf" <<-END
	smtpd_milters = $*
	smtpd_peername_lookup = yes
	END
	start_postfix
	postfix_port=$smtp_port
	smtp_port=$our_port
}

# However the test ends, what it started ends with it.
partners_at_exit()
{
	status=$?
	trap '' HUP INT PIPE TERM
	[ -z "$started" ] || kill -TERM $started 2>/dev/null
	(exit "$status")
	at_exit
}

trap partners_at_exit EXIT

# --- What tests say --------------------------------------------------------

# delivered ADDRESS COUNT: so many messages are in the Maildir below
# $world/ours. They are there before the client is told 250, so nobody waits.
# $mail is then the last one's file.
delivered()
{
	mail=
	mail_count=0
	for file in "$world/ours/$1/new"/*; do
		[ -f "$file" ] || continue
		mail_count=$((mail_count + 1))
		mail=$file
	done
	[ "$mail_count" -eq "$2" ] ||
		fail "$mail_count messages for $1 instead of $2"
}

forget_delivered()
{
	rm -rf "$world/ours"/*/new/*
}

# field NAME FILE: the values of the fields NAME, unfolded, a line each.
field()
{
	awk -v name="$1" '
	/^$/ { exit }
	/^[ \t]/ { if (ours) value = value $0; next }
	{
		if (ours) print value
		ours = tolower(substr($0, 1, length(name) + 1)) == \
		    tolower(name) ":"
		value = substr($0, length(name) + 2)
		sub(/^[ \t]+/, "", value)
	}
	END { if (ours) print value }' "$2"
}

# without_trace FILE: the message as it was before it was delivered. Above the
# first field that is none of them, Return-Path, Delivered-To, X-Original-To
# and one Received are ours.
without_trace()
{
	LC_ALL=C awk '
	own { print; next }
	/^[ \t]/ { if (!trace) print; next }
	{
		name = tolower($0)
		sub(/:.*/, "", name)
		trace = name ~ /^(return-path|delivered-to|x-original-to)$/ ||
		    (name == "received" && !received++)
		own = !trace
		if (own) print
	}' "$1"
}

# --- Comparing with Postfix ------------------------------------------------

# ask_both: the dialogue in $world/dialogue with ours, and with the Postfix
# beside it, whose replies have to be the same, from the one to MAIL on.
ask_both()
{
	smtp_port=$our_port
	say <"$world/dialogue"
	[ -n "$postfix_port" ] || return 0
	cp "$world/client" "$world/client.ours"
	smtp_port=$postfix_port
	say <"$world/dialogue"
	comparable_replies "$world/client" >"$world/replies.postfix"
	comparable_replies "$world/client.ours" >"$world/replies.ours"
	diff "$world/replies.postfix" "$world/replies.ours" ||
		fail "Postfix answers otherwise"
	cp "$world/client.ours" "$world/client"
}

comparable_replies()
{
	sed -n -e '/^> MAIL/,$!d' -e 's/ as [0-9A-Za-z]*$//' -e 's/^< //p' "$1"
}

# both_delivered NAME COUNT: so many messages for NAME@mail.example in both, and
# the last ones are the same. $mail is then ours.
both_delivered()
{
	delivered "$1@mail.example" "$2"
	[ -n "$postfix_port" ] || return 0
	ours=$mail
	mailbox "$1" "$2"
	if [ -n "$ours" ]; then
		comparable "$mail" >"$world/mail.postfix"
		comparable "$ours" >"$world/mail.ours"
		diff "$world/mail.postfix" "$world/mail.ours" ||
			fail "Postfix delivers another message"
	fi
	mail=$ours
}

forget_both()
{
	forget_delivered
	forget_mail
}

# comparable FILE: the message, but for what no two servers write alike. The
# sender of the envelope and the places of all fields stay.
comparable()
{
	LC_ALL=C awk '
	body { print; next }
	/^$/ { body = 1 }
	/^[ \t]/ { if (!left_out) print; next }
	{
		left_out = /^(Received|X-Original-To|X-Quarantine):/
		if (/^Received:/) print "Received:"
		else if (!left_out) print
	}' "$1"
}
