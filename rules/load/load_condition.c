/*
 * load_condition.c - conditions: combinators, names, and facts' entries.
 *
 * A mapping holds when all its entries do. Named conditions are read when they
 * are first met, once, and shared; to meet one that is still being read is a
 * circle.
 */
#include "config.h"

#include <stdlib.h>

#include "rules/engine/branch.h"
#include "rules/load/draft.h"

static const struct condition *read_key(struct loader *l, struct node *value);

const struct condition *
load_condition(struct loader *l, struct node *n)
{
	const struct condition *one;
	struct condition *all;
	struct node *child;
	bool failed = false;

	if (load_missing(n))
		return NULL;
	if (n->kind != NODE_MAP) {
		problem_hint(tree_error(n, "a condition must be a "
		    "mapping"), "write {helo: localhost}; for one of several "
		    "write {any: [{..}, {..}]}");
		return NULL;
	}
	if (n->count == 0) {
		problem_hint(tree_error(n, "the condition is empty"),
		    "write what must hold: {helo: localhost}");
		return NULL;
	}
	all = combine_new(l, CONDITION_ALL, n->count);
	for (child = n->child; child != NULL; child = child->next) {
		one = read_key(l, child);
		if (one == NULL)
			failed = true;
		else
			combine_take(all, one);
	}
	if (failed)
		return NULL;
	return all->count == 1 ? all->children[0] :
	    combine_check(n, all);
}

static const struct condition *
read_list(struct loader *l, struct node *n, enum condition_kind kind)
{
	const struct condition *one;
	struct condition *c;
	struct node *child;
	bool failed = false;

	if (load_missing(n))
		return NULL;
	if (n->kind != NODE_LIST || n->count == 0) {
		problem_hint(tree_error(n, "'%s' needs a list of "
		    "conditions", quote(n->key->text).text),
		    "write [{helo: one}, {helo: two}]");
		return NULL;
	}
	c = combine_new(l, kind, n->count);
	for (child = n->child; child != NULL; child = child->next) {
		one = load_condition(l, child);
		if (one == NULL)
			failed = true;
		else
			combine_take(c, one);
	}
	return failed ? NULL : combine_check(n, c);
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
		problem_hint(tree_error(n, "'not' takes one "
		    "condition"), "for none of several write none: [..]");
		return NULL;
	}
	one = load_condition(l, n);
	if (one == NULL)
		return NULL;
	c = combine_new(l, CONDITION_NOT, 1);
	combine_take(c, one);
	return combine_check(n, c);
}

/* Read a named condition, unless it has been. NULL: reported. */
static const struct condition *
resolve(struct loader *l, struct named_condition *named, const struct node *by)
{
	const struct slot *family = l->same_family;
	bool in_same = l->in_same;

	if (named->open) {
		(void)tree_error(by, "the condition '%s' refers to "
		    "itself", quote(named->name->text).text);
		return NULL;
	}
	if (!named->done && l->conditions_open == CONDITION_DEPTH_MAX) {
		problem_hint(tree_error(by, "conditions name each "
		    "other too deeply"), "at most %d levels",
		    CONDITION_DEPTH_MAX);
		return NULL;
	}
	if (!named->done) {
		named->open = true;
		l->conditions_open++;
		l->in_same = false;	/* it may be used elsewhere, too */
		l->same_family = NULL;
		named->condition = load_condition(l, named->body);
		l->in_same = in_same;
		l->same_family = family;
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
	if (named != NULL) {
		named->used = true;
		return resolve(l, named, n);
	}
	if (l->cut)
		return NULL;	/* it may stand behind that place */
	p = tree_error(n, "there is no condition '%s'",
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
	{ "same", load_same },
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

/*
 * The fact that WORD is short for inside of `same`: behind what the family is
 * called by, if that is one of it. Else WORD itself.
 */
static struct span
complete(struct loader *l, struct span word)
{
	size_t len = l->same_prefix.len;
	struct slot fact = { .kind = NULL };
	char *whole;

	if (l->same_family == NULL)
		return word;
	whole = policy_alloc(l->policy, len + 1 + word.len, 1);
	memcpy(whole, l->same_prefix.ptr, len);
	whole[len] = '.';
	memcpy(whole + len + 1, word.ptr, word.len);
	fact.kind = fact_find(span_make(whole, len + 1 + word.len),
	    &fact.name);
	return fact.kind != NULL && slots_are_family(&fact, l->same_family) ?
	    span_make(whole, len + 1 + word.len) : word;
}

/* How fact F may be written inside of `same`; empty: not shortly. */
static struct span
short_name(const struct loader *l, const struct fact_kind *f)
{
	struct span name = span_of(f->name);

	if (l->same_family == NULL || f->family != l->same_family->kind->family)
		return span_of("");
	if (f->suffix != NULL)
		return span_of(f->suffix);
	return span_starts_with(name, l->same_prefix) ?
	    span_skip(name, l->same_prefix.len + 1) : span_of("");
}

static void
unknown_fact(struct loader *l, const struct node *key)
{
	const struct fact_kind *f;
	struct suggestion near;
	struct span part;
	size_t i;

	suggest_init(&near, key->text);
	for (i = 0; i < WORDS; i++)
		suggest_consider(&near, span_of(word_table[i].word));
	for (i = 0; (f = fact_at(i)) != NULL; i++) {
		part = short_name(l, f);
		if (part.len > 0)
			suggest_consider(&near, part);
	}
	load_fact_hint(tree_error(key, "unknown fact '%s'",
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
		(void)load_unsupported(value->key, "condition", word);
		return NULL;
	}
	word = complete(l, word);
	if (fact_find(word, &name) == NULL) {
		unknown_fact(l, value->key);
		return NULL;
	}
	return load_test(l, value, word);
}

int
load_condition_names(struct loader *l, struct node *n)
{
	struct named_condition *named;
	const struct named_condition *first;
	struct node *child;
	int result = 0;

	if (load_missing(n))
		return -1;
	if (n->kind != NODE_MAP) {
		problem_hint(tree_error(n, "'conditions' must be a mapping"),
		    "write 'name: {..}', a line each");
		return -1;
	}
	for (child = n->child; child != NULL; child = child->next) {
		named = &l->conditions[l->condition_count++];
		named->name = child->key;
		named->body = child;
		first = names_add(&l->condition_names, child->key->text, named);
		if (first == NULL || first->name->tree == n->tree)
			continue;	/* twice in a file: the tree told */
		load_hint_first(tree_error(child->key,
		    "a second condition '%s'", quote(child->key->text).text),
		    child->key, first->name);
		result = -1;
	}
	return result;
}

int
load_conditions(struct loader *l, struct node *n)
{
	struct named_condition *named;
	struct node *child;
	int result = 0;

	if (n->kind != NODE_MAP)
		return -1;	/* which has been reported */
	for (child = n->child; child != NULL; child = child->next) {
		named = (struct named_condition *)
		    names_find(&l->condition_names, child->key->text);
		if (resolve(l, named, named->name) == NULL)
			result = -1;
	}
	return result;
}
