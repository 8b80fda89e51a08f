/*
 * inspect.c - what became of a message, for reports: see engine.h.
 *
 * A rule that nobody had to ask is asked here, so what that costs is not
 * counted against the message.
 */
#include "config.h"

#include <stdint.h>

#include "rules/engine/reading.h"
#include "rules/engine/recipients.h"
#include "rules/engine/written.h"

/* What asking might change and must not. */
struct peace {
	unsigned failures;
	bool refused;
	int view;
};

static struct peace
peace_keep(struct engine *e)
{
	struct peace p = { e->regex_failures, e->regex_refused, e->view };

	return p;
}

static void
peace_restore(struct engine *e, const struct peace *p)
{
	e->regex_failures = p->failures;
	e->regex_refused = p->refused;
	e->view = p->view;
}

/* Does RULE have ANSWER in some reading that reaches it? */
static bool
is_answered(struct engine *e, const struct rule *rule, enum answer answer)
{
	struct reading *r = e->readings != NULL ? e->readings : &e->general;

	for (; r != NULL; r = r->next)
		if (rule->index <= reading_outcome(e, r).index &&
		    reading_answer(e, rule, r) == answer)
			return true;
	return false;
}

static bool
came_to(struct engine *e, size_t number, enum answer answer)
{
	const struct rule *rule = &e->policy->rules[number];
	struct peace peace = peace_keep(e);
	bool result;

	if (rule->mode == MODE_OFF)
		return false;
	if (rule == e->told && answer == ANSWER_YES)
		return true;
	if (rule->command)
		return false;
	e->view = rule->mode == MODE_SHADOW ? VIEW_SHADOW : VIEW_ENFORCED;
	result = is_answered(e, rule, answer);
	peace_restore(e, &peace);
	return result;
}

bool
engine_rule_held(struct engine *e, size_t rule)
{
	return came_to(e, rule, ANSWER_YES);
}

bool
engine_rule_missed(struct engine *e, size_t rule)
{
	return came_to(e, rule, ANSWER_NO);
}

/* The reading of RECIPIENT, or of the first one that is left. */
static struct reading *
reading_of(struct engine *e, struct span recipient)
{
	const struct recipient *r = NULL;

	if (recipient.len > 0)
		r = recipients_find(e, recipient);
	if (r != NULL)
		return r->reading;
	for (r = e->recipients; r != NULL; r = r->next)
		if (!r->refused)
			return r->reading;
	return e->readings != NULL ? e->readings : &e->general;
}

/* The number behind the last rule that R reaches. */
static size_t
end_of(struct engine *e, struct reading *r)
{
	struct outcome o = reading_outcome(e, r);

	return o.index < SIZE_MAX ? o.index + 1 : o.index;
}

int64_t
engine_score(struct engine *e, struct span recipient)
{
	struct reading *r = reading_of(e, recipient);
	struct peace peace = peace_keep(e);
	int64_t score = written_score(e, r, end_of(e, r));

	peace_restore(e, &peace);
	return score;
}

bool
engine_has_label(struct engine *e, struct span recipient, struct span label)
{
	struct reading *r = reading_of(e, recipient);
	struct peace peace = peace_keep(e);
	bool found = written_label(e, r, end_of(e, r), label);

	peace_restore(e, &peace);
	return found;
}

bool
engine_verdict_rule(struct engine *e, struct span recipient, size_t *rule)
{
	struct peace peace = peace_keep(e);
	struct outcome o;

	if (e->told != NULL && (e->over || e->told->command)) {
		*rule = e->told->index;
		return true;
	}
	o = reading_outcome(e, reading_of(e, recipient));
	peace_restore(e, &peace);
	if (o.rule == NULL || o.answer == ANSWER_UNKNOWN)
		return false;
	*rule = o.index;
	return true;
}

struct decision
engine_unjudged(const struct engine *e)
{
	struct decision d = session_decision(e, DECISION_MESSAGE);

	/* Of the message before. */
	d.queue_id = d.sender = span_of("");
	d.recipients = 0;
	return d;
}
