/*
 * load_table.c - tables: named ones, and lists written where they are used.
 *
 *	tables:
 *	  ours:    [example.com, .example.com]
 *	  trusted: {cidr: [127.0.0.0/8, "2001:db8::/32"]}
 */
#include "config.h"

#include <stdlib.h>

#include "rules/base/xmalloc.h"
#include "rules/load/load.h"

static int
add_entries(struct loader *l, struct node *n, struct table *t)
{
	struct node *child;
	struct span text;
	struct error why;
	int result = 0;

	if (load_missing(l, n))
		return -1;
	if (n->kind != NODE_LIST) {
		problem_hint(tree_error(&l->tree, n, "a list is needed here"),
		    "write [one, two], or a line '- one' for each");
		return -1;
	}
	for (child = n->child; child != NULL; child = child->next) {
		if (load_text(l, child, &text) < 0) {
			result = -1;
		} else if (table_add(t, text, &why) < 0) {
			(void)tree_error(&l->tree, child, "%s", why.text);
			result = -1;
		}
	}
	return result;
}

/* The table belongs to the policy. */
const struct table *
load_table_list(struct loader *l, struct node *n, enum table_type type)
{
	struct table *t = table_new(type);
	int result = add_entries(l, n, t);

	policy_adopt_table(l->policy, t);
	table_seal(t);
	return result < 0 ? NULL : t;
}

static int
read_cidr(struct loader *l, struct node *n, void *target)
{
	struct named_table *t = target;

	t->table = load_table_list(l, n, TABLE_CIDR);
	return t->table == NULL ? -1 : 0;
}

/* Tables from files are not in this version, nor what belongs to them. */
static const struct mapping_spec table_spec = { "a table", "key", {
	{ "cidr", read_cidr, false },
	{ "file", NULL, false },
	{ "type", NULL, false },
} };

static int
read_table(struct loader *l, struct node *n, struct named_table *t)
{
	if (n->kind == NODE_LIST) {
		t->table = load_table_list(l, n, TABLE_TEXT);
		return t->table == NULL ? -1 : 0;
	}
	if (n->kind == NODE_MAP && n->count > 0)
		return load_mapping(l, n, &table_spec, t);
	if (load_missing(l, n))
		return -1;
	problem_hint(tree_error(&l->tree, n, "a table is a list, or "
	    "{cidr: [..]}"), "write [one, two], or a line '- one' for each");
	return -1;
}

int
load_tables(struct loader *l, struct node *n)
{
	struct node *child;
	int result = 0;

	if (load_missing(l, n))
		return -1;
	if (n->kind != NODE_MAP) {
		problem_hint(tree_error(&l->tree, n, "'tables' must be a "
		    "mapping"), "write 'name: [entry, entry]', a line each");
		return -1;
	}
	l->tables = xcalloc(n->count + 1, sizeof *l->tables);
	for (child = n->child; child != NULL; child = child->next) {
		struct named_table *t = &l->tables[l->table_count++];

		t->name = child->key;
		(void)names_add(&l->table_names, child->key->text, t);
		if (read_table(l, child, t) < 0)
			result = -1;
	}
	return result;
}

const struct table *
load_table_name(struct loader *l, const struct node *n)
{
	const struct named_table *named = names_find(&l->table_names, n->text);
	struct suggestion near;
	struct problem *p;
	size_t i;

	if (named != NULL)
		return named->table;	/* NULL: reported */
	if (l->tree.cut)
		return NULL;	/* it may stand behind that place */
	p = tree_error(&l->tree, n, "there is no table '%s'",
	    quote(n->text).text);
	if (p == NULL)
		return NULL;	/* to look at all names is dear */
	problem_hint(p, "tables are named under 'tables:'; a list may be "
	    "written here: [one, two]");
	suggest_init(&near, n->text);
	for (i = 0; i < l->table_count; i++)
		suggest_consider(&near, l->tables[i].name->text);
	suggest_hint(&near, p);
	return NULL;
}
