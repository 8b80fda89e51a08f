/*
 * test_recording.c - the memory of recordings, and replies as they are written.
 */
#include "config.h"

#include "recording.h"
#include "tests/unit/unit.h"

#define COUNT(a) (sizeof(a) / sizeof(a)[0])

static const struct {
	const char *sentence;
	const char *text;
	unsigned code;		/* 0: it is no reply */
	const char *status;
	const char *rest;
} replies[] = {
	{ "a code", "250", 250, "", "" },
	{ "a code and a status", "550 5.7.1", 550, "5.7.1", "" },
	{ "a code and a text", "550 no such user", 550, "", "no such user" },
	{ "all three", "550 5.7.1 No, thanks", 550, "5.7.1", "No, thanks" },
	{ "blanks around the parts", "550  5.7.1   No ", 550, "5.7.1", "No" },
	{ "a line that others follow", "250-SIZE 1", 250, "", "SIZE 1" },
	{ "a status of three digits a part", "451 4.123.456 x", 451,
	    "4.123.456", "x" },
	{ "four digits are none", "451 4.1234.1", 451, "", "4.1234.1" },
	{ "nor are two parts", "451 4.7", 451, "", "4.7" },
	{ "nor four", "451 4.7.1.1", 451, "", "4.7.1.1" },
	{ "nor a point at the end", "451 4.7.", 451, "", "4.7." },
	{ "nor a first part of 9", "451 9.7.1", 451, "", "9.7.1" },
	{ "nothing", "", 0, "", "" },
	{ "two digits", "25", 0, "", "" },
	{ "four digits", "2500", 0, "", "" },
	{ "no digit", "2x0", 0, "", "" },
	{ "less than 200", "199", 0, "", "" },
	{ "more than 599", "600", 0, "", "" },
	{ "a word", "reject", 0, "", "" },
	{ "a blank before it", " 250", 0, "", "" },
};

static void
test_replies(void)
{
	for (size_t i = 0; i < COUNT(replies); i++) {
		struct reply r = { .code = 1 };
		int result = expect_reply_parse(span_of(replies[i].text), &r);

		unit_case(replies[i].sentence);
		check_int(result, replies[i].code == 0 ? -1 : 0);
		check_int(r.code, replies[i].code == 0 ? 1 : replies[i].code);
		check_span(r.status, replies[i].status);
		check_span(r.text, replies[i].rest);
	}
}

static void
test_names(void)
{
	for (int k = 0; k < EXPECT_KINDS; k++)
		check_true(expect_name(k) != NULL && expect_name(k)[0] != '\0');
	check_text(expect_name(EXPECT_BODY_CONTAINS), "body-contains");
}

static void
test_growth(void)
{
	struct recording r;
	struct recorded_session *s = NULL;

	recording_init(&r, 1u << 20);
	for (unsigned i = 0; i < 50; i++) {
		s = recording_add_session(&r);
		check_true(s != NULL && s->count == 0 && s->name.len == 0);
		s->line = i + 1;
		check_true(recording_add_trial(&r) != NULL);
		r.trials[i].rule = i;
	}
	for (unsigned i = 0; i < 100; i++) {
		struct record *record;

		record = recording_add(&r, s, RECORD_TIME, i);
		check_true(record != NULL && record->time == 0);
		record->time = i;
	}
	check_size(r.count, 50);
	check_size(r.trial_count, 50);
	check_size(r.sessions[49].count, 100);
	for (unsigned i = 0; i < 50; i++) {
		check_int(r.sessions[i].line, i + 1);
		check_size(r.trials[i].rule, i);
	}
	for (unsigned i = 0; i < 100; i++) {
		check_int(r.sessions[49].records[i].time, i);
		check_int(r.sessions[49].records[i].line, i);
		check_int(r.sessions[49].records[i].last_line, i);
	}
	recording_release(&r);
}

static void
test_bound(void)
{
	struct recording r;
	struct recorded_session *s;
	unsigned records = 0;

	recording_init(&r, 0);
	check_true(recording_add_session(&r) == NULL);
	check_true(recording_add_trial(&r) == NULL);
	recording_release(&r);

	recording_init(&r, 16384);
	s = recording_add_session(&r);
	check_true(s != NULL);
	while (recording_add(&r, s, RECORD_TIME, 1) != NULL && records < 16384)
		records++;
	check_true(r.arena.exhausted);
	check_size(s->count, records);
	check_true(records >= 8 && records < 16384);
	recording_release(&r);
}

static void
test_release(void)
{
	struct recording r = { .count = 0 };

	recording_release(&r);
	recording_init(&r, 65536);
	check_true(recording_add_session(&r) != NULL);
	recording_release(&r);
	recording_release(&r);
	check_size(r.count, 0);
	check_true(recording_add_session(&r) != NULL);
	recording_release(&r);
}

static const struct unit_test tests[] = {
	{ "a reply has a code, a status and a text", test_replies },
	{ "every expectation has a name", test_names },
	{ "lists grow and keep what is in them", test_growth },
	{ "a recording takes no more memory than it may", test_bound },
	{ "a recording may be released more than once", test_release },
};

UNIT_MAIN("recording", tests)
