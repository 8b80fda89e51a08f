/*
 * base64.c - RFC 4648 4, as AUTH uses it.
 *
 * Failure: what is not base64 decodes to nothing, so a client cannot mean one
 * secret with many texts.
 */
#include "config.h"

#include <stdint.h>

#include "milter/smtp/base64.h"

/* The six bits that C stands for; -1: it is none of the alphabet. */
static int
six_bits(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/* One group of four with PADS '=' at its end; -1: it is none. */
static int
decode_group(const char *group, size_t pads, struct buffer *out)
{
	uint32_t bits = 0;
	char bytes[3];

	for (size_t i = 0; i < 4; i++) {
		int six = i < 4 - pads ? six_bits(group[i]) : 0;

		if (six < 0)
			return -1;
		bits = bits << 6 | (uint32_t)six;
	}
	if ((bits & ((1u << 8 * pads) - 1)) != 0)
		return -1;
	bytes[0] = (char)(bits >> 16);
	bytes[1] = (char)(bits >> 8);
	bytes[2] = (char)bits;
	buffer_add(out, span_make(bytes, 3 - pads));
	return 0;
}

int
base64_decode(struct span text, struct buffer *out)
{
	size_t pads = 0;

	if (text.len % 4 != 0)
		return -1;
	while (pads < 2 && text.len > 0 && text.ptr[text.len - 1 - pads] == '=')
		pads++;
	for (; text.len > 4; text = span_skip(text, 4))
		if (decode_group(text.ptr, 0, out) < 0)
			return -1;
	return text.len == 0 ? 0 : decode_group(text.ptr, pads, out);
}
