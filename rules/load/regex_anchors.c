/*
 * regex_anchors.c - regexes on names of hosts that leave an end open.
 *
 * '/example\.com/' matches example.com.attacker.example and notexample.com as
 * well. A pattern without a dot, '/dynamic|dialup/', is a search for a word and
 * means to be one. An end is held by ^ or $, by the dot of a label, or by .*
 * where somebody wrote that all may stand there.
 */
#include "config.h"

#include "rules/load/regex_shape.h"

static bool
is_alnum(char c)
{
	return (c >= '0' && c <= '9') ||
	    (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z');
}

/* Is there a dot that stands between labels? */
static bool
has_dot(struct span s)
{
	size_t i;

	for (i = 0; i + 1 < s.len; i++) {
		if (s.ptr[i] == '\\' && s.ptr[i + 1] == '.')
			return true;
		if (s.ptr[i] == '[' && s.ptr[i + 1] == '.')
			return true;
		if (s.ptr[i] == '\\')
			i++;
		else if (i > 0 && s.ptr[i] == '.' && is_alnum(s.ptr[i - 1]) &&
		    is_alnum(s.ptr[i + 1]))
			return true;
	}
	return false;
}

static bool
starts_with_one(struct span s, const char *const *parts)
{
	for (; *parts != NULL; parts++)
		if (span_starts_with(s, span_of(*parts)))
			return true;
	return false;
}

static bool
ends_with_one(struct span s, const char *const *parts)
{
	for (; *parts != NULL; parts++)
		if (span_ends_with(s, span_of(*parts)))
			return true;
	return false;
}

static void
check_branch(struct span s, bool *start, bool *end)
{
	static const char *const heads[] = { "^", "\\A", "\\.", "[.]", ".*",
		".+", "(^", "(?:^", "(\\.", "(?:\\.", "(?<", NULL };
	static const char *const tails[] = { "\\z", "\\Z", "\\.", "[.]", ".*",
		".+", "$)", "\\.)", NULL };
	bool dollar = s.len > 0 && s.ptr[s.len - 1] == '$' &&
	    !span_ends_with(s, span_of("\\$"));

	*start |= !starts_with_one(s, heads);
	*end |= !dollar && !ends_with_one(s, tails);
}

bool
shape_is_open(struct span pattern, bool *start, bool *end)
{
	size_t from = 0, i;
	int depth = 0;
	bool class = false;

	*start = *end = false;
	if (!has_dot(pattern))
		return false;
	for (i = 0; i <= pattern.len; i++) {
		if (i == pattern.len ||
		    (pattern.ptr[i] == '|' && depth == 0 && !class)) {
			check_branch(span_make(pattern.ptr + from, i - from),
			    start, end);
			from = i + 1;
		} else if (pattern.ptr[i] == '\\') {
			i++;
		} else if (class) {
			class = pattern.ptr[i] != ']';
		} else if (pattern.ptr[i] == '[') {
			class = true;
		} else if (pattern.ptr[i] == '(') {
			depth++;
		} else if (pattern.ptr[i] == ')') {
			depth--;
		}
	}
	return *start || *end;
}
