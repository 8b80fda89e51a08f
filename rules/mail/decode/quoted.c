/*
 * quoted.c - quoted strings and comments.
 *
 * Failure: what is not closed has no length.
 */
#include "config.h"

#include "rules/mail/decode/quoted.h"

size_t
quoted_len(struct span s)
{
	for (size_t i = 1; i < s.len; i++) {
		if (s.ptr[i] == '\\')
			i++;
		else if (s.ptr[i] == '"')
			return i + 1;
	}
	return 0;
}

size_t
comment_len(struct span s)
{
	size_t depth = 0;

	for (size_t i = 0; i < s.len; i++) {
		if (s.ptr[i] == '\\')
			i++;
		else if (s.ptr[i] == '(')
			depth++;
		else if (s.ptr[i] == ')' && --depth == 0)
			return i + 1;
	}
	return 0;
}

void
quoted_add(struct buffer *out, struct span s)
{
	while (s.len > 0) {
		size_t len = span_find(s, '\\');

		buffer_add(out, span_head(s, len));
		s = span_skip(s, len + 1);
		/* What is behind it stands for itself, a backslash too. */
		buffer_add(out, span_head(s, 1));
		s = span_skip(s, 1);
	}
}
