/*
 * load_written.c - what rules tell those below them: score, labels, variables.
 *
 * A rule that reads what rules above it write depends on all that they depend
 * on. As rules are read from the top, what is known of a slot at any moment is
 * what the rules above write to it.
 */
#include "config.h"

#include "rules/base/xmalloc.h"
#include "rules/load/draft.h"

static struct written_above *
above(struct loader *l, unsigned slot)
{
	size_t room = l->above_room, i;

	if (slot >= room) {
		room = 2 * (slot + 1);
		l->above = xreallocarray(l->above, room, sizeof *l->above);
		for (i = l->above_room; i < room; i++)
			l->above[i] = (struct written_above){
				.earliest = PHASE_COUNT };
		l->above_room = room;
	}
	return &l->above[slot];
}

/* Variables that are set above have been found too late, or misspelt. */
static void
hint_variables(struct loader *l, struct problem *p, struct span name)
{
	struct suggestion near;
	size_t i;

	problem_hint(p, "one must have {set: {%s: text}}", quote(name).text);
	suggest_init(&near, name);
	for (i = 0; i < l->policy->slot_count && p != NULL; i++)
		if (l->policy->slots[i].written == WRITTEN_VAR &&
		    above(l, (unsigned)i)->count > 0)
			suggest_consider(&near, l->policy->slots[i].name);
	suggest_hint(&near, p);
}

int
written_check(struct loader *l, const struct rule *r, const struct node *n,
    size_t offset, unsigned slot)
{
	const struct slot *s = &l->policy->slots[slot];
	struct span name = s->name;
	struct problem *p;

	/* A score that nobody adds to is 0. */
	if (s->written == WRITTEN_NOT || s->written == WRITTEN_SCORE ||
	    above(l, slot)->count > 0)
		return 0;
	if (s->written == WRITTEN_LABEL) {
		problem_hint(tree_error_at(n, offset, "no rule above '%s' "
		    "gives a label", quote(r->name).text),
		    "one must have {label: NAME}");
		return -1;
	}
	p = tree_error_at(n, offset, "no rule above '%s' sets the variable "
	    "'%s'", quote(r->name).text, quote(name).text);
	hint_variables(l, p, name);
	return -1;
}

/* Several rules may use the condition that T stands in: one error will do. */
static int
check_test(struct loader *l, struct loaded_test *t, const struct rule *r)
{
	if (t->told)
		return -1;
	t->told = written_check(l, r, t->key, 0, t->test.slot) < 0;
	return t->told ? -1 : 0;
}

static void
take_earliest(struct rule *r, enum phase earliest)
{
	if (earliest < r->earliest)
		r->earliest = earliest;
}

/*
 * Count what C reads into R. What rules write may be known as soon as one of
 * them is. Depth: CONDITION_DEPTH_MAX.
 */
static int
take_tests(struct loader *l, const struct condition *c, struct rule *r)
{
	int result = 0;
	size_t i;

	if (!c->written) {
		take_earliest(r, c->earliest);
		return 0;
	}
	if (c->kind == CONDITION_TEST) {
		written_take_slot(l, c->test->slot, r);
		take_earliest(r, above(l, c->test->slot)->earliest);
		return check_test(l, (struct loaded_test *)c->test, r);
	}
	for (i = 0; i < c->count; i++)
		if (take_tests(l, c->children[i], r) < 0)
			result = -1;
	return result;
}

int
written_take_condition(struct loader *l, const struct condition *c,
    struct rule *r)
{
	int result;

	r->per_recipient |= c->per_recipient;
	r->phases |= c->phases;
	r->earliest = PHASE_COUNT;
	result = take_tests(l, c, r);
	if (r->earliest == PHASE_COUNT)	/* nobody writes what it reads */
		r->earliest = PHASE_CONNECT;
	return result;
}

void
written_take_slot(struct loader *l, unsigned slot, struct rule *r)
{
	const struct slot *s = &l->policy->slots[slot];

	if (s->written == WRITTEN_NOT) {
		r->per_recipient |= s->per_recipient;
		r->phases |= 1u << s->known;
		return;
	}
	r->written = true;
	r->per_recipient |= above(l, slot)->per_recipient;
	r->phases |= above(l, slot)->phases;
}

void
written_add_rule(struct loader *l, const struct rule *r)
{
	struct written_above *a;
	size_t i;

	for (i = 0; i < r->write_count; i++) {
		a = above(l, r->writes[i]->slot);
		a->count++;
		if (r->mode == MODE_OFF)
			continue;
		a->phases |= r->phases;
		a->per_recipient |= r->per_recipient;
		if (r->earliest < a->earliest)
			a->earliest = r->earliest;
	}
}
