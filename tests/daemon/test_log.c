/*
 * test_log.c - one decision is one line, whatever a client says.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "tests/support/daemon.h"
#include "tests/support/json_line.h"
#include "tests/support/payloads.h"
#include "tests/support/rawmilter.h"
#include "tests/unit/unit.h"

#define LOG_LIMIT (1 << 20)
#define LINE_LIMIT 4096		/* a pipe keeps no longer line whole */
#define DECISION " reject scope=recipient rule=refuse "
#define JSON_DECISION "\"event\": \"reject\", \"level\": \"notice\", "
#define FAILURE " failure "

static const char rules[] =
    "rules:\n"
    "  - rule: refuse\n"
    "    when: {recipient: {exists: true}}\n"
    "    then: {reject: 'not ${recipient} from ${sender} at ${helo}'}\n";

static struct daemon daemon;
static struct buffer before;		/* the log when it was still idle */

static void
test_start(void)
{
	buffer_init(&before, LOG_LIMIT);
	check_true(daemon_start(&daemon, "", rules));
	/* It answers before it says so. */
	check_size(daemon_count(&daemon, "- listening on ", 1), 1);
	daemon_read(daemon.out, &before);
}

/* A session whose only decision is about its recipient. */
static void
refuse(const char *payload)
{
	static char path[70000];
	struct rawmilter m;

	check_true(rawmilter_start(&m, daemon.address));
	rawmilter_connect(&m, payload, "192.0.2.1");
	check_text(rawmilter_helo(&m, payload), "continue");
	snprintf(path, sizeof path, "<%s@example.org>", payload);
	rawmilter_macros(&m, WIRE_MAIL, "i", payload, NULL);
	check_text(rawmilter_mail(&m, path), "continue");
	snprintf(path, sizeof path, "<%s@example.com>", payload);
	rawmilter_macros(&m, WIRE_RCPT, "i", payload, NULL);
	check_true(strncmp(rawmilter_rcpt(&m, path), "550 5.7.1 not ", 14)
	    == 0);
	rawmilter_close(&m);
}

/* Every line is a decision of ours: printable, bounded, and well-formed. */
static void
check_lines(struct span log)
{
	while (log.len > 0) {
		struct span line = span_head(log, span_find(log, '\n'));

		check_true(line.len < log.len);
		check_true(line.len <= LINE_LIMIT);
		check_true(memmem(line.ptr, line.len, DECISION,
		    strlen(DECISION)) != NULL ||
		    memmem(line.ptr, line.len, FAILURE, strlen(FAILURE)) !=
		    NULL);
		for (size_t i = 0; i < line.len; i++) {
			unsigned char c = (unsigned char)line.ptr[i];

			check_true(c >= ' ' && c != 0x7f);
			check_true(c != 0xc2 || (unsigned char)line.ptr[i + 1]
			    >= 0xa0);
		}
		log = span_skip(log, line.len + 1);
	}
}

static size_t
lines_in(struct span log)
{
	size_t count = 0;

	for (size_t i = 0; i < log.len; i++)
		count += log.ptr[i] == '\n';
	return count;
}

static void
check_log(size_t decisions, size_t failures)
{
	struct buffer log;
	struct span news;

	check_size(daemon_count(&daemon, DECISION, decisions), decisions);
	buffer_init(&log, LOG_LIMIT);
	daemon_read(daemon.out, &log);
	news = span_skip(buffer_span(&log), before.len);
	check_size(lines_in(news), decisions + failures);
	check_lines(news);
	buffer_release(&log);
}

static void
test_payloads(void)
{
	char row[32];
	for (size_t i = 0; i < PAYLOADS; i++) {
		/* Its number, for the payload itself is no text to print. */
		snprintf(row, sizeof row, "payload %zu", i);
		unit_case(row);
		refuse(payloads[i]);
	}
	unit_case("all of them");
	check_log(PAYLOADS, 0);
}

static void
test_long_payloads(void)
{
	static char text[60000];

	memset(text, 'x', sizeof text - 1);
	refuse(text);
	memset(text, '\n', sizeof text - 1);
	refuse(text);
	/* That 60 KB were cut for the reply is a line of its own. */
	check_log(PAYLOADS + 2, 2);
}

static void
test_stop(void)
{
	check_int(daemon_finish(&daemon), 0);
	buffer_release(&before);
}

/* The same, each line an object. */
static void
test_json(void)
{
	size_t valid = 0;
	struct buffer log, members;
	struct span rest;

	check_true(daemon_start(&daemon, "  log: {format: json}\n", rules));
	for (size_t i = 0; i < PAYLOADS; i++)
		refuse(payloads[i]);
	check_size(daemon_count(&daemon, JSON_DECISION, PAYLOADS), PAYLOADS);
	buffer_init(&log, LOG_LIMIT);
	buffer_init(&members, LOG_LIMIT);
	daemon_read(daemon.out, &log);
	for (rest = buffer_span(&log); rest.len > 0; valid++) {
		struct span line = span_head(rest, span_find(rest, '\n'));

		check_true(json_line_read(line, &members));
		rest = span_skip(rest, line.len + 1);
	}
	check_size(valid, lines_in(buffer_span(&log)));
	check_true(valid >= PAYLOADS);
	buffer_release(&members);
	buffer_release(&log);
	check_int(daemon_finish(&daemon), 0);
}

static const struct unit_test tests[] = {
	{ "a daemon answers", test_start },
	{ "50 payloads are 50 lines", test_payloads },
	{ "a payload of any length is one line", test_long_payloads },
	{ "it stops when told to", test_stop },
	{ "50 payloads are 50 lines of JSON", test_json },
};

UNIT_MAIN("daemon/log", tests)
