/*
 * test_injection.c - what a client says never becomes a field of its own.
 *
 * Postfix keeps a CR in an added value and an empty continuation line, and
 * libmilter checks nothing: what leaves the daemon must be one field already.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "tests/support/daemon.h"
#include "tests/support/rawmilter.h"
#include "tests/unit/unit.h"

#define COUNT(array) (sizeof (array) / sizeof *(array))
#define LINE_MAX_BYTES 998	/* RFC 5322 2.1.1 */

/* One payload comes in by four doors. */
static const char rules[] =
    "rules:\n"
    "  - rule: copy\n"
    "    when:\n"
    "      helo: '/^(?<greeting>.*)$/s'\n"
    "      header_raw.subject: '/^(?<subject>.*)$/s'\n"
    "    then:\n"
    "      - add_header: {name: X-Helo, value: '${greeting}'}\n"
    "      - add_header: {name: X-Subject, value: 'is ${subject}'}\n"
    "      - add_header: {name: X-Sender, value: '${sender}', at: top}\n"
    "      - add_header: {name: X-Macro, value: '${macro.payload|-}'}\n";

static const char *const payloads[] = {
	"plain",
	"a\r\nX-Evil: yes",
	"a\nX-Evil: yes",
	"a\rX-Evil: yes",
	"a\n\rX-Evil: yes",
	"a\r\n X-Evil: folded",
	"a\n\tX-Evil: folded",
	"\r\nX-Evil: yes",
	"\nX-Evil: yes",
	"a\r\n\r\nbody",
	"a\n\nbody",
	"a\n\t\nbody",
	"a\r\n.\r\nMAIL FROM:<evil@example.org>",
	"\r\n\r\n",
	"\n",
	"\t",
	" ",
	":",
	"X-Evil: yes",
	"a\vb\fc",
	"\033]0;title\007",
	"\001\002\003\004\005\006\010\016\017\020\037\177",
	"\200\201\377\376",
	"\303\050",
	"gr\303\274n",
	"\342\200\250a\342\200\251b\302\205c",
	"=?utf-8?q?=0D=0AX-Evil:_yes?=",
	"=?utf-8?b?DQpYLUV2aWw6IHllcw==?=",
	"%n%s%x%0d%0a",
	"${sender}${1}$0",
	"\"quoted\\\r\n\"",
	"<a@example.org>\r\nBcc: <evil@example.org>",
};

static struct daemon daemon;

/* No control but LF, and behind each LF the field goes on. */
static void
check_value(const char *value, size_t len)
{
	size_t line = 0;

	for (size_t i = 0; i < len; i++, line++) {
		bool fold = strncmp(value + i, "\\x0a", 4) == 0;

		check_true(strncmp(value + i, "\\x", 2) != 0 || fold);
		if (!fold)
			continue;
		check_true(value[i + 4] == ' ');
		check_true(line <= LINE_MAX_BYTES);
		i += 3;
		line = 0;
	}
	check_true(line <= LINE_MAX_BYTES);
}

static void
check_edit(const char **edits, const char *want)
{
	size_t len = strcspn(*edits, "\n");

	check_true(strncmp(*edits, want, strlen(want)) == 0);
	if (len >= strlen(want))
		check_value(*edits + strlen(want), len - strlen(want));
	*edits += len + ((*edits)[len] == '\n');
}

static void
check_payload(const char *payload, const char *path)
{
	struct rawmilter m;
	const char *edits;

	check_true(rawmilter_start(&m, daemon.address));
	rawmilter_connect(&m, "mx", "192.0.2.1");
	check_text(rawmilter_helo(&m, payload), "continue");
	check_text(rawmilter_mail(&m, path), "continue");
	check_text(rawmilter_rcpt(&m, "<b@example.com>"), "continue");
	rawmilter_plain(&m, WIRE_DATA);
	rawmilter_header(&m, "Subject", payload);
	check_text(rawmilter_plain(&m, WIRE_EOH), "continue");
	rawmilter_macros(&m, WIRE_EOM, "payload", payload, NULL);
	check_text(rawmilter_plain(&m, WIRE_EOM), "continue");
	check_size(m.edit_count, 4);
	edits = rawmilter_edits(&m);
	check_edit(&edits, "add X-Helo: ");
	check_edit(&edits, "add X-Subject: is");
	check_edit(&edits, "insert 0 X-Sender: ");
	check_edit(&edits, "add X-Macro: ");
	check_text(edits, "");
	rawmilter_close(&m);
}

static void
test_start(void)
{
	check_true(daemon_start(&daemon, "", rules));
}

static void
test_payloads(void)
{
	char row[32];
	char path[128];

	for (size_t i = 0; i < COUNT(payloads); i++) {
		/* Its number, for the payload itself is no text to print. */
		snprintf(row, sizeof row, "payload %zu", i);
		unit_case(row);
		snprintf(path, sizeof path, "<%s@example.org>", payloads[i]);
		check_payload(payloads[i], path);
	}
}

/* Words that no line can hold, of ASCII and not. */
static void
test_long_payloads(void)
{
	static char text[30000];

	unit_case("one long word");
	memset(text, 'a', sizeof text - 1);
	check_payload(text, "<a@example.org>");
	unit_case("one long word that is not ASCII");
	memset(text, '\377', sizeof text - 1);
	check_payload(text, "<a@example.org>");
	unit_case("nothing but line ends");
	memset(text, '\n', sizeof text - 1);
	check_payload(text, "<a@example.org>");
}

static void
test_stop(void)
{
	check_int(daemon_finish(&daemon), 0);
}

static const struct unit_test tests[] = {
	{ "a daemon answers", test_start },
	{ "each payload stays in its field", test_payloads },
	{ "so does a payload of any length", test_long_payloads },
	{ "it stops when told to", test_stop },
};

UNIT_MAIN("daemon/injection", tests)
