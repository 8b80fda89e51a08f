/*
 * trial.c - one rule alone, with facts that a test gives: engine_try_rule().
 *
 * The session is put at the end of a message to one recipient, in which only
 * what is given has a value. The rule is then judged as any other.
 *
 * Failure: a rule that cannot be judged, or no memory.
 */
#include "config.h"

#include "rules/engine/edits.h"
#include "rules/engine/evaluate.h"
#include "rules/engine/expand.h"
#include "rules/engine/given.h"
#include "rules/engine/life.h"
#include "rules/engine/reading.h"

/* A recipient whose reading is its own, and all facts known. */
static struct recipient *
trial_begin(struct engine *e)
{
	struct recipient *r;

	life_forget_connection(e);
	e->learnt = PHASE_EOM;
	e->command_known = e->trial = true;
	e->phase = PHASE_EOM;
	r = arena_calloc(&e->message, 1, sizeof *r);
	if (r != NULL)
		r->values = arena_calloc(&e->message,
		    e->policy->personal_slots + 1, sizeof *r->values);
	return r != NULL && r->values != NULL ? r : NULL;
}

static int
say(struct engine *e, const struct rule *rule, const struct recipient *r,
    struct verdict *v)
{
	v->kind = rule->verdict;
	if (rule->answer.code != 0 &&
	    expand_reply(e, rule, r, &v->reply) < 0)
		return -1;
	return rule->action_count > 0 ? edits_of_rule(e, rule, r, v) :
	    0;
}

int
engine_try_rule(struct engine *e, size_t number, const struct given_fact *given,
    size_t count, bool *held, struct verdict *verdict)
{
	const struct rule *rule = &e->policy->rules[number];
	struct recipient *r = trial_begin(e);
	enum answer answer;

	memset(verdict, 0, sizeof *verdict);
	*held = false;
	if (r == NULL || given_take(e, r, given, count) < 0 ||
	    reading_begin(e, r) < 0)
		return error_set(&verdict->error, "there is not enough memory");
	answer = rule_holds(e, rule, r->reading);
	if (answer != ANSWER_YES && answer != ANSWER_NO)
		return error_set(&verdict->error, "%s", answer ==
		    ANSWER_FAILED ? e->why.text : "what the rule reads "
		    "is not known");
	*held = answer == ANSWER_YES;
	if (*held && say(e, rule, r, verdict) < 0)
		return error_set(&verdict->error, "there is not enough memory");
	return 0;
}
