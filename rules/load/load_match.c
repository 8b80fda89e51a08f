/*
 * load_match.c - what an operator compares a value with: literals, regexes,
 * tables.
 *
 * A literal is brought into the form that the fact has its values in, so that
 * nothing needs to be converted for a message.
 */
#include "config.h"

#include "ip.h"
#include "rules/base/number.h"
#include "rules/load/draft.h"
#include "rules/load/value_doubt.h"
#include "rules/load/warn.h"

struct match_draft
match_inside(struct loader *l, const struct node *n,
    const struct match_draft *d)
{
	struct match_draft inside = *d;
	size_t most = n->kind == NODE_MAP ? n->count : 1;

	inside.at = policy_alloc(l->policy, most, sizeof *inside.at);
	inside.count = 0;
	return inside;
}

struct matcher_list
match_list(const struct match_draft *d)
{
	return (struct matcher_list){ d->at, d->count };
}

struct matcher *
match_add(struct match_draft *d, enum matcher_kind kind)
{
	struct matcher *m = &d->at[d->count++];

	m->kind = kind;
	return m;
}

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
	p = tree_error(n, "'%s' is not an IP address", quote(n->text).text);
	if (span_find(n->text, '/') < n->text.len)
		problem_hint(p, "for a network write {in: [%s]}",
		    quote(n->text).text);
	return -1;
}

static int
literal_number(struct loader *l, struct node *n, const struct fact_kind *kind,
    struct span *literal)
{
	char text[NUMBER_TEXT_MAX];
	int64_t number;

	if (load_fact_number(n, kind, &number) < 0)
		return -1;
	number_format(number, text);
	*literal = policy_copy(l->policy, span_of(text));
	return 0;
}

static int
check_weekday(const struct node *n)
{
	static const char *const days[] = { "monday", "tuesday", "wednesday",
		"thursday", "friday", "saturday", "sunday" };
	struct suggestion near;
	struct problem *p;
	size_t i;

	suggest_init(&near, n->text);
	for (i = 0; i < sizeof days / sizeof days[0]; i++) {
		if (span_equal_nocase(n->text, span_of(days[i])))
			return 0;
		suggest_consider(&near, span_of(days[i]));
		if (n->text.len > 1 && span_equal_nocase(n->text,
		    span_head(span_of(days[i]), n->text.len)))
			near.best = span_of(days[i]);
	}
	p = tree_error(n, "'%s' is no day of the week", quote(n->text).text);
	problem_hint(p, "they are monday, tuesday and so on");
	suggest_hint(&near, p);
	return -1;
}

/* The literal N, in the form that a fact of KIND has its values in. */
static int
read_literal(struct loader *l, struct node *n, const struct fact_kind *kind,
    struct span *literal)
{
	bool flag;

	if (load_text(l, n, literal) < 0 || value_doubt(n, kind, false) < 0)
		return -1;
	switch (kind->type) {
	case FACT_IP:
		return literal_ip(l, n, literal);
	case FACT_NUMBER:
		return literal_number(l, n, kind, literal);
	case FACT_BOOLEAN:
		if (load_boolean(l, n, &flag) < 0)
			return -1;
		break;
	case FACT_TEXT:
		if (span_is(span_of(kind->name), "now.weekday") &&
		    check_weekday(n) < 0)
			return -1;
		break;
	case FACT_NAME:
	case FACT_ADDRESS:
		break;
	}
	*literal = policy_copy(l->policy, *literal);
	return 0;
}

/* A part that a text is to contain, or to begin or end with. */
static int
read_part(struct loader *l, struct node *n, struct span *literal)
{
	struct span pattern, flags;

	if (load_text(l, n, literal) < 0)
		return -1;
	if (text_is_regex(*literal, &pattern, &flags)) {
		problem_hint(tree_error(n, "a regex is no part of a text"),
		    "for a regex write {matches: '%s'}",
		    quote(*literal).text);
		return -1;
	}
	if (literal->len == 0) {
		problem_hint(tree_error(n, "the empty text is a part of all "
		    "texts"), "to ask whether there is any value write "
		    "{exists: true}");
		return -1;
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
refuse_bracket_trap(const struct node *list, const struct node *n)
{
	if (list == NULL || list->style != NODE_FLOW || list->count > 1 ||
	    n->style != NODE_PLAIN || !is_class(n->text))
		return 0;
	problem_hint(tree_error(n, "'%s' looks like a part of a regex that "
	    "YAML has read as a list", quote(n->text).text),
	    "write the regex between slashes, in single quotes: '/[%s]/'",
	    quote(n->text).text);
	return -1;
}

/* What rules write may still be open when it is asked for: see written.h. */
static int
read_regex(struct loader *l, struct node *n, const struct match_draft *d,
    struct alternative *a)
{
	if (span_is(span_of(d->kind->name), "score")) {
		problem_hint(tree_error(n, "a score is a number, no text"),
		    "write {ge: 5}");
		return -1;
	}
	a->regex = load_regex(l, n, (d->kind->flags & FACT_DECODED) != 0 ?
	    REGEX_TEXT : REGEX_BYTES);
	if (a->regex != NULL && d->kind->type == FACT_NAME)
		warn_anchors(n);
	return a->regex == NULL ? -1 : 0;
}

static int
read_alternative(struct loader *l, struct node *n, const struct match_draft *d,
    unsigned accepted, struct alternative *a)
{
	bool regex = n->kind == NODE_SCALAR && n->text.len > 0 &&
	    n->text.ptr[0] == '/';

	if (accepted == ACCEPT_REGEXES ||
	    (regex && (accepted & ACCEPT_REGEXES) != 0))
		return read_regex(l, n, d, a);
	if (accepted == ACCEPT_PARTS)
		return read_part(l, n, &a->literal);
	return read_literal(l, n, d->kind, &a->literal);
}

int
match_alternatives(struct loader *l, struct node *n,
    const struct match_draft *d, unsigned accepted, struct matcher *m)
{
	size_t count = n->kind == NODE_LIST ? n->count : 1, i = 0;
	struct node *first = n->kind == NODE_LIST ? n->child : n, *child;
	const struct node *list = n->kind == NODE_LIST ? n : NULL;
	struct alternative *a;
	int result = 0;

	if (n->kind == NODE_LIST && n->count == 0) {
		(void)tree_error(n, "an empty list never holds");
		return -1;
	}
	a = policy_alloc(l->policy, count, sizeof *a);
	for (child = first; i < count; child = child->next, i++)
		if (refuse_bracket_trap(list, child) < 0 ||
		    read_alternative(l, child, d, accepted, &a[i]) < 0)
			result = -1;
	m->alternatives = a;
	m->count = count;
	return result;
}

static int
check_table_type(const struct node *n, const struct match_draft *d,
    const struct table *t)
{
	bool cidr = table_type(t) == TABLE_CIDR;

	if (cidr == (d->kind->type == FACT_IP))
		return 0;
	problem_hint(tree_error(n, cidr ? "a cidr table holds addresses of "
	    "clients; this fact is text" : "this table holds text; the fact "
	    "is an IP address"), cidr ? "only client.ip can be looked up in "
	    "it" : "write the table as {cidr: [..]}");
	return -1;
}

int
match_table(struct loader *l, struct node *n, const struct match_draft *d,
    struct matcher *m)
{
	enum fact_type type = d->kind->type;
	struct span name;

	if (type == FACT_NUMBER || type == FACT_BOOLEAN) {
		(void)tree_error(n->key, "'in' is for text and addresses, not "
		    "for this fact");
		return -1;
	}
	if (n->kind == NODE_LIST)
		m->table = load_table_list(l, n, type == FACT_IP ?
		    TABLE_CIDR : TABLE_TEXT);
	else if (load_text(l, n, &name) == 0)
		m->table = load_table_name(l, n, d->kind);
	if (n->kind == NODE_LIST && m->table != NULL)
		warn_entries(n, type == FACT_NAME || type == FACT_ADDRESS,
		    d->kind);
	return m->table == NULL ? -1 : check_table_type(n, d, m->table);
}
