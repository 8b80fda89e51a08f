/*
 * reference_make_conditions.c - conditions at random.
 */
#include "config.h"

#include "tests/support/reference_make.h"

static const char *
pick_literal(struct ref_maker *m, enum ref_fact fact)
{
	const struct ref_fact_row *row = &ref_facts[fact];
	size_t count = 0;

	while (row->literals[count] != NULL)
		count++;
	return row->literals[ref_pick(m, count)];
}

static int
pick_pattern(struct ref_maker *m, enum ref_fact fact)
{
	if (ref_facts[fact].hard && m->hard > 0 && ref_once_in(m, 2)) {
		m->hard--;
		return REF_HARD;
	}
	return 1 + (int)ref_pick(m, REF_PATTERNS - 1);
}

static void
make_entries(struct ref_maker *m, enum ref_fact fact, struct ref_match *match,
    bool literals, bool patterns)
{
	struct ref_entry *e;

	match->count = 1 + ref_once_in(m, 3);
	for (e = match->entries; e < match->entries + match->count; e++) {
		if (patterns && (!literals || ref_once_in(m, 3)))
			e->pattern = pick_pattern(m, fact);
		else
			e->literal = pick_literal(m, fact);
	}
}

static bool
has_tables(enum ref_fact fact)
{
	return ref_facts[fact].type != REF_IS_NUMBER && fact < REF_SCORE;
}

static void
pick_table(struct ref_maker *m, enum ref_fact fact, struct ref_match *match)
{
	match->table = ref_facts[fact].type == REF_IS_IP ? 0 :
	    1 + (int)ref_pick(m, REF_TABLES - 1);
	match->inlined = match->operator == REF_IN && ref_once_in(m, 3);
}

static enum ref_operator
pick_operator(struct ref_maker *m, enum ref_fact fact)
{
	static const enum ref_operator of_number[] = { REF_IS, REF_IS_NOT,
		REF_EQ, REF_GT, REF_GE, REF_LT, REF_LE };
	static const enum ref_operator of_ip[] = { REF_IS, REF_IS_NOT,
		REF_IN };
	static const enum ref_operator of_text[] = { REF_IS, REF_IS_NOT,
		REF_CONTAINS, REF_STARTS_WITH, REF_ENDS_WITH, REF_MATCHES,
		REF_MATCHES, REF_IN };
	enum ref_operator operator;

	if (ref_facts[fact].type == REF_IS_NUMBER)
		return of_number[ref_pick(m, 7)];
	if (ref_facts[fact].type == REF_IS_IP)
		return of_ip[ref_pick(m, 3)];
	operator = of_text[ref_pick(m, 8)];
	if ((operator == REF_IN && !has_tables(fact)) ||
	    (operator == REF_MATCHES && fact == REF_LABEL))
		return REF_IS;
	return operator;
}

static void
make_match(struct ref_maker *m, enum ref_fact fact, enum ref_operator operator,
    struct ref_match *match)
{
	bool is_text = ref_facts[fact].type != REF_IS_NUMBER &&
	    ref_facts[fact].type != REF_IS_IP && fact != REF_LABEL;

	match->operator = operator;
	match->table = -1;
	if (operator == REF_IN || (operator == REF_IS_NOT &&
	    has_tables(fact) && ref_once_in(m, 4)))
		pick_table(m, fact, match);
	else if (operator >= REF_EQ)
		match->number = pick_literal(m, fact);
	else
		make_entries(m, fact, match, operator != REF_MATCHES,
		    operator == REF_MATCHES ||
		    (operator == REF_IS_NOT && is_text));
}

static void
make_operators(struct ref_maker *m, struct ref_test *t)
{
	enum ref_operator first = pick_operator(m, t->fact), second;

	make_match(m, t->fact, first, &t->some[0]);
	t->some_count = 1;
	second = pick_operator(m, t->fact);
	if (second == first || !ref_once_in(m, 3))
		return;
	make_match(m, t->fact, second, &t->some[1]);
	t->some_count = 2;
}

static void
make_plain(struct ref_maker *m, struct ref_test *t)
{
	bool is_text = ref_facts[t->fact].type != REF_IS_NUMBER &&
	    ref_facts[t->fact].type != REF_IS_IP && t->fact != REF_LABEL;

	t->plain = true;
	t->some_count = 1;
	t->some[0].operator = REF_IS;
	t->some[0].table = -1;
	make_entries(m, t->fact, &t->some[0], true, is_text);
}

/* What is asked of all values, and how many there are. */
static void
make_quantity(struct ref_maker *m, struct ref_test *t)
{
	static const char *const numbers[] = { "0", "1", "2", "3" };

	if (ref_once_in(m, 2))
		make_operators(m, t);
	if (ref_once_in(m, 2)) {
		t->has_every = true;
		make_match(m, t->fact, pick_operator(m, t->fact), &t->every);
		return;
	}
	t->has_counts = true;
	t->counts.table = -1;
	t->counts.operator = (enum ref_operator)(REF_EQ + ref_pick(m, 5));
	t->counts.number = numbers[ref_pick(m, 4)];
}

static void
make_test(struct ref_maker *m, struct ref_test *t)
{
	size_t form = ref_pick(m, 12);

	t->fact = ref_pick_fact(m);
	if (form == 0) {
		t->exists = ref_once_in(m, 2) ? REF_EXISTS : REF_MISSING;
		return;
	}
	if (form < 3)
		make_quantity(m, t);
	else if (form < 8)
		make_operators(m, t);
	else
		make_plain(m, t);
	if (form == 3)
		t->exists = REF_EXISTS;
}

static const char *
key_of(const struct ref_condition *c)
{
	static const char *const words[] = { "all", "any", "not", "none",
		"condition", "same" };

	return c->kind == REF_TEST ? ref_facts[c->test.fact].name :
	    words[c->kind];
}

/* May C be written as one mapping? Its keys must differ then. */
static bool
has_different_keys(const struct ref_condition *c)
{
	size_t i, k;

	for (i = 0; i < c->count; i++)
		if (c->children[i]->flat)
			return false;
	for (i = 0; i < c->count; i++)
		for (k = 0; k < i; k++)
			if (strcmp(key_of(c->children[i]),
			    key_of(c->children[k])) == 0)
				return false;
	return true;
}

const struct ref_condition *
ref_make_condition(struct ref_maker *m, int depth)
{
	struct ref_policy *p = &m->c->policy;
	struct ref_condition *c = &p->conditions[p->condition_count++];
	size_t i;

	c->kind = (enum ref_kind)ref_pick(m, REF_TEST + 4);
	if (c->kind > REF_TEST || depth == 0 ||
	    p->condition_count + 10 > REF_CONDITIONS ||
	    (c->kind == REF_NAMED_AS && p->named_count == 0) ||
	    ((c->kind == REF_NAMED_AS || c->kind == REF_SAME) &&
	    m->scope != REF_ANY_FACT))
		c->kind = REF_TEST;
	if (c->kind == REF_TEST) {
		make_test(m, &c->test);
		return c;
	}
	c->count = c->kind == REF_NOT || c->kind == REF_NAMED_AS ||
	    c->kind == REF_SAME ? 1 : 1 + ref_pick(m, REF_CHILDREN);
	if (c->kind == REF_NAMED_AS) {
		c->named = (int)ref_pick(m, p->named_count);
		c->children[0] = p->named[c->named];
		return c;
	}
	if (c->kind == REF_SAME)
		m->scope = REF_OF_RECIPIENTS;
	for (i = 0; i < c->count; i++)
		c->children[i] = ref_make_condition(m, depth - 1);
	if (c->kind == REF_SAME)
		m->scope = REF_ANY_FACT;
	c->flat = c->kind == REF_AND && c->count > 1 &&
	    has_different_keys(c) && ref_once_in(m, 2);
	return c;
}

const struct ref_condition *
ref_make_command(struct ref_maker *m)
{
	struct ref_policy *p = &m->c->policy;
	struct ref_condition *c = &p->conditions[p->condition_count++], *test;

	test = &p->conditions[p->condition_count++];
	test->kind = REF_TEST;
	test->test.fact = REF_COMMAND;
	if (ref_once_in(m, 2))
		make_plain(m, &test->test);
	else
		test->test.exists = REF_EXISTS;
	c->kind = REF_AND;
	c->count = 2;
	c->children[0] = test;
	c->children[1] = ref_make_condition(m, 1);
	return c;
}
