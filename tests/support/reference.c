/*
 * reference.c - conditions and rules, read from top to bottom.
 */
#include "config.h"

#include <stdio.h>

#include "tests/support/reference_view.h"

/* Has a value of FACT been cut at a limit? */
static bool
is_cut(const struct ref_view *v, enum ref_fact fact)
{
	return fact == REF_BODY && v->c->policy.body_limited &&
	    strlen(v->m->body) > REF_BODY_LIMIT;
}

static bool
has_is_not(const struct ref_test *t)
{
	size_t i;

	for (i = 0; i < t->some_count; i++)
		if (t->some[i].operator == REF_IS_NOT)
			return true;
	return t->has_every && t->every.operator == REF_IS_NOT;
}

char
ref_ask_count(const struct ref_test *t, size_t count)
{
	char text[24];
	char result = 'y';

	if (t->exists != REF_UNASKED)
		result = (count > 0) == (t->exists == REF_EXISTS) ? 'y' : 'n';
	snprintf(text, sizeof text, "%zu", count);
	if (t->has_counts)
		result = ref_both(result, ref_match_value(NULL, REF_COUNT,
		    &t->counts, text));
	return result;
}

char
ref_ask_every(const struct ref_policy *p, const struct ref_test *t,
    const struct ref_values *l)
{
	char result = l->count > 0 ? 'y' : 'n';
	size_t i;

	if (!t->has_every)
		return 'y';
	for (i = 0; i < l->count; i++)
		result = ref_both(result, ref_match_value(p, t->fact,
		    &t->every, l->at[i]));
	return result;
}

char
ref_ask_some(const struct ref_policy *p, const struct ref_test *t,
    const struct ref_values *l)
{
	char result = 'n';
	size_t i;

	if (t->some_count == 0)
		return 'y';
	for (i = 0; i < l->count; i++)
		result = ref_either(result, ref_match_some(p, t, l->at[i]));
	return result;
}

static char
ask_test(const struct ref_view *v, const struct ref_test *t)
{
	const struct ref_policy *p = &v->c->policy;
	struct ref_values l;
	char values;

	if (!ref_is_known(v, t->fact))
		return '?';
	ref_values_of(v, t->fact, &l);
	values = ref_both(ref_ask_every(p, t, &l), ref_ask_some(p, t, &l));
	/* Behind the cut may be what is asked for, or what must not be. */
	if (is_cut(v, t->fact) && ((values == 'n' && v->negative) ||
	    (values == 'y' && has_is_not(t))))
		values = 'f';
	return ref_both(ref_ask_count(t, l.count), values);
}

/* An `any` whose branches are taken in order waits for the unknown ones. */
static char
ask_in_order(const struct ref_view *v, size_t k,
    const struct ref_condition *c)
{
	char result = 'n', one;
	size_t i;

	for (i = 0; i < c->count; i++) {
		one = ref_ask(v, k, c->children[i], true);
		if (one == 'y' && result != '?')
			return 'y';
		result = result == '?' ? '?' : ref_either(result, one);
	}
	return result;
}

/* Is there a recipient for whom C holds? */
static char
ask_same(const struct ref_view *v, size_t k, const struct ref_condition *c,
    bool ordered)
{
	struct ref_view one = *v;
	struct ref_values l;
	char result = 'n';

	if (!ref_is_known(v, REF_ALL))
		return '?';
	ref_values_of(v, REF_ALL, &l);
	for (one.element = 1; one.element <= l.count; one.element++)
		result = ref_either(result, ref_ask(&one, k, c, ordered));
	return result;
}

/* The opposite of what C, a condition or a list of them, comes to. */
static char
ask_opposite(const struct ref_view *v, size_t k,
    const struct ref_condition *c)
{
	struct ref_view negated = *v;
	char result = 'n';
	size_t i;

	negated.negative = !v->negative;
	for (i = 0; i < c->count; i++)
		result = ref_either(result, ref_ask(&negated, k,
		    c->children[i], false));
	return ref_opposite(result);
}

char
ref_ask(const struct ref_view *v, size_t k, const struct ref_condition *c,
    bool ordered)
{
	char result = c->kind == REF_AND ? 'y' : 'n', one;
	size_t i;

	switch (c->kind) {
	case REF_TEST:
		return c->test.fact >= REF_SCORE ?
		    ref_ask_written(v, k, &c->test) : ask_test(v, &c->test);
	case REF_NAMED_AS:
		return ref_ask(v, k, c->children[0], ordered);
	case REF_NOT:
	case REF_NONE:
		return ask_opposite(v, k, c);
	case REF_SAME:
		return ask_same(v, k, c->children[0], ordered);
	case REF_ANY:
		if (ordered)
			return ask_in_order(v, k, c);
		break;
	case REF_AND:
		break;
	}
	for (i = 0; i < c->count; i++) {
		one = ref_ask(v, k, c->children[i], ordered);
		result = c->kind == REF_AND ? ref_both(result, one) :
		    ref_either(result, one);
	}
	return result;
}

/* Does C test a fact of the same elements as FACT? */
static bool
tests_family(const struct ref_condition *c, enum ref_fact fact)
{
	size_t i;

	if (c->kind == REF_TEST)
		return c->test.fact == fact || (ref_facts[fact].family != 0 &&
		    ref_facts[c->test.fact].family == ref_facts[fact].family);
	for (i = 0; i < c->count; i++)
		if (tests_family(c->children[i], fact))
			return true;
	return false;
}

/* What is asked of a rule's templates, one by one. */
struct reads {
	const struct ref_view *view;
	size_t rule;
	const struct ref_condition *when;
	bool known;		/* all facts that they name are */
	bool ordered;		/* some ask which branch holds */
};

static void
read_template(struct reads *r, const struct ref_template *t, bool own)
{
	const struct ref_piece *p;

	for (p = t->pieces; p < t->pieces + t->count; p++) {
		if (p->kind != REF_PIECE_FACT) {
			r->ordered |= !own || p->kind == REF_PIECE_NAME;
			continue;
		}
		r->known &= p->fact >= REF_SCORE ?
		    ref_written_known(r->view, r->rule, p->fact) :
		    ref_is_known(r->view, p->fact);
		if (r->when != NULL && ref_facts[p->fact].many)
			r->ordered |= tests_family(r->when, p->fact);
	}
}

static struct reads
read_then(const struct ref_view *v, size_t k)
{
	const struct ref_rule *rule = &v->c->policy.rules[k];
	struct reads r = { .view = v, .rule = k, .when = rule->when,
		.known = true };
	const struct ref_action *a;

	read_template(&r, &rule->text, false);
	for (a = rule->actions; a < rule->actions + rule->action_count; a++)
		read_template(&r, &a->value, a->match >= 0);
	return r;
}

/* Rules that end count through their last day; that is judged at MAIL. */
static char
ask_until(const struct ref_view *v, const struct ref_rule *rule)
{
	if (!rule->until)
		return 'y';
	if (v->phase < PHASE_MAIL)
		return '?';
	return v->m->time < REF_UNTIL_BEGIN + 24 * 3600 ? 'y' : 'n';
}

char
ref_ask_rule(const struct ref_view *from, size_t k)
{
	/* Asked from within a condition, another rule begins anew. */
	struct ref_view anew = *from, *v = &anew;
	const struct ref_rule *rule = &v->c->policy.rules[k];
	struct reads reads;
	char answer;

	anew.element = 0;
	anew.negative = false;
	if (rule->command != (v->command != NULL))
		return 'n';	/* it takes no part in a message */
	if (rule->mode == REF_OFF || (rule->mode == REF_SHADOW && !v->shadow))
		return 'n';
	answer = ask_until(v, rule);
	if (answer == 'n')
		return 'n';
	reads = read_then(v, k);
	if (rule->when != NULL)
		answer = ref_both(answer, ref_ask(v, k, rule->when,
		    reads.ordered));
	if (answer == 'y' && !reads.known)
		return '?';
	return answer;
}

size_t
ref_read(const struct ref_view *v, char *answer)
{
	const struct ref_policy *p = &v->c->policy;
	size_t i;

	for (i = 0; i < p->count; i++) {
		if (p->rules[i].verdict == VERDICT_CONTINUE ||
		    p->rules[i].command != (v->command != NULL))
			continue;
		*answer = ref_ask_rule(v, i);
		if (*answer != 'n')
			return i;
	}
	*answer = 'n';
	return p->count;
}
