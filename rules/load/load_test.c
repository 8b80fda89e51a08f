/*
 * load_test.c - one fact's entry in a condition.
 *
 *	helo: localhost				a literal, the same as {is: ..}
 *	helo: '/^mail\./i'			a regex
 *	helo: [localhost, '/^mail\./i']		any of them
 *	helo: {in: ours}			operators, for one value
 */
#include "config.h"

#include <stdlib.h>

#include "ip.h"
#include "rules/base/xmalloc.h"
#include "rules/load/load.h"

/* A test while it is read. */
struct test_draft {
	struct test *test;
	struct matcher *matchers;
	enum fact_type type;
};

static int
literal_ip(struct loader *l, const struct node *n, struct span *literal)
{
	char text[IP_TEXT_MAX];
	struct problem *p;
	struct ip ip;

	if (ip_parse(n->text, &ip) == 0) {
		ip_format(&ip, text);
		*literal = policy_copy(l->policy, span_of(text));
		return 0;
	}
	p = tree_error(&l->tree, n, "'%s' is not an IP address",
	    quote(n->text).text);
	if (span_find(n->text, '/') < n->text.len)
		problem_hint(p, "for a network write {in: [%s]}",
		    quote(n->text).text);
	return -1;
}

static bool
is_decimal(struct span s)
{
	size_t i;

	for (i = 0; i < s.len; i++)
		if (s.ptr[i] < '0' || s.ptr[i] > '9')
			return false;
	return s.len > 0 && (s.len == 1 || s.ptr[0] != '0');
}

/* The literal N, in the form that a fact of TYPE has its values in. */
static int
read_literal(struct loader *l, struct node *n, enum fact_type type,
    struct span *literal)
{
	bool flag;

	if (load_text(l, n, literal) < 0)
		return -1;
	switch (type) {
	case FACT_IP:
		return literal_ip(l, n, literal);
	case FACT_NUMBER:
		if (is_decimal(*literal))
			break;
		problem_hint(tree_error(&l->tree, n, "'%s' is not a number",
		    quote(*literal).text), "numbers are decimal, without "
		    "sign or leading zeros");
		return -1;
	case FACT_BOOLEAN:
		if (load_boolean(l, n, &flag) < 0)
			return -1;
		break;
	case FACT_TEXT:
	case FACT_NAME:
	case FACT_ADDRESS:
		break;
	}
	*literal = policy_copy(l->policy, *literal);
	return 0;
}

/* Is S the inside of a character class, such as ^0-9 or a-zA-Z_? */
static bool
is_class(struct span s)
{
	size_t whole = s.len;

	if (s.len > 0 && s.ptr[0] == '^')
		return true;
	while (span_starts_with(s, span_of("a-z")) ||
	    span_starts_with(s, span_of("A-Z")) ||
	    span_starts_with(s, span_of("0-9")))
		s = span_skip(s, 3);
	return s.len < whole && s.len < 3;
}

/* "[^a-z]" without quotes is a list with one odd entry. */
static int
refuse_bracket_trap(struct loader *l, const struct node *list,
    const struct node *n)
{
	if (list == NULL || list->style != NODE_FLOW || list->count > 1 ||
	    n->style != NODE_PLAIN || !is_class(n->text))
		return 0;
	problem_hint(tree_error(&l->tree, n, "'%s' looks like a part of a "
	    "regex that YAML has read as a list", quote(n->text).text),
	    "write the regex between slashes, in single quotes: '/[%s]/'",
	    quote(n->text).text);
	return -1;
}

/* Which scalars may stand in an operator's list. */
enum accepted {
	ACCEPT_LITERALS = 1,
	ACCEPT_REGEXES = 2,
};

static int
read_alternative(struct loader *l, struct node *n, const struct test_draft *d,
    unsigned accepted, struct alternative *a)
{
	bool regex = n->kind == NODE_SCALAR && n->text.len > 0 &&
	    n->text.ptr[0] == '/';

	if (accepted == ACCEPT_REGEXES ||
	    (regex && (accepted & ACCEPT_REGEXES) != 0)) {
		a->regex = load_regex(l, n);
		return a->regex == NULL ? -1 : 0;
	}
	return read_literal(l, n, d->type, &a->literal);
}

/* A scalar, or a list of which any will do, as the next matcher of D. */
static int
read_alternatives(struct loader *l, struct node *n, struct test_draft *d,
    unsigned accepted)
{
	struct matcher *m = &d->matchers[d->test->matcher_count++];
	size_t count = n->kind == NODE_LIST ? n->count : 1, i = 0;
	struct node *first = n->kind == NODE_LIST ? n->child : n, *child;
	const struct node *list = n->kind == NODE_LIST ? n : NULL;
	struct alternative *a;
	int result = 0;

	if (n->kind == NODE_LIST && n->count == 0) {
		(void)tree_error(&l->tree, n, "an empty list never holds");
		return -1;
	}
	a = policy_alloc(l->policy, count, sizeof *a);
	for (child = first; i < count; child = child->next, i++)
		if (refuse_bracket_trap(l, list, child) < 0 ||
		    read_alternative(l, child, d, accepted, &a[i]) < 0)
			result = -1;
	m->alternatives = a;
	m->count = count;
	return result;
}

static int
read_is(struct loader *l, struct node *n, void *target)
{
	return read_alternatives(l, n, target, ACCEPT_LITERALS);
}

static int
read_matches(struct loader *l, struct node *n, void *target)
{
	return read_alternatives(l, n, target, ACCEPT_REGEXES);
}

static int
check_table_type(struct loader *l, const struct node *n,
    const struct test_draft *d, const struct table *t)
{
	bool cidr = table_type(t) == TABLE_CIDR;

	if (cidr == (d->type == FACT_IP))
		return 0;
	problem_hint(tree_error(&l->tree, n, cidr ? "a cidr table holds "
	    "addresses of clients; this fact is text" : "this table holds "
	    "text; the fact is an IP address"), cidr ? "only client.ip can "
	    "be looked up in it" : "write the table as {cidr: [..]}");
	return -1;
}

static int
read_in(struct loader *l, struct node *n, void *target)
{
	struct test_draft *d = target;
	struct matcher *m = &d->matchers[d->test->matcher_count++];
	struct span name;

	if (d->type == FACT_NUMBER || d->type == FACT_BOOLEAN) {
		(void)tree_error(&l->tree, n->key, "'in' is for text and "
		    "addresses, not for this fact");
		return -1;
	}
	if (n->kind == NODE_LIST)
		m->table = load_table_list(l, n, d->type == FACT_IP ?
		    TABLE_CIDR : TABLE_TEXT);
	else if (load_text(l, n, &name) == 0)
		m->table = load_table_name(l, n);
	return m->table == NULL ? -1 : check_table_type(l, n, d, m->table);
}

static int
read_exists(struct loader *l, struct node *n, void *target)
{
	struct test_draft *d = target;
	bool wanted;

	if (load_boolean(l, n, &wanted) < 0)
		return -1;
	d->test->exists = wanted ? EXISTS_YES : EXISTS_NO;
	return 0;
}

static const struct mapping_spec operators_spec = { "a test", "operator", {
	{ "is", read_is, false },
	{ "is_not", NULL, false },
	{ "contains", NULL, false },
	{ "starts_with", NULL, false },
	{ "ends_with", NULL, false },
	{ "matches", read_matches, false },
	{ "in", read_in, false },
	{ "gt", NULL, false },
	{ "ge", NULL, false },
	{ "lt", NULL, false },
	{ "le", NULL, false },
	{ "eq", NULL, false },
	{ "exists", read_exists, false },
	{ "every", NULL, false },
	{ "count", NULL, false },
} };

static int
read_operators(struct loader *l, struct node *n, struct test_draft *d)
{
	if (n->count == 0) {
		problem_hint(tree_error(&l->tree, n, "an operator is missing"),
		    "write {is: text}, {matches: '/regex/'}, {in: table} or "
		    "{exists: true}");
		return -1;
	}
	if (load_mapping(l, n, &operators_spec, d) < 0)
		return -1;
	if (d->test->exists == EXISTS_NO && d->test->matcher_count > 0) {
		(void)tree_error(&l->tree, n, "'exists: false' beside another "
		    "operator never holds");
		return -1;
	}
	return 0;
}

static void
keep_test(struct loader *l, struct test *t)
{
	if (l->test_count == l->test_room) {
		l->test_room = l->test_room > 0 ? l->test_room * 2 : 64;
		l->tests = xreallocarray(l->tests, l->test_room,
		    sizeof *l->tests);
	}
	l->tests[l->test_count++] = t;
}

/* The most groups, with group 0, that a regex of T has; 0: there is none. */
static unsigned
test_groups(const struct test *t)
{
	const struct regex *r;
	unsigned most = 0;
	size_t i, k;

	for (i = 0; i < t->matcher_count; i++) {
		for (k = 0; k < t->matchers[i].count; k++) {
			r = t->matchers[i].alternatives[k].regex;
			if (r != NULL && most < regex_group_count(r) + 1)
				most = regex_group_count(r) + 1;
		}
	}
	return most;
}

static const struct condition *
condition_of_test(struct loader *l, struct test *t)
{
	const struct slot *s = &l->policy->slots[t->slot];
	struct condition *c = policy_alloc(l->policy, 1, sizeof *c);

	c->kind = CONDITION_TEST;
	c->test = t;
	c->depth = 1;
	c->tests = 1;
	c->earliest = s->known;
	c->per_recipient = s->per_recipient;
	c->beyond_connection = (s->kind->flags & FACT_CONNECTION) == 0 &&
	    s->known > PHASE_HELO;
	c->groups = test_groups(t);
	return c;
}

const struct condition *
load_test(struct loader *l, struct node *value)
{
	struct test *t = policy_alloc(l->policy, 1, sizeof *t);
	struct test_draft d = { .test = t };
	size_t most = value->kind == NODE_MAP ? value->count : 1;
	int result;

	if (load_fact(l, value->key, 0, value->key->text, &t->slot) < 0)
		return NULL;
	d.type = l->policy->slots[t->slot].kind->type;
	d.matchers = policy_alloc(l->policy, most, sizeof *d.matchers);
	t->matchers = d.matchers;
	if (value->kind == NODE_MAP)
		result = read_operators(l, value, &d);
	else
		result = read_alternatives(l, value, &d,
		    ACCEPT_LITERALS | ACCEPT_REGEXES);
	if (result < 0)
		return NULL;
	keep_test(l, t);
	return condition_of_test(l, t);
}
