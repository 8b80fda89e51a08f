/*
 * reference_text.c - text with ${...} in it, and the branch that it asks for.
 *
 * The branch is all of an `all`, the first of an `any` that holds, and nothing
 * below a negation. A test is satisfied by the first entry of its list and then
 * by the first value, if a list is all that it asks, of some value or of every;
 * else by the first value that all its operators hold for.
 */
#include "config.h"

#include <stdio.h>

#include "tests/support/reference_view.h"

/* What satisfied a test. */
struct hit {
	size_t value;
	const char *text;
	int pattern;		/* -1: no pattern did */
};

/* What is looked for along the branch. */
struct search {
	const struct ref_view *view;
	size_t rule;
	bool captures;		/* the first pattern; else: */
	enum ref_fact fact;	/* the first test of these elements */
	struct hit hit;
	char text[REF_TEXT_MAX];	/* what a rule has written */
};

static char
entry_matches(const struct ref_view *v, const struct ref_test *t,
    const struct ref_match *m, size_t entry, const char *value)
{
	struct ref_match one = *m;

	one.count = 1;
	one.entries[0] = m->entries[entry];
	return ref_match_value(&v->c->policy, t->fact, &one, value);
}

static bool
hit_by_entry(const struct ref_view *v, const struct ref_test *t,
    const struct ref_match *m, const struct ref_values *l, struct hit *h)
{
	size_t e, i;

	for (e = 0; e < m->count; e++) {
		for (i = 0; i < l->count; i++) {
			if (entry_matches(v, t, m, e, l->at[i]) != 'y')
				continue;
			h->value = i;
			h->text = l->at[i];
			h->pattern = m->entries[e].literal == NULL ?
			    m->entries[e].pattern : -1;
			return true;
		}
	}
	return false;
}

/* The first pattern among the operators of T that VALUE satisfies. */
static int
pattern_of(const struct ref_view *v, const struct ref_test *t,
    const char *value)
{
	const struct ref_match *m;
	size_t e;

	for (m = t->some; m < t->some + t->some_count; m++) {
		if (m->operator != REF_MATCHES && m->operator != REF_IS)
			continue;
		for (e = 0; e < m->count; e++) {
			if (entry_matches(v, t, m, e, value) != 'y')
				continue;
			if (m->entries[e].literal == NULL)
				return m->entries[e].pattern;
			break;
		}
	}
	return -1;
}

static bool
hit_of(const struct ref_view *v, const struct ref_test *t,
    const struct ref_values *l, struct hit *h)
{
	const struct ref_match *only = t->some_count == 1 ? &t->some[0] :
	    t->some_count == 0 && t->has_every ? &t->every : NULL;
	size_t i;

	if (only != NULL && only->operator != REF_IS_NOT && only->count > 0)
		return hit_by_entry(v, t, only, l, h);
	for (i = 0; i < l->count; i++) {
		if (ref_match_some(&v->c->policy, t, l->at[i]) != 'y')
			continue;
		h->value = i;
		h->text = l->at[i];
		h->pattern = pattern_of(v, t, l->at[i]);
		return true;
	}
	return false;
}

/* Does test T, which holds, end the search? */
static bool
search_test(struct search *s, const struct ref_test *t)
{
	struct ref_values l;

	if (!s->captures && t->fact != s->fact &&
	    (ref_facts[t->fact].family == 0 ||
	    ref_facts[t->fact].family != ref_facts[s->fact].family))
		return false;
	if (t->fact >= REF_SCORE)
		return false;	/* what rules write is never captured */
	ref_values_of(s->view, t->fact, &l);
	return hit_of(s->view, t, &l, &s->hit) &&
	    (!s->captures || s->hit.pattern >= 0);
}

/* The first recipient for whom C holds; nothing is captured there. */
static bool
search_same(struct search *s, const struct ref_condition *c)
{
	struct ref_view one = *s->view;

	if (s->captures || ref_facts[s->fact].family !=
	    ref_facts[REF_ALL].family)
		return false;
	for (one.element = 1; ref_ask(&one, s->rule, c, true) != 'y';)
		one.element++;
	s->hit.value = one.element - 1;
	return true;
}

static bool
search(struct search *s, const struct ref_condition *c)
{
	size_t i;

	switch (c->kind) {
	case REF_TEST:
		return search_test(s, &c->test);
	case REF_NOT:
	case REF_NONE:
		return false;
	case REF_ANY:
		for (i = 0; i < c->count; i++)
			if (ref_ask(s->view, s->rule, c->children[i], false) ==
			    'y')
				return search(s, c->children[i]);
		return false;
	case REF_SAME:
		return search_same(s, c->children[0]);
	case REF_AND:
	case REF_NAMED_AS:
		break;
	}
	for (i = 0; i < c->count; i++)
		if (search(s, c->children[i]))
			return true;
	return false;
}

static struct span
group_of(const struct ref_groups *g, int group, const char *subject)
{
	if (g->from[group] < 0)
		return span_make(NULL, 0);
	return span_make(subject + g->from[group],
	    (size_t)(g->to[group] - g->from[group]));
}

/* The group that P asks for, of the first pattern of `when` that matched. */
static struct span
captured(struct search *s, const struct ref_piece *p)
{
	const struct ref_condition *when =
	    s->view->c->policy.rules[s->rule].when;
	const struct ref_pattern *pattern;
	struct ref_groups g;
	int group = p->group;

	s->captures = true;
	if (when == NULL || !search(s, when))
		return span_make(NULL, 0);
	pattern = &ref_patterns[s->hit.pattern];
	if (p->kind == REF_PIECE_NAME)
		group = pattern->name != NULL &&
		    strcmp(pattern->name, p->name) == 0 ? 1 : -1;
	if (group < 0 || group > pattern->groups)
		return span_make(NULL, 0);
	(void)ref_match_pattern(s->hit.pattern, s->hit.text, &g);
	return group_of(&g, group, s->hit.text);
}

static struct span
fact_value(struct search *s, const struct ref_piece *p,
    struct ref_values *l)
{
	const struct ref_condition *when =
	    s->view->c->policy.rules[s->rule].when;

	if (p->fact >= REF_SCORE) {
		ref_written_value(s->view, s->rule, p->fact, s->text);
		return span_of(s->text);
	}
	ref_values_of(s->view, p->fact, l);
	s->fact = p->fact;
	if (l->count > 1 && when != NULL && search(s, when))
		return span_of(l->at[s->hit.value]);
	return l->count > 0 ? span_of(l->at[0]) : span_make(NULL, 0);
}

/* Append VALUE without line ends to OUT. */
static void
append(char out[REF_TEXT_MAX], struct span value)
{
	size_t i, n = strlen(out);

	for (i = 0; i < value.len && n + 1 < REF_TEXT_MAX; i++)
		if (value.ptr[i] != '\r' && value.ptr[i] != '\n')
			out[n++] = value.ptr[i];
	out[n] = '\0';
}

void
ref_expand(const struct ref_view *v, size_t k, const struct ref_template *t,
    const struct ref_groups *own, const char *subject,
    char out[REF_TEXT_MAX])
{
	const struct ref_piece *p;
	struct span value;

	out[0] = '\0';
	append(out, span_of(t->text));
	if (t->number >= 0)
		snprintf(out + strlen(out), 12, "%d", t->number);
	for (p = t->pieces; p < t->pieces + t->count; p++) {
		struct search s = { .view = v, .rule = k };
		struct ref_values l;

		append(out, span_of(t->between));
		if (p->kind == REF_PIECE_FACT)
			value = fact_value(&s, p, &l);
		else if (p->kind == REF_PIECE_GROUP && own != NULL)
			value = group_of(own, p->group, subject);
		else
			value = captured(&s, p);
		append(out, value.len > 0 ? value : span_of(p->fallback));
	}
}
