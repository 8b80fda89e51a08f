/*
 * load_operator.c - the operators of a fact's entry in a condition.
 *
 * Most ask one value; `exists`, `every` and `count` ask the whole list.
 */
#include "config.h"

#include "rules/load/draft.h"

static int
read_is(struct loader *l, struct node *n, void *target)
{
	return match_alternatives(l, n, target, ACCEPT_LITERALS,
	    match_add(target, MATCH_IS));
}

static int
read_matches(struct loader *l, struct node *n, void *target)
{
	return match_alternatives(l, n, target, ACCEPT_REGEXES,
	    match_add(target, MATCH_IS));
}

static int
read_in(struct loader *l, struct node *n, void *target)
{
	return match_table(l, n, target, match_add(target, MATCH_IN));
}

static const struct mapping_spec is_not_spec = { "'is_not'", "operator", {
	{ "in", read_in, false },
} };

/* Its argument is read as another operator's, then turned round. */
static int
read_is_not(struct loader *l, struct node *n, void *target)
{
	struct match_draft *d = target;
	size_t before = d->count;
	int result;

	if (n->kind == NODE_MAP && n->count == 0) {
		problem_hint(tree_error(n, "'is_not' needs a value"),
		    "write {is_not: text} or {is_not: {in: table}}");
		return -1;
	}
	if (n->kind == NODE_MAP)
		result = load_mapping(l, n, &is_not_spec, d);
	else
		result = match_alternatives(l, n, d, ACCEPT_LITERALS |
		    ACCEPT_REGEXES, match_add(d, MATCH_IS));
	if (d->count > before)
		d->at[before].negated = true;
	return result;
}

/* An operator on parts of a text. */
static int
read_parts(struct loader *l, struct node *n, struct match_draft *d,
    enum matcher_kind kind)
{
	struct matcher *m = match_add(d, kind);
	enum fact_type type = d->kind->type;
	struct problem *p;

	if (type != FACT_IP && type != FACT_NUMBER && type != FACT_BOOLEAN)
		return match_alternatives(l, n, d, ACCEPT_PARTS, m);
	p = tree_error(n->key, "'%s' is for text, and %s is none",
	    quote(n->key->text).text, d->kind->name);
	if (type == FACT_IP)
		problem_hint(p, "for a network write {in: [192.0.2.0/24]}");
	else if (type == FACT_NUMBER)
		problem_hint(p, "for numbers write {ge: 10} or {lt: 10}");
	else
		problem_hint(p, "it is true or false");
	return -1;
}

static int
read_contains(struct loader *l, struct node *n, void *target)
{
	return read_parts(l, n, target, MATCH_CONTAINS);
}

static int
read_starts_with(struct loader *l, struct node *n, void *target)
{
	return read_parts(l, n, target, MATCH_STARTS_WITH);
}

static int
read_ends_with(struct loader *l, struct node *n, void *target)
{
	return read_parts(l, n, target, MATCH_ENDS_WITH);
}

/* A number to compare with; the operator's name says how. */
static int
read_relation(const struct node *n, struct match_draft *d,
    enum relation relation)
{
	struct matcher *m = match_add(d, MATCH_NUMBER);

	if (d->kind->type != FACT_NUMBER) {
		problem_hint(tree_error(n->key, "'%s' compares numbers, and "
		    "%s is none", quote(n->key->text).text, d->kind->name),
		    "to ask how many values there are write {count: {%s: 2}}",
		    quote(n->key->text).text);
		return -1;
	}
	m->relation = relation;
	return load_fact_number(n, d->kind, &m->number);
}

static int
read_gt(struct loader *l, struct node *n, void *target)
{
	(void)l;
	return read_relation(n, target, RELATION_GT);
}

static int
read_ge(struct loader *l, struct node *n, void *target)
{
	(void)l;
	return read_relation(n, target, RELATION_GE);
}

static int
read_lt(struct loader *l, struct node *n, void *target)
{
	(void)l;
	return read_relation(n, target, RELATION_LT);
}

static int
read_le(struct loader *l, struct node *n, void *target)
{
	(void)l;
	return read_relation(n, target, RELATION_LE);
}

static int
read_eq(struct loader *l, struct node *n, void *target)
{
	(void)l;
	return read_relation(n, target, RELATION_EQ);
}

static int
read_exists(struct loader *l, struct node *n, void *target)
{
	struct match_draft *d = target;
	bool wanted;

	if (load_boolean(l, n, &wanted) < 0)
		return -1;
	d->test->exists = wanted ? EXISTS_YES : EXISTS_NO;
	return 0;
}

/* Operators that ask one value. */
#define VALUE_OPERATORS \
	{ "is", read_is, false }, \
	{ "is_not", read_is_not, false }, \
	{ "contains", read_contains, false }, \
	{ "starts_with", read_starts_with, false }, \
	{ "ends_with", read_ends_with, false }, \
	{ "matches", read_matches, false }, \
	{ "in", read_in, false }, \
	NUMBER_OPERATORS

#define NUMBER_OPERATORS \
	{ "gt", read_gt, false }, \
	{ "ge", read_ge, false }, \
	{ "lt", read_lt, false }, \
	{ "le", read_le, false }, \
	{ "eq", read_eq, false }

static const struct mapping_spec every_spec = { "'every'", "operator", {
	VALUE_OPERATORS
} };

static const struct mapping_spec count_spec = { "'count'", "operator", {
	NUMBER_OPERATORS
} };

static int
read_every(struct loader *l, struct node *n, void *target)
{
	struct match_draft *d = target;
	struct match_draft inside = match_inside(l, n, d);

	if (n->kind == NODE_MAP && n->count == 0) {
		problem_hint(tree_error(n, "an operator is missing"),
		    "write {every: {ends_with: .example.com}}");
		return -1;
	}
	if (n->kind == NODE_MAP) {
		if (load_mapping(l, n, &every_spec, &inside) < 0)
			return -1;
	} else if (match_alternatives(l, n, &inside, ACCEPT_LITERALS |
	    ACCEPT_REGEXES, match_add(&inside, MATCH_IS)) < 0) {
		return -1;
	}
	d->test->every = match_list(&inside);
	return 0;
}

/* How many values there are is a number, whatever they are. */
static int
read_count(struct loader *l, struct node *n, void *target)
{
	static const struct fact_kind number = { .name = "count",
		.type = FACT_NUMBER };
	struct match_draft *d = target;
	struct match_draft inside = match_inside(l, n, d);

	inside.kind = &number;
	if (n->kind == NODE_MAP && n->count == 0) {
		problem_hint(tree_error(n, "an operator is missing"),
		    "write {count: {ge: 2}}, or {count: 2}");
		return -1;
	}
	if (n->kind == NODE_MAP ? load_mapping(l, n, &count_spec, &inside) < 0 :
	    read_eq(l, n, &inside) < 0)
		return -1;
	d->test->counts = match_list(&inside);
	return 0;
}

static const struct mapping_spec operators_spec = { "a test", "operator", {
	VALUE_OPERATORS,
	{ "exists", read_exists, false },
	{ "every", read_every, false },
	{ "count", read_count, false },
} };

int
load_operators(struct loader *l, struct node *n, struct match_draft *d)
{
	const struct test *t = d->test;

	if (n->count == 0) {
		problem_hint(tree_error(n, "an operator is missing"),
		    "write {is: text}, {matches: '/regex/'}, {in: table} or "
		    "{exists: true}");
		return -1;
	}
	if (load_mapping(l, n, &operators_spec, d) < 0)
		return -1;
	if (t->exists == EXISTS_NO && (d->count > 0 || t->every.count > 0 ||
	    t->counts.count > 0)) {
		(void)tree_error(n, "'exists: false' beside another operator "
		    "never holds");
		return -1;
	}
	return 0;
}
