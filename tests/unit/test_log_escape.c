/*
 * test_log_escape.c - values in the log, and what they cannot do to it.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "milter/daemon/log.h"
#include "tests/unit/unit.h"

#define BYTES(literal) literal, sizeof literal - 1

static const struct {
	const char *sentence;
	const char *value;
	size_t len;
	const char *want;
} cases[] = {
	{ "an address is plain", BYTES("a.b+c@example.org"),
	    "a.b+c@example.org" },
	{ "the null sender is plain", BYTES("<>"), "<>" },
	{ "an empty value is quoted", BYTES(""), "\"\"" },
	{ "a blank needs quotes", BYTES("a b"), "\"a b\"" },
	{ "an equals sign needs quotes", BYTES("a=b"), "\"a=b\"" },
	{ "a double quote cannot end the value", BYTES("a\" to=b"),
	    "\"a\\x22 to=b\"" },
	{ "a backslash is no escape", BYTES("\\x41"), "\"\\x5Cx41\"" },
	{ "a line end cannot begin a line", BYTES("a\r\nb"),
	    "\"a\\x0D\\x0Ab\"" },
	{ "NUL does not end a value", BYTES("a\0b"), "\"a\\x00b\"" },
	{ "an escape sequence does not reach a terminal", BYTES("\033[2J"),
	    "\"\\x1B[2J\"" },
	{ "DEL is a control character", BYTES("\177"), "\"\\x7F\"" },
	{ "a tab is a control character", BYTES("\t"), "\"\\x09\"" },
	{ "a format means nothing", BYTES("%n%s"), "%n%s" },
	{ "UTF-8 of two bytes stays", BYTES("\xc3\xa9"), "\"\xc3\xa9\"" },
	{ "UTF-8 of three bytes stays", BYTES("\xe2\x82\xac"),
	    "\"\xe2\x82\xac\"" },
	{ "UTF-8 of four bytes stays", BYTES("\xf0\x9f\x93\xa7"),
	    "\"\xf0\x9f\x93\xa7\"" },
	{ "C1 is control even as UTF-8", BYTES("\xc2\x9b" "2J"),
	    "\"\\xC2\\x9B2J\"" },
	{ "the first character above C1 stays", BYTES("\xc2\xa0"),
	    "\"\xc2\xa0\"" },
	{ "Latin-1 is no UTF-8", BYTES("\xe9t\xe9"), "\"\\xE9t\\xE9\"" },
	{ "a sequence that ends too soon is no UTF-8", BYTES("\xe2\x82"),
	    "\"\\xE2\\x82\"" },
	{ "an overlong slash is no UTF-8", BYTES("\xc0\xaf"),
	    "\"\\xC0\\xAF\"" },
	{ "an overlong sequence of three is no UTF-8", BYTES("\xe0\x80\xaf"),
	    "\"\\xE0\\x80\\xAF\"" },
	{ "a surrogate is no UTF-8", BYTES("\xed\xa0\x80"),
	    "\"\\xED\\xA0\\x80\"" },
	{ "beyond Unicode there is no UTF-8", BYTES("\xf4\x90\x80\x80"),
	    "\"\\xF4\\x90\\x80\\x80\"" },
	{ "a lone continuation byte is no UTF-8", BYTES("\x80"), "\"\\x80\"" },
};

static void
values_are_escaped(void)
{
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char got[LOG_FIELD_MAX];
		size_t len;

		unit_case(cases[i].sentence);
		len = log_escape(span_make(cases[i].value, cases[i].len), got);
		check_text(got, cases[i].want);
		check_size(len, strlen(cases[i].want));
	}
}

/* COUNT times UNIT, escaped, must be KEPT times SHOWN, and cut or not. */
static void
check_cap(const char *unit, size_t count, const char *shown, size_t kept,
    const char *end)
{
	char value[2 * LOG_VALUE_MAX] = "", want[LOG_FIELD_MAX] = "\"";
	char got[LOG_FIELD_MAX];

	for (size_t i = 0; i < count; i++)
		strcat(value, unit);
	for (size_t i = 0; i < kept; i++)
		strcat(want, shown);
	strcat(want, end);
	check_size(log_escape(span_of(value), got), strlen(want));
	check_text(got, want);
}

static void
long_values_are_cut(void)
{
	char got[LOG_FIELD_MAX], value[LOG_VALUE_MAX];

	memset(value, 'a', sizeof value);
	unit_case("a value of the greatest length is whole");
	check_size(log_escape(span_make(value, sizeof value), got),
	    sizeof value);
	unit_case("one byte more is cut, and it shows");
	check_cap("a", LOG_VALUE_MAX + 1, "a", LOG_VALUE_MAX, "\"...");
	unit_case("escapes count as they are written");
	check_cap("\n", LOG_VALUE_MAX / 4, "\\x0A", LOG_VALUE_MAX / 4, "\"");
	check_cap("\n", LOG_VALUE_MAX / 4 + 1, "\\x0A", LOG_VALUE_MAX / 4,
	    "\"...");
	unit_case("an escape is never cut in two");
	value[LOG_VALUE_MAX - 1] = '\n';
	check_size(log_escape(span_make(value, sizeof value), got),
	    sizeof value - 1 + sizeof "\"\"..." - 1);
	unit_case("a character is never cut in two");
	check_cap("\xe2\x82\xac", 86, "\xe2\x82\xac", 85, "\"...");
}

/* No byte, nor pair of bytes, can end the value, the line or the encoding. */
static void
nothing_breaks_out(void)
{
	for (unsigned pair = 0; pair < 0x10000; pair++) {
		char value[2] = { (char)(pair >> 8), (char)pair };
		char got[LOG_FIELD_MAX];
		size_t len = log_escape(span_make(value, 2), got);
		bool quoted = got[0] == '"';

		if (quoted && (len < 2 || got[len - 1] != '"'))
			check_size(pair, 0x10000);
		for (size_t i = quoted; i < len - quoted; i++) {
			unsigned char c = (unsigned char)got[i];

			if (c < ' ' || c == 0x7f || c == '"' ||
			    (!quoted && c == ' '))
				check_size(pair, 0x10000);
		}
	}
}

/* What the filter spent on each decision; not known. */
static int64_t microseconds_of_all = -1;

/* The line that is written for D, without what goes to standard output else. */
static void
log_into(const struct decision *d, char line[4096 + 1])
{
	int ends[2], out = dup(STDOUT_FILENO);
	ssize_t len;

	fflush(stdout);
	if (out < 0 || pipe(ends) < 0 || dup2(ends[1], STDOUT_FILENO) < 0)
		return;
	log_decision(d, microseconds_of_all);
	(void)dup2(out, STDOUT_FILENO);
	close(out);
	close(ends[1]);
	len = read(ends[0], line, 4096);
	line[len > 0 ? len : 0] = '\0';
	close(ends[0]);
}

#define S(text) { text, sizeof text - 1 }

/* What each kind of decision looks like as a line. */
static void
decisions_are_lines(void)
{
	static const struct {
		const char *sentence;
		struct decision d;
		const char *want;
	} rows[] = {
		{ "a verdict", { .scope = DECISION_MESSAGE,
		    .kind = VERDICT_DISCARD, .phase = PHASE_EOM,
		    .queue_id = S("4Xyz"), .rule = S("junk"),
		    .place = { .file = "r.yaml", .line = 7 },
		    .recipients = 2 },
		    "4Xyz discard scope=message rule=junk place=r.yaml:7 "
		    "phase=eom rcpts=2\n" },
		{ "a connection closed", { .scope = DECISION_RECIPIENT,
		    .kind = VERDICT_CLOSE, .phase = PHASE_RCPT,
		    .reply = { 421, S("4.7.0"), S("bye") },
		    .recipient = S("a@b") },
		    "- close scope=recipient phase=rcpt "
		    "reply=\"421 4.7.0 bye\" to=a@b\n" },
		{ "a command", { .scope = DECISION_COMMAND,
		    .kind = VERDICT_TEMPFAIL, .phase = PHASE_UNKNOWN },
		    "- tempfail scope=command phase=unknown\n" },
		{ "a message that is held, and its score", {
		    .scope = DECISION_MESSAGE, .kind = VERDICT_ACCEPT,
		    .phase = PHASE_EOM, .edits = 3, .quarantined = true,
		    .scored = true, .score = -2500 },
		    "- accept scope=message phase=eom edits=3 quarantined=yes "
		    "score=-2.5\n" },
		{ "a score of nothing is told as well", {
		    .scope = DECISION_MESSAGE, .kind = VERDICT_ACCEPT,
		    .phase = PHASE_EOM, .scored = true },
		    "- accept scope=message phase=eom score=0\n" },
		{ "a rule in shadow", { .scope = DECISION_MESSAGE,
		    .kind = VERDICT_TEMPFAIL, .shadow = SHADOW_WOULD,
		    .phase = PHASE_MAIL, .rule = S("r") },
		    "- would-tempfail scope=message rule=r phase=mail\n" },
		{ "one of which nobody knows", { .scope = DECISION_MESSAGE,
		    .kind = VERDICT_REJECT, .shadow = SHADOW_UNDECIDED,
		    .phase = PHASE_RCPT, .rule = S("r") },
		    "- undecided scope=message rule=r phase=rcpt\n" },
		{ "what a rule logs", { .scope = DECISION_LOG,
		    .phase = PHASE_EOM, .rule = S("r"),
		    .detail = S("a\nb") },
		    "- log scope=rule rule=r phase=eom text=\"a\\x0Ab\"\n" },
		{ "what a rule could not do", { .scope = DECISION_FAILURE,
		    .phase = PHASE_EOM, .rule = S("r"), .detail = S("no") },
		    "- failure scope=rule rule=r phase=eom why=no\n" },
	};
	char line[4096 + 1];

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		unit_case(rows[i].sentence);
		log_into(&rows[i].d, line);
		check_text(line, rows[i].want);
	}
}

/* The place of line 12 of a file whose name is COUNT times UNIT. */
static void
check_place(const char *unit, size_t count, const char *shown, size_t kept)
{
	struct decision d = { .scope = DECISION_MESSAGE,
		.kind = VERDICT_REJECT };
	char file[4096] = "", want[4096 + 1], line[4096 + 1] = "";
	size_t quoted = strcmp(unit, shown) != 0;

	for (size_t i = 0; i < count; i++)
		strcat(file, unit);
	d.place = (struct place){ file, 12, 1 };
	log_into(&d, line);
	strcpy(want, "- reject scope=message place=");
	strcat(want, quoted ? "\"" : "");
	strcat(want, kept < count ? "..." : "");
	for (size_t i = 0; i < kept; i++)
		strcat(want, shown);
	strcat(want, quoted ? ":12\" phase=connect\n" :
	    ":12 phase=connect\n");
	check_text(line, want);
}

static void
long_places_keep_their_end(void)
{
	unit_case("a short path is whole");
	check_place("/", 1, "/", 1);
	unit_case("a path that just fits is whole");
	check_place("/", LOG_VALUE_MAX - 3, "/", LOG_VALUE_MAX - 3);
	unit_case("of one byte more the front is cut, and it shows");
	check_place("/", LOG_VALUE_MAX - 2, "/", LOG_VALUE_MAX - 6);
	unit_case("of the longest path as well");
	check_place("/", 4095, "/", LOG_VALUE_MAX - 6);
	unit_case("escapes count as they are written");
	check_place("\n", 500, "\\x0A", (LOG_VALUE_MAX - 6) / 4);
}

static void
durations_are_seconds(void)
{
	static const struct {
		int64_t microseconds;
		const char *want;
	} rows[] = {
		{ 0, "- log scope=rule phase=connect duration=0.000\n" },
		{ 12999, "- log scope=rule phase=connect duration=0.012\n" },
		{ 61000001, "- log scope=rule phase=connect "
		    "duration=61.000\n" },
	};
	struct decision d = { .scope = DECISION_LOG };
	char line[4096 + 1];

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		microseconds_of_all = rows[i].microseconds;
		log_into(&d, line);
		check_text(line, rows[i].want);
	}
	microseconds_of_all = -1;
}

static const struct unit_test tests[] = {
	{ "a duration is in seconds", durations_are_seconds },
	{ "each kind of decision has its line", decisions_are_lines },
	{ "a value is plain, or quoted and escaped", values_are_escaped },
	{ "a long value is cut, and the cut is marked", long_values_are_cut },
	{ "a long place keeps its line number", long_places_keep_their_end },
	{ "no two bytes break out of a value", nothing_breaks_out },
};

UNIT_MAIN("log_escape", tests)
