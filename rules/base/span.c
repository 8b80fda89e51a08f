/*
 * span.c - comparing, searching and hashing borrowed bytes.
 *
 * Every function looks at a length before it looks at a pointer, so the empty
 * span may have any pointer, NULL included. Nothing here can fail.
 */
#include "config.h"

#include "span.h"

bool
span_equal(struct span a, struct span b)
{
	return a.len == b.len &&
	       (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

bool
span_equal_nocase(struct span a, struct span b)
{
	if (a.len != b.len)
		return false;
	for (size_t i = 0; i < a.len; i++)
		if (ascii_lower(a.ptr[i]) != ascii_lower(b.ptr[i]))
			return false;
	return true;
}

bool
span_is(struct span s, const char *text)
{
	return span_equal(s, span_of(text));
}

bool
span_starts_with(struct span s, struct span part)
{
	return span_equal(span_head(s, part.len), part);
}

bool
span_starts_with_nocase(struct span s, struct span part)
{
	return span_equal_nocase(span_head(s, part.len), part);
}

bool
span_ends_with(struct span s, struct span part)
{
	return part.len <= s.len &&
	       span_equal(span_skip(s, s.len - part.len), part);
}

size_t
span_find(struct span s, char c)
{
	const char *found = s.len > 0 ? memchr(s.ptr, c, s.len) : NULL;

	return found != NULL ? (size_t)(found - s.ptr) : s.len;
}

size_t
span_find_last(struct span s, char c)
{
	for (size_t i = s.len; i > 0; i--)
		if (s.ptr[i - 1] == c)
			return i - 1;
	return s.len;
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

struct span
span_trim(struct span s)
{
	while (s.len > 0 && is_blank(s.ptr[0]))
		s = span_skip(s, 1);
	while (s.len > 0 && is_blank(s.ptr[s.len - 1]))
		s = span_head(s, s.len - 1);
	return s;
}

int
ascii_hex_value(char c)
{
	char l = ascii_lower(c);

	if (l >= '0' && l <= '9')
		return l - '0';
	return l >= 'a' && l <= 'f' ? l - 'a' + 10 : -1;
}

int
span_hex_byte(struct span s)
{
	int high, low;

	if (s.len < 2)
		return -1;
	high = ascii_hex_value(s.ptr[0]);
	low = ascii_hex_value(s.ptr[1]);
	return high < 0 || low < 0 ? -1 : high << 4 | low;
}

/*
 * FNV-1a, begun at a point that KEY moves, and stirred once more at the end,
 * because FNV's low bits follow the last byte closely and tables take their low
 * bits.
 */
static inline unsigned long
hash(struct span s, unsigned long key, bool nocase)
{
	unsigned long long h = 0xcbf29ce484222325ULL ^ key;

	for (size_t i = 0; i < s.len; i++) {
		h ^= (unsigned char)(nocase ? ascii_lower(s.ptr[i]) :
		    s.ptr[i]);
		h *= 0x100000001b3ULL;
	}
	h ^= h >> 32;
	h *= 0x9e3779b97f4a7c15ULL;
	h ^= h >> 29;
	return (unsigned long)h;
}

unsigned long
span_hash_nocase(struct span s, unsigned long key)
{
	return hash(s, key, true);
}

unsigned long
span_hash(struct span s, unsigned long key)
{
	return hash(s, key, false);
}
