/*
 * utf8.c - where one character of UTF-8 ends (RFC 3629).
 *
 * The first two bytes of a sequence tell whether it can be well-formed; the
 * table is that of RFC 3629 4.
 */
#include "config.h"

#include "rules/base/utf8.h"

static const struct utf8_form {
	unsigned char first, first_last;
	unsigned char second, second_last;
	unsigned length;
} form_table[] = {
	{ 0xc2, 0xdf, 0x80, 0xbf, 2 },
	{ 0xe0, 0xe0, 0xa0, 0xbf, 3 },
	{ 0xe1, 0xec, 0x80, 0xbf, 3 },
	{ 0xed, 0xed, 0x80, 0x9f, 3 },
	{ 0xee, 0xef, 0x80, 0xbf, 3 },
	{ 0xf0, 0xf0, 0x90, 0xbf, 4 },
	{ 0xf1, 0xf3, 0x80, 0xbf, 4 },
	{ 0xf4, 0xf4, 0x80, 0x8f, 4 },
};

#define FORMS (sizeof form_table / sizeof form_table[0])

static bool
has_form(struct span s, const struct utf8_form *f)
{
	unsigned char second;
	size_t i;

	if (s.len < f->length)
		return false;
	second = (unsigned char)s.ptr[1];
	if (second < f->second || second > f->second_last)
		return false;
	for (i = 2; i < f->length; i++)
		if (!utf8_is_continuation(s.ptr[i]))
			return false;
	return true;
}

size_t
utf8_length(struct span s)
{
	unsigned char first = (unsigned char)s.ptr[0];
	size_t i;

	if (first < 0x80)
		return 1;
	for (i = 0; i < FORMS; i++)
		if (first >= form_table[i].first &&
		    first <= form_table[i].first_last)
			return has_form(s, &form_table[i]) ?
			    form_table[i].length : 0;
	return 0;
}

uint32_t
utf8_decode(struct span s)
{
	size_t length = utf8_length(s), i;
	uint32_t u = (unsigned char)s.ptr[0];

	if (length > 1)
		u &= 0xffu >> (length + 1);
	for (i = 1; i < length; i++)
		u = u << 6 | ((unsigned char)s.ptr[i] & 0x3f);
	return u;
}

size_t
utf8_encode(uint32_t u, char out[UTF8_MAX])
{
	size_t length = u < 0x80 ? 1 : u < 0x800 ? 2 : u < 0x10000 ? 3 : 4, i;

	for (i = length - 1; i > 0; i--) {
		out[i] = (char)(0x80 | (u & 0x3f));
		u >>= 6;
	}
	/* What tells the length: no bit of 1, or as many as there are bytes. */
	out[0] = (char)(u | (length > 1 ? 0xf00u >> length & 0xff : 0));
	return length;
}

struct span
utf8_head(struct span s, size_t max)
{
	size_t len = max;

	if (s.len <= max)
		return s;
	while (len > 0 && max - len < UTF8_MAX - 1 &&
	    utf8_is_continuation(s.ptr[len]))
		len--;
	return span_head(s, len);
}
