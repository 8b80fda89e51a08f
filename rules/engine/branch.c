/*
 * branch.c - why a condition holds: the first branch that does.
 *
 * A walk goes down the condition in reading order and shows each test that
 * holds to a visitor, with the value that satisfied it.
 */
#include "config.h"

#include "rules/engine/branch.h"
#include "rules/engine/evaluate.h"
#include "rules/engine/written.h"

/* The value that satisfied a test, and the regex that it did, if any. */
struct hit {
	const struct test *test;
	size_t value;		/* its number */
	struct span text;
	const struct regex *regex;
	const struct table *table;	/* that it was found in */
};

struct walk {
	struct engine *engine;
	const struct recipient *recipient;
	struct question question;
	bool (*visit)(struct walk *w, const struct hit *hit);	/* true: end */
	struct capture *capture;
	const struct slot *wanted;
	size_t element;
	struct span found;
};

static const struct slot *
slot_of(const struct walk *w, const struct hit *hit)
{
	return &w->engine->policy->slots[hit->test->slot];
}

/* The first alternative of M that VALUE satisfies; NULL for none. */
static const struct alternative *
alternative_of(struct walk *w, const struct matcher *m,
    const struct slot *slot, struct span value)
{
	struct matcher one = *m;
	size_t i;

	one.count = 1;
	for (i = 0; i < m->count; i++) {
		one.alternatives = &m->alternatives[i];
		if (matcher_test(w->engine, &one, slot, value) == ANSWER_YES)
			return &m->alternatives[i];
	}
	return NULL;
}

static bool
has_alternatives(const struct matcher *m)
{
	return !m->negated && m->count > 0;
}

/* One operator: entries in order, each against all values. */
static bool
hit_by_entry(struct walk *w, const struct values *values,
    const struct matcher *m, struct hit *hit)
{
	struct matcher one = *m;
	size_t i, v;

	one.count = 1;
	for (i = 0; i < m->count; i++) {
		one.alternatives = &m->alternatives[i];
		for (v = 0; v < values->count; v++) {
			if (matcher_test(w->engine, &one, slot_of(w, hit),
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

/*
 * Does VALUE satisfy every operator of L? The first regex and the first table
 * that it does are kept; what was not found captures nothing.
 */
static bool
hit_by_all(struct walk *w, struct span value, const struct matcher_list *l,
    struct hit *hit)
{
	const struct slot *slot = slot_of(w, hit);
	const struct alternative *a;
	const struct matcher *m;
	size_t i;

	hit->regex = NULL;
	hit->table = NULL;
	for (i = 0; i < l->count; i++) {
		m = &l->at[i];
		if (matcher_test(w->engine, m, slot, value) != ANSWER_YES)
			return false;
		if (m->negated)
			continue;
		if (hit->table == NULL && m->kind == MATCH_IN)
			hit->table = m->table;
		a = alternative_of(w, m, slot, value);
		if (hit->regex == NULL && a != NULL)
			hit->regex = a->regex;
	}
	return true;
}

/* Find the value of T that does; `every` shows the first one. */
static bool
test_hit(struct walk *w, const struct test *t, struct hit *hit)
{
	const struct matcher_list *l = t->some.count > 0 ? &t->some :
	    &t->every;
	const struct values *values;
	struct values one;
	size_t v;

	*hit = (struct hit){ .test = t };
	if (slot_of(w, hit)->written != WRITTEN_NOT)
		return false;
	values = values_element(slot_values(w->engine, t->slot, w->recipient),
	    w->question.element, &one);
	if (l->count == 1 && has_alternatives(&l->at[0]))
		return hit_by_entry(w, values, &l->at[0], hit);
	for (v = 0; v < values->count; v++) {
		if (!hit_by_all(w, values->at[v], l, hit))
			continue;
		hit->value = v;
		hit->text = values->at[v];
		return true;
	}
	return false;
}

static bool
visit_test(struct walk *w, const struct test *t)
{
	struct hit hit;

	if (!test_hit(w, t, &hit))
		return false;
	if (w->question.element != ELEMENT_ANY)
		hit.value = w->question.element;
	return w->visit(w, &hit);
}

static bool
holds(struct walk *w, const struct condition *c)
{
	return condition_answer(w->engine, c, &w->question) == ANSWER_YES;
}

static bool walk_condition(struct walk *w, const struct condition *c);

/* The first child of an `any` that holds is the branch. */
static bool
walk_any(struct walk *w, const struct condition *c)
{
	size_t i;

	for (i = 0; i < c->count; i++)
		if (holds(w, c->children[i]))
			return walk_condition(w, c->children[i]);
	return false;
}

static bool
walk_all(struct walk *w, const struct condition *c)
{
	size_t i;

	for (i = 0; i < c->count; i++)
		if (walk_condition(w, c->children[i]))
			return true;
	return false;
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

/*
 * An element is found although nothing in it was, for what was asked is that
 * something is not there. True when it is of the family that W is about.
 */
static bool
is_wanted(struct walk *w, unsigned slot, size_t element)
{
	if (w->wanted == NULL || !slots_are_family(w->wanted,
	    &w->engine->policy->slots[slot]))
		return false;
	w->element = element;
	return true;
}

/* The first element for which all holds is the branch. */
static bool
walk_same(struct walk *w, const struct condition *c)
{
	size_t count = slot_values(w->engine, c->slot, w->recipient)->count;
	struct question outside = w->question;
	bool result = false;
	size_t i;

	for (i = 0; i < count; i++) {
		w->question.element = i;
		if (!holds(w, c->children[0]))
			continue;
		result = walk_condition(w, c->children[0]) ||
		    is_wanted(w, c->slot, i);
		break;
	}
	w->question = outside;
	return result;
}

/* True when the visitor has seen enough. Depth: CONDITION_DEPTH_MAX. */
static bool
walk_condition(struct walk *w, const struct condition *c)
{
	switch (c->kind) {
	case CONDITION_ALL:
		return walk_all(w, c);
	case CONDITION_ANY:
		return walk_any(w, c);
	case CONDITION_SAME:
		return walk_same(w, c);
	case CONDITION_NOT:
	case CONDITION_NONE:
		return false;
	case CONDITION_TEST:
		break;
	}
	return holds(w, c) && visit_test(w, c->test);
}

static void
walk_rule(struct walk *w, struct engine *e, const struct rule *rule,
    const struct recipient *r)
{
	unsigned failures = e->regex_failures;
	bool refused = e->regex_refused;
	struct reading *reading = NULL;

	if (rule->when == NULL)
		return;
	if (rule->per_recipient)
		reading = r != NULL ? r->reading : &e->general;
	w->engine = e;
	w->recipient = r;
	w->question = (struct question){ reading, rule, ELEMENT_ANY };
	written_settle_above(e, rule, r);
	/* What was judged is looked at again: that is not counted twice. */
	e->regex_failures = 0;
	(void)walk_condition(w, rule->when);
	e->regex_failures = failures;
	e->regex_refused = refused;
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

/* What is known of RULE's branch for R. */
static struct branch *
branch_of(struct engine *e, const struct rule *rule,
    const struct recipient *r)
{
	struct branch *b = &e->branch;

	if (!rule->per_recipient)
		r = NULL;	/* it holds for all in the same way */
	/* First, for what is set above may have a branch of its own. */
	written_settle_above(e, rule, r);
	if (b->rule != rule || b->recipient != r || b->view != e->view) {
		branch_forget(e);
		b->rule = rule;
		b->recipient = r;
		b->view = e->view;
	}
	return b;
}

void
branch_forget(struct engine *e)
{
	e->branch.rule = NULL;
	e->branch.captured = e->branch.looked_up = false;
	e->branch.element_count = 0;
}

const struct capture *
branch_capture(struct engine *e, const struct rule *rule,
    const struct recipient *r)
{
	struct branch *b = branch_of(e, rule, r);
	struct walk w = { .visit = visit_regex, .capture = &b->capture };

	if (b->captured)
		return &b->capture;
	b->capture.regex = NULL;
	walk_rule(&w, e, rule, r);
	b->captured = true;
	return &b->capture;
}

static bool
visit_family(struct walk *w, const struct hit *hit)
{
	if (!slots_are_family(slot_of(w, hit), w->wanted))
		return false;
	w->element = hit->value;
	return true;
}

size_t
branch_element(struct engine *e, const struct rule *rule,
    const struct recipient *r, unsigned slot)
{
	struct walk w = { .visit = visit_family,
		.wanted = &e->policy->slots[slot] };
	struct branch *b = branch_of(e, rule, r);
	size_t i;

	for (i = 0; i < b->element_count; i++)
		if (b->slots[i] == slot)
			return b->elements[i];
	walk_rule(&w, e, rule, r);
	if (i < BRANCH_ELEMENTS) {
		b->slots[i] = slot;
		b->elements[i] = w.element;
		b->element_count++;
	}
	return w.element;
}

static bool
visit_table(struct walk *w, const struct hit *hit)
{
	enum fact_type type = slot_of(w, hit)->kind->type;

	if (hit->table == NULL || !table_has_values(hit->table))
		return false;
	if (type == FACT_IP)
		return table_find_ip(hit->table, &w->engine->client_ip,
		    &w->found);
	if (type == FACT_ADDRESS)
		return table_find_address(hit->table, hit->text, &w->found);
	return table_find_name(hit->table, hit->text, &w->found);
}

struct span
branch_table_value(struct engine *e, const struct rule *rule,
    const struct recipient *r)
{
	struct walk w = { .visit = visit_table };
	struct branch *b = branch_of(e, rule, r);

	if (!b->looked_up) {
		walk_rule(&w, e, rule, r);
		b->value = w.found;
		b->looked_up = true;
	}
	return b->value;
}
