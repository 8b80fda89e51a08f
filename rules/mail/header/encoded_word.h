/*
 * encoded_word.h - text as words of RFC 2047: =?UTF-8?Q?f=C3=BCr?=
 *
 * Bytes that are no UTF-8 become U+FFFD, control characters become spaces.
 * Pure; any thread.
 */
#ifndef MILLGATE_ENCODED_WORD_H
#define MILLGATE_ENCODED_WORD_H

#include "span.h"

#define ENCODED_WORD_MAX 75	/* RFC 2047 2 */

/* The least room for one word: its frame and a character of four bytes in Q. */
#define ENCODED_WORD_MIN 24

/* A byte that becomes a space: the space, a control character, DEL. */
static inline bool
is_gap(char c)
{
	return (unsigned char)c <= ' ' || c == 0x7f;
}

/*
 * Remove the first character from TEXT, which is not empty; returns it as words
 * hold it, in TEXT or static storage.
 */
struct span encoded_word_char(struct span *text);

/* Length of the gaps, and of what is none, that S begins with. */
static inline size_t
gaps_len(struct span s)
{
	size_t n = 0;

	while (n < s.len && is_gap(s.ptr[n]))
		n++;
	return n;
}

static inline size_t
word_len(struct span s)
{
	size_t n = 0;

	while (n < s.len && !is_gap(s.ptr[n]))
		n++;
	return n;
}

/* The encoding, 'Q' or 'B', in which TEXT is shorter. */
char encoded_word_choose(struct span text);

/*
 * Write into OUT one word of at most ROOM bytes, ENCODED_WORD_MIN to
 * ENCODED_WORD_MAX, and remove from TEXT what it holds: as much as fits, whole
 * characters, at least one. TEXT is not empty. Returns how long the word is; no
 * NUL is added.
 */
size_t encoded_word_take(struct span *text, char encoding, size_t room,
    char out[ENCODED_WORD_MAX]);

#endif
