/*
 * load_same.c - conditions that one and the same element must satisfy.
 *
 *	same: {recipients: {domain: example.com, recipients: '/^joe/'}}
 *	same: {attachment: {extension: exe, size: {gt: 1M}}}
 *	same: {address.to: {domain: example.com, display: '/bank/i'}}
 *
 * A family is named by a fact of it or by what the names of its facts begin
 * with; inside, its facts may go without that.
 */
#include "config.h"

#include "rules/engine/branch.h"
#include "rules/load/draft.h"

/* The fact, or the first fact of the family, that TEXT names. */
static const struct fact_kind *
family_find(struct span text, struct span *name)
{
	const struct fact_kind *f = fact_find(text, name);
	struct span whole;
	size_t i;

	for (i = 0; f == NULL && fact_at(i) != NULL; i++) {
		if ((fact_at(i)->flags & FACT_BY_NAME) != 0)
			continue;
		whole = span_of(fact_at(i)->name);
		if (span_starts_with(whole, text) && whole.len > text.len &&
		    whole.ptr[text.len] == '.')
			f = fact_at(i);
	}
	return f;
}

static int
find_family(const struct node *key, struct slot *family)
{
	const struct fact_kind *f = family_find(key->text, &family->name);
	struct suggestion near;

	family->kind = f;
	if (f == NULL) {
		suggest_init(&near, key->text);
		load_fact_hint(tree_error(key, "unknown fact '%s'",
		    quote(key->text).text), &near);
		return -1;
	}
	if (f->learn == NULL && (f->flags & FACT_WRITTEN) == 0)
		return load_unsupported(key, "fact", key->text);
	if (f->family != FAMILY_NONE)
		return 0;
	problem_hint(tree_error(key, "'%s' has no elements of which several "
	    "facts are known", quote(key->text).text), "'same' is for "
	    "attachment, url, address.NAME, header.NAME, recipients, "
	    "sender.params and recipient.params");
	return -1;
}

/* The first test in C of a fact that is not of FAMILY; NULL: there is none. */
static const struct loaded_test *
find_stranger(const struct policy *p, const struct condition *c,
    const struct slot *family)
{
	const struct loaded_test *found = NULL;
	size_t i;

	if (c->kind == CONDITION_TEST && !slots_are_family(family,
	    &p->slots[c->test->slot]))
		return (const struct loaded_test *)c->test;
	for (i = 0; i < c->count && found == NULL; i++)
		found = find_stranger(p, c->children[i], family);
	return found;
}

/* A named condition may hold a `same` of its own. */
static bool
has_same(const struct condition *c)
{
	size_t i;

	for (i = 0; i < c->count; i++)
		if (has_same(c->children[i]))
			return true;
	return c->kind == CONDITION_SAME;
}

static int
refuse_nested(const struct node *n)
{
	problem_hint(tree_error(n, "'same' inside of 'same'"),
	    "an element has no elements of its own");
	return -1;
}

/* Which test is all the same, for all are of one family. */
static unsigned
any_slot(const struct condition *c)
{
	while (c->kind != CONDITION_TEST)
		c = c->children[0];
	return c->test->slot;
}

static const struct condition *
combine_same(struct loader *l, const struct node *family,
    const struct condition *inside, const struct slot *slot)
{
	const struct loaded_test *stranger = find_stranger(l->policy, inside,
	    slot);
	struct condition *c;

	if (stranger != NULL) {
		problem_hint(tree_error(stranger->key, "'%s' is no fact of "
		    "'%s'", quote(stranger->key->text).text,
		    quote(family->key->text).text), "what stands inside of "
		    "'same' is asked of one element; put the rest beside it");
		return NULL;
	}
	if (has_same(inside)) {
		(void)refuse_nested(family->key);
		return NULL;
	}
	c = combine_new(l, CONDITION_SAME, 1);
	combine_take(c, inside);
	c->slot = any_slot(inside);
	/* Recipients for whom the tests hold may not be alike in this. */
	l->policy->alone |= l->policy->slots[c->slot].per_recipient;
	return combine_check(family, c);
}

const struct condition *
load_same(struct loader *l, struct node *n)
{
	const struct condition *inside;
	struct slot slot = { .kind = NULL };
	struct node *family = n->child;

	if (load_missing(n))
		return NULL;
	if (n->kind != NODE_MAP || n->count != 1) {
		problem_hint(tree_error(n, "'same' needs one family of facts"),
		    "write {same: {recipients: {..}}}");
		return NULL;
	}
	if (l->in_same ? refuse_nested(n->key) < 0 :
	    find_family(family->key, &slot) < 0)
		return NULL;
	l->in_same = true;
	l->same_family = &slot;
	l->same_prefix = family->key->text;
	inside = load_condition(l, family);
	l->in_same = false;
	l->same_family = NULL;
	return inside == NULL ? NULL : combine_same(l, family, inside, &slot);
}
