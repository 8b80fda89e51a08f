/*
 * test_engine_order.c - the order of things: what is told, and when.
 *
 * Rules are read from the top and the first that holds decides, whenever its
 * facts become known; early answers never change what is answered.
 */
#include "config.h"

#include "tests/support/judge.h"
#include "tests/unit/unit.h"

#define COUNT(a) (sizeof(a) / sizeof(a)[0])

/* The beginning of most dialogues. */
#define MX "connect 192.0.2.1 mx.example.org|helo mx|"
#define EVIL "connect 192.0.2.1 mx.example.org|helo evil|"
#define TO_A MX "mail s@x|rcpt a@x|"
#define TO_AB TO_A "rcpt b@x|"

/* Rules that come again and again. */
#define INSIDERS \
	"- {rule: pass, when: {auth.user: {exists: true}}, then: accept}\n"
#define NO_EVIL "- {rule: no-evil, when: {helo: evil}, then: {reject: no}}\n"
#define TAG_SPAM \
	"- {rule: tag, when: {header_raw.subject: spam}, " \
	"then: {add_header: {name: X-Spam, value: 'yes'}}}\n"
#define NO_SPAM \
	"- {rule: no-spam, when: {header_raw.subject: spam}, " \
	"then: {reject: spam}}\n"

struct row {
	const char *sentence;
	const char *rules;
	const char *script;
	const char *want;
};

static void
check_rows(const struct row *rows, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		unit_case(rows[i].sentence);
		check_text(judge(rows[i].rules, rows[i].script), rows[i].want);
	}
}

static const struct row top_down[] = {
	{ "no rule that holds is accept, as soon as that is certain",
	    NO_EVIL, MX "mail s@x", "mail accept" },
	{ "a refusal by HELO is told at MAIL, not before",
	    NO_EVIL, EVIL "mail s@x", "mail reject 550 5.7.1 no by no-evil" },
	{ "an allow-rule above is asked first, though its fact comes later",
	    INSIDERS NO_EVIL, EVIL "mail s@x {auth_authen}=joe",
	    "mail accept by pass" },
	{ "and protects nobody else",
	    INSIDERS NO_EVIL, EVIL "mail s@x",
	    "mail reject 550 5.7.1 no by no-evil" },
	{ "an unknown rule above holds a refusal back",
	    NO_SPAM NO_EVIL, EVIL "mail s@x|rcpt a@x|data", "" },
	{ "which is told when the rule above turns out not to hold",
	    NO_SPAM NO_EVIL,
	    EVIL "mail s@x|rcpt a@x|data|header Subject hello|eoh",
	    "eoh reject 550 5.7.1 no by no-evil" },
	{ "and gives way when it holds",
	    NO_SPAM NO_EVIL,
	    EVIL "mail s@x|rcpt a@x|data|header Subject spam|eoh",
	    "eoh reject 550 5.7.1 spam by no-spam" },
	{ "a rule that only edits holds no refusal back",
	    TAG_SPAM NO_EVIL, EVIL "mail s@x",
	    "mail reject 550 5.7.1 no by no-evil" },
	{ "the first of two that hold decides",
	    "- {rule: one, when: {client.ip: 192.0.2.1}, "
	    "then: {tempfail: first}}\n" NO_EVIL,
	    EVIL "mail s@x", "mail tempfail 451 4.7.1 first by one" },
	{ "code, status and text are the rule's own",
	    "- {rule: r, then: {reject: {code: 554, status: 5.7.9, "
	    "text: go}}}\n", MX "mail s@x", "mail reject 554 5.7.9 go by r" },
	{ "a refusal has words of its own where the rule has none",
	    "- {rule: r, then: tempfail}\n", MX "mail s@x",
	    "mail tempfail 451 4.7.1 Message cannot be taken now, try again "
	    "later by r" },
	{ "MAIL that was refused is refused at RCPT as well",
	    NO_EVIL, EVIL "mail s@x|rcpt a@x|data|header A b|eoh",
	    "mail reject 550 5.7.1 no by no-evil|rcpt a@x reject 550 5.7.1 no|"
	    "data reject 550 5.7.1 no|eoh reject 550 5.7.1 no" },
	{ "`then` that names a fact waits for it",
	    "- {rule: r, when: {helo: evil}, "
	    "then: {reject: '${header_raw.subject}'}}\n",
	    EVIL "mail s@x|rcpt a@x|data|header Subject hello|eoh",
	    "eoh reject 550 5.7.1 hello by r" },
	{ "and holds back the rules below meanwhile",
	    "- {rule: r, when: {helo: evil}, "
	    "then: {reject: '${macro.auth_author} ${sender}'}}\n"
	    "- {rule: s, when: {client.ip: 192.0.2.1}, then: accept}\n",
	    EVIL "mail s@x", "mail reject 550 5.7.1  s@x by r" },
	{ "${recipient} makes a rule one for each recipient",
	    "- {rule: r, when: {helo: evil}, then: {reject: '${recipient}'}}\n",
	    EVIL "mail s@x|rcpt a@x|rcpt b@x",
	    "rcpt a@x reject 550 5.7.1 a@x by r|"
	    "rcpt b@x reject 550 5.7.1 b@x by r" },
	{ "a personal rule that holds for all is told at MAIL",
	    "- {rule: r, when: {any: [{recipient: a@x}, {helo: evil}]}, "
	    "then: {reject: no}}\n", EVIL "mail s@x",
	    "mail reject 550 5.7.1 no by r" },
};

static void
test_top_down(void)
{
	check_rows(top_down, COUNT(top_down));
}

#define FRIEND "- {rule: friend, when: {client.ip: 192.0.2.1}, then: accept}\n"
#define FRIEND_HELO "- {rule: friend, when: {helo: mx}, then: accept}\n"
#define LATE_TAG \
	"- {rule: tag, when: {macro.some_name: x}, " \
	"then: {add_header: {name: X-Tag, value: 'yes'}}}\n"

static const struct row accepts[] = {
	{ "ACCEPT is told at CONNECT when connect facts alone decide",
	    FRIEND NO_EVIL, EVIL "mail s@x",
	    "connect accept by friend|mail accept by friend" },
	{ "also when no rule can hold any more",
	    "- {rule: r, when: {client.ip: 192.0.2.9}, then: reject}\n",
	    "connect 192.0.2.1 mx", "connect accept" },
	{ "not while a rule above may refuse",
	    NO_EVIL FRIEND, MX "mail s@x", "mail accept by friend" },
	{ "nor while a rule above may edit",
	    TAG_SPAM FRIEND, TO_A "data|header Subject hello|eoh",
	    "eoh accept by friend" },
	{ "whose edits come with it",
	    TAG_SPAM FRIEND, TO_A "data|header Subject spam|eoh|eom",
	    "eom accept by friend +X-Spam=yes" },
	{ "a rule below that edits is never reached",
	    FRIEND TAG_SPAM, TO_A "data|header Subject spam|eoh|eom",
	    "connect accept by friend|mail accept by friend|data accept|"
	    "eoh accept|eom accept" },
	{ "ACCEPT by HELO is told at MAIL, for another may follow",
	    FRIEND_HELO, "connect 192.0.2.1 mx|helo mx|helo evil|helo mx",
	    "" },
	{ "and the last HELO counts",
	    FRIEND_HELO "- {rule: rest, then: {reject: no}}\n",
	    "connect 192.0.2.1 mx|helo mx|helo evil|mail s@x",
	    "mail reject 550 5.7.1 no by rest" },
	{ "also when it is the good one",
	    FRIEND_HELO "- {rule: rest, then: {reject: no}}\n",
	    "connect 192.0.2.1 mx|helo evil|helo mx|mail s@x",
	    "mail accept by friend" },
	{ "`accept: connection` is read again for each message",
	    "- {rule: in, when: {client.ip: 192.0.2.1, helo: mx}, "
	    "then: {accept: connection}}\n" NO_EVIL,
	    TO_A "eom|helo evil|mail s@x",
	    "mail accept by in|eom accept|mail reject 550 5.7.1 no by "
	    "no-evil" },
	{ "a rule above that edits and whose fact comes last holds it back",
	    LATE_TAG FRIEND, TO_A "data|header A b|eoh|eom",
	    "eom accept by friend" },
	{ "the edits of the accepting rule itself come at the end",
	    "- {rule: in, when: {client.ip: 192.0.2.1}, then: "
	    "[{add_header: {name: X-In, value: 'yes'}}, accept]}\n",
	    TO_A "data|header A b|eoh|eom", "eom accept by in +X-In=yes" },
};

static void
test_accept(void)
{
	check_rows(accepts, COUNT(accepts));
}

#define POSTMASTER "- {rule: pm, when: {recipient: pm@x}, then: accept}\n"
#define NOBODY_ELSE "- {rule: rest, then: {reject: no}}\n"
#define NOT_A "- {rule: not-a, when: {recipient: a@x}, then: {reject: gone}}\n"

static const struct row recipients[] = {
	{ "a recipient is refused at RCPT, the others go on",
	    NOT_A, TO_AB "data",
	    "rcpt a@x reject 550 5.7.1 gone by not-a|data accept" },
	{ "a repeated RCPT in other letters has the same answer",
	    NOT_A, TO_A "rcpt A@X|rcpt b@x|rcpt B@x|data",
	    "rcpt a@x reject 550 5.7.1 gone by not-a|"
	    "rcpt A@X reject 550 5.7.1 gone|data accept" },
	{ "and counts as one recipient",
	    "- {rule: one, when: {recipients.count: 1}, then: {reject: one}}\n",
	    TO_A "rcpt A@X|rcpt a@x|data",
	    "data reject 550 5.7.1 one by one" },
	{ "accept exempts one recipient and is not told at RCPT",
	    POSTMASTER NOBODY_ELSE, MX "mail s@x|rcpt b@x|rcpt pm@x|data",
	    "rcpt b@x reject 550 5.7.1 no by rest|data accept by pm" },
	{ "a refusal that all share waits for the exempted one",
	    POSTMASTER NO_EVIL, EVIL "mail s@x|rcpt pm@x|rcpt b@x|data",
	    "rcpt b@x reject 550 5.7.1 no by no-evil|data accept by pm" },
	{ "from DATA on one refusal is for all that are left",
	    POSTMASTER NO_SPAM,
	    MX "mail s@x|rcpt pm@x|rcpt b@x|data|header Subject spam|eoh",
	    "eoh reject 550 5.7.1 spam by no-spam" },
	{ "unless the exempted one is alone",
	    POSTMASTER NO_SPAM, MX "mail s@x|rcpt pm@x|data",
	    "data accept by pm" },
	{ "recipients are those that were not refused",
	    NOT_A "- {rule: r, when: {recipients: a@x}, then: {reject: a}}\n"
	    "- {rule: s, when: {recipients.count: 1}, then: {reject: one}}\n",
	    TO_AB "data",
	    "rcpt a@x reject 550 5.7.1 gone by not-a|"
	    "data reject 550 5.7.1 one by s" },
	{ "a message without a recipient left is not accepted",
	    NOT_A, TO_A "data|eoh|eom",
	    "rcpt a@x reject 550 5.7.1 gone by not-a|eom failed tempfail 451 "
	    "4.3.0 The mail filter cannot judge this message now" },
};

static void
test_recipients(void)
{
	check_rows(recipients, COUNT(recipients));
}

/* Two personal rules that wait for DATA or for the header. */
#define B_SPAM \
	"- {rule: b, when: {recipient: b@x, header_raw.subject: spam}, " \
	"then: {reject: b}}\n"
#define A_PAIR \
	"- {rule: a, when: {recipient: a@x, recipients.count: 2}, " \
	"then: {reject: a}}\n"
#define A_SPAM \
	"- {rule: a, when: {recipient: a@x, header_raw.subject: spam}, " \
	"then: {reject: a}}\n"
#define EITHER \
	"- {rule: r, when: {any: [{recipient: b@x, recipients.count: 2}, " \
	"{header_raw.subject: spam}]}, then: {reject: 'for ${recipient}'}}\n"

static const struct row messages[] = {
	{ "the answer is that of the first rule, not of the first recipient",
	    B_SPAM A_SPAM, TO_AB "data|header Subject spam|eoh",
	    "eoh reject 550 5.7.1 b by b" },
	{ "whatever the order of the recipients",
	    B_SPAM A_SPAM,
	    MX "mail s@x|rcpt b@x|rcpt a@x|data|header Subject spam|eoh",
	    "eoh reject 550 5.7.1 b by b" },
	{ "an unknown rule above, for another recipient, holds it back",
	    B_SPAM A_PAIR, TO_AB "data|header Subject hello|eoh",
	    "eoh reject 550 5.7.1 a by a" },
	{ "and wins when it holds",
	    B_SPAM A_PAIR, TO_AB "data|header Subject spam|eoh",
	    "eoh reject 550 5.7.1 b by b" },
	{ "an unknown rule below does not",
	    A_PAIR B_SPAM, TO_AB "data|header Subject spam|eoh",
	    "data reject 550 5.7.1 a by a|eoh reject 550 5.7.1 a" },
	{ "a rule that is unknown for an earlier recipient is worded for him",
	    EITHER, TO_AB "data|header Subject spam|eoh",
	    "eoh reject 550 5.7.1 for a@x by r" },
	{ "and for the later one when he is not concerned",
	    EITHER, TO_AB "data|header Subject hello|eoh",
	    "eoh reject 550 5.7.1 for b@x by r" },
	{ "an accept of one recipient waits for the other",
	    "- {rule: ok, when: {recipient: a@x}, then: accept}\n" NO_SPAM,
	    TO_AB "data|header Subject hello|eoh", "eoh accept by ok" },
};

static void
test_messages(void)
{
	check_rows(messages, COUNT(messages));
}

static const struct row lifetimes[] = {
	{ "a refusal ends with its message",
	    "- {rule: r, when: {sender: bad@x}, then: {reject: no}}\n",
	    MX "mail bad@x|mail good@x|rcpt a@x|data|eoh|eom|mail bad@x",
	    "mail reject 550 5.7.1 no by r|mail accept|data accept|eoh accept|"
	    "eom accept|mail reject 550 5.7.1 no by r" },
	{ "recipients, fields and edits too",
	    TAG_SPAM NOT_A,
	    TO_A "rcpt b@x|data|header Subject spam|eoh|eom|"
	    "mail s@x|rcpt c@x|data|header Subject hello|eoh|eom",
	    "rcpt a@x reject 550 5.7.1 gone by not-a|eom accept +X-Spam=yes|"
	    "eoh accept|eom accept" },
	{ "an aborted message leaves nothing",
	    NO_SPAM, TO_A "data|header Subject spam|abort|"
	    "mail s@x|rcpt a@x|data|header A b|eoh",
	    "eoh accept" },
	{ "what MAIL brought belongs to that message",
	    INSIDERS NOBODY_ELSE,
	    MX "mail s@x {auth_authen}=joe|abort|mail s@x",
	    "mail accept by pass|mail reject 550 5.7.1 no by rest" },
	{ "HELO stays for the next message",
	    NO_EVIL, EVIL "mail s@x|abort|mail s@x",
	    "mail reject 550 5.7.1 no by no-evil|"
	    "mail reject 550 5.7.1 no by no-evil" },
	{ "a new HELO begins anew, also in the middle of a message",
	    NO_EVIL, TO_A "helo evil|mail s@x",
	    "mail accept|mail reject 550 5.7.1 no by no-evil" },
	{ "a new connection knows nothing of the old one",
	    NO_EVIL FRIEND NOBODY_ELSE,
	    EVIL "close|connect 192.0.2.2 mx|mail s@x",
	    "mail reject 550 5.7.1 no by rest" },
};

static void
test_lifetimes(void)
{
	check_rows(lifetimes, COUNT(lifetimes));
}

static const struct unit_test tests[] = {
	{ "rules are read from the top", test_top_down },
	{ "ACCEPT is told when nothing can matter any more", test_accept },
	{ "each recipient has a reading of its own", test_recipients },
	{ "a message has one answer", test_messages },
	{ "nothing outlives a message", test_lifetimes },
};

UNIT_MAIN("engine order", tests)
