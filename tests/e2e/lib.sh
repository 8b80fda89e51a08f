# lib.sh - a world of its own for each end-to-end test: an MTA, a filter.
#
# A test states its rule file (policy), defines functions that send mail and
# look at what became of it, and names them to over_both_sockets, which builds
# the world twice, with the filter behind a unix socket and behind TCP. World
# means one folder below ${TMPDIR:-/tmp}: the MTA's configuration, queue, log
# and mailboxes, the rule file, the socket. Nothing of the host's own mail
# set-up is read or written, no name is looked up, only loopback is spoken to.
#
# Exit status: 0 passed, 1 not as expected, 77 cannot run here, 99 the world
# itself would not start or stop. Every wait ends by itself. WITHOUT_RULE=1
# leaves out what stands between "# <rule" and "# rule>" in the rule file: the
# test must then fail with 1 (see prove-rules.sh).
#
# The MTA is a Postfix or a Sendmail: postfix.sh and sendmail.sh have the same
# names. need_MTA, make_MTA, start_MTA and stop_MTA are for this file, the others
# for tests. What one MTA does otherwise than the other stands there, under one
# name, and in millgate(8), WHAT THE MTA DOES.
#
# Environment: MILLGATE the program (the build folder's), E2E_MTA postfix or
# sendmail, E2E_SOCKET unix or inet for one kind only, E2E_WAIT seconds for a
# wait (30), E2E_KEEP=1 keeps the folder.

# A root shell made by plain su has no sbin.
PATH=$PATH:/usr/sbin:/sbin
LC_ALL=C
export PATH LC_ALL
umask 022

e2e_here=$(cd "${0%/*}" && pwd)
: "${E2E_LIB:=$e2e_here}"
: "${MILLGATE:=${MILLGATE_BUILD:-.}/millgate}"
: "${E2E_WAIT:=30}"
: "${E2E_MTA:=postfix}"
world=
filter_pid=
mta_pid=
listen=
smtp_port=
client_swaks= client_first= client_from=
. "$E2E_LIB/$E2E_MTA.sh"

# --- Ways to end -----------------------------------------------------------

skip()
{
	echo "$*"
	exit 77
}

# The test ran, and what it saw is not what it was promised.
fail()
{
	show_world
	echo "not as expected: $*"
	exit 1
}

# Something the test stands on is broken, so it says nothing about the rule.
broken()
{
	show_world
	echo "the test could not run: $*"
	exit 99
}

show_world()
{
	[ -n "$world" ] || return 0
	for file in client policy.yaml decisions errors; do
		[ -s "$world/$file" ] || continue
		echo "--- $file"
		tail -n 60 "$world/$file"
	done
	if [ -s "$world/maillog" ]; then
		echo "--- the end of the MTA's log"
		tail -n 20 "$world/maillog"
	fi
}

# wait_until COMMAND...: run it until it succeeds, for E2E_WAIT seconds at most.
wait_until()
{
	wait_end=$(($(date +%s) + E2E_WAIT))
	until "$@"; do
		[ "$(date +%s)" -lt "$wait_end" ] || return 1
		sleep 0.1
	done
}

# --- What is needed --------------------------------------------------------

need_all()
{
	[ "$(id -u)" -eq 0 ] || skip "not root: an MTA must be started by root"
	for tool in swaks perl timeout; do
		command -v "$tool" >/dev/null 2>&1 ||
			skip "$tool is not installed"
	done
	[ -x "$MILLGATE" ] || broken "no program $MILLGATE"
	MILLGATE=$(cd "$(dirname "$MILLGATE")" && pwd)/${MILLGATE##*/}
	"need_$E2E_MTA"
}

# need_gmime: for rules that decode mail, or edit what is decoded.
need_gmime()
{
	"$MILLGATE" --version | grep -q '^  GMime  *[0-9]' ||
		skip "this millgate was built without GMime"
}

# --- The filter ------------------------------------------------------------

# policy: take the rule file from standard input. Its "listen:" is replaced.
policy()
{
	if [ -n "$WITHOUT_RULE" ]; then
		policy_text=$(sed '/# <rule/,/# rule>/d')
	else
		policy_text=$(cat)
	fi
}

# Any port between the well-known ones and the range the kernel draws from.
random_port()
{
	set -- $(od -An -N2 -tu2 /dev/urandom)
	echo $((12000 + ($1 + $$) % 20000))
}

# answers: is someone listening at $listen?
answers()
{
	timeout 10 perl -MIO::Socket::INET -MIO::Socket::UNIX -e '
		my ($port) = $ARGV[0] =~ /^inet:(\d+)/;
		my ($path) = $ARGV[0] =~ /^unix:(.*)/;
		exit !($port ? IO::Socket::INET->new("127.0.0.1:$port")
			: IO::Socket::UNIX->new($path));' "$listen" 2>/dev/null
}

filter_is_up_or_gone()
{
	! kill -0 "$filter_pid" 2>/dev/null || answers
}

# start_filter: when the filter ended instead of listening, its exit status.
start_filter()
{
	printf '%s\n' "$policy_text" |
		sed "s|^\([[:blank:]]*listen:\).*|\1 $listen|" \
		>"$world/policy.yaml"
	(
		cd "$world" || exit 99
		exec "$MILLGATE" run -c "$world/policy.yaml" --foreground \
			--allow-root
	) </dev/null >>"$world/decisions" 2>>"$world/errors" &
	filter_pid=$!
	wait_until filter_is_up_or_gone || broken "the filter does not listen"
	kill -0 "$filter_pid" 2>/dev/null || wait "$filter_pid"
}

# start_filter_somewhere KIND: KIND is unix or inet. Another port is drawn when
# the one we drew was taken (status 69, EX_UNAVAILABLE).
start_filter_somewhere()
{
	for attempt in 1 2 3 4 5 6; do
		case $1 in
		unix) listen=unix:$world/filter.sock ;;
		inet) listen=inet:$(random_port)@127.0.0.1 ;;
		esac
		answers && continue
		start_filter && return
		filter_status=$?
		[ "$filter_status" -eq 69 ] ||
			broken "the filter ended with status $filter_status"
	done
	broken "the filter found no free port"
}

gone()
{
	! kill -0 "$1" 2>/dev/null
}

# libmilter looks up from accept() every five seconds only, unless someone calls.
filter_is_gone()
{
	gone "$ending" || { answers; gone "$ending"; }
}

# stop_filter: it must end when told to, with status 0, and have nothing to
# report.
stop_filter()
{
	[ -n "$filter_pid" ] || return 0
	ending=$filter_pid
	filter_pid=
	kill -TERM "$ending" 2>/dev/null
	if ! wait_until filter_is_gone; then
		kill -KILL "$ending" 2>/dev/null
		broken "the filter did not end within $E2E_WAIT s of SIGTERM"
	fi
	wait "$ending"
	filter_status=$?
	[ "$filter_status" -eq 0 ] ||
		fail "the filter ended with status $filter_status"
	! grep -e Sanitizer -e 'runtime error:' "$world/errors" ||
		fail "a sanitizer has something to say"
}

# kill_filter: as a crash of the whole filter would, whatever processes it has.
kill_filter()
{
	kill -KILL $(processes_naming "$world/policy.yaml")
	wait "$filter_pid" 2>/dev/null
	filter_pid=
	wait_until filter_is_dead || broken "the filter outlived kill -9"
}

filter_is_dead()
{
	[ -z "$(processes_naming "$world/policy.yaml")" ] && ! answers
}

# --- The world -------------------------------------------------------------

# processes_naming TEXT: the pids whose command line names TEXT or that work in
# or below the folder TEXT. The text goes to grep by a pipe, or grep would find
# itself. Without Linux's /proc there are none.
processes_naming()
{
	printf '%s\n' "$1" | grep -alF -f - /proc/[0-9]*/cmdline 2>/dev/null |
		sed 's|^/proc/\([0-9]*\)/.*|\1|'
	ls -l /proc/[0-9]*/cwd 2>/dev/null |
		sed -n "s|.* /proc/\([0-9]*\)/cwd -> $1.*|\1|p"
}

stop_mta_process()
{
	[ -n "$mta_pid" ] || return 0
	ending=$mta_pid
	mta_pid=
	kill -TERM "$ending" 2>/dev/null
	if ! wait_until gone "$ending"; then
		kill -KILL "$ending" 2>/dev/null
		broken "$mta_name did not end within $E2E_WAIT s of SIGTERM"
	fi
	wait "$ending" 2>/dev/null
	return 0
}

nobody_is_left()
{
	[ -z "$(processes_naming "$world")" ]
}

# world_begin KIND: a filter listening on KIND, and an MTA that asks it.
world_begin()
{
	world=$(mktemp -d "${TMPDIR:-/tmp}/mg.XXXXXX") ||
		broken "no folder below ${TMPDIR:-/tmp}"
	# mktemp keeps others out, but the MTA's processes must pass.
	chmod 755 "$world"
	start_filter_somewhere "$1"
	"make_$E2E_MTA"
	"start_$E2E_MTA"
}

# world_end: nothing of it may be left. Does nothing when there is no world.
world_end()
{
	[ -n "$world" ] || return 0
	"stop_$E2E_MTA"
	stop_filter
	wait_until nobody_is_left || broken "left running:" \
		"$(processes_naming "$world" | tr '\n' ' ')"
	remove_world
}

remove_world()
{
	if [ -n "$E2E_KEEP" ]; then
		echo "kept: $world"
	else
		rm -rf "$world"
	fi
	world=
}

# However the test ends, its processes end with it.
at_exit()
{
	status=$?
	trap - EXIT
	trap '' HUP INT PIPE TERM
	[ -n "$world" ] || exit "$status"
	for pid in $filter_pid $mta_pid; do
		kill -TERM "$pid" 2>/dev/null
	done
	if ! wait_until nobody_is_left; then
		kill -KILL $(processes_naming "$world") 2>/dev/null
	fi
	remove_world
	exit "$status"
}

# over_both_sockets FUNCTION...: each in a world of its own kind of socket; all
# functions of one kind share the world.
over_both_sockets()
{
	for kind in ${E2E_SOCKET:-unix inet}; do
		world_begin "$kind"
		for function in "$@"; do
			: >"$world/client"
			client_is
			"$function"
			echo "ok - over $kind: $function"
		done
		world_end
	done
}

# --- What tests say --------------------------------------------------------

# swaks replaces the names between percent signs, and \n.
message='Date: %DATE%\nFrom: %FROM_ADDRESS%\nTo: %TO_ADDRESS%\n'
message=$message'Subject: hello\n%NEW_HEADERS%\n\nHello.\n'

# send [SWAKS OPTION]...: one message or attempt. What server and client said
# is in $world/client; swaks's own status says nothing that the replies do not.
# The message has a text of ours, for swaks's own names this host, whose full
# name it would look up.
send()
{
	timeout $((E2E_WAIT * 2)) swaks --server "127.0.0.1:$smtp_port" \
		--helo client.example --timeout "$E2E_WAIT" \
		--data "$message" $client_swaks "$@" \
		</dev/null >"$world/client" 2>&1
	[ $? -ne 124 ] || fail "no end of the dialogue"
}

# say: an SMTP dialogue, a command a line, from standard input.
say()
{
	{ [ -z "$client_first" ] || echo "$client_first"; cat; } |
		timeout $((E2E_WAIT * 2)) \
		perl "$E2E_LIB/smtp-say" "$smtp_port" $client_from \
		>"$world/client" 2>&1 ||
		fail "the dialogue broke off"
}

# client_saw LINE: this reply line, exactly, and nothing but it.
client_saw()
{
	replies | grep -Fxq -e "$1" || fail "the client did not see \"$1\""
}

# client_saw_like REGEX: a reply line that an extended regex matches.
client_saw_like()
{
	replies | grep -Eq -e "$1" || fail "the client did not see /$1/"
}

# client_never_saw REGEX
client_never_saw()
{
	! replies | grep -Eq -e "$1" || fail "the client saw /$1/"
}

# The server's lines of the transcript. swaks marks them "<-  " and, refusals,
# "<** "; smtp-say marks them "< ".
replies()
{
	sed -n -e 's/^<\(-  \|\*\* \| \)//p' "$world/client"
}

# mailbox USER COUNT: so many messages are in the mailbox once the queue is
# empty. $mail is then the last one's file.
mailbox()
{
	wait_until queue_is_empty || fail "the queue does not become empty"
	mail=
	mail_count=0
	for file in "$world/mail/$1/new"/*; do
		[ -f "$file" ] || continue
		mail_count=$((mail_count + 1))
		mail=$file
	done
	[ "$mail_count" -eq "$2" ] ||
		fail "$mail_count messages for $1 instead of $2"
}

# queue_is_empty: nothing is under way, and nothing on hold.
queue_is_empty()
{
	queue_is_at_rest && [ -z "$(held)" ]
}

# headers FILE: the message's header section, without the trace fields that
# the MTA puts on top of it.
headers()
{
	awk '
	/^$/ { exit }
	/^[ \t]/ { if (!trace) print; next }
	{
		trace = 0
		name = tolower($0)
		sub(/:.*/, "", name)
		if (!own && name ~ \
		    /^(return-path|x-original-to|delivered-to|received)$/)
			trace = 1
		else
			print
		if (trace && name == "received")
			own = 1
	}' "$1"
}

# forget_mail: empty all mailboxes.
forget_mail()
{
	rm -rf "$world/mail"/*
}

trap at_exit EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 141' PIPE
trap 'exit 143' TERM
