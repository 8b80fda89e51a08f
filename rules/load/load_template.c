/*
 * load_template.c - text with ${…} in it.
 *
 *	${client.ip}	a fact		${1}	a group of the rule's regex
 *	${NAME|text}	text if empty	${name}	a named group
 *
 * Every name is looked up here, so that nothing can be missing at run time.
 */
#include "config.h"

#include "rules/base/xmalloc.h"
#include "rules/load/draft.h"

static bool
test_has_group(const struct test *t, struct span name)
{
	const struct matcher_list *list = test_capturing(t);
	const struct matcher *m;
	size_t i, k;

	for (k = 0; k < list->count; k++) {
		m = &list->at[k];
		for (i = 0; i < m->count && !m->negated; i++) {
			const struct regex *r = m->alternatives[i].regex;

			if (r != NULL && regex_group_number(r, name) > 0)
				return true;
		}
	}
	return false;
}

/* Is there a regex in C that may capture a group called NAME? */
static bool
has_group(const struct condition *c, struct span name)
{
	size_t i;

	if (c == NULL || c->groups < 2)
		return false;	/* no more than group 0 */
	if (c->kind == CONDITION_TEST)
		return test_has_group(c->test, name);
	for (i = 0; i < c->count; i++)
		if (has_group(c->children[i], name))
			return true;
	return false;
}

/* The same of a rule's `when`, which may be large: it is asked once. */
static bool
is_group(struct rule_draft *d, struct span name)
{
	static const bool answers[] = { false, true };
	const bool *answer = names_find(&d->asked, name);

	if (span_find(name, '.') < name.len)
		return false;	/* PCRE2 allows none in a name */
	if (answer == NULL) {
		answer = &answers[has_group(d->rule->when, name)];
		(void)names_add(&d->asked, name, answer);
	}
	return *answer;
}

static void
draft_read(struct rule_draft *d, unsigned slot)
{
	if (d->read_count == d->read_room) {
		d->read_room = d->read_room > 0 ? 2 * d->read_room : 8;
		d->reads = xreallocarray(d->reads, d->read_room,
		    sizeof *d->reads);
	}
	d->reads[d->read_count++] = slot;
}

/* What is read, and where: byte AT of the scalar N. */
struct source {
	struct loader *loader;
	struct node *node;
	struct rule_draft *draft;
	size_t at;
};

/* NAME as the number of a group, REGEX_GROUPS_MAX for one that is none. */
static unsigned
group_number(struct span name)
{
	unsigned number = 0;
	size_t i;

	for (i = 0; i < name.len && number < REGEX_GROUPS_MAX; i++)
		number = name.ptr[i] < '0' || name.ptr[i] > '9' ?
		    REGEX_GROUPS_MAX :
		    number * 10 + (unsigned)(name.ptr[i] - '0');
	return number;
}

/* In `with` numbers are those of the action's own `match`. */
static int
read_own_number(struct source *s, struct span name, struct piece *p)
{
	const struct regex *own = s->draft->own;
	unsigned number = group_number(name);

	if (own == NULL)
		return -1;	/* that has been reported */
	if (number <= regex_group_count(own)) {
		p->kind = PIECE_MATCH_GROUP;
		p->number = number;
		return 0;
	}
	problem_hint(tree_error_at(s->node, s->at, "there is no group ${%s} "
	    "in this 'match'", quote(name).text), "it has %u; groups of "
	    "'when' are used in 'with' by name", regex_group_count(own));
	return -1;
}

static int
read_number(struct source *s, struct span name, struct piece *p)
{
	const struct condition *when = s->draft->rule->when;
	unsigned number = group_number(name);

	if (s->draft->in_with)
		return read_own_number(s, name, p);
	if (s->draft->groups_unknown)
		return -1;	/* that has been reported */
	if (when != NULL && number < when->groups) {
		p->kind = PIECE_GROUP;
		p->number = number;
		s->draft->rule->ordered = true;
		return 0;
	}
	problem_hint(tree_error_at(s->node, s->at, "there is no group ${%s}",
	    quote(name).text), "no regex in this rule's 'when' has that many "
	    "groups; those under 'not', 'none' and 'is_not', and those that "
	    "ask what rules write, capture nothing");
	return -1;
}

static int
unknown_name(struct source *s, struct span name)
{
	struct suggestion near;

	suggest_init(&near, name);
	load_fact_hint(tree_error_at(s->node, s->at, "there is no fact or "
	    "group '%s'", quote(name).text), &near);
	return -1;
}

/* ${value}: the right-hand side of the entry that was found in a table. */
static int
read_table_value(struct source *s, struct piece *p)
{
	const struct condition *when = s->draft->rule->when;

	if (s->draft->groups_unknown)
		return -1;	/* that has been reported */
	if (when != NULL && when->table_values) {
		p->kind = PIECE_TABLE_VALUE;
		s->draft->rule->ordered = true;
		return 0;
	}
	problem_hint(tree_error_at(s->node, s->at, "there is no ${value} "
	    "here"), "it is the right-hand side of the entry that 'in' found; "
	    "no table that 'when' asks has any");
	return -1;
}

static int
read_group(struct source *s, struct span name, bool own, struct piece *p)
{
	p->kind = own ? PIECE_NAMED_MATCH_GROUP : PIECE_NAMED_GROUP;
	p->text = policy_copy(s->loader->policy, name);
	if (!own)
		s->draft->rule->ordered = true;
	return 0;
}

static int
read_name_of_fact(struct source *s, struct span name, struct piece *p)
{
	bool unsure = s->draft->groups_unknown ||
	    (s->draft->in_with && s->draft->own == NULL);
	int found = load_fact(s->loader, s->node, s->at, name, &p->number);

	if (found == -1 && !unsure)
		return unknown_name(s, name);
	if (found < 0 ||
	    written_check(s->loader, s->draft->rule, s->node, s->at,
	    p->number) < 0)
		return -1;
	p->kind = PIECE_FACT;
	draft_read(s->draft, p->number);
	return 0;
}

static int
read_name(struct source *s, struct span name, struct piece *p)
{
	const struct regex *match = s->draft->own;
	bool own = match != NULL && regex_group_number(match, name) > 0;
	bool group = is_group(s->draft, name);
	struct span rest;

	if (own && group) {
		problem_hint(tree_error_at(s->node, s->at, "'%s' is a group "
		    "of 'match' and of 'when'", quote(name).text),
		    "give one of them another name");
		return -1;
	}
	if ((own || group) && fact_find(name, &rest) != NULL) {
		problem_hint(tree_error_at(s->node, s->at, "'%s' is both a "
		    "fact and a group", quote(name).text),
		    "give the group another name");
		return -1;
	}
	if (own || group)
		return read_group(s, name, own, p);
	if (span_is(name, "value"))
		return read_table_value(s, p);
	return read_name_of_fact(s, name, p);
}

static size_t
find_variable(struct span text)
{
	size_t i;

	for (i = 0; i + 1 < text.len; i++)
		if (text.ptr[i] == '$' && text.ptr[i + 1] == '{')
			return i;
	return text.len;
}

/* INSIDE is what stands between the braces. */
static int
read_variable(struct source *s, struct span inside, struct piece *p)
{
	size_t bar = span_find(inside, '|');
	struct span name = span_head(inside, bar);

	p->fallback = policy_copy(s->loader->policy,
	    span_skip(inside, bar + 1));
	if (name.len == 0) {
		problem_hint(tree_error_at(s->node, s->at,
		    "a name is missing in ${}"), "write ${helo}, or ${1} for "
		    "the first group of a regex");
		return -1;
	}
	if (find_variable(inside) < inside.len) {
		problem_hint(tree_error_at(s->node,
		    s->at + find_variable(inside), "a '${' inside of a '${'"),
		    "what stands behind the '|' is plain text");
		return -1;
	}
	if (name.ptr[0] >= '0' && name.ptr[0] <= '9')
		return read_number(s, name, p);
	return read_name(s, name, p);
}

static struct piece *
next_piece(struct template *t)
{
	struct piece *pieces = (struct piece *)t->pieces;

	return &pieces[t->count++];
}

static void
add_text(struct loader *l, struct template *t, struct span text)
{
	struct piece *p;

	if (text.len == 0)
		return;
	p = next_piece(t);
	p->kind = PIECE_TEXT;
	p->text = policy_copy(l->policy, text);
}

/* How many pieces TEXT may have: its variables, and what is between them. */
static size_t
count_pieces(struct span text)
{
	size_t n = 0, at;

	for (at = find_variable(text); at < text.len;
	    at = find_variable(text)) {
		text = span_skip(text, at + 2);
		n++;
	}
	return 2 * n + 1;
}

int
load_template(struct loader *l, struct node *n, struct rule_draft *d,
    struct template *template)
{
	struct source s = { .loader = l, .node = n, .draft = d };
	struct span text, rest;
	size_t dollar, end;
	int result = 0;

	if (load_text(l, n, &text) < 0)
		return -1;
	template->pieces = policy_alloc(l->policy, count_pieces(text),
	    sizeof *template->pieces);
	template->count = 0;	/* there may be a usual text */
	for (rest = text; rest.len > 0; rest = span_skip(rest, end + 1)) {
		dollar = find_variable(rest);
		add_text(l, template, span_head(rest, dollar));
		if (dollar == rest.len)
			break;
		rest = span_skip(rest, dollar + 2);
		s.at = text.len - rest.len;
		end = span_find(rest, '}');
		if (end == rest.len) {
			problem_hint(tree_error_at(n, s.at - 2,
			    "'${' without '}'"), "write ${helo}");
			return -1;
		}
		if (read_variable(&s, span_head(rest, end),
		    next_piece(template)) < 0)
			result = -1;
	}
	return result;
}
