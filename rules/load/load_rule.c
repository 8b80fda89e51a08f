/*
 * load_rule.c - the rules, in file order.
 *
 * `when` is read before `then`, wherever it stands, for `then` may use what
 * its regexes capture.
 */
#include "config.h"

#include <stdlib.h>

#include "rules/base/xmalloc.h"
#include "rules/engine/branch.h"
#include "rules/load/load.h"

static int
read_name(struct loader *l, struct node *n, void *target)
{
	struct rule *r = target;
	const struct node *first;
	struct span name;

	if (load_text(l, n, &name) < 0)
		return -1;
	if (name.len == 0) {
		(void)tree_error(&l->tree, n, "a rule needs a name");
		return -1;
	}
	r->name = policy_copy(l->policy, name);
	r->place = (struct place){ l->policy->file, n->line, n->column };
	first = names_add(&l->rule_names, name, n);
	if (first == NULL)
		return 0;
	problem_hint(tree_error(&l->tree, n, "a second rule '%s'",
	    quote(name).text), "the first one is in line %u", first->line);
	return -1;
}

static const struct mapping_spec rule_spec = { "a rule", "key", {
	{ "rule", read_name, true },
	{ "when", load_later, false },
	{ "then", load_later, true },
	{ "at", NULL, false },
	{ "early", NULL, false },
	{ "mode", NULL, false },
	{ "until", NULL, false },
	{ "tests", NULL, false },
} };

static int
read_parts(struct loader *l, const struct node *n, struct rule_draft *d)
{
	struct node *when = node_get(n, "when"), *then = node_get(n, "then");
	int result = 0;

	if (when != NULL) {
		d->rule->when = load_condition(l, when);
		d->groups_unknown = d->rule->when == NULL;
	}
	if (then != NULL)
		result = load_actions(l, then, d);
	return d->groups_unknown ? -1 : result;
}

static int
compare(const void *a, const void *b)
{
	unsigned x = *(const unsigned *)a, y = *(const unsigned *)b;

	return (x > y) - (x < y);
}

/* Does C test a fact of the same elements as the one in slot S? */
static bool
tests_family(const struct policy *p, const struct condition *c,
    const struct slot *s)
{
	size_t i;

	if (c == NULL || (s->kind->flags & FACT_MANY) == 0)
		return false;
	if (c->kind == CONDITION_TEST)
		return slots_are_family(&p->slots[c->test->slot], s);
	for (i = 0; i < c->count; i++)
		if (tests_family(p, c->children[i], s))
			return true;
	return false;
}

/*
 * What the rule as a whole reads follows from its parts. Which element of a
 * list `then` means, if `when` tests it, follows from the branch that holds.
 */
static void
rule_complete(struct loader *l, struct rule_draft *d)
{
	struct rule *r = d->rule;
	const struct slot *s;
	unsigned *reads;
	size_t i;

	if (r->when != NULL) {
		r->per_recipient = r->when->per_recipient;
		r->earliest = r->when->earliest;
	}
	if (d->read_count > 0)
		qsort(d->reads, d->read_count, sizeof *d->reads, compare);
	reads = policy_alloc(l->policy, d->read_count, sizeof *reads);
	for (i = 0; i < d->read_count; i++) {
		if (i > 0 && d->reads[i] == d->reads[i - 1])
			continue;
		s = &l->policy->slots[d->reads[i]];
		reads[r->read_count++] = d->reads[i];
		r->per_recipient |= s->per_recipient;
		if (!r->ordered)
			r->ordered = tests_family(l->policy, r->when, s);
	}
	r->reads = reads;
}

static int
read_rule(struct loader *l, struct node *n)
{
	struct rule *r = &l->policy->rules[l->policy->rule_count];
	struct rule_draft d = { .rule = r };
	int result = load_mapping(l, n, &rule_spec, r);

	r->index = l->policy->rule_count++;
	if (read_parts(l, n, &d) < 0)
		result = -1;
	rule_complete(l, &d);
	names_release(&d.asked);
	free(d.reads);
	return result;
}

int
load_rules(struct loader *l, struct node *n)
{
	struct node *child;
	int result = 0;

	if (load_missing(l, n))
		return -1;
	if (n->kind != NODE_LIST || n->count == 0) {
		problem_hint(tree_error(&l->tree, n, "'rules' must be a list "
		    "with a rule in it"), "a rule begins with a line "
		    "'- rule: name'");
		return -1;
	}
	l->policy->rules = policy_alloc(l->policy, n->count,
	    sizeof *l->policy->rules);
	for (child = n->child; child != NULL; child = child->next)
		if (read_rule(l, child) < 0)
			result = -1;
	return result;
}
