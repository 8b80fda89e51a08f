/*
 * load_combine.c - what follows for a condition from its children.
 */
#include "config.h"

#include "rules/load/draft.h"

struct condition *
combine_new(struct loader *l, enum condition_kind kind, size_t children)
{
	struct condition *c = policy_alloc(l->policy, 1, sizeof *c);

	c->kind = kind;
	c->depth = 1;
	c->children = policy_alloc(l->policy, children, sizeof *c->children);
	return c;
}

/* Do regexes below a condition of KIND capture? Not below a negation. */
static bool
captures(enum condition_kind kind)
{
	return kind == CONDITION_ALL || kind == CONDITION_ANY ||
	    kind == CONDITION_SAME;
}

void
combine_take(struct condition *c, const struct condition *child)
{
	bool first = c->count == 0;

	c->children[c->count++] = child;
	c->tests += child->tests;
	if (c->depth <= child->depth)
		c->depth = child->depth + 1;
	if (first || child->earliest < c->earliest)
		c->earliest = child->earliest;
	c->phases |= child->phases;
	c->per_recipient |= child->per_recipient;
	c->written |= child->written;
	c->command |= child->command;
	c->beyond_connection |= child->beyond_connection;
	if (!captures(c->kind))
		return;
	c->table_values |= child->table_values;
	if (c->groups < child->groups)
		c->groups = child->groups;
}

const struct condition *
combine_check(const struct node *n, const struct condition *c)
{
	if (c->depth <= CONDITION_DEPTH_MAX && c->tests <= CONDITION_TESTS_MAX)
		return c;
	problem_hint(tree_error(n, "the condition is too large: more than %d "
	    "levels or %d tests", CONDITION_DEPTH_MAX, CONDITION_TESTS_MAX),
	    "named conditions count in full at each place");
	return NULL;
}
