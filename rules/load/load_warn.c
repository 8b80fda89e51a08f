/*
 * load_warn.c - warnings about a policy as a whole.
 */
#include "config.h"

#include <stdlib.h>

#include "rules/base/xmalloc.h"
#include "rules/load/entry_doubt.h"
#include "rules/load/value_doubt.h"
#include "rules/load/warn.h"

void
warn_entries(const struct node *list, bool of_names,
    const struct fact_kind *kind)
{
	const struct node *n;
	struct doubt doubt;

	for (n = list->child; n != NULL; n = n->next)
		if (of_names && n->kind == NODE_SCALAR &&
		    entry_doubt(n->text, &doubt))
			problem_hint(tree_warn(n, "the entry '%s' %s",
			    quote(n->text).text, doubt.what), "%s",
			    doubt.hint);
		else if (kind != NULL)
			(void)value_doubt(n, kind, true);
}

static void
warn_tables(const struct loader *l)
{
	const struct named_table *t;
	size_t i;

	for (i = 0; i < l->table_count; i++) {
		t = &l->tables[i];
		if (table_count(t->table) == 0)
			problem_hint(tree_warn(t->name, "the table '%s' is "
			    "empty", quote(t->name->text).text),
			    "no condition on it ever holds");
		if (!t->used)
			problem_hint(tree_warn(t->name, "nobody uses the "
			    "table '%s'", quote(t->name->text).text),
			    "write {in: %s} in a condition, or remove it",
			    quote(t->name->text).text);
		if (t->body->kind == NODE_LIST)
			warn_entries(t->body, t->of_names, t->kind);
	}
}

static void
warn_conditions(const struct loader *l)
{
	const struct named_condition *c;
	size_t i;

	for (i = 0; i < l->condition_count; i++) {
		c = &l->conditions[i];
		if (!c->used)
			problem_hint(tree_warn(c->name, "nobody uses the "
			    "condition '%s'", quote(c->name->text).text),
			    "write {condition: %s} in a rule, or remove it",
			    quote(c->name->text).text);
	}
}

/* The mappings of all rules, in file order. */
static const struct node **
rule_nodes(const struct loader *l)
{
	const struct node **nodes = xcalloc(l->policy->rule_count + 1,
	    sizeof *nodes);
	const struct node *root, *rules, *n;
	size_t count = 0, i;

	for (i = 0; i < l->file_count; i++) {
		root = l->files[i]->tree.root;
		rules = root != NULL ? node_get(root, "rules") : NULL;
		for (n = rules != NULL ? rules->child : NULL; n != NULL;
		    n = n->next)
			nodes[count++] = n;
	}
	return nodes;
}

void
load_warn(struct loader *l)
{
	const struct node **nodes = rule_nodes(l);

	warn_settings(l);
	warn_tables(l);
	warn_conditions(l);
	warn_rules(l, nodes);
	warn_edits(l, nodes);
	warn_texts(l, nodes);
	free(nodes);
}
