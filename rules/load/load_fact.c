/*
 * load_fact.c - the names of facts.
 *
 *	helo			a fact
 *	header_raw.subject	a fact that is asked for by name
 */
#include "config.h"

#include "rules/load/load.h"
#include "rules/mail/header_text.h"

int
load_fact(struct loader *l, const struct node *n, size_t offset,
    struct span text, unsigned *slot)
{
	const struct fact_kind *kind;
	struct span name;

	kind = fact_find(text, &name);
	if (kind == NULL)
		return -1;	/* the caller knows what else it might be */
	if (kind->learn == NULL) {
		(void)tree_error_at(&l->tree, n, offset, "fact '%s' is not "
		    "supported by this version", quote(text).text);
		return -2;
	}
	if (name.len > 2 && name.ptr[0] == '{' &&
	    name.ptr[name.len - 1] == '}')	/* macro.{if_addr} */
		name = span_make(name.ptr + 1, name.len - 2);
	if (kind->family == FAMILY_HEADER && !header_name_is_valid(name)) {
		problem_hint(tree_error_at(&l->tree, n, offset, "'%s' is no "
		    "name of a header field", quote(name).text),
		    "printable ASCII characters, no blank and no colon");
		return -2;
	}
	*slot = policy_slot(l->policy, kind, name);
	return 0;
}

/* The fact asked for by name whose own name is nearest to HEAD. */
static const struct fact_kind *
nearest_by_name(struct span head, unsigned *distance)
{
	const struct fact_kind *f, *best = NULL;
	struct suggestion near;
	size_t i;

	suggest_init(&near, head);
	for (i = 0; (f = fact_at(i)) != NULL; i++) {
		if ((f->flags & FACT_BY_NAME) == 0)
			continue;
		suggest_consider(&near, span_of(f->name));
		if (near.best.ptr == f->name)
			best = f;
	}
	*distance = near.distance;
	return best;
}

void
load_fact_hint(struct problem *p, struct suggestion *near)
{
	size_t dot = span_find(near->word, '.');
	struct span rest = span_skip(near->word, dot + 1);
	const struct fact_kind *f;
	unsigned distance;
	size_t i;

	for (i = 0; (f = fact_at(i)) != NULL; i++)
		if ((f->flags & FACT_BY_NAME) == 0)
			suggest_consider(near, span_of(f->name));
	problem_hint(p, "millgate-rules(5) names those that there are");
	suggest_hint(near, p);
	f = nearest_by_name(span_head(near->word, dot), &distance);
	if (f == NULL || (near->best.len > 0 && near->distance <= distance))
		return;
	if (rest.len > 0)
		problem_hint(p, "did you mean '%s.%s'?", f->name,
		    quote(rest).text);
	else if (distance == 0)
		problem_hint(p, "it needs a name: %s.NAME", f->name);
}
