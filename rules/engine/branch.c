/*
 * branch.c - walk the first branch of a condition that holds.
 *
 * In reading order: all children of an `all`, the first of an `any` that
 * holds, nothing below a negation. In a test with one operator the first entry
 * of its list decides, then the first value; with several, the first value
 * that satisfies them all.
 */
#include "config.h"

#include "rules/engine/branch.h"
#include "rules/engine/evaluate.h"

/* A test of the branch and what satisfied it. */
struct hit {
	const struct test *test;
	size_t value;
	struct span text;
	const struct regex *regex;	/* NULL: by a literal or a table */
};

struct walk {
	struct engine *engine;
	const struct recipient *recipient;
	bool (*visit)(struct walk *w, const struct hit *hit);	/* true: end */
	struct capture *capture;
	const struct slot *wanted;
	size_t element;
};

/* The first alternative of M that VALUE satisfies; NULL for none. */
static const struct alternative *
alternative_of(struct walk *w, const struct matcher *m, const struct slot *slot,
    struct span value)
{
	struct matcher one = { .count = 1 };
	size_t i;

	for (i = 0; i < m->count; i++) {
		one.alternatives = &m->alternatives[i];
		if (matcher_test(w->engine, &one, slot, value) == ANSWER_YES)
			return &m->alternatives[i];
	}
	return NULL;
}

/* One operator: entries in order, each against all values. */
static bool
hit_by_entry(struct walk *w, const struct values *values, struct hit *hit)
{
	const struct slot *slot = &w->engine->policy->slots[hit->test->slot];
	const struct matcher *m = hit->test->matchers;
	struct matcher one = { .count = 1 };
	size_t i, v;

	for (i = 0; i < m->count; i++) {
		one.alternatives = &m->alternatives[i];
		for (v = 0; v < values->count; v++) {
			if (matcher_test(w->engine, &one, slot,
			    values->at[v]) != ANSWER_YES)
				continue;
			hit->value = v;
			hit->text = values->at[v];
			hit->regex = m->alternatives[i].regex;
			return true;
		}
	}
	return false;
}

/* Does VALUE satisfy every operator? The first regex that it does is kept. */
static bool
hit_by_all(struct walk *w, struct span value, struct hit *hit)
{
	const struct slot *slot = &w->engine->policy->slots[hit->test->slot];
	const struct alternative *a;
	const struct matcher *m;
	size_t i;

	hit->regex = NULL;
	for (i = 0; i < hit->test->matcher_count; i++) {
		m = &hit->test->matchers[i];
		if (matcher_test(w->engine, m, slot, value) != ANSWER_YES)
			return false;
		a = alternative_of(w, m, slot, value);
		if (hit->regex == NULL && a != NULL)
			hit->regex = a->regex;
	}
	return true;
}

static bool
test_hit(struct walk *w, const struct test *t, struct hit *hit)
{
	const struct values *values = slot_values(w->engine, t->slot,
	    w->recipient);
	size_t v;

	*hit = (struct hit){ .test = t };
	if (t->matcher_count == 1 && t->matchers[0].table == NULL)
		return hit_by_entry(w, values, hit);
	for (v = 0; v < values->count; v++) {
		if (!hit_by_all(w, values->at[v], hit))
			continue;
		hit->value = v;
		hit->text = values->at[v];
		return true;
	}
	return false;
}

/* True when the visitor has seen enough. Depth: CONDITION_DEPTH_MAX. */
static bool
walk_condition(struct walk *w, const struct condition *c)
{
	struct hit hit;
	size_t i;

	switch (c->kind) {
	case CONDITION_ALL:
		for (i = 0; i < c->count; i++)
			if (walk_condition(w, c->children[i]))
				return true;
		return false;
	case CONDITION_ANY:
		for (i = 0; i < c->count; i++)
			if (condition_answer(w->engine, c->children[i],
			    w->recipient) == ANSWER_YES)
				return walk_condition(w, c->children[i]);
		return false;
	case CONDITION_NOT:
	case CONDITION_NONE:
		return false;
	case CONDITION_TEST:
		break;
	}
	return test_hit(w, c->test, &hit) && w->visit(w, &hit);
}

static bool
visit_regex(struct walk *w, const struct hit *hit)
{
	struct regex_limits limits = session_regex_limits(w->engine);
	struct error ignored;

	if (hit->regex == NULL)
		return false;
	if (regex_match(hit->regex, hit->text, &limits, w->capture->groups,
	    REGEX_GROUPS_MAX, &ignored) == REGEX_YES)
		w->capture->regex = hit->regex;
	return true;
}

void
branch_capture(struct engine *e, const struct condition *when,
    const struct recipient *r, struct capture *c)
{
	struct walk w = { .engine = e, .recipient = r, .visit = visit_regex,
		.capture = c };

	c->regex = NULL;
	if (when != NULL)
		(void)walk_condition(&w, when);
}

bool
slots_are_family(const struct slot *a, const struct slot *b)
{
	if (a == b)
		return true;
	return a->kind->family != FAMILY_NONE &&
	    a->kind->family == b->kind->family &&
	    span_equal_nocase(a->name, b->name);
}

static bool
visit_family(struct walk *w, const struct hit *hit)
{
	const struct slot *slot = &w->engine->policy->slots[hit->test->slot];

	if (!slots_are_family(slot, w->wanted))
		return false;
	w->element = hit->value;
	return true;
}

size_t
branch_element(struct engine *e, const struct condition *when,
    const struct recipient *r, unsigned slot)
{
	struct walk w = { .engine = e, .recipient = r, .visit = visit_family,
		.wanted = &e->policy->slots[slot] };

	if (when != NULL)
		(void)walk_condition(&w, when);
	return w.element;
}
