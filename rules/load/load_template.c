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
#include "rules/load/load.h"

/* Is there a regex in C that may capture and satisfies the question? */
struct group_question {
	struct span name;	/* or, when empty: */
	unsigned number;
};

static bool
test_has_group(const struct test *t, const struct group_question *q)
{
	size_t i, k;

	for (i = 0; i < t->matcher_count; i++) {
		for (k = 0; k < t->matchers[i].count; k++) {
			const struct regex *r =
			    t->matchers[i].alternatives[k].regex;

			if (r == NULL)
				continue;
			if (q->name.len > 0 ?
			    regex_group_number(r, q->name) > 0 :
			    q->number <= regex_group_count(r))
				return true;
		}
	}
	return false;
}

static bool
has_group(const struct condition *c, const struct group_question *q)
{
	size_t i;

	if (c == NULL || !c->captures)
		return false;
	if (c->kind == CONDITION_TEST)
		return test_has_group(c->test, q);
	for (i = 0; i < c->count; i++)
		if (has_group(c->children[i], q))
			return true;
	return false;
}

static void
draft_read(struct loader *l, struct rule_draft *d, unsigned slot)
{
	const struct slot *s = &l->policy->slots[slot];
	size_t i;

	if ((s->kind->flags & FACT_MANY) != 0)
		d->rule->ordered = true;	/* which element, is the
						 * question */
	for (i = 0; i < d->read_count; i++)
		if (d->reads[i] == slot)
			return;
	d->reads = xreallocarray(d->reads, d->read_count + 1,
	    sizeof *d->reads);
	d->reads[d->read_count++] = slot;
}

/* What is read, and where: byte AT of the scalar N. */
struct source {
	struct loader *loader;
	struct node *node;
	struct rule_draft *draft;
	size_t at;
};

static int
read_number(struct source *s, struct span name, struct piece *p)
{
	struct group_question q = { .number = 0 };
	size_t i;

	for (i = 0; i < name.len && q.number < REGEX_GROUPS_MAX; i++)
		q.number = name.ptr[i] < '0' || name.ptr[i] > '9' ?
		    REGEX_GROUPS_MAX :
		    q.number * 10 + (unsigned)(name.ptr[i] - '0');
	if (s->draft->groups_unknown)
		return -1;	/* that has been reported */
	if (q.number < REGEX_GROUPS_MAX &&
	    has_group(s->draft->rule->when, &q)) {
		p->kind = PIECE_GROUP;
		p->number = q.number;
		s->draft->rule->ordered = true;
		return 0;
	}
	problem_hint(tree_error_at(&s->loader->tree, s->node, s->at,
	    "there is no group ${%s}", quote(name).text),
	    "no regex in this rule's 'when' has that many groups; those "
	    "under 'not' and 'none' capture nothing");
	return -1;
}

static int
unknown_name(struct source *s, struct span name)
{
	struct suggestion near;

	suggest_init(&near, name);
	load_fact_hint(tree_error_at(&s->loader->tree, s->node, s->at,
	    "there is no fact or group '%s'", quote(name).text), &near);
	return -1;
}

static int
read_name(struct source *s, struct span name, struct piece *p)
{
	struct group_question q = { .name = name };
	bool group = has_group(s->draft->rule->when, &q);
	bool unsure = s->draft->groups_unknown;
	struct span rest;
	int found;

	if (group && fact_find(name, &rest) != NULL) {
		problem_hint(tree_error_at(&s->loader->tree, s->node, s->at,
		    "'%s' is both a fact and a group", quote(name).text),
		    "give the group another name");
		return -1;
	}
	found = group ? -1 :
	    load_fact(s->loader, s->node, s->at, name, &p->number);
	if (found == 0) {
		p->kind = PIECE_FACT;
		draft_read(s->loader, s->draft, p->number);
		return 0;
	}
	if (!group)
		return found == -1 && !unsure ? unknown_name(s, name) : -1;
	p->kind = PIECE_NAMED_GROUP;
	p->text = policy_copy(s->loader->policy, name);
	s->draft->rule->ordered = true;
	return 0;
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
		problem_hint(tree_error_at(&s->loader->tree, s->node, s->at,
		    "a name is missing in ${}"), "write ${helo}, or ${1} for "
		    "the first group of a regex");
		return -1;
	}
	if (find_variable(inside) < inside.len) {
		problem_hint(tree_error_at(&s->loader->tree, s->node,
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
	/* Each variable takes at least four bytes and text before it one. */
	template->pieces = policy_alloc(l->policy, text.len / 2 + 2,
	    sizeof *template->pieces);
	for (rest = text; rest.len > 0; rest = span_skip(rest, end + 1)) {
		dollar = find_variable(rest);
		add_text(l, template, span_head(rest, dollar));
		if (dollar == rest.len)
			break;
		rest = span_skip(rest, dollar + 2);
		s.at = text.len - rest.len;
		end = span_find(rest, '}');
		if (end == rest.len) {
			problem_hint(tree_error_at(&l->tree, n, s.at - 2,
			    "'${' without '}'"), "write ${helo}");
			return -1;
		}
		if (read_variable(&s, span_head(rest, end),
		    next_piece(template)) < 0)
			result = -1;
	}
	return result;
}
