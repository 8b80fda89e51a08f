#!/bin/sh
# demo.sh - three messages through an MTA and the example policy, shown.
#
# Status 0 only when each came out as the policy says. The clients and names
# are made up, the mail is real. `quickstart demo` runs this.
: "${E2E_LIB:=$(cd "${0%/*}" && pwd)}"
. "$E2E_LIB/lib.sh"
need_all

example=$E2E_LIB/../../packaging/examples/first-light.yaml
if [ -n "$WITHOUT_RULE" ]; then
	policy <<-END
	$(sed '/^rules:/q' "$example")
	  - rule: the-rest
	    then: accept
	END
else
	policy <"$example"
fi

bold= red= green= plain=
if [ -t 1 ] && [ -z "$NO_COLOR" ]; then
	bold=$(printf '\033[1m') red=$(printf '\033[31m')
	green=$(printf '\033[32m') plain=$(printf '\033[0m')
fi

title()
{
	printf '\n%s%s%s\n' "$bold" "$*" "$plain"
}

# deliver CLIENT [SWAKS OPTION]...: the message is in $world/sent; show what
# was said from MAIL on.
deliver()
{
	address=$1
	shift
	client_is "$address" mx.friend.example
	send --data "@$world/sent" --suppress-data "$@"
	sed -n '/^ -> MAIL/,/^ -> QUIT/{ / -> QUIT/!s/^/    /p; }' \
		"$world/client" |
		sed "s/^    <\*\*.*/$red&$plain/"
}

# show_rewritten: what was sent and what arrived, line by line. The fields that
# the MTA puts on top are left out, and the empty line that swaks adds.
show_rewritten()
{
	{ headers "$mail"; sed -n '/^$/,$p' "$mail" | sed '${/^$/d;}'; } \
		>"$world/arrived"
	diff -U 99 "$world/sent" "$world/arrived" | sed -e 1,3d \
		-e "s/^-.*/$red&$plain/" -e "s/^+.*/$green&$plain/" \
		-e 's/^/    /'
}

a_forged_stamp_is_replaced()
{
	title '1. A good message, with two forged copies of our stamp'
	cat >"$world/sent" <<-'END'
	From: Bob <bob@friend.example>
	To: Alice <alice@mail.example>
	X-Millgate: trusted, do not look at me
	Subject: Dinner
	x-millgate: trusted, really

	At eight?
	END
	deliver 198.51.100.7 --from bob@friend.example --to alice@mail.example
	client_saw_like "$queued"
	mailbox alice 1
	echo '  It is delivered; the forged stamps are gone, ours is there:'
	show_rewritten
	grep '^[Xx]-[Mm]illgate:' "$mail" >"$world/stamps"
	echo 'X-Millgate: client=198.51.100.7 helo=client.example' |
		diff - "$world/stamps" || fail "the stamp is not as promised"
	forget_mail
}

a_lottery_is_refused()
{
	title '2. A message that nobody wants'
	cat >"$world/sent" <<-'END'
	From: Luck <luck@stranger.example>
	To: Alice <alice@mail.example>
	Subject: You won the LOTTERY

	Send us your account number.
	END
	deliver 203.0.113.9 --from luck@stranger.example --to alice@mail.example
	client_saw '550 5.7.1 No LOTTERY: see https://mail.example/why?rule=you%20have%20won'
	mailbox alice 0
	echo '  It is refused in our own words; nothing is delivered.'
}

one_recipient_is_refused()
{
	title '3. A message for two, one of whom has left'
	cat >"$world/sent" <<-'END'
	From: Bob <bob@friend.example>
	To: Carol <carol@mail.example>, Alice <alice@mail.example>
	Subject: The minutes

	As agreed.
	END
	deliver 198.51.100.7 --from bob@friend.example \
		--to carol@mail.example,alice@mail.example
	client_saw "$(reply_to carol@mail.example \
		'550 5.1.1 carol does not work here any more')"
	client_saw_like "$queued"
	mailbox carol 0
	mailbox alice 1
	echo '  Carol is refused, and Alice has the message.'
	forget_mail
}

echo "The filter reads packaging/examples/first-light.yaml, and a $mta_name of its"
echo "own asks it about three messages. What the client said and heard:"
: "${E2E_SOCKET:=unix}"
E2E_QUIET=1
over_both_sockets a_forged_stamp_is_replaced a_lottery_is_refused \
	one_recipient_is_refused
