# lib.sh - a running millgate-smtpd for each test, and clients that try it.
#
# A test starts a server with start_server, speaks to it with python (a program
# on standard input, which has the words of smtp_client.py), looks at its log and
# its folders, and ends it with stop_server, which must be in good order. World
# means one folder below ${TMPDIR:-/tmp}. Only loopback is spoken to.
#
# Exit status: 0 passed, 1 not as expected, 77 cannot run here, 99 the world
# itself would not start or stop. Every wait ends by itself.
#
# Environment: MILLGATE_BUILD the build folder, SMTPD_WAIT seconds for a wait
# (60), SMTPD_KEEP=1 keeps the folder.

LC_ALL=C
export LC_ALL
umask 022

smtpd_here=$(cd "${0%/*}" && pwd)
: "${MILLGATE_BUILD:=.}"
: "${SMTPD_WAIT:=60}"
MILLGATE_BUILD=$(cd "$MILLGATE_BUILD" && pwd)
server_program=$MILLGATE_BUILD/millgate-smtpd
filter_program=$MILLGATE_BUILD/millgate
world=
server_pid=
server_descriptors=
filter_pid=
other_pids=
PYTHONPATH=$smtpd_here
PYTHONDONTWRITEBYTECODE=1
export SMTPD_WAIT PYTHONPATH PYTHONDONTWRITEBYTECODE

# --- Ways to end -----------------------------------------------------------

skip()
{
	echo "$*"
	exit 77
}

fail()
{
	show_world
	echo "not as expected: $*"
	exit 1
}

broken()
{
	show_world
	echo "the test could not run: $*"
	exit 99
}

show_world()
{
	[ -n "$world" ] || return 0
	for file in client log filter.log; do
		[ -s "$world/$file" ] || continue
		echo "--- $file"
		tail -n 60 "$world/$file"
	done
}

# wait_until COMMAND...: run it until it succeeds, for SMTPD_WAIT seconds at
# most.
wait_until()
{
	wait_end=$(($(date +%s) + SMTPD_WAIT))
	until "$@"; do
		[ "$(date +%s)" -lt "$wait_end" ] || return 1
		sleep 0.05
	done
}

gone()
{
	! kill -0 "$1" 2>/dev/null
}

# --- The server ------------------------------------------------------------

new_world()
{
	command -v python3 >/dev/null 2>&1 || skip "python3 is not installed"
	[ -x "$server_program" ] || broken "no program $server_program"
	world=$(mktemp -d "${TMPDIR:-/tmp}/mg.XXXXXX") ||
		broken "no folder below ${TMPDIR:-/tmp}"
}

server_is_ready_or_gone()
{
	gone "$server_pid" || grep -q '^ready on ' "$world/ready"
}

# start_server OPTION...: on a free port of 127.0.0.1, which is then in $port.
# With so many descriptors as $server_descriptors says.
start_server()
{
	[ -n "$world" ] || new_world
	set -- --listen 127.0.0.1:0 --hostname mx.example "$@"
	[ "$(id -u)" -ne 0 ] || set -- --allow-root "$@"
	: >"$world/ready"
	(
		[ -z "$server_descriptors" ] ||
			ulimit -n "$server_descriptors"
		exec "$server_program" "$@"
	) </dev/null >"$world/ready" \
		2>>"$world/log" &
	server_pid=$!
	wait_until server_is_ready_or_gone || broken "the server is not ready"
	gone "$server_pid" && broken "the server does not start"
	port=$(sed -n 's/^ready on .*:\([0-9]*\)$/\1/p' "$world/ready" |
		sed -n 1p)
	export port
}

# end_server SIGNAL: it must end by itself, with status 0.
end_server()
{
	kill -"$1" "$server_pid"
	await_server
}

await_server()
{
	wait_until gone "$server_pid" || broken "the server does not end"
	wait "$server_pid"
	server_status=$?
	server_pid=
	! grep -e Sanitizer -e 'runtime error:' "$world/log" ||
		fail "a sanitizer has something to say"
	[ "$server_status" -eq 0 ] ||
		fail "the server ended with status $server_status"
}

stop_server()
{
	end_server TERM
}

# refuses STATUS TEXT OPTION...: it does not start, and says why.
refuses()
{
	refused_status=$1
	refused_text=$2
	shift 2
	[ -n "$world" ] || new_world
	timeout "$SMTPD_WAIT" "$server_program" "$@" </dev/null \
		>"$world/client" 2>&1
	refused_got=$?
	[ "$refused_got" -eq "$refused_status" ] ||
		fail "status $refused_got, not $refused_status: $*"
	grep -Fq -e "$refused_text" "$world/client" ||
		fail "it does not say \"$refused_text\": $*"
}

# --- Filters ---------------------------------------------------------------

filter_answers_or_gone()
{
	gone "$filter_pid" || filter_answers
}

filter_answers()
{
	python3 -c 'import socket, sys
s = socket.socket(socket.AF_UNIX)
s.connect(sys.argv[1])' "$world/filter.sock" 2>/dev/null
}

# start_filter: the rules come from standard input. Its socket is
# unix:$world/filter.sock.
start_filter()
{
	[ -n "$world" ] || new_world
	{
		printf 'millgate: 1\nsettings:\n  listen: unix:%s\nrules:\n' \
			"$world/filter.sock"
		cat
	} >"$world/rules.yaml"
	"$filter_program" run -c "$world/rules.yaml" --foreground \
		--allow-root </dev/null >>"$world/filter.log" 2>&1 &
	filter_pid=$!
	wait_until filter_answers_or_gone || broken "no filter"
	gone "$filter_pid" && broken "the filter does not start"
	return 0
}

# start_python_filter NAME [ARGUMENT]...: of milter_server.py, at
# unix:$world/NAME.sock.
start_python_filter()
{
	[ -n "$world" ] || new_world
	filter_name=$1
	shift
	python3 "$smtpd_here/milter_server.py" "$world/$filter_name.sock" \
		"$@" </dev/null >>"$world/filter.log" 2>&1 &
	other_pids="$other_pids $!"
	python_filter_pid=$!
	wait_until [ -S "$world/$filter_name.sock" ] || broken "no filter"
}

# --- What tests say --------------------------------------------------------

# python: run the program on standard input; $port is there as PORT.
python()
{
	{
		printf 'from smtp_client import *\n'
		cat
	} >"$world/client.py"
	timeout $((SMTPD_WAIT * 3)) python3 "$world/client.py" "$@" \
		>"$world/client" 2>&1 || fail "the client is not content"
}

# log_has TEXT; log_count TEXT: of the server's log.
log_has()
{
	grep -Fq -e "$1" "$world/log"
}

log_count()
{
	grep -Fc -e "$1" "$world/log"
}

# logs TEXT: such a line is there, or comes.
logs()
{
	wait_until log_has "$1" || fail "the log does not say \"$1\""
}

ok()
{
	echo "ok - $*"
}

# --- The end ---------------------------------------------------------------

at_exit()
{
	status=$?
	trap - EXIT
	for pid in $server_pid $filter_pid $other_pids; do
		kill -CONT "$pid" 2>/dev/null
		kill -KILL "$pid" 2>/dev/null
	done
	# The filter's worker ends when its parent is gone.
	[ -z "$world" ] || [ -n "$SMTPD_KEEP" ] || rm -rf "$world"
	exit "$status"
}

trap at_exit EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 141' PIPE
trap 'exit 143' TERM
