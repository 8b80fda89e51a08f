/*
 * load_rule.c - the rules, in file order.
 *
 * `when` is read before `then`, wherever it stands, for `then` may use what
 * its regexes capture.
 */
#include "config.h"

#include <stdlib.h>

#include "rules/base/xmalloc.h"
#include "rules/load/load.h"

/* The parts of a rule, to be read in the right order. */
struct rule_nodes {
	struct node *name;
	struct node *when;
	struct node *then;
};

static int
take_name(struct loader *l, struct node *n, void *target)
{
	struct rule_nodes *nodes = target;
	struct span name;

	if (load_text(l, n, &name) < 0)
		return -1;
	if (name.len == 0) {
		(void)tree_error(&l->tree, n, "a rule needs a name");
		return -1;
	}
	nodes->name = n;
	return 0;
}

static int
take_when(struct loader *l, struct node *n, void *target)
{
	struct rule_nodes *nodes = target;

	(void)l;
	nodes->when = n;
	return 0;
}

static int
take_then(struct loader *l, struct node *n, void *target)
{
	struct rule_nodes *nodes = target;

	(void)l;
	nodes->then = n;
	return 0;
}

static const struct key_spec rule_keys[] = {
	{ "rule", take_name, true },
	{ "when", take_when, false },
	{ "then", take_then, true },
	{ "at", NULL, false },
	{ "early", NULL, false },
	{ "mode", NULL, false },
	{ "until", NULL, false },
	{ "tests", NULL, false },
	{ NULL, NULL, false }
};

static int
read_parts(struct loader *l, const struct rule_nodes *nodes,
    struct rule_draft *d)
{
	int result = 0;

	if (nodes->when != NULL) {
		d->rule->when = load_condition(l, nodes->when);
		d->groups_unknown = d->rule->when == NULL;
	}
	if (nodes->then != NULL)
		result = load_actions(l, nodes->then, d);
	return d->groups_unknown ? -1 : result;
}

/* What the rule as a whole reads follows from its parts. */
static void
rule_complete(struct loader *l, struct rule_draft *d)
{
	struct rule *r = d->rule;
	unsigned *reads;
	size_t i;

	if (r->when != NULL) {
		r->per_recipient = r->when->per_recipient;
		r->earliest = r->when->earliest;
	}
	reads = policy_alloc(l->policy, d->read_count, sizeof *reads);
	for (i = 0; i < d->read_count; i++) {
		reads[i] = d->reads[i];
		r->per_recipient |= l->policy->slots[reads[i]].per_recipient;
	}
	r->reads = reads;
	r->read_count = d->read_count;
}

static int
check_unique(struct loader *l, const struct node *name)
{
	const struct node *first = names_add(&l->rule_names, name->text, name);

	if (first != NULL) {
		problem_hint(tree_error(&l->tree, name, "a second rule '%s'",
		    quote(name->text).text), "the first one is in line %u",
		    first->line);
		return -1;
	}
	return 0;
}

static int
read_rule(struct loader *l, struct node *n)
{
	struct rule *r = &l->policy->rules[l->policy->rule_count];
	struct rule_nodes nodes = { NULL, NULL, NULL };
	struct rule_draft d = { .rule = r };
	int result = load_mapping(l, n, rule_keys, &nodes, "a rule");

	if (nodes.name != NULL && check_unique(l, nodes.name) < 0)
		result = -1;
	if (nodes.name == NULL)
		nodes.name = n;		/* reported; the rest is read */
	r->name = policy_copy(l->policy, nodes.name->text);
	r->place = (struct place){ l->policy->file, nodes.name->line,
		nodes.name->column };
	r->index = l->policy->rule_count++;
	if (read_parts(l, &nodes, &d) < 0)
		result = -1;
	rule_complete(l, &d);
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
