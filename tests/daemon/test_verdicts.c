/*
 * test_verdicts.c - each verdict as the milter protocol says it, at each step.
 *
 * The protocol has no word for "close": it is a reply with 421, after which an
 * MTA hangs up. A filter that has closed says the same to whatever follows.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "tests/support/daemon.h"
#include "tests/support/rawmilter.h"
#include "tests/unit/unit.h"

#define COUNT(array) (sizeof (array) / sizeof *(array))

/* What the body is searched for; no chunk may hide it. */
#define TOKEN "NEEDLE-in-a-haystack"

static const char rules[] =
    "rules:\n"
    "  - rule: early-client\n"
    "    when: {client.ip: 192.0.2.66}\n"
    "    early: true\n"
    "    then: {reject: 'blocked client'}\n"
    "  - rule: early-close\n"
    "    when: {client.ip: 192.0.2.67}\n"
    "    early: true\n"
    "    then: {close: 'gone'}\n"
    "  - rule: early-helo\n"
    "    when: {helo: localhost}\n"
    "    early: true\n"
    "    then: {tempfail: 'strange helo'}\n"
    "  - rule: early-helo-close\n"
    "    when: {helo: '[127.0.0.1]'}\n"
    "    early: true\n"
    "    then: {close: 'strange helo'}\n"
    "  - rule: discard-mail\n"
    "    when: {sender.local: void}\n"
    "    then: discard\n"
    "  - rule: close-mail\n"
    "    when: {sender.local: close}\n"
    "    then: {close: 'bye'}\n"
    "  - rule: timed\n"
    "    when:\n"
    "      sender.local: clock\n"
    "      now.hour: {ge: 0}\n"
    "    then: {reject: 'it is some time'}\n"
    "  - rule: ended\n"
    "    when: {sender.local: ended}\n"
    "    until: 2020-02-29\n"
    "    then: {reject: 'not any more'}\n"
    "  - rule: close-rcpt\n"
    "    when: {recipient.local: close}\n"
    "    then: {close: 'bye'}\n"
    "  - rule: close-data\n"
    "    when: {recipients.count: 3}\n"
    "    then: {close: {status: 4.3.2, text: '3'}}\n"
    "  - rule: close-header\n"
    "    when: {header_raw.x-do: close}\n"
    "    then: {close: 'bye'}\n"
    "  - rule: discard-header\n"
    "    when: {header_raw.x-do: discard}\n"
    "    then: discard\n"
    "  - rule: close-body\n"
    "    when: {body_raw: {contains: close the door}}\n"
    "    then: {close: 'bye'}\n"
    "  - rule: body\n"
    "    when: {body_raw: '/(" TOKEN ")/'}\n"
    "    then: {reject: 'found ${1}'}\n"
    "  - rule: tried\n"
    "    mode: shadow\n"
    "    when: {sender.local: tried}\n"
    "    then: {reject: 'not yet'}\n"
    "  - rule: counted\n"
    "    when: {sender.local: counted}\n"
    "    then: [{score: 2.5}, {log: 'from ${sender}'}]\n";

/* While there are rules about commands, nothing is accepted or discarded before
 * the end: so they have a daemon of their own. */
static const char command_rules[] =
    "rules:\n"
    "  - rule: odd-command\n"
    "    when: {command: '/^XODD (.*)$/'}\n"
    "    then: {reject: {code: 502, status: 5.5.1, text: 'not <${1}>'}}\n"
    "  - rule: get\n"
    "    when: {command: '/^GET /'}\n"
    "    then: {close: 'no web here'}\n"
    "  - rule: long-command\n"
    "    when: {command: '/^Y{1024}(?:Y{1024})$/'}\n"
    "    then: {tempfail: 'cut'}\n";

static struct daemon daemon;

static void
open_session(struct rawmilter *m, const struct daemon *d)
{
	check_true(rawmilter_start(m, d->address));
	check_text(rawmilter_connect(m, "mx", "192.0.2.1"), "continue");
	check_text(rawmilter_helo(m, "mx.example.org"), "continue");
}

static void
test_start(void)
{
	check_true(daemon_start(&daemon, "", rules));
}

static const struct {
	const char *sentence;
	struct rawmilter_message message;
	const char *want;
} messages[] = {
	{ "discarded at MAIL", { .sender = "<void@example.org>" }, "discard" },
	{ "discarded at the end of the header", {
	    .sender = "<a@example.org>",
	    .recipients = { "<b@example.com>" },
	    .fields = { { "X-Do", "discard" } } }, "discard" },
	{ "closed at the end of the header", {
	    .sender = "<a@example.org>",
	    .recipients = { "<b@example.com>" },
	    .fields = { { "X-Do", "close" } } }, "421 4.7.0 bye" },
	{ "closed at the end of the message", {
	    .sender = "<a@example.org>",
	    .recipients = { "<b@example.com>" },
	    .body = "please close the door\r\n" }, "421 4.7.0 bye" },
	{ "closed at DATA", { .sender = "<a@example.org>",
	    .recipients = { "<b@example.com>", "<c@example.com>",
	    "<d@example.com>" } }, "421 4.3.2 3" },
	{ "closed at MAIL", { .sender = "<close@example.org>" },
	    "421 4.7.0 bye" },
	{ "the time is known", { .sender = "<clock@example.org>" },
	    "550 5.7.1 it is some time" },
	{ "a rule that has ended says nothing", {
	    .sender = "<ended@example.org>",
	    .recipients = { "<b@example.com>" } }, "accept" },
	{ "nor does one that is tried out", {
	    .sender = "<tried@example.org>",
	    .recipients = { "<b@example.com>" } }, "accept" },
	{ "nor one that counts and logs", {
	    .sender = "<counted@example.org>",
	    .recipients = { "<b@example.com>" } }, "accept" },
};

static void
test_messages(void)
{
	struct rawmilter m;

	for (size_t i = 0; i < COUNT(messages); i++) {
		unit_case(messages[i].sentence);
		open_session(&m, &daemon);
		check_text(rawmilter_send(&m, &messages[i].message),
		    messages[i].want);
		check_text(rawmilter_edits(&m), "");
		rawmilter_close(&m);
	}
}

/* After a close, whatever is still said gets the same answer. */
static void
test_close_lasts(void)
{
	static const char bye[] = "421 4.7.0 bye";
	struct rawmilter m;

	open_session(&m, &daemon);
	check_text(rawmilter_mail(&m, "<a@example.org>"), "continue");
	check_text(rawmilter_rcpt(&m, "<b@example.com>"), "continue");
	check_text(rawmilter_rcpt(&m, "<close@example.com>"), bye);
	unit_case("another recipient");
	check_text(rawmilter_rcpt(&m, "<c@example.com>"), bye);
	unit_case("the message");
	check_text(rawmilter_plain(&m, WIRE_DATA), bye);
	check_true(rawmilter_abort(&m));
	unit_case("another message");
	check_text(rawmilter_mail(&m, "<a@example.org>"), bye);
	rawmilter_close(&m);
	unit_case("but not another client");
	open_session(&m, &daemon);
	check_text(rawmilter_mail(&m, "<a@example.org>"), "continue");
	rawmilter_close(&m);
}

static void
test_early(void)
{
	struct rawmilter m;

	unit_case("at connect");
	check_true(rawmilter_start(&m, daemon.address));
	check_text(rawmilter_connect(&m, "mx", "192.0.2.66"),
	    "550 5.7.1 blocked client");
	check_text(rawmilter_helo(&m, "mx"), "550 5.7.1 blocked client");
	rawmilter_close(&m);
	unit_case("at connect, for good");
	check_true(rawmilter_start(&m, daemon.address));
	check_text(rawmilter_connect(&m, "mx", "192.0.2.67"),
	    "421 4.7.0 gone");
	rawmilter_close(&m);
	unit_case("at HELO");
	check_true(rawmilter_start(&m, daemon.address));
	check_text(rawmilter_connect(&m, "mx", "192.0.2.1"), "continue");
	check_text(rawmilter_helo(&m, "localhost"), "451 4.7.1 strange helo");
	unit_case("another HELO does not help");
	check_text(rawmilter_helo(&m, "mx"), "451 4.7.1 strange helo");
	rawmilter_close(&m);
	unit_case("at HELO, for good");
	check_true(rawmilter_start(&m, daemon.address));
	check_text(rawmilter_connect(&m, "mx", "192.0.2.1"), "continue");
	check_text(rawmilter_helo(&m, "[127.0.0.1]"),
	    "421 4.7.0 strange helo");
	rawmilter_close(&m);
}

static void
check_logged(const struct daemon *d, const char *text)
{
	unit_case(text);
	check_true(daemon_count(d, text, 1) >= 1);
}

static void
test_unknown(void)
{
	static char line[4096];
	struct daemon other;
	struct rawmilter m;

	check_true(daemon_start(&other, "", command_rules));
	open_session(&m, &other);
	check_text(rawmilter_unknown(&m, "XODD one"), "502 5.5.1 not <one>");
	unit_case("the next one is judged anew");
	check_text(rawmilter_unknown(&m, "XEVEN"), "continue");
	unit_case("a line is looked at no further than 2048 bytes");
	memset(line, 'Y', 3000);
	check_text(rawmilter_unknown(&m, line), "451 4.7.1 cut");
	line[2047] = '\0';
	check_text(rawmilter_unknown(&m, line), "continue");
	unit_case("mail is not concerned");
	check_text(rawmilter_mail(&m, "<a@example.org>"), "continue");
	check_text(rawmilter_unknown(&m, "XODD two"), "502 5.5.1 not <two>");
	check_text(rawmilter_rcpt(&m, "<b@example.com>"), "continue");
	unit_case("unless the connection is closed");
	check_text(rawmilter_unknown(&m, "GET / HTTP/1.1"),
	    "421 4.7.0 no web here");
	check_text(rawmilter_rcpt(&m, "<b@example.com>"),
	    "421 4.7.0 no web here");
	rawmilter_close(&m);
	check_logged(&other, "- reject scope=command rule=odd-command place=");
	check_logged(&other, "- close scope=command rule=get place=");
	check_int(daemon_finish(&other), 0);
}

/* Begin a message of which the body follows. */
static void
begin_body(struct rawmilter *m)
{
	rawmilter_mail(m, "<a@example.org>");
	rawmilter_rcpt(m, "<b@example.com>");
	rawmilter_plain(m, WIRE_DATA);
	rawmilter_header(m, "Subject", "x");
	check_text(rawmilter_plain(m, WIRE_EOH), "continue");
}

/* Send BODY in packets of SIZE bytes, the first of FIRST. */
static const char *
send_body(struct rawmilter *m, struct span body, size_t first, size_t size)
{
	size_t take = first;

	begin_body(m);
	for (; body.len > 0; body = span_skip(body, take), take = size)
		if (strcmp(rawmilter_body(m, span_head(body, take)),
		    "continue") != 0)
			return "no continue";
	return rawmilter_plain(m, WIRE_EOM);
}

static void
test_body(void)
{
	static const char found[] = "550 5.7.1 found " TOKEN;
	static char large[200000];
	struct span token = span_of("a haystack with a " TOKEN "\r\n");
	struct rawmilter m;

	open_session(&m, &daemon);
	unit_case("bytes one by one");
	check_text(send_body(&m, token, 1, 1), found);
	unit_case("by seven");
	check_text(send_body(&m, token, 7, 7), found);
	unit_case("over any edge");
	for (size_t i = 0; i < token.len; i++)
		check_text(send_body(&m, token, i + 1, 65535), found);
	unit_case("over the edge of a packet as large as can be");
	for (size_t i = 0; i <= strlen(TOKEN); i++) {
		memset(large, 'x', sizeof large);
		memcpy(large + 65535 - i, TOKEN, strlen(TOKEN));
		check_text(send_body(&m, span_make(large, sizeof large),
		    65535, 65535), found);
	}
	unit_case("what is not there is not found");
	memset(large, 'x', sizeof large);
	check_text(send_body(&m, span_make(large, sizeof large), 65535,
	    65535), "continue");
	unit_case("nor what two messages make together");
	check_text(send_body(&m, span_of("NEEDLE-in-"), 65535, 65535),
	    "continue");
	check_text(send_body(&m, span_of("a-haystack"), 65535, 65535),
	    "continue");
	rawmilter_close(&m);
}

static void
test_log(void)
{
	check_logged(&daemon, "- reject scope=connection rule=early-client ");
	check_logged(&daemon, "- close scope=connection rule=early-close ");
	check_logged(&daemon, "- tempfail scope=connection rule=early-helo ");
	check_logged(&daemon, "- discard scope=message rule=discard-mail ");
	check_logged(&daemon, "- close scope=recipient rule=close-rcpt ");
	check_logged(&daemon, " would-reject scope=message rule=tried ");
	check_logged(&daemon, " log scope=rule rule=counted ");
	check_logged(&daemon, " text=\"from counted@example.org\"");
	check_logged(&daemon, " score=2.5");
}

static void
test_stop(void)
{
	check_int(daemon_finish(&daemon), 0);
}

static const struct unit_test tests[] = {
	{ "a daemon answers", test_start },
	{ "a message is discarded, or the connection closed", test_messages },
	{ "a close is for good", test_close_lasts },
	{ "an early answer comes at once and is for good", test_early },
	{ "a command that the MTA does not know is judged", test_unknown },
	{ "no edge of a packet hides a part of the body", test_body },
	{ "the log says what happened", test_log },
	{ "it stops when told to", test_stop },
};

UNIT_MAIN("daemon/verdicts", tests)
