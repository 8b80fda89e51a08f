/*
 * html_reference.c - character references in HTML.
 *
 * HTML knows over two thousand names. Those that are here stand for what a URL
 * is made of or divided by, or for what is not seen: what a sender could hide a
 * URL with.
 *
 * Failure: the arena is exhausted.
 */
#include "config.h"

#include <stdlib.h>

#include "rules/base/utf8.h"
#include "rules/mail/url/html_reference.h"

#define NAME_LONGEST 14

static const struct name {
	const char *name;
	uint32_t character;
	bool bare;		/* the semicolon may be missing */
} names[] = {
	/* In the order of strcmp(). */
	{ "AMP", '&', true },
	{ "GT", '>', true },
	{ "Hat", '^', false },
	{ "LT", '<', true },
	{ "NewLine", '\n', false },
	{ "NoBreak", 0x2060, false },
	{ "QUOT", '"', true },
	{ "Tab", '\t', false },
	{ "ZeroWidthSpace", 0x200b, false },
	{ "amp", '&', true },
	{ "apos", '\'', false },
	{ "ast", '*', false },
	{ "bsol", '\\', false },
	{ "colon", ':', false },
	{ "comma", ',', false },
	{ "commat", '@', false },
	{ "dollar", '$', false },
	{ "emsp", 0x2003, false },
	{ "ensp", 0x2002, false },
	{ "equals", '=', false },
	{ "excl", '!', false },
	{ "grave", '`', false },
	{ "gt", '>', true },
	{ "hellip", 0x2026, false },
	{ "laquo", 0xab, true },
	{ "lbrace", '{', false },
	{ "lbrack", '[', false },
	{ "lcub", '{', false },
	{ "lowbar", '_', false },
	{ "lpar", '(', false },
	{ "lsqb", '[', false },
	{ "lt", '<', true },
	{ "mdash", 0x2014, false },
	{ "nbsp", 0xa0, true },
	{ "ndash", 0x2013, false },
	{ "num", '#', false },
	{ "percnt", '%', false },
	{ "period", '.', false },
	{ "plus", '+', false },
	{ "quest", '?', false },
	{ "quot", '"', true },
	{ "raquo", 0xbb, true },
	{ "rbrace", '}', false },
	{ "rbrack", ']', false },
	{ "rcub", '}', false },
	{ "rpar", ')', false },
	{ "rsqb", ']', false },
	{ "semi", ';', false },
	{ "shy", 0xad, true },
	{ "sol", '/', false },
	{ "thinsp", 0x2009, false },
	{ "verbar", '|', false },
	{ "vert", '|', false },
	{ "zwj", 0x200d, false },
	{ "zwnj", 0x200c, false },
};

#define CHARACTER_MAX 0x10ffff
#define REPLACEMENT 0xfffd

static bool
is_alnum(char c)
{
	return (c >= '0' && c <= '9') ||
	    (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z');
}

static int
digit_of(char c, int base)
{
	c = ascii_lower(c);
	if (c >= '0' && c <= '9')
		return c - '0';
	return base == 16 && c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* What number S, behind "&#", gives; *LEN: its bytes, 0: it is none. */
static uint32_t
numbered(struct span s, size_t *len)
{
	bool hex = s.len > 0 && ascii_lower(s.ptr[0]) == 'x';
	int base = hex ? 16 : 10, digit;
	size_t i = hex, first = i;
	uint32_t c = 0;

	for (; i < s.len && (digit = digit_of(s.ptr[i], base)) >= 0; i++)
		if (c <= CHARACTER_MAX)
			c = c * (unsigned)base + (unsigned)digit;
	if (i == first) {
		*len = 0;
		return 0;
	}
	*len = i + (i < s.len && s.ptr[i] == ';');
	/* NUL, C1 controls, surrogates, and beyond Unicode. */
	if (c == 0 || (c >= 0x80 && c < 0xa0) || (c >= 0xd800 && c < 0xe000) ||
	    c > CHARACTER_MAX)
		return REPLACEMENT;
	return c;
}

static int
compare(const void *key, const void *row)
{
	const struct span *s = key;
	const char *name = ((const struct name *)row)->name;
	int order = strncmp(s->ptr, name, s->len);

	if (order != 0)
		return order;
	return name[s->len] == '\0' ? 0 : -1;
}

/* The same for a name, S being what is behind the '&'. */
static uint32_t
named(struct span s, bool in_attribute, size_t *len)
{
	const struct name *found = NULL;
	struct span name = { s.ptr, 0 };
	bool closed;

	*len = 0;
	while (name.len < s.len && name.len < NAME_LONGEST &&
	    is_alnum(s.ptr[name.len]))
		name.len++;
	closed = name.len < s.len && s.ptr[name.len] == ';';
	for (; name.len > 1 && found == NULL; name.len--) {
		found = bsearch(&name, names, sizeof names / sizeof names[0],
		    sizeof names[0], compare);
		if (found != NULL && !closed && !found->bare)
			found = NULL;
		if (found != NULL)
			break;
		closed = false;
	}
	/* HTML 13.2.5.73: "?a=1&lt=2" is no reference in an attribute. */
	if (found == NULL || (in_attribute && !closed && name.len < s.len &&
	    (s.ptr[name.len] == '=' || is_alnum(s.ptr[name.len]))))
		return 0;
	*len = name.len + closed;
	return found->character;
}

struct span
html_resolve(struct span s, bool in_attribute, struct arena *a)
{
	size_t n = 0, len;
	char *out;

	if (span_find(s, '&') == s.len)
		return s;
	out = arena_alloc(a, s.len);
	if (out == NULL)
		return span_make("", 0);
	while (s.len > 0) {
		struct span rest = span_skip(s, 1);
		uint32_t c = 0;

		len = 0;
		if (s.ptr[0] == '&' && rest.len > 0 && rest.ptr[0] == '#') {
			c = numbered(span_skip(rest, 1), &len);
			len += len > 0;
		} else if (s.ptr[0] == '&') {
			c = named(rest, in_attribute, &len);
		}
		if (len > 0)
			n += utf8_encode(c, out + n);
		else
			out[n++] = s.ptr[0];
		s = span_skip(rest, len);
	}
	return span_make(out, n);
}
