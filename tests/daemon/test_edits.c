/*
 * test_edits.c - what is changed, when, and in which order.
 *
 * An MTA drops a filter that edits before the end of the message, and it
 * renumbers fields when one of them goes: so removals come last field first,
 * and additions behind them.
 */
#include "config.h"

#include "tests/support/daemon.h"
#include "tests/support/rawmilter.h"
#include "tests/unit/unit.h"

#define FORGED "Authentication-Results"

static const char rules[] =
    "rules:\n"
    "  - rule: top\n"
    "    when: {sender: {exists: true}}\n"
    "    then: {add_header: {name: X-Top, value: top, at: top}}\n"
    "  - rule: forged\n"
    "    when: {recipient: {exists: true}}\n"
    "    then:\n"
    "      - add_header: {name: X-First, value: first}\n"
    "      - remove_header: {name: Authentication-Results,"
    " match: '/^ours;/'}\n"
    "      - add_header: {name: X-Second, value: second, at: bottom}\n"
    "  - rule: one-of-many\n"
    "    when: {sender: nth@example.org}\n"
    "    then: {remove_header: {name: X-Many, nth: 2}}\n"
    "  - rule: set\n"
    "    when: {sender: set@example.org}\n"
    "    then:\n"
    "      - set_header: {name: X-Many, value: 'gr\303\274n dich'}\n"
    "      - rewrite_header: {name: Subject, match: '/^/',"
    " with: '[EXT] '}\n"
    "      - rewrite_header: {name: X-Gone, match: '/.*/', with: ''}\n"
    "  - rule: envelope\n"
    "    when: {sender: envelope@example.org}\n"
    "    then:\n"
    "      - quarantine: 'a 100% reason'\n"
    "      - set_sender: 'other@example.org'\n"
    "      - add_recipient: 'new@example.com'\n"
    "      - remove_recipient: '/^c@/'\n"
    "  - rule: null-sender\n"
    "    when: {sender: null@example.org}\n"
    "    then: {set_sender: <>}\n"
    "  - rule: one-discarded\n"
    "    when: {recipient: void@example.com}\n"
    "    then: discard\n"
    "  - rule: refuse-header\n"
    "    when: {header_raw.x-refuse: header}\n"
    "    then: {reject: refused}\n"
    "  - rule: delay-header\n"
    "    when: {header_raw.x-refuse: later}\n"
    "    then: {tempfail: delayed}\n"
    "  - rule: refuse-end\n"
    "    when: {macro.late: refuse}\n"
    "    then: {reject: refused at the end}\n"
    "  - rule: delay-end\n"
    "    when: {macro.late: later}\n"
    "    then: {tempfail: delayed at the end}\n";

static const char tags[] =
    "insert 0 X-Top: top\n"
    "add X-First: first\n"
    "add X-Second: second\n";

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
	check_true(daemon_start(&daemon, "", rules));
}

static void
test_only_at_the_end(void)
{
	struct rawmilter m;

	open_session(&m);
	check_text(rawmilter_mail(&m, "<a@example.org>"), "continue");
	check_text(rawmilter_rcpt(&m, "<b@example.com>"), "continue");
	check_text(rawmilter_plain(&m, WIRE_DATA), "continue");
	check_text(rawmilter_header(&m, "Subject", "x"), "continue");
	check_text(rawmilter_plain(&m, WIRE_EOH), "continue");
	check_text(rawmilter_body(&m, span_of("x\r\n")), "continue");
	check_text(rawmilter_edits(&m), "");
	check_text(rawmilter_plain(&m, WIRE_EOM), "continue");
	check_text(rawmilter_edits(&m), tags);
	rawmilter_close(&m);
}

static const struct {
	const char *sentence;
	const char *header;		/* X-Refuse */
	const char *late;		/* macro at the end */
	const char *want;
} refusals[] = {
	{ "refused at the end of the header", "header", NULL,
	    "550 5.7.1 refused" },
	{ "delayed at the end of the header", "later", NULL,
	    "451 4.7.1 delayed" },
	{ "refused at the end of the message", "no", "refuse",
	    "550 5.7.1 refused at the end" },
	{ "delayed at the end of the message", "no", "later",
	    "451 4.7.1 delayed at the end" },
};

static const char *
send_refused(struct rawmilter *m, size_t row)
{
	const char *answer;

	rawmilter_mail(m, "<a@example.org>");
	rawmilter_rcpt(m, "<b@example.com>");
	rawmilter_plain(m, WIRE_DATA);
	rawmilter_header(m, "X-Refuse", refusals[row].header);
	rawmilter_header(m, FORGED, "ours; spf=pass");
	answer = rawmilter_plain(m, WIRE_EOH);
	if (refusals[row].late == NULL)
		return answer;
	check_text(answer, "continue");
	rawmilter_macros(m, WIRE_EOM, "late", refusals[row].late, NULL);
	return rawmilter_plain(m, WIRE_EOM);
}

static void
test_none_with_a_refusal(void)
{
	struct rawmilter m;

	open_session(&m);
	for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++) {
		unit_case(refusals[i].sentence);
		check_text(send_refused(&m, i), refusals[i].want);
		check_text(rawmilter_edits(&m), "");
	}
	rawmilter_close(&m);
}

static const struct {
	const char *sentence;
	struct rawmilter_message message;
	const char *want;
} removals[] = {
	{ "three of eight", { .sender = "<a@example.org>",
	    .recipients = { "<b@example.com>" }, .fields = {
	    { FORGED, "theirs; a" }, { FORGED, "ours; b" },
	    { FORGED, "theirs; c" }, { FORGED, "theirs; d" },
	    { FORGED, "ours; e" }, { FORGED, "theirs; f" },
	    { FORGED, "theirs; g" }, { FORGED, "ours; h" } } },
	    "remove 8 Authentication-Results\n"
	    "remove 5 Authentication-Results\n"
	    "remove 2 Authentication-Results\n"
	    "insert 0 X-Top: top\nadd X-First: first\nadd X-Second: second\n" },
	{ "the case of a name does not matter", {
	    .sender = "<a@example.org>",
	    .recipients = { "<b@example.com>" }, .fields = {
	    { "AUTHENTICATION-RESULTS", "theirs" }, { "Subject", "x" },
	    { FORGED, "ours; b" } } },
	    "remove 2 Authentication-Results\n"
	    "insert 0 X-Top: top\nadd X-First: first\nadd X-Second: second\n" },
	{ "nothing to remove", { .sender = "<a@example.org>",
	    .recipients = { "<b@example.com>" },
	    .fields = { { FORGED, "theirs" } } },
	    "insert 0 X-Top: top\nadd X-First: first\nadd X-Second: second\n" },
	{ "the second of a name", { .sender = "<nth@example.org>",
	    .recipients = { "<b@example.com>" }, .fields = {
	    { "X-Many", "a" }, { "Subject", "x" }, { "X-Many", "b" },
	    { "X-Many", "c" }, { FORGED, "ours;" } } },
	    "remove 1 Authentication-Results\nremove 2 X-Many\n"
	    "insert 0 X-Top: top\nadd X-First: first\nadd X-Second: second\n" },
};

#define TAGS "insert 0 X-Top: top\nadd X-First: first\nadd X-Second: second\n"

static void
test_other(void)
{
	static const struct {
		const char *sentence;
		struct rawmilter_message message;
		const char *want;
	} rows[] = {
		{ "a field is changed, in RFC 2047 where it must be", {
		    .sender = "<set@example.org>",
		    .recipients = { "<b@example.com>" }, .fields = {
		    { "X-Many", "a" }, { "SUBJECT", "hello" },
		    { "X-Many", "b" } } },
		    "remove 2 X-Many\nchange 1 SUBJECT: [EXT] hello\n"
		    "change 1 X-Many: =?UTF-8?B?Z3LDvG4=?= dich\n" TAGS },
		{ "a field becomes empty, and stays", {
		    .sender = "<set@example.org>",
		    .recipients = { "<b@example.com>" }, .fields = {
		    { "X-Gone", "a" } } },
		    "change 1 X-Gone:  \ninsert 0 X-Top: top\n"
		    "add X-First: first\nadd X-Second: second\n"
		    "add X-Many: =?UTF-8?B?Z3LDvG4=?= dich\n" },
		{ "sender, recipients and hold", {
		    .sender = "<envelope@example.org>",
		    .recipients = { "<b@example.com>", "<C@example.com>" },
		    .fields = { { "Subject", "hello" } } },
		    "sender <other@example.org>\n"
		    "add-recipient <new@example.com>\n" TAGS
		    "quarantine a 100% reason\n" },
		{ "a recipient goes as it was given", {
		    .sender = "<envelope@example.org>",
		    .recipients = { "<b@example.com>", "<c@EXAMPLE.com>" },
		    .fields = { { "Subject", "hello" } } },
		    "sender <other@example.org>\n"
		    "remove-recipient <c@EXAMPLE.com>\n"
		    "add-recipient <new@example.com>\n" TAGS
		    "quarantine a 100% reason\n" },
		{ "the null sender", { .sender = "<null@example.org>",
		    .recipients = { "<b@example.com>" },
		    .fields = { { "Subject", "hello" } } },
		    "sender <>\n" TAGS },
		{ "a recipient for whom it is discarded", {
		    .sender = "<a@example.org>",
		    .recipients = { "<b@example.com>", "<void@example.com>" },
		    .fields = { { "Subject", "hello" } } },
		    "remove-recipient <void@example.com>\n" TAGS },
	};
	struct rawmilter m;

	open_session(&m);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		unit_case(rows[i].sentence);
		check_text(rawmilter_send(&m, &rows[i].message), "accept");
		check_text(rawmilter_edits(&m), rows[i].want);
	}
	rawmilter_close(&m);
}

static void
test_order(void)
{
	struct rawmilter m;

	open_session(&m);
	for (size_t i = 0; i < sizeof removals / sizeof *removals; i++) {
		unit_case(removals[i].sentence);
		check_text(rawmilter_send(&m, &removals[i].message), "accept");
		check_text(rawmilter_edits(&m), removals[i].want);
	}
	rawmilter_close(&m);
}

/* Without leave to edit, the rules could not be kept: no connection at all. */
static void
test_no_leave(void)
{
	static const uint32_t needed[] = { WIRE_MAY_ADD_HEADERS,
		WIRE_MAY_CHANGE_HEADERS, WIRE_MAY_CHANGE_SENDER,
		WIRE_MAY_ADD_RECIPIENTS, WIRE_MAY_REMOVE_RECIPIENTS,
		WIRE_MAY_QUARANTINE };
	struct rawmilter m;

	for (size_t i = 0; i < sizeof needed / sizeof *needed; i++) {
		unit_case(i == 0 ? "add fields" : i == 1 ? "change fields" :
		    i == 2 ? "set the sender" : i == 3 ? "add recipients" :
		    i == 4 ? "remove recipients" : "hold");
		check_true(rawmilter_open(&m, daemon.address));
		check_true(!rawmilter_negotiate(&m, WIRE_VERSION,
		    WIRE_MAY_ALL & ~needed[i], 0));
		rawmilter_drop(&m);
	}
	unit_case("what no rule does is not needed");
	check_true(rawmilter_open(&m, daemon.address));
	check_true(rawmilter_negotiate(&m, WIRE_VERSION, WIRE_MAY_ALL &
	    ~(WIRE_MAY_CHANGE_BODY | WIRE_MAY_ADD_WITH_PARAMS), 0));
	rawmilter_drop(&m);
}

static void
test_stop(void)
{
	check_int(daemon_finish(&daemon), 0);
}

static const struct unit_test tests[] = {
	{ "a daemon answers", test_start },
	{ "edits come at the end of the message", test_only_at_the_end },
	{ "a refused message is not edited", test_none_with_a_refusal },
	{ "fields change, the envelope changes, a message is held", test_other },
	{ "removals go from the last field up, additions follow", test_order },
	{ "an MTA that takes no edits is refused", test_no_leave },
	{ "it stops when told to", test_stop },
};

UNIT_MAIN("daemon/edits", tests)
