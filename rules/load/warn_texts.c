/*
 * warn_texts.c - texts that come out shorter than they were written.
 *
 * YAML ends a text without quotes at ' #'; and ${1} is a group of the first
 * regex of the branch that holds, so of a regex behind another it is nothing.
 */
#include "config.h"

#include "rules/load/warn.h"

/*
 * What the regexes of a condition may capture, asked for one group after the
 * other. Conditions and texts may be large: each group is asked for once.
 */
struct capture_search {
	const struct policy *policy;
	const struct condition *when;
	const struct piece *piece;	/* that names the group */
	bool found;		/* a regex that has it may be the first */
	bool asked[REGEX_GROUPS_MAX];
	struct names asked_names;
};

static bool
has_group(const struct regex *r, const struct piece *p)
{
	return p->kind == PIECE_GROUP ? p->number <= regex_group_count(r) :
	    regex_group_number(r, p->text) > 0;
}

/* True when the branch may go on behind M without having captured. */
static bool
search_matcher(struct capture_search *s, const struct matcher *m)
{
	bool on = m->negated || m->count == 0;
	size_t i;

	for (i = 0; i < m->count && !m->negated; i++) {
		if (m->alternatives[i].regex == NULL)
			on = true;
		else if (has_group(m->alternatives[i].regex, s->piece))
			s->found = true;
	}
	return on;
}

static bool
search_test(struct capture_search *s, const struct test *t)
{
	bool on = true;
	size_t i;

	if (s->policy->slots[t->slot].written != WRITTEN_NOT)
		return true;	/* it captures nothing */
	for (i = 0; i < t->some.count && on; i++)
		on = search_matcher(s, &t->some.at[i]);
	return on;
}

/* The same of a condition. Depth: CONDITION_DEPTH_MAX. */
static bool
search(struct capture_search *s, const struct condition *c)
{
	bool on = c->kind != CONDITION_ANY;
	size_t i;

	switch (c->kind) {
	case CONDITION_ALL:
	case CONDITION_SAME:
		for (i = 0; i < c->count && on; i++)
			on = search(s, c->children[i]);
		return on;
	case CONDITION_ANY:
		for (i = 0; i < c->count; i++)
			on |= search(s, c->children[i]);
		return on;
	case CONDITION_NOT:
	case CONDITION_NONE:
		return true;
	case CONDITION_TEST:
		break;
	}
	return search_test(s, c->test);
}

/* Is P a group that has not been asked for? */
static bool
is_new_group(struct capture_search *s, const struct piece *p)
{
	bool before;

	if (p->kind == PIECE_NAMED_GROUP)
		return names_add(&s->asked_names, p->text, p) == NULL;
	if (p->kind != PIECE_GROUP)
		return false;
	before = s->asked[p->number];
	s->asked[p->number] = true;
	return !before;
}

/* The first group in T that no branch can capture; NULL: there is none. */
static const struct piece *
empty_group(struct capture_search *s, const struct template *t)
{
	const struct piece *p;
	size_t i;

	for (i = 0; i < t->count; i++) {
		p = &t->pieces[i];
		if (!is_new_group(s, p))
			continue;
		s->piece = p;
		s->found = false;
		(void)search(s, s->when);
		if (!s->found)
			return p;
	}
	return NULL;
}

static const struct piece *
empty_group_of_rule(const struct policy *p, const struct rule *r)
{
	struct capture_search s = { .policy = p, .when = r->when };
	const struct piece *found = empty_group(&s, &r->answer.text);
	size_t i;

	for (i = 0; i < r->action_count && found == NULL; i++)
		found = empty_group(&s, &r->actions[i].value);
	for (i = 0; i < r->write_count && found == NULL; i++)
		found = empty_group(&s, &r->writes[i]->value);
	for (i = 0; i < r->log_count && found == NULL; i++)
		found = empty_group(&s, &r->logs[i]);
	names_release(&s.asked_names);
	return found;
}

static void
warn_groups(const struct policy *p, const struct rule *r, const struct node *n)
{
	const struct piece *empty;
	struct problem *problem;

	if (r->when == NULL)
		return;
	empty = empty_group_of_rule(p, r);
	if (empty == NULL)
		return;
	if (empty->kind == PIECE_GROUP)
		problem = tree_warn(n, "in rule '%s' ${%u} is always empty",
		    quote(n->text).text, empty->number);
	else
		problem = tree_warn(n, "in rule '%s' ${%s} is always empty",
		    quote(n->text).text, quote(empty->text).text);
	problem_hint(problem, "only the first regex of a 'when' captures; let "
	    "the one with this group stand before all others");
}

/* Does YAML take for a comment what may belong to the text N? */
static void
warn_cut(struct line_cursor *c, const struct node *n)
{
	struct span rest;

	if (n->kind != NODE_SCALAR || n->style != NODE_PLAIN)
		return;
	rest = line_from(tree_next_line(c, n->tree, n->line), n->column);
	if (!span_starts_with(rest, n->text))
		return;		/* it goes over several lines */
	rest = span_skip(rest, n->text.len);
	/* A comment is most often set off from its '#'. */
	if (rest.len < 3 || rest.ptr[0] != ' ' || rest.ptr[1] != '#' ||
	    rest.ptr[2] == ' ' || rest.ptr[2] == '\t' || rest.ptr[2] == '#')
		return;
	problem_hint(tree_warn_at(n, n->text.len, "the text ends here, for "
	    "YAML takes ' #' for a comment"), "if the rest belongs to it, put "
	    "the text in quotes");
}

void
warn_with(const struct node *n, unsigned groups)
{
	struct span s = n->text;
	unsigned number;
	size_t i;

	for (i = 0; i + 1 < s.len; i++) {
		number = (unsigned char)s.ptr[i + 1] - (unsigned)'0';
		if ((s.ptr[i] != '$' && s.ptr[i] != '\\') || number > 9 ||
		    number > groups)
			continue;
		problem_hint(tree_warn_at(n, i, "this is text, and no group of "
		    "'match'"), "the group is written ${%u}", number);
		return;
	}
}

static void
warn_reply(struct line_cursor *c, const struct node *action)
{
	static const char *const words[] = { "reject", "tempfail", "close" };
	const struct node *n;
	size_t i;

	for (i = 0; i < sizeof words / sizeof words[0]; i++) {
		n = node_get(action, words[i]);
		if (n != NULL && n->kind == NODE_MAP)
			n = node_get(n, "text");
		if (n != NULL)
			warn_cut(c, n);
	}
}

void
warn_texts(const struct loader *l, const struct node *const *nodes)
{
	struct line_cursor c = { .tree = NULL };
	const struct node *then, *n;
	size_t i;

	for (i = 0; i < l->policy->rule_count; i++) {
		warn_groups(l->policy, &l->policy->rules[i],
		    warn_name(nodes, i));
		then = node_get(nodes[i], "then");
		warn_reply(&c, then);
		if (then->kind == NODE_LIST)
			for (n = then->child; n != NULL; n = n->next)
				warn_reply(&c, n);
	}
}
