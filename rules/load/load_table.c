/*
 * load_table.c - tables: named ones, and lists written where they are used.
 *
 *	tables:
 *	  ours:    [example.com, .example.com]
 *	  trusted: {cidr: [127.0.0.0/8, "2001:db8::/32"]}
 *	  blocked: {file: blocked-clients.txt, type: cidr}
 */
#include "config.h"

#include "rules/load/load.h"

static int
add_entries(struct loader *l, struct node *n, struct table *t)
{
	struct node *child;
	struct span text;
	struct error why;
	int result = 0;

	if (load_missing(n))
		return -1;
	if (n->kind != NODE_LIST) {
		problem_hint(tree_error(n, "a list is needed here"),
		    "write [one, two], or a line '- one' for each");
		return -1;
	}
	for (child = n->child; child != NULL; child = child->next) {
		if (load_text(l, child, &text) < 0) {
			result = -1;
		} else if (table_add(t, text, span_make(NULL, 0), &why) < 0) {
			(void)tree_error(child, "%s", why.text);
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

static const struct mapping_spec table_spec = { "a table", "key", {
	{ "cidr", load_later, false },
	{ "file", load_later, false },
	{ "type", load_later, false },
} };

static int
read_type(struct loader *l, struct node *n, enum table_type *type)
{
	struct span text;

	if (load_text(l, n, &text) < 0)
		return -1;
	if (span_is(text, "cidr"))
		*type = TABLE_CIDR;
	else if (!span_is(text, "text")) {
		problem_hint(tree_error(n, "'%s' is no type of table",
		    quote(text).text), "text: names and addresses of mail; "
		    "cidr: IP addresses and networks");
		return -1;
	}
	return 0;
}

/* {file: NAME, type: TYPE} */
static const struct table *
read_table_file(struct loader *l, struct node *file, struct node *type)
{
	enum table_type kind = TABLE_TEXT;
	struct table *t;
	int result;

	if (type != NULL && read_type(l, type, &kind) < 0)
		return NULL;
	t = table_new(kind);
	policy_adopt_table(l->policy, t);
	result = load_table_file(l, file, t);
	table_seal(t);
	return result < 0 ? NULL : t;
}

static int
read_table_mapping(struct loader *l, struct node *n, struct named_table *t)
{
	struct node *cidr = node_get(n, "cidr"), *file = node_get(n, "file");
	struct node *type = node_get(n, "type");
	const struct node *odd = file != NULL ? file : type;

	if (load_mapping(l, n, &table_spec, NULL) < 0)
		return -1;
	if (cidr != NULL && odd != NULL) {
		problem_hint(tree_error(odd->key, "'%s' does not go with "
		    "'cidr'", quote(odd->key->text).text), "write {cidr: [..]} "
		    "or {file: NAME, type: cidr}");
		return -1;
	}
	if (cidr == NULL && file == NULL) {
		problem_hint(tree_error(n, "a table needs its entries"),
		    "write {file: NAME, type: TYPE}, {cidr: [..]}, or a list");
		return -1;
	}
	t->table = cidr != NULL ? load_table_list(l, cidr, TABLE_CIDR) :
	    read_table_file(l, file, type);
	return t->table == NULL ? -1 : 0;
}

static int
read_table(struct loader *l, struct node *n, struct named_table *t)
{
	if (n->kind == NODE_LIST) {
		t->table = load_table_list(l, n, TABLE_TEXT);
		return t->table == NULL ? -1 : 0;
	}
	if (n->kind == NODE_MAP && n->count > 0)
		return read_table_mapping(l, n, t);
	if (load_missing(n))
		return -1;
	problem_hint(tree_error(n, "a table is a list, {cidr: [..]}, or "
	    "{file: NAME}"), "write [one, two], or a line '- one' for each");
	return -1;
}

static int
add_table(struct loader *l, struct node *n)
{
	struct named_table *t = &l->tables[l->table_count++];
	const struct named_table *first;
	int result;

	t->name = n->key;
	t->body = n;
	first = names_add(&l->table_names, n->key->text, t);
	result = read_table(l, n, t);
	if (first == NULL || first->name->tree == n->tree)
		return result;	/* twice in one file: the tree told */
	load_hint_first(tree_error(n->key, "a second table '%s'",
	    quote(n->key->text).text), n->key, first->name);
	return -1;
}

int
load_tables(struct loader *l, struct node *n)
{
	struct node *child;
	int result = 0;

	if (load_missing(n))
		return -1;
	if (n->kind != NODE_MAP) {
		problem_hint(tree_error(n, "'tables' must be a mapping"),
		    "write 'name: [entry, entry]', a line each");
		return -1;
	}
	for (child = n->child; child != NULL; child = child->next)
		if (add_table(l, child) < 0)
			result = -1;
	return result;
}

const struct table *
load_table_name(struct loader *l, const struct node *n,
    const struct fact_kind *kind)
{
	struct named_table *named = (struct named_table *)
	    names_find(&l->table_names, n->text);
	struct suggestion near;
	struct problem *p;
	size_t i;

	if (named != NULL) {
		named->kind = !named->used || named->kind == kind ? kind : NULL;
		named->used = true;
		named->of_names |= kind->type == FACT_NAME ||
		    kind->type == FACT_ADDRESS;
		return named->table;	/* NULL: reported */
	}
	if (l->cut)
		return NULL;	/* it may stand behind that place */
	p = tree_error(n, "there is no table '%s'",
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
