/*
 * load_test.c - one fact's entry in a condition.
 *
 *	helo: localhost				a literal, the same as {is: ..}
 *	helo: '/^mail\./i'			a regex
 *	helo: [localhost, '/^mail\./i']		any of them
 *	helo: {in: ours, is_not: localhost}	operators, for one value
 *	recipients: {count: {ge: 2}}		operators, for the whole list
 */
#include "config.h"

#include <stdlib.h>

#include "rules/base/xmalloc.h"
#include "rules/load/draft.h"

static void
keep_test(struct loader *l, struct loaded_test *t)
{
	if (l->test_count == l->test_room) {
		l->test_room = l->test_room > 0 ? l->test_room * 2 : 64;
		l->tests = xreallocarray(l->tests, l->test_room,
		    sizeof *l->tests);
	}
	l->tests[l->test_count++] = t;
}

const struct matcher_list *
test_capturing(const struct test *t)
{
	return t->some.count > 0 ? &t->some : &t->every;
}

/* What T may capture: groups of its regexes, the right-hand side of a table. */
static void
find_captures(struct condition *c, const struct test *t)
{
	const struct matcher_list *list = test_capturing(t);
	const struct matcher *m;
	const struct regex *r;
	size_t i, k;

	for (k = 0; k < list->count; k++) {
		m = &list->at[k];
		if (m->negated)
			continue;
		if (m->kind == MATCH_IN && table_has_values(m->table))
			c->table_values = true;
		for (i = 0; i < m->count; i++) {
			r = m->alternatives[i].regex;
			if (r != NULL && c->groups < regex_group_count(r) + 1)
				c->groups = regex_group_count(r) + 1;
		}
	}
}

static const struct condition *
condition_of_test(struct loader *l, const struct test *t)
{
	const struct slot *s = &l->policy->slots[t->slot];
	struct condition *c = policy_alloc(l->policy, 1, sizeof *c);

	c->kind = CONDITION_TEST;
	c->test = t;
	c->depth = 1;
	c->tests = 1;
	c->earliest = s->known;
	c->per_recipient = s->per_recipient;
	c->written = s->written != WRITTEN_NOT;
	c->command = s->known == PHASE_UNKNOWN;
	if (!c->written)
		c->phases = 1u << s->known;
	c->beyond_connection = c->written || (!c->command &&
	    (s->kind->flags & FACT_CONNECTION) == 0 && s->known > PHASE_HELO);
	if (!c->written)	/* what rules write may still change */
		find_captures(c, t);
	return c;
}

const struct condition *
load_test(struct loader *l, struct node *value, struct span text)
{
	struct loaded_test *t = policy_alloc(l->policy, 1, sizeof *t);
	struct match_draft d = { .test = &t->test };
	int result;

	if (load_fact(l, value->key, 0, text, &t->test.slot) < 0)
		return NULL;
	d.kind = l->policy->slots[t->test.slot].kind;
	d = match_inside(l, value, &d);
	if (value->kind == NODE_MAP)
		result = load_operators(l, value, &d);
	else
		result = match_alternatives(l, value, &d, ACCEPT_LITERALS |
		    ACCEPT_REGEXES, match_add(&d, MATCH_IS));
	if (result < 0)
		return NULL;
	t->test.some = match_list(&d);
	t->key = value->key;
	keep_test(l, t);
	return condition_of_test(l, &t->test);
}
