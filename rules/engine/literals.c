/*
 * literals.c - tests of a recipient's facts, answered all at once.
 *
 * The texts that tests ask for stand in a table with chains, by a hash of slot
 * and text. It is built once and never changed.
 */
#include "config.h"

#include "rules/engine/evaluate.h"
#include "rules/engine/literals.h"

#define GUARDS_LOOKED_AT 32

/* Can T be answered by looking its fact's values up? */
static bool
is_literal(const struct test *t)
{
	const struct matcher *m = t->some.at;
	size_t i;

	if (t->exists != EXISTS_UNASKED || t->counts.count > 0 ||
	    t->every.count > 0 || t->some.count != 1 ||
	    m->kind != MATCH_IS || m->negated)
		return false;
	for (i = 0; i < m->count; i++)
		if (m->alternatives[i].regex != NULL)
			return false;
	return true;
}

static struct literal **
bucket_of(const struct policy *p, unsigned slot, struct span text)
{
	unsigned long hash = span_hash_nocase(text, p->hash_key + slot);

	return &p->literals[hash & (p->literal_buckets - 1)];
}

static void
add_test(struct policy *p, unsigned number)
{
	const struct test *t = p->personal_tests[number];
	const struct matcher *m = t->some.at;
	struct literal **bucket, *one;
	size_t i;

	for (i = 0; i < m->count; i++) {
		one = policy_alloc(p, 1, sizeof *one);
		one->text = m->alternatives[i].literal;
		one->slot = t->slot;
		one->test = number;
		bucket = bucket_of(p, t->slot, one->text);
		one->next = *bucket;
		*bucket = one;
	}
}

static size_t
count_literals(const struct policy *p)
{
	size_t count = 0, i;

	for (i = 0; i < p->personal_test_count; i++)
		if (is_literal(p->personal_tests[i]))
			count += p->personal_tests[i]->some.at[0].count;
	return count;
}

/*
 * A test without which C cannot hold, of those that stand by themselves. Many
 * rules may share a large condition, so no more than its beginning is looked
 * at: a rule without a guard is asked, and that is all.
 */
static unsigned
guard_of(const struct policy *p, const struct condition *c)
{
	unsigned guard = RULE_UNGUARDED;
	size_t i;

	if (c == NULL)
		return guard;
	if (c->kind == CONDITION_TEST)
		return p->slots[c->test->slot].per_recipient ?
		    c->test->memo : guard;
	for (i = 0; c->kind == CONDITION_ALL && i < c->count &&
	    i < GUARDS_LOOKED_AT && guard == RULE_UNGUARDED; i++)
		if (c->children[i]->kind == CONDITION_TEST)
			guard = guard_of(p, c->children[i]);
	return guard;
}

void
literals_build(struct policy *p)
{
	size_t count = count_literals(p), i;

	p->literal_buckets = 1;
	while (p->literal_buckets < count)
		p->literal_buckets *= 2;
	p->literals = policy_alloc(p, p->literal_buckets,
	    sizeof *p->literals);
	p->other_tests = policy_alloc(p, p->personal_test_count,
	    sizeof *p->other_tests);
	for (i = 0; i < p->personal_test_count; i++) {
		if (is_literal(p->personal_tests[i]))
			add_test(p, (unsigned)i);
		else
			p->other_tests[p->other_count++] = (unsigned)i;
	}
	for (i = 0; i < p->rule_count; i++)
		p->rules[i].guard = guard_of(p, p->rules[i].when);
}

static void
look_up(struct engine *e, unsigned slot, struct span value)
{
	const struct literal *one = *bucket_of(e->policy, slot, value);

	for (; one != NULL; one = one->next)
		if (one->slot == slot && span_equal_nocase(one->text, value))
			e->personal[one->test] = ANSWER_YES;
}

void
literals_test(struct engine *e, const struct recipient *r)
{
	const struct policy *p = e->policy;
	const struct values *values;
	const struct test *t;
	bool ignored;		/* no limit cuts what an MTA says of one */
	size_t i, k;

	memset(e->personal, ANSWER_NO, p->personal_test_count);
	for (i = 0; i < p->slot_count; i++) {
		if (!p->slots[i].per_recipient)
			continue;
		values = &r->values[p->slots[i].personal];
		for (k = 0; k < values->count; k++)
			look_up(e, (unsigned)i, values->at[k]);
	}
	for (i = 0; i < p->other_count; i++) {
		t = p->personal_tests[p->other_tests[i]];
		e->personal[p->other_tests[i]] = (unsigned char)values_test(e,
		    t, slot_values(e, t->slot, r), &ignored);
	}
}
