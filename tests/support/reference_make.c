/*
 * reference_make.c - cases at random: tables, settings, and the dice.
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
	case REF_OF_COMMAND:
		return fact == REF_COMMAND || ref_facts[fact].connection;
	case REF_ANY_FACT:
		break;
	}
	return fact != REF_COMMAND;
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
