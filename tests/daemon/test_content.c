/*
 * test_content.c - header and body as different MTAs send them.
 *
 * Sendmail and Postfix give the same field with or without the blank behind the
 * colon and with folds of LF or CRLF, and cut the body where they please. No
 * rule may see the difference.
 */
#include "config.h"

#include "tests/support/daemon.h"
#include "tests/support/rawmilter.h"
#include "tests/unit/unit.h"

#define COUNT(array) (sizeof (array) / sizeof *(array))

static const char rules[] =
    "rules:\n"
    "  - rule: exact\n"
    "    when: {header_raw.x-test: {is: one two}}\n"
    "    then: {reject: exact}\n"
    "  - rule: folded\n"
    "    when: {header_raw.x-test: '/^\\s*one[ \\t]+two$/'}\n"
    "    then: {tempfail: folded}\n"
    "  - rule: copy\n"
    "    when: {header_raw.x-copy: '/^(.*)$/s'}\n"
    "    then: {add_header: {name: X-Copied, value: '<${1}>'}}\n";

static const char exact[] = "550 5.7.1 exact";
static const char folded[] = "451 4.7.1 folded";

static const struct {
	const char *sentence;
	const char *name;
	const char *value;
	const char *want;
} fields[] = {
	{ "as Postfix sends it", "X-Test", "one two", exact },
	{ "with the leading space", "X-Test", " one two", exact },
	{ "with two leading spaces", "X-Test", "  one two", exact },
	{ "with a leading tab", "X-Test", "\tone two", exact },
	{ "folded with LF and a space", "X-Test", "one\n two", exact },
	{ "folded with CRLF and a space", "X-Test", "one\r\n two", exact },
	{ "leading space, folded with LF", "X-Test", " one\n two", exact },
	{ "leading space, folded with CRLF", "X-Test", " one\r\n two", exact },
	{ "folded with LF and a tab", "X-Test", "one\n\ttwo", folded },
	{ "folded with CRLF and a tab", "X-Test", "one\r\n\ttwo", folded },
	{ "folded over two lines", "X-Test", "one\n \n two", folded },
	{ "folded at once with LF", "X-Test", "\n one two", exact },
	{ "folded at once with CRLF", "X-Test", "\r\n one two", exact },
	{ "a bare CR counts as a space", "X-Test", "one\rtwo", exact },
	{ "a blank before the colon", "X-Test ", "one two", exact },
	{ "blanks before the colon", "X-Test \t", " one two", exact },
	{ "the name in small letters", "x-test", "one two", exact },
	{ "the name in capitals", "X-TEST", " one\r\n two", exact },
	{ "an empty field", "X-Test", "", "accept" },
	{ "a blank field", "X-Test", " ", "accept" },
	{ "another value", "X-Test", "one twos", "accept" },
	{ "another name", "X-Tests", "one two", "accept" },
	{ "a part of the name", "X-Tes", "one two", "accept" },
};

static struct daemon daemon;

static void
open_session(struct rawmilter *m, uint32_t protocol)
{
	check_true(rawmilter_open(m, daemon.address));
	check_true(rawmilter_negotiate(m, WIRE_VERSION, WIRE_MAY_ALL,
	    protocol));
	check_text(rawmilter_connect(m, "mx", "192.0.2.1"), "continue");
	check_text(rawmilter_helo(m, "mx.example.org"), "continue");
}

static void
test_start(void)
{
	check_true(daemon_start(&daemon, "", rules));
}

/* Once as Postfix negotiates, once as an MTA of old that waits for all. */
static void
test_fields(void)
{
	struct rawmilter postfix, old;

	open_session(&postfix, WIRE_PROTOCOL_ALL);
	open_session(&old, 0);
	for (size_t i = 0; i < COUNT(fields); i++) {
		struct rawmilter_message message = {
			.sender = "<a@example.org>",
			.recipients = { "<b@example.com>" },
			.fields = { { "Subject", "x" },
			    { fields[i].name, fields[i].value } },
		};

		unit_case(fields[i].sentence);
		check_text(rawmilter_send(&postfix, &message), fields[i].want);
		check_text(rawmilter_send(&old, &message), fields[i].want);
	}
	rawmilter_close(&postfix);
	rawmilter_close(&old);
}

/* With it every value that we add would need a space of its own. */
static void
test_no_leading_space(void)
{
	struct rawmilter m;

	open_session(&m, WIRE_PROTOCOL_ALL);
	check_int(m.options.protocol & WIRE_LEADING_SPACE, 0);
	rawmilter_close(&m);
}

static void
begin_message(struct rawmilter *m, const char *copy)
{
	check_text(rawmilter_mail(m, "<a@example.org>"), "continue");
	check_text(rawmilter_rcpt(m, "<b@example.com>"), "continue");
	check_text(rawmilter_plain(m, WIRE_DATA), "continue");
	check_text(rawmilter_header(m, "X-Copy", copy), "continue");
	check_text(rawmilter_plain(m, WIRE_EOH), "continue");
}

static const size_t chunk_sizes[] = { 1, 2, 7, 1024, 65535 };

static void
test_chunks(void)
{
	static char body[65535 + 700];
	struct rawmilter m;

	for (size_t i = 0; i < sizeof body; i++)
		body[i] = (char)(i * 31);
	open_session(&m, 0);
	for (size_t i = 0; i < COUNT(chunk_sizes); i++) {
		/* Enough chunks to matter, and not so many as to last. */
		size_t chunk = chunk_sizes[i];
		size_t size = chunk < 1024 ? 500 : sizeof body;
		struct span rest = span_make(body, size);

		begin_message(&m, "same");
		for (; rest.len > 0; rest = span_skip(rest, chunk))
			check_text(rawmilter_body(&m, span_head(rest, chunk)),
			    "continue");
		check_text(rawmilter_plain(&m, WIRE_EOM), "continue");
		check_text(rawmilter_edits(&m), "add X-Copied: <same>\n");
	}
	rawmilter_close(&m);
}

/* An empty chunk, and the last bytes together with the end. */
static void
test_odd_chunks(void)
{
	struct rawmilter m;

	open_session(&m, 0);
	begin_message(&m, "same");
	check_text(rawmilter_body(&m, span_of("")), "continue");
	packet_add(&m.out, WIRE_EOM, span_of("last bytes\r\n"));
	check_true(rawmilter_flush(&m));
	check_text(rawmilter_answer(&m), "continue");
	check_text(rawmilter_edits(&m), "add X-Copied: <same>\n");
	rawmilter_close(&m);
}

static void
test_stop(void)
{
	check_int(daemon_finish(&daemon), 0);
}

static const struct unit_test tests[] = {
	{ "a daemon answers", test_start },
	{ "a field is the same however an MTA sends it", test_fields },
	{ "leading spaces are not asked for", test_no_leading_space },
	{ "body chunks of any size change nothing", test_chunks },
	{ "empty and last chunks change nothing", test_odd_chunks },
	{ "it stops when told to", test_stop },
};

UNIT_MAIN("daemon/content", tests)
