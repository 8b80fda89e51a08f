#!/bin/sh
# demo.sh - four messages, four outcomes: a filter, and millgate-smtpd that asks
# it, nobody else. Status 0 only when each came out as rules.yaml says.
#
# Both run in a folder of their own below ${TMPDIR:-/tmp}, on sockets of their
# own, and are gone when this ends. `quickstart demo` runs it.

demo=$(cd "${0%/*}" && pwd)
: "${PARTNERS_LIB:=$demo/../partners}"
. "$PARTNERS_LIB/lib.sh"
need perl timeout

bold= red= green= yellow= plain=
if [ -t 1 ] && [ -z "$NO_COLOR" ]; then
	bold=$(printf '\033[1m') red=$(printf '\033[31m')
	green=$(printf '\033[32m') yellow=$(printf '\033[33m')
	plain=$(printf '\033[0m')
fi

# letter SENDER RECIPIENT SUBJECT: send one, and show what was said.
letter()
{
	printf '  %s writes to %s: %s\n' "$1" "$2" "$3"
	say <<-END
	EHLO client.example
	MAIL FROM:<$1>
	RCPT TO:<$2>
	DATA
	Date: Mon, 23 Nov 2026 10:00:00 +0000
	From: <$1>
	To: <$2>
	X-Millgate: from mail.example, really
	Subject: $3

	Until then!
	.
	QUIT
	END
}

# answered COLOUR REGEX: show the refusal, or else the reply to the message.
answered()
{
	client_saw_like "$2"
	printf '  is answered  %s%s%s\n' "$1" \
		"$(replies | grep -E -e "$2" | tail -n 1)" "$plain"
}

title()
{
	printf '\n%s%s%s\n' "$bold" "$*" "$plain"
}

# it_has NAME VALUE FILE: show the field; the only one of its name.
it_has()
{
	[ "$(field "$1" "$3")" = "$2" ] || fail "$1 is: $(field "$1" "$3")"
	printf '  %s: %s\n' "$1" "$2"
}

accepted_and_tagged()
{
	title '1. Accepted, and tagged'
	letter bob@friend.example ann@mail.example Dinner
	answered "$green" '^250 2\.0\.0 Ok: queued as '
	delivered ann@mail.example 1
	echo '  and lies in her Maildir; the forged tag is gone, ours is there:'
	it_has X-Millgate 'from friend.example' "$mail"
}

rejected()
{
	title '2. Rejected, in the words of the rule'
	letter luck@stranger.example ann@mail.example 'You won the JACKPOT'
	answered "$red" '^550 5\.7\.1 No JACKPOT, please$'
	delivered ann@mail.example 1
}

quarantined()
{
	title '3. Quarantined, for somebody to look at'
	letter boss@mail.example ann@mail.example 'Pay this at once'
	answered "$yellow" '^250 2\.0\.0 Ok: queued as '
	delivered ann@mail.example 1
	echo '  but she does not get it; it lies in the quarantine:'
	it_has X-Quarantine 'boss@mail.example has not logged in' \
		"$(find "$world/quarantine/new" -type f)"
}

put_off()
{
	title '4. Put off'
	letter bob@friend.example busy@mail.example Lunch
	answered "$red" '^451 4\.7\.1 busy@mail\.example is busy: try again later$'
	delivered busy@mail.example 0
}

world_of_partners
start_millgate <"$demo/rules.yaml"
start_server server --milter "$rules_socket" --maildir "$world/ours" \
	--quarantine "$world/quarantine"

accepted_and_tagged
rejected
quarantined
put_off
stop_server server
