/*
 * utf8.h - where one character of UTF-8 ends (RFC 3629), and how it is written.
 *
 * Text from outside need not be UTF-8, so the question is always asked of
 * bytes that may be none. Pure; any thread.
 */
#ifndef MILLGATE_UTF8_H
#define MILLGATE_UTF8_H

#include <stdint.h>

#include "span.h"

#define UTF8_MAX 4		/* bytes of a character */

/*
 * Length of the character that S, which is not empty, begins with; 0 when those
 * bytes are none: cut short, overlong, a surrogate, or beyond U+10FFFF.
 */
size_t utf8_length(struct span s);

/* The character that S begins with; utf8_length() must not be 0. */
uint32_t utf8_decode(struct span s);

/* Write U, no surrogate and at most U+10FFFF, into OUT; returns how many bytes
 * that takes. */
size_t utf8_encode(uint32_t u, char out[UTF8_MAX]);

/* Is C a byte inside a character? */
static inline bool
utf8_is_continuation(char c)
{
	return ((unsigned char)c & 0xc0) == 0x80;
}

/* S, or as much of it as MAX bytes hold without cutting a character. */
struct span utf8_head(struct span s, size_t max);

#endif
