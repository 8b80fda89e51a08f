/*
 * enough.c - can more of the body still change anything?
 *
 * Not when no rule reads it; nor beyond the limit up to which it is kept,
 * unless the size of the message is asked for; nor when every rule that is
 * reached at the end of the message has its answer already. The last is found
 * out once a message, for nothing becomes known from the first piece of the
 * body to the last.
 *
 * Where that would take more than looking at answers that the end of the
 * message asks for as well, the body is simply taken: a refusal that waits for
 * the end, and rules that are only tried out.
 */
#include "config.h"

#include "rules/engine/decide.h"
#include "rules/engine/enough.h"
#include "rules/engine/reading.h"

/*
 * Have the rules of LIST down to number LIMIT their answers for R, and is none
 * of them to edit the body?
 */
static bool
are_known(struct engine *e, const struct rule_list *list, struct reading *r,
    size_t limit)
{
	enum answer answer;
	size_t i;

	for (i = 0; i < list->count && list->at[i]->index <= limit; i++) {
		answer = reading_answer(e, list->at[i], r);
		if (answer == ANSWER_UNKNOWN ||
		    (answer == ANSWER_YES && list->at[i]->edits_body))
			return false;
	}
	return true;
}

static bool
reading_is_settled(struct engine *e, struct reading *r)
{
	const struct view *view = &e->policy->views[VIEW_ENFORCED];
	struct outcome o = reading_outcome(e, r);
	enum verdict_kind verdict;

	if (o.answer == ANSWER_UNKNOWN)
		return false;
	verdict = outcome_verdict(e, &o);
	if (verdict_is_refusal(verdict))
		return false;
	if (verdict == VERDICT_ACCEPT &&
	    !are_known(e, &view->editing, r, o.index))
		return false;
	return are_known(e, &view->logging, r, o.index) &&
	    are_known(e, &view->writing, r, o.index);
}

static bool
all_is_settled(struct engine *e)
{
	struct reading *r = e->readings != NULL ? e->readings : &e->general;

	if (e->policy->shadows)
		return false;
	for (; r != NULL; r = r->next)
		if (!r->refused && !reading_is_settled(e, r))
			return false;
	return true;
}

bool
body_is_enough(struct engine *e)
{
	const struct policy *p = e->policy;

	if (!p->reads_size && (e->body.limit == 0 ||
	    e->body_size > e->body.limit))
		return true;
	if (!e->body_begun)
		e->is_settled = all_is_settled(e);
	e->body_begun = true;
	return e->is_settled;
}
