/*
 * load_regex.c - regexes between slashes: '/pattern/flags'.
 *
 * Failure: an error that points at the byte of the pattern it is about.
 */
#include "config.h"

#include "rules/load/warn.h"

static bool
are_flags(struct span s)
{
	size_t i;

	for (i = 0; i < s.len; i++)
		if (s.ptr[i] < 'a' || s.ptr[i] > 'z')
			return false;
	return true;
}

bool
text_is_regex(struct span text, struct span *pattern, struct span *flags)
{
	size_t last = span_find_last(text, '/');

	if (text.len < 2 || text.ptr[0] != '/' || last == 0)
		return false;
	*pattern = span_make(text.ptr + 1, last - 1);
	*flags = span_skip(text, last + 1);
	return are_flags(*flags);
}

/* Is N cut short by what YAML takes for a comment? */
static bool
is_cut_by_comment(const struct node *n)
{
	struct span rest = tree_line_from(n->tree,
	    tree_place(n, n->text.len));

	return n->style == NODE_PLAIN &&
	    span_starts_with(span_trim(rest), span_of("#"));
}

static void
not_a_regex(const struct node *n)
{
	struct problem *p;

	p = tree_error(n, "'%s' is not a regex",
	    quote(n->text).text);
	if (p == NULL)
		return;		/* to look for its line is dear */
	if (is_cut_by_comment(n))
		problem_hint(p, "YAML takes ' #' for a comment: put the regex "
		    "in single quotes");
	else if (n->text.len > 0 && n->text.ptr[0] == '/')
		problem_hint(p, "it begins with '/' but has no '/' at its "
		    "end; for text write {is: '...'}");
	else
		problem_hint(p, "write it between slashes, in single quotes: "
		    "'/^mail/i'");
}

/* OFFSET counts from the first slash's end, as regex_compile() does. */
static void
regex_error(const struct node *n, size_t offset, struct error *why)
{
	size_t close = span_find_last(n->text, '/');
	size_t good = strspn(n->text.ptr + close + 1, "imsx");
	char *names = strstr(why->text, " (PCRE2_");

	/* A wrong flag is reported at the end of the pattern. */
	if (close + 1 + good < n->text.len)
		offset = close + good;
	if (names != NULL)	/* of options that a rule cannot set */
		*names = '\0';
	(void)tree_error_at(n, 1 + offset, "in this regex: %s",
	    why->text);
}

const struct regex *
load_regex(struct loader *l, const struct node *n, enum regex_mode mode)
{
	struct names *names = &l->regex_names[mode];
	struct span pattern, flags;
	const struct regex *known;
	struct error why;
	struct regex *r;
	size_t offset;

	if (n->kind != NODE_SCALAR) {
		problem_hint(tree_error(n, "a regex is needed here"),
		    n->kind == NODE_LIST && n->style == NODE_FLOW ?
		    "YAML reads '[' as the start of a list: put the regex in "
		    "single quotes" : "write it between slashes, in single "
		    "quotes: '/^mail/i'");
		return NULL;
	}
	if (!text_is_regex(n->text, &pattern, &flags)) {
		not_a_regex(n);
		return NULL;
	}
	known = names_find(names, n->text);
	if (known != NULL)
		return known;
	r = regex_compile(pattern, flags, mode, &offset, &why);
	if (r == NULL) {
		regex_error(n, offset, &why);
		return NULL;
	}
	(void)names_add(names, n->text, r);
	warn_regex(n, mode);
	return policy_adopt_regex(l->policy, r);
}
