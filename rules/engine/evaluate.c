/*
 * evaluate.c - conditions in four values.
 *
 * NO, YES, UNKNOWN and FAILED combine so that an answer is given as soon as
 * nothing that may still come can change it: one NO settles an `all`, one YES
 * an `any`. Failure yields to UNKNOWN, for what is unknown may yet settle it.
 *
 * What a limit took away is answered for as struct values says: NO where it is
 * asked for may be FAILED where NO would make a condition hold, under not or
 * none. So a remembered NO says as well whether a limit had a part in it.
 */
#include "config.h"

#include "rules/engine/evaluate.h"
#include "rules/engine/learn.h"
#include "rules/engine/written.h"

/* Beside an answer that is remembered: see values_test(). */
#define MEMO_BEYOND 0x80u

/* What a condition is asked for, on the way down. */
struct descent {
	const struct question *q;
	bool ordered;		/* which branch of an `any` holds matters */
	bool negative;		/* below an odd number of not and none */
};

static bool
is_known(const struct engine *e, const struct slot *s,
    const struct reading *reading)
{
	if (s->per_recipient)
		return reading != NULL && reading->tests != NULL;
	if (s->known == PHASE_UNKNOWN)
		return e->command_known;
	return (int)s->known <= e->learnt;
}

const struct values *
slot_values(struct engine *e, unsigned slot, const struct recipient *r)
{
	const struct slot *s = &e->policy->slots[slot];

	if (s->per_recipient)
		return &r->values[s->personal];
	if (e->values[slot].waiting)
		learn_slot(e, slot);
	return &e->values[slot];
}

const struct values *
values_element(const struct values *values, size_t element, struct values *one)
{
	if (element == ELEMENT_ANY)
		return values;
	*one = (struct values){ .why = values->why };
	if (element < values->count) {
		one->at = &values->at[element];
		one->count = 1;
		one->cut = element >= values->count - values->cut;
		/* One that is lost itself may be what the test asks for. */
		if (one->cut > 0 && values->rest == VALUES_LOST)
			one->rest = VALUES_LOST;
	}
	return one;
}

/* A test whose answer is remembered nowhere. */
static enum answer
test_anew(struct engine *e, const struct test *t, const struct question *q,
    bool *beyond)
{
	const struct recipient *r = q->reading != NULL ? q->reading->first :
	    NULL;
	struct values one;

	return values_test(e, t, values_element(slot_values(e, t->slot, r),
	    q->element, &one), beyond);
}

static enum answer
test_common(struct engine *e, const struct test *t, bool *beyond)
{
	unsigned char *memo = &e->memo[t->memo];
	bool refused = e->regex_refused;
	enum answer result;

	*beyond = (*memo & MEMO_BEYOND) != 0;
	if (*memo != ANSWER_UNKNOWN)
		return (enum answer)(*memo & ~MEMO_BEYOND);
	e->regex_refused = false;
	result = values_test(e, t, slot_values(e, t->slot, NULL), beyond);
	/*
	 * One that was not tried is no answer for the next message, which tests
	 * of connect facts would be remembered for.
	 */
	if (result != ANSWER_FAILED || !e->regex_refused)
		*memo = (unsigned char)(result | (*beyond ? MEMO_BEYOND : 0));
	e->regex_refused |= refused;
	return result;
}

/* Why a test has FAILED, which may have been found out for another rule. */
static void
find_reason(struct engine *e, const struct test *t, bool beyond)
{
	if (beyond)
		(void)values_cut_off(e, &e->values[t->slot]);
	else if (e->why.text[0] == '\0')
		e->why = e->regex_why;
}

static enum answer
test_holds(struct engine *e, const struct test *t, const struct descent *d)
{
	const struct slot *s = &e->policy->slots[t->slot];
	const struct question *q = d->q;
	enum answer result;
	bool beyond = false;

	if (s->written != WRITTEN_NOT && !e->trial)
		return written_test(e, t, q->reading, q->rule);
	if (!is_known(e, s, q->reading))
		return ANSWER_UNKNOWN;
	if (q->element != ELEMENT_ANY || s->known == PHASE_UNKNOWN ||
	    s->written != WRITTEN_NOT)
		result = test_anew(e, t, q, &beyond);
	else if (s->per_recipient)
		result = (enum answer)q->reading->tests[t->memo];
	else
		result = test_common(e, t, &beyond);
	if (result == ANSWER_NO && d->negative && beyond)
		result = ANSWER_FAILED;
	if (result == ANSWER_FAILED)
		find_reason(e, t, beyond);
	return result;
}

static enum answer condition_holds(struct engine *e, const struct condition *c,
    const struct descent *d);

/*
 * Children of C until one has the answer that settles it. When it matters which
 * child of an `any` it is, one behind an unknown child does not settle it yet.
 */
static enum answer
children_hold(struct engine *e, const struct condition *c,
    const struct descent *d)
{
	enum answer settles = c->kind == CONDITION_ALL ? ANSWER_NO : ANSWER_YES;
	bool in_order = d->ordered && c->kind == CONDITION_ANY;
	enum answer result = answer_not(settles), one;
	size_t i;

	for (i = 0; i < c->count; i++) {
		one = condition_holds(e, c->children[i], d);
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

/* No element of VALUES does; there may be others. */
static enum answer
same_beyond(struct engine *e, const struct values *values,
    const struct descent *d)
{
	if (values->rest == VALUES_LOST ||
	    (values->rest == VALUES_CUT && d->negative))
		return values_cut_off(e, values);
	return ANSWER_NO;
}

/* For some element of the family all that is asked holds. */
static enum answer
same_holds(struct engine *e, const struct condition *c,
    const struct descent *d)
{
	struct question q = *d->q;
	struct descent inside = { &q, d->ordered, d->negative };
	enum answer result = ANSWER_NO, one;
	const struct values *values;

	if (!is_known(e, &e->policy->slots[c->slot], q.reading))
		return ANSWER_UNKNOWN;
	values = slot_values(e, c->slot, q.reading != NULL ?
	    q.reading->first : NULL);
	for (q.element = 0; q.element < values->count; q.element++) {
		one = condition_holds(e, c->children[0], &inside);
		if (one == ANSWER_YES)
			return one;
		if (one == ANSWER_FAILED)
			result = one;
	}
	return result == ANSWER_NO ? same_beyond(e, values, d) : result;
}

/* Recursion is as deep as the condition: CONDITION_DEPTH_MAX. */
static enum answer
condition_holds(struct engine *e, const struct condition *c,
    const struct descent *d)
{
	struct descent inside = { d->q, false, !d->negative };

	switch (c->kind) {
	case CONDITION_ALL:
	case CONDITION_ANY:
		return children_hold(e, c, d);
	case CONDITION_NOT:
		return answer_not(condition_holds(e, c->children[0], &inside));
	case CONDITION_NONE:
		return answer_not(children_hold(e, c, &inside));
	case CONDITION_SAME:
		return same_holds(e, c, d);
	case CONDITION_TEST:
		break;
	}
	return test_holds(e, c->test, d);
}

enum answer
condition_answer(struct engine *e, const struct condition *c,
    const struct question *q)
{
	struct descent d = { q, false, false };

	return condition_holds(e, c, &d);
}

/* What `then` names is read by the rule: its answer waits for it. */
static bool
reads_are_known(struct engine *e, const struct rule *rule,
    struct reading *reading)
{
	const struct slot *s;
	size_t i;

	for (i = 0; i < rule->read_count; i++) {
		s = &e->policy->slots[rule->reads[i]];
		if (s->written != WRITTEN_NOT) {
			if (!e->trial && written_is_known(e, rule->reads[i],
			    reading, rule) == ANSWER_UNKNOWN)
				return false;
		} else if (!is_known(e, s, reading)) {
			return false;
		}
	}
	return true;
}

/* Has RULE ended by itself? An `early` one goes by the time of its event. */
static enum answer
is_over(const struct engine *e, const struct rule *rule)
{
	if (rule->until == 0 || e->trial)
		return ANSWER_NO;
	if (!rule->early && e->learnt < (int)PHASE_MAIL && !e->command_known)
		return ANSWER_UNKNOWN;
	return e->now > rule->until ? ANSWER_YES : ANSWER_NO;
}

enum answer
rule_holds(struct engine *e, const struct rule *rule, struct reading *reading)
{
	struct question q = { reading, rule, ELEMENT_ANY };
	struct descent d = { &q, rule->ordered, false };
	enum answer over = is_over(e, rule), result = ANSWER_YES;

	if (over == ANSWER_YES)
		return ANSWER_NO;
	if (rule->when != NULL)
		result = condition_holds(e, rule->when, &d);
	if (result == ANSWER_NO || result == ANSWER_UNKNOWN)
		return result;
	if (over == ANSWER_UNKNOWN)
		return over;
	if (result == ANSWER_YES && !reads_are_known(e, rule, reading))
		return ANSWER_UNKNOWN;
	return result;
}
