/*
 * warn_rules.c - rules that are never reached.
 *
 * A rule that gives a verdict ends the reading whenever its condition holds. So
 * what stands below it with the very same condition has nothing left to do, and
 * below one without a condition no rule has. Conditions are the same when they
 * are written alike; those on what rules write are left out, for that changes
 * between two rules.
 */
#include "config.h"

#include "arena.h"
#include "buffer.h"
#include "rules/load/warn.h"

#define TEXT_MAX_BYTES ((size_t)16 << 20)	/* of one condition */

/* N as text that is equal for equal nodes. Depth: TREE_DEPTH_MAX. */
static void
write_node(struct buffer *out, const struct node *n)
{
	const struct node *child;

	if (n->kind == NODE_SCALAR) {
		buffer_addf(out, "%zu:", n->text.len);
		buffer_add(out, n->text);
		return;
	}
	buffer_addf(out, "%c%zu:", n->kind == NODE_MAP ? 'm' : 'l', n->count);
	for (child = n->child; child != NULL; child = child->next) {
		if (child->key != NULL)
			write_node(out, child->key);
		write_node(out, child);
	}
}

/* Does R end the reading whenever it holds? */
static bool
is_final(const struct rule *r)
{
	return r->verdict != VERDICT_CONTINUE && r->mode == MODE_ENFORCE &&
	    r->until == 0 && !r->command && !r->written;
}

/* Are there rules that the one above takes everything from? */
static bool
may_be_hidden(const struct rule *r)
{
	return r->mode != MODE_OFF && !r->command && !r->early;
}

static void
warn_same(const struct node *n, const struct node *first)
{
	struct problem *p = tree_warn(n, "rule '%s' is never reached",
	    quote(n->text).text);

	if (n->tree == first->tree)
		problem_hint(p, "rule '%s', in line %u, decides for the same "
		    "'when'", quote(first->text).text, first->line);
	else
		problem_hint(p, "rule '%s', in line %u of %s, decides for the "
		    "same 'when'", quote(first->text).text, first->line,
		    first->tree->file);
}

/* Rules from I on stand below one, at FIRST, that always decides. */
static void
warn_below(const struct loader *l, const struct node *const *nodes, size_t i,
    const struct node *first)
{
	const struct node *n = NULL;
	size_t others = 0;

	for (; i < l->policy->rule_count; i++) {
		if (!may_be_hidden(&l->policy->rules[i]))
			continue;
		if (n == NULL)
			n = warn_name(nodes, i);
		else
			others++;
	}
	if (n == NULL)
		return;
	problem_hint(others == 0 ? tree_warn(n, "rule '%s' is never reached",
	    quote(n->text).text) : tree_warn(n, "rule '%s' is never reached, "
	    "nor %s below it", quote(n->text).text, others == 1 ? "is the one" :
	    "are those"), "rule '%s' has no 'when', and so always decides",
	    quote(first->text).text);
}

void
warn_rules(const struct loader *l, const struct node *const *nodes)
{
	struct names seen = { NULL, 0, 0 };
	const struct node *when, *first;
	struct arena texts;
	const struct rule *r;
	struct buffer text;
	struct span key;
	size_t i;

	arena_init(&texts, SIZE_MAX);
	for (i = 0; i < l->policy->rule_count; i++) {
		r = &l->policy->rules[i];
		when = node_get(nodes[i], "when");
		if (when == NULL && is_final(r)) {
			warn_below(l, nodes, i + 1, warn_name(nodes, i));
			break;
		}
		if (when == NULL || r->written)
			continue;
		buffer_init(&text, TEXT_MAX_BYTES);
		write_node(&text, when);
		key = buffer_span(&text);
		first = text.overflow ? NULL : names_find(&seen, key);
		if (first != NULL && may_be_hidden(r))
			warn_same(warn_name(nodes, i), first);
		else if (first == NULL && !text.overflow && is_final(r))
			(void)names_add(&seen, arena_copy(&texts, key),
			    warn_name(nodes, i));
		buffer_release(&text);
	}
	names_release(&seen);
	arena_release(&texts);
}
