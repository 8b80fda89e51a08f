/*
 * session_resolve.c - tests of rule files whose session or message stands
 * elsewhere.
 *
 * Such files are read when the test is played, not with the rules: a daemon
 * does not need them.
 *
 * Failure: an error at the test, or at the line of the session that is wrong.
 */
#include "config.h"

#include "milter/replay/session_reader.h"

static struct problem *
complain(const struct recorded_session *test, struct error_list *errors,
    const char *what)
{
	struct place place = { test->file, test->line, 0 };

	return error_list_add(errors, place, span_make(NULL, 0), "test '%.*s': "
	    "%s", (int)span_head(test->name, 60).len, test->name.ptr, what);
}

/* The records of TEST behind those of S, which are of this or another file. */
static int
take_records(struct recording *out, struct recorded_session *s,
    const struct recorded_session *test, bool elsewhere)
{
	struct record *record;
	size_t i;

	for (i = 0; i < test->count; i++) {
		record = recording_add(out, s, test->records[i].kind, 0);
		if (record == NULL)
			return -1;
		*record = test->records[i];
		if (elsewhere)
			record->line = record->last_line = 0;
	}
	s->name = test->name;
	s->expected = test->expected;
	return 0;
}

/* The message of the records is the file that TEST names. */
static int
resolve_message(struct recording *out, const struct recorded_session *test,
    struct error_list *errors)
{
	struct recorded_session *s = recording_add_session(out);
	struct error why, full;
	struct span mail;
	size_t i;

	if (s == NULL || take_records(out, s, test, false) < 0) {
		(void)complain(test, errors, "there is not enough memory");
		return -1;
	}
	s->file = test->file;
	s->line = test->line;
	if (reader_mail(out, test->path.ptr, &mail, &why) < 0) {
		out->count--;
		(void)error_set(&full, "'%s' %s", test->path.ptr, why.text);
		problem_hint(complain(test, errors, full.text), "paths are "
		    "relative to the folder of the rule file");
		return -1;
	}
	for (i = 0; i < s->count; i++)
		if (s->records[i].kind == RECORD_BYTES)
			s->records[i].bytes.at = mail;
	return 0;
}

int
session_resolve(struct recording *out, const struct recorded_session *test,
    struct error_list *errors)
{
	size_t before = out->count;
	bool elsewhere = test->path.len > 0;
	struct buffer text;
	int result;

	if (test->path_of_message)
		return resolve_message(out, test, errors);
	buffer_init(&text, 0);
	if (elsewhere)
		result = session_read_file(out, test->path.ptr, &text, errors);
	else
		result = reader_run(out, test->file, test->source_line,
		    test->source, errors);
	buffer_release(&text);
	if (result == 0 && out->count - before != 1) {
		problem_hint(complain(test, errors, "there must be one session "
		    "in what 'session' names"), "session files with more can "
		    "be given to 'millgate test' themselves");
		result = -1;
	}
	if (result == 0 && take_records(out, &out->sessions[before], test,
	    elsewhere) < 0) {
		(void)complain(test, errors, "there is not enough memory");
		result = -1;
	}
	if (result < 0)
		out->count = before;
	return result;
}
