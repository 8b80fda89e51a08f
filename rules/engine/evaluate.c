/*
 * evaluate.c - conditions in four values.
 *
 * NO, YES, UNKNOWN and FAILED combine so that an answer is given as soon as
 * nothing that may still come can change it: one NO settles an `all`, one YES
 * an `any`. Failure yields to UNKNOWN, for what is unknown may yet settle it.
 *
 * Failure: a regex that hits a limit is FAILED for its value, never NO.
 */
#include "config.h"

#include "rules/engine/evaluate.h"

/*
 * A message may make so many regexes run into a limit, then no more are tried:
 * each costs the most that one can, and who sends such a message chose it. The
 * engine then gives the message up, or its sender would choose which rules are
 * skipped.
 */
#define REGEX_FAILURES_MAX 16

static bool
slot_is_known(const struct engine *e, unsigned slot, const struct recipient *r)
{
	const struct slot *s = &e->policy->slots[slot];

	return s->per_recipient ? r != NULL : (int)s->known <= e->learnt;
}

const struct values *
slot_values(const struct engine *e, unsigned slot, const struct recipient *r)
{
	const struct slot *s = &e->policy->slots[slot];

	return s->per_recipient ? &r->values[s->personal] : &e->values[slot];
}

static enum answer
table_test(const struct engine *e, const struct table *t,
    const struct slot *slot, struct span value)
{
	bool found;

	if (slot->kind->type == FACT_IP)
		found = table_has_ip(t, &e->client_ip);
	else if (slot->kind->type == FACT_ADDRESS)
		found = table_has_address(t, value);
	else
		found = table_has_name(t, value);
	return found ? ANSWER_YES : ANSWER_NO;
}

static bool
is_spent(const struct engine *e)
{
	return e->regex_failures >= REGEX_FAILURES_MAX;
}

static enum answer
alternative_test(struct engine *e, const struct alternative *a,
    struct span value)
{
	struct regex_limits limits = session_regex_limits(e);

	if (a->regex == NULL)
		return span_equal_nocase(a->literal, value) ? ANSWER_YES :
		    ANSWER_NO;
	if (is_spent(e)) {
		e->regex_refused = true;
		return ANSWER_FAILED;
	}
	switch (regex_match(a->regex, value, &limits, NULL, 0,
	    &e->regex_why)) {
	case REGEX_YES:
		return ANSWER_YES;
	case REGEX_NO:
		return ANSWER_NO;
	case REGEX_FAILED:
		break;
	}
	e->regex_failures++;
	return ANSWER_FAILED;
}

enum answer
matcher_test(struct engine *e, const struct matcher *m,
    const struct slot *slot, struct span value)
{
	enum answer result = ANSWER_NO, one;
	size_t i;

	if (m->table != NULL)
		return table_test(e, m->table, slot, value);
	for (i = 0; i < m->count; i++) {
		one = alternative_test(e, &m->alternatives[i], value);
		if (one == ANSWER_YES)
			return one;
		if (one == ANSWER_FAILED)
			result = one;
	}
	return result;
}

/* Does this one value satisfy all operators of T? */
static enum answer
value_test(struct engine *e, const struct test *t, struct span value)
{
	const struct slot *slot = &e->policy->slots[t->slot];
	enum answer result = ANSWER_YES, one;
	size_t i;

	for (i = 0; i < t->matcher_count; i++) {
		one = matcher_test(e, &t->matchers[i], slot, value);
		if (one == ANSWER_NO)
			return one;
		if (one == ANSWER_FAILED)
			result = one;
	}
	return result;
}

static enum answer
values_test(struct engine *e, const struct test *t,
    const struct values *values)
{
	enum answer result = ANSWER_NO, one;
	size_t i;

	if (t->exists != EXISTS_UNASKED &&
	    (values->count > 0) != (t->exists == EXISTS_YES))
		return ANSWER_NO;
	if (t->matcher_count == 0)
		return ANSWER_YES;
	for (i = 0; i < values->count; i++) {
		one = value_test(e, t, values->at[i]);
		if (one == ANSWER_YES)
			return one;
		if (one == ANSWER_FAILED)
			result = one;
	}
	return result;
}

static enum answer
test_holds(struct engine *e, const struct test *t, const struct recipient *r)
{
	enum answer result;

	if (!slot_is_known(e, t->slot, r))
		return ANSWER_UNKNOWN;
	if (e->policy->slots[t->slot].per_recipient)
		return values_test(e, t, slot_values(e, t->slot, r));
	result = (enum answer)e->memo[t->memo];
	if (result == ANSWER_UNKNOWN) {
		result = values_test(e, t, slot_values(e, t->slot, r));
		/*
		 * One that was not tried is no answer for the next message,
		 * which tests of connect facts would be remembered for.
		 */
		if (result != ANSWER_FAILED || !is_spent(e))
			e->memo[t->memo] = (unsigned char)result;
	}
	return result;
}

static enum answer
answer_not(enum answer a)
{
	if (a == ANSWER_YES)
		return ANSWER_NO;
	return a == ANSWER_NO ? ANSWER_YES : a;
}

static enum answer condition_holds(struct engine *e, const struct condition *c,
    const struct recipient *r, bool ordered);

/*
 * Children of C until one has the answer that settles it. ORDERED: which child
 * it is matters, so one behind an unknown child does not settle it yet.
 */
static enum answer
children_hold(struct engine *e, const struct condition *c,
    const struct recipient *r, bool ordered)
{
	enum answer settles = c->kind == CONDITION_ALL ? ANSWER_NO : ANSWER_YES;
	bool in_order = ordered && c->kind == CONDITION_ANY;
	enum answer result = answer_not(settles), one;
	size_t i;

	for (i = 0; i < c->count; i++) {
		one = condition_holds(e, c->children[i], r, ordered);
		if (one == settles)
			return in_order && result == ANSWER_UNKNOWN ?
			    result : one;
		if (one == ANSWER_UNKNOWN)
			result = one;
		else if (one == ANSWER_FAILED && result != ANSWER_UNKNOWN)
			result = one;
	}
	return result;
}

/* Recursion is as deep as the condition: CONDITION_DEPTH_MAX. */
static enum answer
condition_holds(struct engine *e, const struct condition *c,
    const struct recipient *r, bool ordered)
{
	switch (c->kind) {
	case CONDITION_ALL:
	case CONDITION_ANY:
		return children_hold(e, c, r, ordered);
	case CONDITION_NOT:
		return answer_not(condition_holds(e, c->children[0], r,
		    false));
	case CONDITION_NONE:
		return answer_not(children_hold(e, c, r, false));
	case CONDITION_TEST:
		break;
	}
	return test_holds(e, c->test, r);
}

enum answer
condition_answer(struct engine *e, const struct condition *c,
    const struct recipient *r)
{
	return condition_holds(e, c, r, false);
}

enum answer
rule_holds(struct engine *e, const struct rule *rule, const struct recipient *r)
{
	enum answer result = ANSWER_YES;
	size_t i;

	if (rule->when != NULL)
		result = condition_holds(e, rule->when, r, rule->ordered);
	if (result != ANSWER_YES)
		return result;
	/* What `then` names is read by the rule: its answer waits for it. */
	for (i = 0; i < rule->read_count; i++)
		if (!slot_is_known(e, rule->reads[i], r))
			return ANSWER_UNKNOWN;
	return result;
}
