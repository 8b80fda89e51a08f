/*
 * load_condition.c - conditions: combinators, names, and facts' entries.
 *
 * A mapping holds when all its entries do. Named conditions are read when they
 * are first met, once, and shared; to meet one that is still being read is a
 * circle.
 */
#include "config.h"

#include <stdlib.h>

#include "rules/base/xmalloc.h"
#include "rules/load/load.h"

static const struct condition *read_key(struct loader *l, struct node *value);

/* Count CHILD into what is known of C. */
static void
condition_take(struct condition *c, const struct condition *child)
{
	bool first = c->count == 0;

	c->children[c->count++] = child;
	c->tests += child->tests;
	if (c->depth <= child->depth)
		c->depth = child->depth + 1;
	if (first || child->earliest < c->earliest)
		c->earliest = child->earliest;
	c->per_recipient |= child->per_recipient;
	c->beyond_connection |= child->beyond_connection;
	if ((c->kind == CONDITION_ALL || c->kind == CONDITION_ANY) &&
	    c->groups < child->groups)
		c->groups = child->groups;
}

static struct condition *
condition_new(struct loader *l, enum condition_kind kind, size_t children)
{
	struct condition *c = policy_alloc(l->policy, 1, sizeof *c);

	c->kind = kind;
	c->depth = 1;
	c->children = policy_alloc(l->policy, children,
	    sizeof *c->children);
	return c;
}

static const struct condition *
condition_check(struct loader *l, const struct node *n,
    const struct condition *c)
{
	if (c->depth <= CONDITION_DEPTH_MAX && c->tests <= CONDITION_TESTS_MAX)
		return c;
	problem_hint(tree_error(&l->tree, n, "the condition is too large: "
	    "more than %d levels or %d tests", CONDITION_DEPTH_MAX,
	    CONDITION_TESTS_MAX), "named conditions count in full at each "
	    "place");
	return NULL;
}

const struct condition *
load_condition(struct loader *l, struct node *n)
{
	const struct condition *one;
	struct condition *all;
	struct node *child;
	bool failed = false;

	if (load_missing(l, n))
		return NULL;
	if (n->kind != NODE_MAP) {
		problem_hint(tree_error(&l->tree, n, "a condition must be a "
		    "mapping"), "write {helo: localhost}; for one of several "
		    "write {any: [{..}, {..}]}");
		return NULL;
	}
	if (n->count == 0) {
		problem_hint(tree_error(&l->tree, n, "the condition is empty"),
		    "write what must hold: {helo: localhost}");
		return NULL;
	}
	all = condition_new(l, CONDITION_ALL, n->count);
	for (child = n->child; child != NULL; child = child->next) {
		one = read_key(l, child);
		if (one == NULL)
			failed = true;
		else
			condition_take(all, one);
	}
	if (failed)
		return NULL;
	return all->count == 1 ? all->children[0] :
	    condition_check(l, n, all);
}

static const struct condition *
read_list(struct loader *l, struct node *n, enum condition_kind kind)
{
	const struct condition *one;
	struct condition *c;
	struct node *child;
	bool failed = false;

	if (load_missing(l, n))
		return NULL;
	if (n->kind != NODE_LIST || n->count == 0) {
		problem_hint(tree_error(&l->tree, n, "'%s' needs a list of "
		    "conditions", quote(n->key->text).text),
		    "write [{helo: one}, {helo: two}]");
		return NULL;
	}
	c = condition_new(l, kind, n->count);
	for (child = n->child; child != NULL; child = child->next) {
		one = load_condition(l, child);
		if (one == NULL)
			failed = true;
		else
			condition_take(c, one);
	}
	return failed ? NULL : condition_check(l, n, c);
}

static const struct condition *
read_all(struct loader *l, struct node *n)
{
	return read_list(l, n, CONDITION_ALL);
}

static const struct condition *
read_any(struct loader *l, struct node *n)
{
	return read_list(l, n, CONDITION_ANY);
}

static const struct condition *
read_none(struct loader *l, struct node *n)
{
	return read_list(l, n, CONDITION_NONE);
}

static const struct condition *
read_not(struct loader *l, struct node *n)
{
	const struct condition *one;
	struct condition *c;

	if (n->kind == NODE_LIST) {
		problem_hint(tree_error(&l->tree, n, "'not' takes one "
		    "condition"), "for none of several write none: [..]");
		return NULL;
	}
	one = load_condition(l, n);
	if (one == NULL)
		return NULL;
	c = condition_new(l, CONDITION_NOT, 1);
	condition_take(c, one);
	return condition_check(l, n, c);
}

/* Read a named condition, unless it has been. NULL: reported. */
static const struct condition *
resolve(struct loader *l, struct named_condition *named, const struct node *by)
{
	if (named->open) {
		(void)tree_error(&l->tree, by, "the condition '%s' refers to "
		    "itself", quote(named->name->text).text);
		return NULL;
	}
	if (!named->done && l->conditions_open == CONDITION_DEPTH_MAX) {
		problem_hint(tree_error(&l->tree, by, "conditions name each "
		    "other too deeply"), "at most %d levels",
		    CONDITION_DEPTH_MAX);
		return NULL;
	}
	if (!named->done) {
		named->open = true;
		l->conditions_open++;
		named->condition = load_condition(l, named->body);
		l->conditions_open--;
		named->open = false;
		named->done = true;
	}
	return named->condition;
}

static const struct condition *
read_reference(struct loader *l, struct node *n)
{
	struct named_condition *named;
	struct suggestion near;
	struct problem *p;
	struct span name;
	size_t i;

	if (load_text(l, n, &name) < 0)
		return NULL;
	named = (struct named_condition *)names_find(&l->condition_names,
	    name);
	if (named != NULL)
		return resolve(l, named, n);
	if (l->tree.cut)
		return NULL;	/* it may stand behind that place */
	p = tree_error(&l->tree, n, "there is no condition '%s'",
	    quote(name).text);
	if (p == NULL)
		return NULL;	/* to look at all names is dear */
	problem_hint(p, "conditions are named under 'conditions:'");
	suggest_init(&near, name);
	for (i = 0; i < l->condition_count; i++)
		suggest_consider(&near, l->conditions[i].name->text);
	suggest_hint(&near, p);
	return NULL;
}

/* Words of a condition that are no facts. NULL: not in this version. */
static const struct condition_word {
	const char *word;
	const struct condition *(*read)(struct loader *l, struct node *n);
} word_table[] = {
	{ "all", read_all },
	{ "any", read_any },
	{ "not", read_not },
	{ "none", read_none },
	{ "condition", read_reference },
	{ "same", NULL },
	{ "dnsbl", NULL },
	{ "resolves", NULL },
	{ "rate", NULL },
	{ "greylist", NULL },
};

#define WORDS (sizeof word_table / sizeof word_table[0])

bool
load_is_condition(struct span word)
{
	struct span name;
	size_t i;

	for (i = 0; i < WORDS; i++)
		if (span_is(word, word_table[i].word))
			return true;
	return fact_find(word, &name) != NULL;
}

static void
unknown_fact(struct loader *l, const struct node *key)
{
	struct suggestion near;
	size_t i;

	suggest_init(&near, key->text);
	for (i = 0; i < WORDS; i++)
		suggest_consider(&near, span_of(word_table[i].word));
	load_fact_hint(tree_error(&l->tree, key, "unknown fact '%s'",
	    quote(key->text).text), &near);
}

static const struct condition *
read_key(struct loader *l, struct node *value)
{
	struct span name, word = value->key->text;
	size_t i;

	for (i = 0; i < WORDS; i++) {
		if (!span_is(word, word_table[i].word))
			continue;
		if (word_table[i].read != NULL)
			return word_table[i].read(l, value);
		(void)load_unsupported(l, value->key, "condition", word);
		return NULL;
	}
	if (fact_find(word, &name) == NULL) {
		unknown_fact(l, value->key);
		return NULL;
	}
	return load_test(l, value);
}

int
load_conditions(struct loader *l, struct node *n)
{
	struct named_condition *named;
	struct node *child;
	int result = 0;
	size_t i;

	if (load_missing(l, n))
		return -1;
	if (n->kind != NODE_MAP) {
		problem_hint(tree_error(&l->tree, n, "'conditions' must be a "
		    "mapping"), "write 'name: {..}', a line each");
		return -1;
	}
	l->conditions = xcalloc(n->count + 1, sizeof *l->conditions);
	for (child = n->child; child != NULL; child = child->next) {
		named = &l->conditions[l->condition_count++];
		named->name = child->key;
		named->body = child;
		(void)names_add(&l->condition_names, child->key->text, named);
	}
	for (i = 0; i < l->condition_count; i++)
		if (resolve(l, &l->conditions[i], l->conditions[i].name) ==
		    NULL)
			result = -1;
	return result;
}
