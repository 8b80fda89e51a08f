/*
 * reading.c - how far the rules can be read, top to bottom, for a recipient.
 *
 * Both lists are read with a cursor that passes rules which do not hold and
 * rests at the first that may. Since answers do not change once known, a
 * cursor never goes back.
 */
#include "config.h"

#include <stdint.h>

#include "rules/engine/evaluate.h"
#include "rules/engine/reading.h"

void
reading_reset(struct engine *e)
{
	e->common = e->editing = 0;
	e->common_answer = ANSWER_UNKNOWN;
	e->general = (struct reading){ 0, ANSWER_UNKNOWN };
}

void
reading_begin(struct engine *e, struct recipient *r)
{
	r->reading = e->general;
}

static bool
is_settled(enum answer a)
{
	return a == ANSWER_YES || a == ANSWER_FAILED;
}

/* Read the rules that are the same for all. */
static void
read_common(struct engine *e)
{
	const struct rule_list *list = &e->policy->common;

	while (e->common < list->count && !is_settled(e->common_answer)) {
		e->common_answer = rule_holds(e, list->at[e->common], NULL);
		if (e->common_answer == ANSWER_UNKNOWN)
			return;
		if (e->common_answer == ANSWER_NO)
			e->common++;
	}
}

/* Read the rules that differ, as long as they stand above rule LIMIT. */
static void
read_personal(struct engine *e, struct reading *reading,
    const struct recipient *r, size_t limit)
{
	const struct rule_list *list = &e->policy->personal;

	while (reading->at < list->count && !is_settled(reading->answer) &&
	    list->at[reading->at]->index < limit) {
		reading->answer = rule_holds(e, list->at[reading->at], r);
		if (reading->answer == ANSWER_UNKNOWN)
			return;
		if (reading->answer == ANSWER_NO)
			reading->at++;
	}
}

struct outcome
reading_outcome(struct engine *e, struct recipient *r)
{
	const struct rule_list *common = &e->policy->common;
	const struct rule_list *personal = &e->policy->personal;
	struct reading *reading = r != NULL ? &r->reading : &e->general;
	struct outcome o = { NULL, ANSWER_NO, SIZE_MAX };

	read_common(e);
	if (e->common < common->count) {
		o.rule = common->at[e->common];
		o.index = o.rule->index;
		o.answer = e->common_answer;
	}
	read_personal(e, reading, r, o.index);
	if (reading->at < personal->count &&
	    personal->at[reading->at]->index < o.index) {
		o.rule = personal->at[reading->at];
		o.index = o.rule->index;
		o.answer = reading->answer;
	}
	return o;
}

enum verdict_kind
outcome_verdict(const struct engine *e, const struct outcome *o)
{
	if (o->rule == NULL)
		return VERDICT_ACCEPT;
	return o->answer == ANSWER_FAILED ? e->policy->settings.on_error :
	    o->rule->verdict;
}
