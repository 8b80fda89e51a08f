/*
 * recording.c - the memory of recorded sessions, and the names in them.
 *
 * Lists double in the recording's arena; what they leave behind goes when the
 * recording does. So a session or a trial stays where it is only until the next
 * one is added, a record until the next record of its session.
 *
 * Failure: NULL when the arena is exhausted, which it then stays.
 */
#include "config.h"

#include <assert.h>

#include "recording.h"


static const char *const expect_names[EXPECT_KINDS] = {
	[EXPECT_REPLY] = "S:",
	[EXPECT_VERDICT] = "verdict",
	[EXPECT_RULE] = "rule",
	[EXPECT_NO_RULE] = "no-rule",
	[EXPECT_HEADER] = "header",
	[EXPECT_NO_HEADER] = "no-header",
	[EXPECT_RECIPIENT] = "recipient",
	[EXPECT_NO_RECIPIENT] = "no-recipient",
	[EXPECT_SENDER] = "sender",
	[EXPECT_BODY_CONTAINS] = "body-contains",
	[EXPECT_QUARANTINE] = "quarantine",
	[EXPECT_SCORE] = "score",
	[EXPECT_LABEL] = "label",
};

const char *
expect_name(enum expect_kind k)
{
	assert(k < EXPECT_KINDS);
	return expect_names[k];
}

/* Of whatever class a reply may have. */
static bool
is_status(struct span s)
{
	return s.len > 0 && s.ptr[0] >= '2' && s.ptr[0] <= '5' &&
	    reply_status_is_valid(s, s.ptr[0]);
}

int
expect_reply_parse(struct span text, struct reply *reply)
{
	struct reply r = { .code = 0 };
	size_t i, end;

	for (i = 0; i < 3; i++) {
		if (i == text.len || text.ptr[i] < '0' || text.ptr[i] > '9')
			return -1;
		r.code = r.code * 10 + (unsigned)(text.ptr[i] - '0');
	}
	if (r.code < 200 || r.code > 599)
		return -1;
	text = span_skip(text, 3);
	if (text.len > 0 && text.ptr[0] != ' ' && text.ptr[0] != '-')
		return -1;
	text = span_trim(span_skip(text, 1));
	end = span_find(text, ' ');
	if (is_status(span_head(text, end))) {
		r.status = span_head(text, end);
		text = span_trim(span_skip(text, end));
	}
	r.text = text;
	*reply = r;
	return 0;
}

void
recording_init(struct recording *r, size_t limit)
{
	*r = (struct recording){ .count = 0 };
	arena_init(&r->arena, limit);
}

struct recorded_session *
recording_add_session(struct recording *r)
{
	void *at = r->sessions;
	struct recorded_session *s;

	if (arena_grow(&r->arena, &at, &r->room, r->count, sizeof *s) < 0)
		return NULL;
	r->sessions = at;
	s = &r->sessions[r->count++];
	*s = (struct recorded_session){ .file = "" };
	return s;
}

struct record *
recording_add(struct recording *r, struct recorded_session *s,
    enum record_kind kind, unsigned line)
{
	void *at = s->records;
	struct record *record;

	if (arena_grow(&r->arena, &at, &s->room, s->count, sizeof *record) < 0)
		return NULL;
	s->records = at;
	record = &s->records[s->count++];
	memset(record, 0, sizeof *record);
	record->kind = kind;
	record->line = line;
	record->last_line = line;
	return record;
}

struct rule_trial *
recording_add_trial(struct recording *r)
{
	void *at = r->trials;
	struct rule_trial *t;

	if (arena_grow(&r->arena, &at, &r->trial_room, r->trial_count,
	    sizeof *t) < 0)
		return NULL;
	r->trials = at;
	t = &r->trials[r->trial_count++];
	*t = (struct rule_trial){ .rule = 0 };
	return t;
}

struct lost_session *
recording_add_lost(struct recording *r)
{
	void *at = r->lost;
	struct lost_session *l;

	if (arena_grow(&r->arena, &at, &r->lost_room, r->lost_count, sizeof *l) < 0)
		return NULL;
	r->lost = at;
	l = &r->lost[r->lost_count++];
	*l = (struct lost_session){ .file = "" };
	return l;
}

void
recording_release(struct recording *r)
{
	arena_release(&r->arena);
	recording_init(r, r->arena.limit);
}
