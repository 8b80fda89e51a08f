/*
 * fuzz_auth_results.c - any bytes as an Authentication-Results field.
 *
 * What is read must be words of the field, in its order, none of which stands
 * in a comment or in quotes.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "rules/mail/auth_results.h"
#include "tests/fuzz/fuzz.h"

static void
promise(bool kept)
{
	if (!kept)
		abort();
}

static bool
is_word(struct span s)
{
	for (size_t i = 0; i < s.len; i++)
		if (memchr(" \t\r\n()\";=/.", s.ptr[i], 11) != NULL ||
		    s.ptr[i] == '\0')
			return false;
	return s.len > 0;
}

/* Is nothing open, no comment and no quotes, before offset AT of VALUE? */
static bool
is_bare(struct span value, size_t at)
{
	size_t depth = 0;
	bool quoted = false;

	for (size_t i = 0; i < at; i++) {
		char c = value.ptr[i];

		if (c == '\\' && (quoted || depth > 0))
			i++;
		else if (c == '"' && depth == 0)
			quoted = !quoted;
		else if (c == '(' && !quoted)
			depth++;
		else if (c == ')' && depth > 0 && !quoted)
			depth--;
		if (i >= at)
			return false;
	}
	return depth == 0 && !quoted;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span value = span_make((const char *)data, size);
	struct span authserv, method, result;
	struct auth_results r;
	const char *behind = value.ptr;
	size_t count = 0;

	if (!auth_results_begin(&r, value, &authserv))
		return 0;
	promise(authserv.len > 0 && authserv.len <= size &&
	    authserv.ptr >= value.ptr);
	while (auth_results_next(&r, &method, &result)) {
		promise(is_word(method) && is_word(result));
		promise(method.ptr > behind &&
		    result.ptr > method.ptr + method.len);
		behind = result.ptr + result.len;
		promise(behind <= value.ptr + value.len);
		promise(is_bare(value, (size_t)(method.ptr - value.ptr)));
		promise(is_bare(value, (size_t)(result.ptr - value.ptr)));
		promise(++count <= size / 4);
	}
	promise(!auth_results_next(&r, &method, &result));
	return 0;
}
