/*
 * test_log_json.c - the log as JSON: valid whatever a client says.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "milter/daemon/log_record.h"
#include "milter/daemon/log_sink.h"
#include "rules/base/date_time.h"
#include "tests/support/json_line.h"
#include "tests/support/payloads.h"
#include "tests/unit/unit.h"

#define S(text) { text, sizeof text - 1 }

/* The line of R; false, with a failure, when it is no line of JSON. */
static bool
read_back(const struct log_record *r, struct log_line *l, struct buffer *got)
{
	bool valid;

	log_record_format(r, true, l);
	valid = l->len > 1 && memchr(l->text, '\n', l->len) ==
	    l->text + l->len - 1 &&
	    json_line_read(span_make(l->text, l->len - 1), got);
	check_true(valid);
	return valid;
}

/* VALUE as a member is to be read back as WANT. */
static void
check_value(struct span value, enum log_kind kind, const char *want)
{
	struct log_record r;
	struct log_line l;
	struct buffer got;
	char member[ERROR_TEXT_MAX + 16];

	buffer_init(&got, 8192);
	log_record_init(&r, LOG_LEVEL_INFO, span_of(NULL), "accept");
	log_record_add(&r, "helo", kind, value);
	snprintf(member, sizeof member, "\nhelo=%s\n", want);
	if (read_back(&r, &l, &got))
		check_true(strstr(buffer_text(&got), member) != NULL);
	buffer_release(&got);
}


static const struct {
	const char *sentence;
	struct span value;
	const char *want;
} cases[] = {
	{ "letters stay", S("mx.example.org"), "mx.example.org" },
	{ "a quote and a backslash", S("a\"b\\c"), "a\"b\\c" },
	{ "a control is not lost", S("a\tb"), "a\tb" },
	{ "DEL and C1 are escaped, and the same",
	    S("\177\302\233"), "\177\302\233" },
	{ "UTF-8 stays", S("gr\303\274n \360\237\223\247"),
	    "gr\303\274n \360\237\223\247" },
	{ "what is no UTF-8 is replaced byte by byte", S("a\377\300\257z"),
	    "a\357\277\275\357\277\275\357\277\275z" },
	{ "a surrogate is no UTF-8", S("\355\240\200"),
	    "\357\277\275\357\277\275\357\277\275" },
};

static void
values_are_read_back(void)
{
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		unit_case(cases[i].sentence);
		check_value(cases[i].value, LOG_AS_TEXT, cases[i].want);
	}
}

static void
long_values_are_cut(void)
{
	char value[600], want[600];

	memset(value, 'x', sizeof value);
	memset(want, 'x', sizeof want);
	unit_case("a value of the greatest length is whole");
	want[LOG_VALUE_MAX] = '\0';
	check_value(span_make(value, LOG_VALUE_MAX), LOG_AS_TEXT, want);
	unit_case("of a longer one the end is cut");
	strcpy(want + LOG_VALUE_MAX, "...");
	check_value(span_make(value, LOG_VALUE_MAX + 1), LOG_AS_TEXT, want);
	unit_case("of a place the front");
	value[sizeof value - 1] = '7';
	memcpy(want, "...", 3);
	strcpy(want + LOG_VALUE_MAX - 1, "7");
	check_value(span_make(value, sizeof value), LOG_AS_PLACE, want);
	unit_case("an escape is never cut in two");
	memset(value, '\n', sizeof value);
	memset(want, '\n', sizeof want);
	strcpy(want + LOG_VALUE_MAX / 6, "...");
	check_value(span_make(value, sizeof value), LOG_AS_TEXT, want);
	unit_case("words of ours are whole");
	memset(want, '\n', sizeof want);
	want[ERROR_TEXT_MAX - 1] = '\0';
	check_value(span_make(value, ERROR_TEXT_MAX - 1), LOG_AS_WORDS, want);
}

/* Every member that a decision can have, all of them VALUE. */
static void
fill(struct log_record *r, struct span value)
{
	static const char *const names[] = { "place", "rule", "reply",
		"client", "name", "helo", "from", "to", "why" };
	static const char *const numbers[] = { "rcpts", "edits", "score",
		"duration" };

	log_record_init(r, LOG_LEVEL_NOTICE, value, "would-tempfail");
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		log_record_add(r, names[i], i == 0 ? LOG_AS_PLACE :
		    LOG_AS_TEXT, value);
	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
		log_record_add(r, numbers[i], LOG_AS_NUMBER,
		    span_of("-9223372036854775.808"));
	log_record_add(r, "scope", LOG_AS_TEXT, span_of("connection"));
	log_record_add(r, "phase", LOG_AS_TEXT, span_of("connect"));
	log_record_add(r, "quarantined", LOG_AS_YES, span_of(NULL));
}

static void
payloads_are_lines(void)
{
	static char row[32], flood[70000];
	struct log_record r;
	struct log_line l;
	struct buffer got;

	buffer_init(&got, 8192);
	for (size_t i = 0; i < PAYLOADS; i++) {
		/* Its number, for the payload itself is no text to print. */
		snprintf(row, sizeof row, "payload %zu", i);
		unit_case(row);
		fill(&r, span_of(payloads[i]));
		(void)read_back(&r, &l, &got);
	}
	unit_case("all values too long");
	memset(flood, 'x', sizeof flood);
	fill(&r, span_make(flood, sizeof flood));
	(void)read_back(&r, &l, &got);
	unit_case("and of bytes to escape");
	memset(flood, 0xff, sizeof flood);
	fill(&r, span_make(flood, sizeof flood));
	(void)read_back(&r, &l, &got);
	buffer_release(&got);
}

static void
pairs_are_lines(void)
{
	struct log_record r;
	struct log_line l;
	struct buffer got;

	buffer_init(&got, 8192);
	for (unsigned pair = 0; pair < 0x10000; pair++) {
		char value[2] = { (char)(pair >> 8), (char)pair };

		log_record_init(&r, LOG_LEVEL_INFO, span_make(value, 2), "log");
		if (!read_back(&r, &l, &got))
			check_size(pair, 0x10000);
	}
	buffer_release(&got);
}

static void
it_begins_with_what_every_line_has(void)
{
	struct log_record r;
	struct log_line l;
	char want[128];
	struct span head, rest;
	int64_t when;

	log_record_words(&r, LOG_LEVEL_ERROR, span_of("listening"));
	log_record_format(&r, true, &l);
	head = span_of("{\"event\": \"daemon\", \"level\": \"error\", "
	    "\"time\": \"");
	check_true(span_starts_with(span_make(l.text, l.len), head));
	rest = span_skip(span_make(l.text, l.len), head.len);
	check_int(date_time_parse(span_head(rest, span_find(rest, '"')),
	    &when), 0);
	check_int(when, r.time.tv_sec);
	snprintf(want, sizeof want, "Z\", \"pid\": %ld, "
	    "\"text\": \"listening\"}\n", (long)getpid());
	check_span(span_skip(rest, span_find(rest, 'Z')), want);
}

/* The last line that D is, in a log of JSON in the file PATH. */
static void
log_into(const char *path, const struct decision *d, struct buffer *got)
{
	char line[LOG_LINE_MAX];
	FILE *file = fopen(path, "r+");
	size_t len;

	check_true(file != NULL);
	if (file == NULL)
		return;
	check_int(ftruncate(fileno(file), 0), 0);
	log_decision(d, 1234567);
	len = fread(line, 1, sizeof line, file);
	fclose(file);
	check_true(len > 0 && json_line_read(span_make(line, len - 1), got));
}

static const struct {
	const char *sentence;
	struct decision d;
	const char *want;
} level_rows[] = {
	{ "a failed rule", { .scope = DECISION_FAILURE,
	    .rule = S("r"), .detail = S("no") },
	    "event=failure\nlevel=warning\n" },
	{ "what a rule logs", { .scope = DECISION_LOG },
	    "event=log\nlevel=notice\n" },
	{ "what would have been done", { .scope = DECISION_MESSAGE,
	    .kind = VERDICT_ACCEPT, .shadow = SHADOW_WOULD },
	    "event=would-accept\nlevel=notice\n" },
	{ "nobody knows", { .scope = DECISION_MESSAGE,
	    .kind = VERDICT_ACCEPT, .shadow = SHADOW_UNDECIDED },
	    "event=undecided\nlevel=notice\n" },
	{ "refused", { .scope = DECISION_RECIPIENT,
	    .kind = VERDICT_REJECT },
	    "event=reject\nlevel=notice\n" },
	{ "put off", { .scope = DECISION_MESSAGE,
	    .kind = VERDICT_TEMPFAIL },
	    "event=tempfail\nlevel=notice\n" },
	{ "dropped", { .scope = DECISION_MESSAGE,
	    .kind = VERDICT_DISCARD },
	    "event=discard\nlevel=notice\n" },
	{ "hung up", { .scope = DECISION_CONNECTION,
	    .kind = VERDICT_CLOSE },
	    "event=close\nlevel=notice\n" },
	{ "held", { .scope = DECISION_MESSAGE,
	    .kind = VERDICT_ACCEPT, .quarantined = true },
	    "event=accept\nlevel=notice\n" },
	{ "delivered", { .scope = DECISION_MESSAGE,
	    .kind = VERDICT_ACCEPT, .recipients = 2, .scored = true,
	    .score = -2500 },
	    "event=accept\nlevel=info\n" },
};

static void
decisions_have_levels(void)
{
	struct log_settings settings = { .to = LOG_TO_FILE, .json = true,
		.level = LOG_LEVEL_INFO };
	char path[] = "/tmp/log_json.XXXXXX";
	int fd = mkstemp(path);
	struct buffer got;
	struct error error;

	settings.file = path;
	buffer_init(&got, 8192);
	check_int(log_open(&settings, true, &error), 0);
	for (size_t i = 0; i < sizeof level_rows / sizeof *level_rows; i++) {
		unit_case(level_rows[i].sentence);
		log_into(path, &level_rows[i].d, &got);
		check_true(strstr(buffer_text(&got), level_rows[i].want) !=
		    NULL);
	}
	check_true(strstr(buffer_text(&got), "\nscope=message\nphase=connect\n"
	    "rcpts=2\nscore=-2.5\nduration=1.234\n") != NULL);
	buffer_release(&got);
	close(fd);
	unlink(path);
}

static const struct unit_test tests[] = {
	{ "a value is read back as it was", values_are_read_back },
	{ "a long value is cut, and the cut is marked", long_values_are_cut },
	{ "50 payloads are 50 lines", payloads_are_lines },
	{ "no two bytes break out of a string", pairs_are_lines },
	{ "each line has event, level, time and pid",
	    it_begins_with_what_every_line_has },
	{ "each kind of decision has its level", decisions_have_levels },
};

UNIT_MAIN("log_json", tests)
