/*
 * test_bodies.c - another body: in pieces, in its place among the edits, and
 * only with the MTA's leave.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "tests/support/daemon.h"
#include "tests/support/rawmilter.h"
#include "tests/unit/unit.h"

#define PIECE 65535		/* of a body, as milters and MTAs send it */
#define LINES 2600
#define LINE "01234567890123456789012345678901234" \
    "56789012345678901234567890123456789 text\r\n"

static const char rules[] =
    "rules:\n"
    "  - rule: replace\n"
    "    when: {sender: replace@example.org}\n"
    "    then:\n"
    "      - quarantine: withheld\n"
    "      - replace_body: \"withheld\\n.\\n\"\n"
    "      - add_header: {name: X-New, value: new}\n"
    "  - rule: empty\n"
    "    when: {sender: empty@example.org}\n"
    "    then: {rewrite_body: {match: '/.*\\n?/', with: '', all: true}}\n"
    "  - rule: append\n"
    "    when: {sender: append@example.org}\n"
    "    then: {append_body: appended}\n"
    "  - rule: rewrite\n"
    "    when: {sender: rewrite@example.org}\n"
    "    then: {rewrite_body: {match: /text/, with: word, all: true}}\n"
    "  - rule: refuse\n"
    "    when: {sender: refuse@example.org}\n"
    "    at: eom\n"
    "    then: [{replace_body: withheld}, {reject: refused}]\n";

static struct daemon daemon;

static void
open_session(struct rawmilter *m)
{
	check_true(rawmilter_start(m, daemon.address));
	check_text(rawmilter_connect(m, "mx", "192.0.2.1"), "continue");
	check_text(rawmilter_helo(m, "mx.example.org"), "continue");
}

static void
test_start(void)
{
	check_true(daemon_start(&daemon, "  limits: {body: 1000}\n", rules));
}

static const struct {
	const char *sentence;
	const char *sender;
	const char *answer;
	const char *edits;
	const char *body;
} rows[] = {
	{ "behind the fields, before the hold", "<replace@example.org>",
	    "accept", "add Content-Type: text/plain; charset=utf-8\n"
	    "add X-New: new\nadd MIME-Version: 1.0\n"
	    "body 13\nquarantine withheld\n", "withheld\r\n.\r\n" },
	{ "one without a byte", "<empty@example.org>", "accept",
	    "body 0\n", "" },
	{ "text behind the text", "<append@example.org>", "accept",
	    "body 21\n", "some text\r\nappended\r\n" },
	{ "a word in the text", "<rewrite@example.org>", "accept",
	    "body 11\n", "some word\r\n" },
	{ "none when it is refused", "<refuse@example.org>",
	    "550 5.7.1 refused", "", "" },
	{ "none without a rule", "<other@example.org>", "accept", "", "" },
};

static void
test_edits(void)
{
	struct rawmilter m;

	open_session(&m);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct rawmilter_message message = {
			.sender = rows[i].sender,
			.recipients = { "<b@example.com>" },
			.fields = { { "Subject", "hello" } },
			.body = "some text\r\n",
		};

		unit_case(rows[i].sentence);
		check_text(rawmilter_send(&m, &message), rows[i].answer);
		check_text(rawmilter_edits(&m), rows[i].edits);
		check_text(buffer_text(&m.body), rows[i].body);
	}
	rawmilter_close(&m);
}

/* A message from <rewrite@example.org> whose BODY comes in pieces. */
static const char *
send_large(struct rawmilter *m, struct span body)
{
	const char *answer = "continue";

	rawmilter_mail(m, "<rewrite@example.org>");
	rawmilter_rcpt(m, "<b@example.com>");
	rawmilter_plain(m, WIRE_DATA);
	rawmilter_header(m, "Subject", "hello");
	rawmilter_plain(m, WIRE_EOH);
	for (; body.len > 0 && strcmp(answer, "continue") == 0;
	    body = span_skip(body, PIECE))
		answer = rawmilter_body(m, span_head(body, PIECE));
	return strcmp(answer, "continue") == 0 ?
	    rawmilter_plain(m, WIRE_EOM) : answer;
}

static void
test_large(void)
{
	const size_t line = sizeof LINE - 1;
	struct buffer sent, want;
	struct rawmilter m;

	buffer_init(&sent, LINES * line);
	buffer_init(&want, LINES * line);
	for (size_t i = 0; i < LINES; i++)
		buffer_add_text(&sent, LINE);
	buffer_add(&want, buffer_span(&sent));
	for (size_t i = 0; i < LINES; i++)
		memcpy(want.ptr + (i + 1) * line - 6, "word", 4);
	open_session(&m);
	check_text(send_large(&m, buffer_span(&sent)), "continue");
	check_text(rawmilter_edits(&m),
	    "body 65535\nbody 65535\nbody 65535\nbody 3595\n");
	check_true(span_equal(buffer_span(&m.body), buffer_span(&want)));
	rawmilter_close(&m);
	buffer_release(&sent);
	buffer_release(&want);
}

/* Does the daemon ask for CHGBODY when an MTA offers ACTIONS? -1: it is not
 * satisfied with them. */
static int
asks_for_bodies(uint32_t actions)
{
	struct rawmilter m;
	int asks = -1;

	check_true(rawmilter_open(&m, daemon.address));
	if (rawmilter_negotiate(&m, WIRE_VERSION, actions, 0))
		asks = (m.options.actions & WIRE_MAY_CHANGE_BODY) != 0;
	rawmilter_drop(&m);
	return asks;
}

static void
test_leave(void)
{
	unit_case("rules that need it");
	check_int(asks_for_bodies(WIRE_MAY_ALL), 1);
	unit_case("an MTA that does not let them");
	check_int(asks_for_bodies(WIRE_MAY_ALL & ~WIRE_MAY_CHANGE_BODY), -1);
	check_int(daemon_finish(&daemon), 0);
	unit_case("rules that do not need it");
	check_true(daemon_start(&daemon, "", "rules:\n"
	    "  - rule: body\n"
	    "    when: {body_raw: /text/}\n"
	    "    then: {add_header: {name: X-New, value: new}}\n"));
	check_int(asks_for_bodies(WIRE_MAY_ALL), 0);
	check_int(asks_for_bodies(WIRE_MAY_ALL & ~WIRE_MAY_CHANGE_BODY), 0);
}

static void
test_stop(void)
{
	check_int(daemon_finish(&daemon), 0);
}

static const struct unit_test tests[] = {
	{ "a daemon answers", test_start },
	{ "another body comes in its place", test_edits },
	{ "a large one comes in pieces", test_large },
	{ "it is asked for where rules need it", test_leave },
	{ "it stops when told to", test_stop },
};

UNIT_MAIN("daemon/bodies", tests)
