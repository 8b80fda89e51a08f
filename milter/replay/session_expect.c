/*
 * session_expect.c - the lines of a session file that say with '@' what is
 * expected of the command or message above them.
 *
 * Each kind is a row in expect_table[], by the name that recordings have for
 * it.
 *
 * Failure: an error in the line, with what would have been right.
 */
#include "config.h"

#include "milter/replay/session_reader.h"
#include "rules/base/number.h"

/* What each takes; a reader returns -1 when REST is not that. */

static int
take_verdict(struct reader *r, struct span rest, struct expectation *e)
{
	static const enum verdict_kind kinds[] = { VERDICT_ACCEPT,
		VERDICT_REJECT, VERDICT_TEMPFAIL, VERDICT_DISCARD,
		VERDICT_CLOSE };
	size_t i;

	(void)r;
	for (i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		e->verdict = kinds[i];
		if (span_is(rest, verdict_name(kinds[i])))
			return 0;
	}
	return -1;
}

static int
take_name(struct reader *r, struct span rest, struct expectation *e)
{
	e->name = reader_copy(r, rest);
	return rest.len > 0 ? 0 : -1;
}

/* RFC 5322 3.6.8: printable ASCII but the colon. */
static bool
is_field_name(struct span name)
{
	size_t i;

	for (i = 0; i < name.len; i++)
		if (name.ptr[i] <= ' ' || name.ptr[i] > '~' ||
		    name.ptr[i] == ':')
			return false;
	return name.len > 0;
}

static int
take_field(struct reader *r, struct span rest, struct expectation *e)
{
	size_t colon = span_find(rest, ':');
	struct span name = span_trim(span_head(rest, colon));

	if (colon == rest.len || !is_field_name(name))
		return -1;
	e->name = reader_copy(r, name);
	e->text = reader_copy(r, span_trim(span_skip(rest, colon + 1)));
	return 0;
}

static int
take_field_name(struct reader *r, struct span rest, struct expectation *e)
{
	return is_field_name(rest) ? take_name(r, rest, e) : -1;
}

static int
take_address(struct reader *r, struct span rest, struct expectation *e)
{
	if (rest.len > 2 && rest.ptr[0] == '<' &&
	    rest.ptr[rest.len - 1] == '>')
		rest = span_make(rest.ptr + 1, rest.len - 2);
	e->text = reader_copy(r, rest);
	return rest.len > 0 ? 0 : -1;
}

static int
take_text(struct reader *r, struct span rest, struct expectation *e)
{
	e->text = reader_copy(r, rest);
	return rest.len > 0 ? 0 : -1;
}

static int
take_reason(struct reader *r, struct span rest, struct expectation *e)
{
	e->text = reader_copy(r, rest);
	return 0;
}

static int
take_score(struct reader *r, struct span rest, struct expectation *e)
{
	(void)r;
	return number_parse(rest, &e->score) ? 0 : -1;
}

/* By kind; EXPECT_REPLY has lines of its own. */
static const struct {
	int (*take)(struct reader *r, struct span rest, struct expectation *e);
	const char *form;
} expect_table[EXPECT_KINDS] = {
	[EXPECT_VERDICT] = { take_verdict, "@verdict accept, reject, "
	    "tempfail, discard or close" },
	[EXPECT_RULE] = { take_name, "@rule NAME" },
	[EXPECT_NO_RULE] = { take_name, "@no-rule NAME" },
	[EXPECT_HEADER] = { take_field, "@header NAME: VALUE" },
	[EXPECT_NO_HEADER] = { take_field_name, "@no-header NAME" },
	[EXPECT_RECIPIENT] = { take_address, "@recipient ADDRESS" },
	[EXPECT_NO_RECIPIENT] = { take_address, "@no-recipient ADDRESS" },
	[EXPECT_SENDER] = { take_address, "@sender ADDRESS" },
	[EXPECT_BODY_CONTAINS] = { take_text, "@body-contains TEXT" },
	[EXPECT_QUARANTINE] = { take_reason, "@quarantine [TEXT]" },
	[EXPECT_SCORE] = { take_score, "@score N, with up to three decimals" },
	[EXPECT_LABEL] = { take_name, "@label NAME" },
};

static void
read_expect(struct reader *r, enum expect_kind kind, struct span rest)
{
	struct expectation e = { .kind = kind };
	struct record *record;

	if (expect_table[kind].take(r, rest, &e) < 0) {
		reader_misused(r, rest, expect_table[kind].form);
		return;
	}
	record = reader_add(r, RECORD_EXPECT);
	if (record != NULL)
		record->expect = e;
}

bool
reader_expect(struct reader *r, struct span word, struct span rest)
{
	enum expect_kind kind;

	for (kind = 0; kind < EXPECT_KINDS; kind++) {
		if (expect_table[kind].take == NULL ||
		    !span_is(word, expect_name(kind)))
			continue;
		read_expect(r, kind, rest);
		return true;
	}
	return false;
}

void
reader_suggest_expect(struct suggestion *near)
{
	enum expect_kind kind;

	for (kind = 0; kind < EXPECT_KINDS; kind++)
		if (expect_table[kind].take != NULL)
			suggest_consider(near, span_of(expect_name(kind)));
}
