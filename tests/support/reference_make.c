/*
 * reference_make.c - policies at random: tables, conditions, settings.
 *
 * Values are few, so that they meet often; each policy reads a few facts only,
 * so that its rules do. Every fact may be missing where an MTA may leave it
 * out, and some values make a pattern fail.
 */
#include "config.h"

#include "tests/support/reference_make.h"

size_t
ref_pick(struct ref_maker *m, size_t count)
{
	m->state = m->state * 6364136223846793005ul + 1442695040888963407ul;
	return (m->state >> 33) % count;
}

bool
ref_once_in(struct ref_maker *m, size_t count)
{
	return ref_pick(m, count) == 0;
}

const char *
ref_pick_word(struct ref_maker *m, const char *const six[6])
{
	return six[ref_pick(m, 6)];
}

static bool
is_in_scope(const struct ref_maker *m, enum ref_fact fact)
{
	if (fact >= REF_SCORE && !(m->written && m->above[fact]))
		return false;
	switch (m->scope) {
	case REF_OF_CONNECTION:
		return ref_facts[fact].connection;
	case REF_OF_GREETING:
		return fact <= REF_HELO;
	case REF_OF_RECIPIENTS:
		return fact == REF_ALL || fact == REF_DOMAINS;
	case REF_ANY_FACT:
		break;
	}
	return true;
}

enum ref_fact
ref_pick_fact(struct ref_maker *m)
{
	enum ref_fact fact;

	if (m->scope == REF_OF_RECIPIENTS)
		return ref_once_in(m, 2) ? REF_ALL : REF_DOMAINS;
	do
		fact = ref_pick(m, 8) < 6 ? m->palette[ref_pick(m,
		    REF_PALETTE)] : (enum ref_fact)ref_pick(m, REF_FACTS);
	while (!is_in_scope(m, fact));
	return fact;
}

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

static void
make_tables(struct ref_maker *m, struct ref_policy *p)
{
	static const char *const networks[6] = { "192.0.2.1", "192.0.2.0/31",
		"192.0.2.2", "198.51.100.0/24", "10.0.0.0/8",
		"198.51.100.7/32" };
	static const char *const names[6] = { "x", ".x", "x@", "y@x", "y",
		"<>" };
	struct ref_table *t;
	size_t i;

	for (t = p->tables; t < p->tables + REF_TABLES; t++) {
		t->cidr = t == p->tables;
		t->count = 1 + ref_pick(m, REF_TABLE_ENTRIES);
		for (i = 0; i < t->count; i++)
			t->entries[i] = ref_pick_word(m, t->cidr ? networks :
			    names);
	}
}

void
ref_make(struct ref_case *c, unsigned long seed)
{
	struct ref_maker m = { .c = c, .state = seed * 2654435761ul + 1 };
	struct ref_policy *p = &c->policy;
	size_t i;

	memset(c, 0, sizeof *c);
	(void)ref_pick(&m, 2);
	m.hard = ref_once_in(&m, 2) ? 2 : 0;
	m.written = !ref_once_in(&m, 3);
	for (i = 0; i < REF_PALETTE; i++)
		m.palette[i] = (enum ref_fact)ref_pick(&m, REF_FACTS);
	if (m.written)
		m.palette[0] = (enum ref_fact)(REF_SCORE + ref_pick(&m,
		    REF_FACTS - REF_SCORE));
	m.palette[1] = REF_CLIENT_NAME;	/* there is one in every scope */
	p->on_error = ref_once_in(&m, 2) ? VERDICT_TEMPFAIL : VERDICT_ACCEPT;
	p->shadow = ref_once_in(&m, 16);
	p->body_limited = ref_once_in(&m, 4);
	make_tables(&m, p);
	p->count = ref_once_in(&m, 8) ? 1 : 2 + ref_pick(&m, REF_RULES - 1);
	for (i = 0; i < p->count; i++) {
		p->rules[i].number = i;
		ref_make_rule(&m, &p->rules[i]);
		if (p->named_count == REF_NAMED || !ref_once_in(&m, 4))
			continue;
		p->named[p->named_count] = ref_make_condition(&m, 1);
		p->named_count++;
	}
	ref_make_session(&m, &c->session);
}
