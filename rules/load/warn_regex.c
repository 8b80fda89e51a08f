/*
 * warn_regex.c - regexes that take too long, or match too much.
 */
#include "config.h"

#include "rules/load/regex_shape.h"
#include "rules/load/warn.h"

void
warn_regex(const struct node *n, enum regex_mode mode)
{
	struct span pattern, flags;
	size_t offset;

	if (!text_is_regex(n->text, &pattern, &flags) ||
	    !shape_backtracks(pattern, flags, mode, &offset))
		return;
	problem_hint(tree_warn_at(n, 1 + offset, "this regex may backtrack "
	    "without bound: a repeat inside of a repeat"), "a search that "
	    "takes too long makes the condition failed; write one repeat, or "
	    "let a character stand between them that the inner one cannot be");
}

void
warn_anchors(const struct node *n)
{
	struct span pattern, flags;
	struct problem *p;
	bool start, end;

	if (!text_is_regex(n->text, &pattern, &flags) ||
	    span_find(flags, 'x') < flags.len ||
	    !shape_is_open(pattern, &start, &end))
		return;
	p = tree_warn(n, "this regex matches other names, too: %s",
	    start && end ? "it holds neither the start nor the end" :
	    start ? "it does not hold the start" :
	    "it does not hold the end");
	if (end)
		problem_hint(p, "end it with '$', for a name may go on behind "
		    "it; or with '.*' if that is meant");
	else
		problem_hint(p, "begin it with '^', or with '(^|\\.)' for a "
		    "domain and all below it; or with '.*' if that is meant");
}
