# lib.sh - a world for each fault: Postfix, the filter, and a ledger.
#
# A test here breaks something while numbered messages come in, and then asks
# the ledger: what the client was told is taken (250) was delivered once and
# filtered, and nothing else was. It is built on tests/e2e/lib.sh, whose words
# for a world, a policy and an end it uses, and on table.sh.

faults=$(cd "${0%/*}" && pwd)
E2E_LIB=$faults/../e2e
E2E_MTA=postfix
. "$faults/table.sh"
. "$E2E_LIB/lib.sh"
need_all
command -v miltertest >/dev/null 2>&1 || skip "miltertest is not installed"

tag=X-Filtered

# A filter that root starts must be told that it may.
run_flags=
! "$MILLGATE" run --help | grep -q -e --allow-root || run_flags=--allow-root

# --- The world -------------------------------------------------------------

# A rule for each step of SMTP, so that the MTA tells all of them, and a tag.
tagging_policy()
{
	policy <<-END
	millgate: 1

	settings:
	  listen: HERE
	  socket: {mode: 0660, group: postfix}
	$1
	rules:
	  - rule: evil-client
	    when: {client.ip: 192.0.2.66}
	    then: {reject: "no evil client"}

	  - rule: evil-helo
	    when: {helo: evil.example}
	    then: {reject: "no evil name"}

	  - rule: evil-sender
	    when: {sender: evil@friend.example}
	    then: {reject: "no evil sender"}

	  - rule: evil-recipient
	    when: {recipient: evil@mail.example}
	    then: {reject: "no evil recipient"}

	  - rule: evil-helo-at-data
	    when: {helo: late.example}
	    at: data
	    then: {reject: "no evil name"}

	  - rule: evil-text
	    when:
	      any:
	        - header_raw.subject: '/evil \\d+/'
	        - body_raw: '/evil \\d+/'
	    then: {reject: "no evil text"}

	  - rule: tag
	    then: {add_header: {name: $tag, value: "${2:-yes}"}}

	  - rule: tag-again
	    when: {header_raw.subject: {exists: true}}
	    then: {add_header: {name: $tag-Again, value: "${2:-yes}"}}
	END
}

# fault_world [MAIN.CF LINE]...: a filter and a Postfix that asks it. All
# clients have one address, so that one may have many connections.
fault_world()
{
	new_world
	make_postfix
	for line in 'smtpd_client_connection_count_limit = 0' "$@"; do
		printf '%s\n' "$line"
	done >>"$world/etc/main.cf"
	# Postfix waits for a file that is younger than two seconds.
	touch -d '1 minute ago' "$world/etc"/*
	start_postfix
	book=$world/book
	: >"$book"
}

# new_world: the filter alone.
new_world()
{
	world=$(mktemp -d "${TMPDIR:-/tmp}/mg.XXXXXX") ||
		broken "no folder below ${TMPDIR:-/tmp}"
	# mktemp keeps others out, but Postfix's processes must pass.
	chmod 755 "$world"
	start_filter_somewhere unix
}

socket_path()
{
	echo "${listen#unix:}"
}

# --- The filter's processes ------------------------------------------------

# children_of PID
children_of()
{
	grep -l "^PPid:[[:blank:]]*$1\$" /proc/[0-9]*/status 2>/dev/null |
		sed 's|^/proc/\([0-9]*\)/.*|\1|'
}

# The worker, which speaks with MTAs; empty when there is none just now.
worker()
{
	children_of "$filter_pid"
}

there_is_a_worker()
{
	[ -n "$(worker)" ]
}

# another_worker PID: is there one, and not that one?
another_worker()
{
	another=$(worker)
	[ -n "$another" ] && [ "$another" != "$1" ]
}

all_processes()
{
	echo "$filter_pid" $(worker)
}

# status_of PID NAME: a number out of /proc/PID/status.
status_of()
{
	sed -n "s/^$2:[[:blank:]]*//p" "/proc/$1/status"
}

rss_kib()
{
	set -- $(status_of "$1" VmRSS)
	echo "${1:-0}"
}

# Processor time of PID in hundredths of a second.
cpu_ticks()
{
	sed 's/.*) //' "/proc/$1/stat" | awk '{ print $12 + $13 }'
}

# log_has TEXT; log_count TEXT: lines of the filter's log.
log_has()
{
	cat "$world/decisions" "$world/errors" | grep -Fq -e "$1"
}

log_count()
{
	cat "$world/decisions" "$world/errors" | grep -Fc -e "$1"
}

# --- The ledger ------------------------------------------------------------

ledger()
{
	ledger_command=$1
	shift
	perl "$faults/ledger" "$ledger_command" "$smtp_port" "$book" "$@"
}

# fault WHAT: tell the book of it.
fault()
{
	echo "$(date +%s.%3N) ! $*" >>"$book"
}

# books_balance [SECOND-TAG]: what the ledger found is in $account.
books_balance()
{
	wait_until queue_is_at_rest || fail "the queue does not become empty"
	account=$(perl "$faults/ledger" check "$book" "$world/mail/alice" \
		"$tag" "$@") || fail "the books: $account"
}

# number WORD: of $account.
number()
{
	printf '%s\n' "$account" | tr ',' '\n' |
		sed -n "s/^ *$1 \([0-9]*\)\$/\1/p"
}

# mail_flows: a message is taken now, in one attempt.
mail_flows()
{
	ledger try || fail "a message was not taken: $(tail -n 1 "$book")"
}

# mail_is_deferred WHEN: a message gets a 4xx.
mail_is_deferred()
{
	! ledger try || fail "a message was taken, $1"
	case $(tail -n 1 "$book") in
	*' 4'[0-9][0-9]' '*) ;;
	*) fail "no 4xx, $1: $(tail -n 1 "$book")" ;;
	esac
}

# Is a message taken? For wait_until.
mail_is_taken()
{
	ledger try
}

no_room_is_told()
{
	log_has descriptor || log_has 'connections are open'
}

alarm_is_told()
{
	log_has 'crashed within ten seconds'
}

# --- A crowd ---------------------------------------------------------------

# hold_crowd COUNT [knock]: so many connections stay until release_crowd.
hold_crowd()
{
	rm -f "$world/go"
	mkfifo "$world/go"
	"$MILLGATE_BUILD/tests/faults/crowd" "$listen" "$@" \
		<"$world/go" >"$world/crowd" 2>&1 &
	crowd=$!
	exec 9>"$world/go"
	wait_until crowd_is_ready_or_gone || broken "no crowd"
	grep -q '^ready ' "$world/crowd" ||
		fail "the crowd: $(cat "$world/crowd")"
}

crowd_is_ready_or_gone()
{
	gone "$crowd" || grep -q '^ready ' "$world/crowd"
}

# They go on to their ends; status 0 if that is as it should be.
release_crowd()
{
	exec 9>&-
	wait "$crowd"
}
