/*
 * report.c - what is said about a decision besides the answer.
 *
 * A rule that holds for many recipients says the same for all, so it is heard
 * once a message: `said` remembers it.
 */
#include "config.h"

#include "rules/engine/decide.h"
#include "rules/engine/expand.h"
#include "rules/engine/reading.h"
#include "rules/engine/report.h"

bool
report_is_first(struct engine *e, const struct rule *rule, enum said what)
{
	bool before = (e->said[rule->index] & what) != 0;

	e->said[rule->index] |= (unsigned char)what;
	return !before;
}

int
report_rule(struct engine *e, const struct rule *rule, struct reading *r)
{
	struct decision *d;
	size_t i;

	if (!report_is_first(e, rule, SAID_LOGS))
		return 0;
	for (i = 0; i < rule->log_count; i++) {
		d = session_decide(e, DECISION_LOG, rule);
		if (d == NULL)
			return -1;	/* the arena's flag says why */
		if (e->view == VIEW_SHADOW)
			d->shadow = SHADOW_WOULD;
		d->detail = expand_text(e, rule, &rule->logs[i], r->first,
		    NULL);
		if (d->detail.ptr == NULL)
			return -1;	/* the arena's flag says why */
	}
	return 0;
}

int
report_logs(struct engine *e, struct reading *r, size_t limit)
{
	const struct rule_list *list = &e->policy->views[e->view].logging;
	const struct rule *rule;
	size_t i;

	for (i = 0; i < list->count && list->at[i]->index <= limit; i++) {
		rule = list->at[i];
		if ((rule->mode == MODE_SHADOW) != (e->view == VIEW_SHADOW))
			continue;
		if (reading_answer(e, rule, r) == ANSWER_YES &&
		    report_rule(e, rule, r) < 0)
			return -1;
	}
	return 0;
}

bool
report_shadow_is_over(struct engine *e, struct reading *r)
{
	struct outcome o;
	bool over;

	if (!e->policy->shadows)
		return true;
	e->view = VIEW_SHADOW;
	o = reading_outcome(e, r);
	over = o.answer != ANSWER_UNKNOWN &&
	    reading_is_quiet(e, r, o.index);
	e->view = VIEW_ENFORCED;
	return over;
}

bool
report_shadow_agrees(struct engine *e, struct reading *r,
    const struct outcome *o)
{
	struct outcome second;

	if (!e->policy->shadows)
		return true;
	e->view = VIEW_SHADOW;
	second = reading_outcome(e, r);
	e->view = VIEW_ENFORCED;
	return second.rule == o->rule && second.answer == o->answer;
}

/* One more thing that would have been done, or is not known. */
static struct decision *
would(struct engine *e, const struct rule *rule, enum decision_shadow shadow)
{
	enum decision_scope scope = e->phase == PHASE_RCPT ?
	    DECISION_RECIPIENT : DECISION_MESSAGE;
	struct decision *d = session_decide(e, scope, rule);

	if (d != NULL)
		d->shadow = shadow;
	return d;
}

/* The second reading ends at O, the first one elsewhere. */
static int
report_outcome(struct engine *e, struct reading *r, const struct outcome *o)
{
	bool known = o->answer != ANSWER_UNKNOWN;
	struct decision *d;

	if (o->rule != NULL && !report_is_first(e, o->rule, SAID_SHADOW))
		return 0;
	d = would(e, o->rule, known ? SHADOW_WOULD : SHADOW_UNDECIDED);
	if (d == NULL)
		return -1;	/* the arena's flag says why */
	if (r->first != NULL)
		d->recipient = r->first->address;
	if (!known)
		return 0;
	d->kind = outcome_verdict(e, o);
	if (o->answer == ANSWER_YES && verdict_is_refusal(d->kind))
		return expand_reply(e, o->rule, r->first, &d->reply);
	return 0;
}

/* Rules in shadow that would have edited a message which O lets pass. */
static int
report_edits(struct engine *e, struct reading *r, const struct outcome *o)
{
	const struct rule_list *list = &e->policy->views[VIEW_SHADOW].editing;
	const struct rule *rule;
	struct decision *d;
	size_t i;

	if (o->answer == ANSWER_UNKNOWN ||
	    outcome_verdict(e, o) != VERDICT_ACCEPT)
		return 0;
	for (i = 0; i < list->count && list->at[i]->index <= o->index; i++) {
		rule = list->at[i];
		if (rule->mode != MODE_SHADOW ||
		    reading_answer(e, rule, r) != ANSWER_YES ||
		    !report_is_first(e, rule, SAID_SHADOW))
			continue;
		d = would(e, rule, SHADOW_WOULD);
		if (d == NULL)
			return -1;	/* the arena's flag says why */
		d->edits = rule->action_count;
		d->quarantined = rule->quarantines;
	}
	return 0;
}

static int
report_second(struct engine *e, struct reading *r, const struct outcome *first)
{
	struct outcome o = reading_outcome(e, r);

	if ((o.rule != first->rule || o.answer != first->answer) &&
	    report_outcome(e, r, &o) < 0)
		return -1;
	if (report_edits(e, r, &o) < 0)
		return -1;
	return report_logs(e, r, o.index);
}

int
report_shadow(struct engine *e, struct reading *r, const struct outcome *o)
{
	int result;

	if (!e->policy->shadows)
		return 0;
	e->view = VIEW_SHADOW;
	result = report_second(e, r, o);
	e->view = VIEW_ENFORCED;
	return result;
}
