/*
 * word_finder.h - find the encoded words of RFC 2047 in a field.
 *
 * As readers do, and not only as the RFC allows: a word may touch what is
 * beside it, may be longer than 75 bytes and have blanks in it. A finder
 * remembers how far it has looked, so that to ask of each place of a text takes
 * no longer than to read it once. Pure; one thread.
 */
#ifndef MILLGATE_WORD_FINDER_H
#define MILLGATE_WORD_FINDER_H

#include <stdbool.h>

#include "span.h"

struct word_finder {
	struct span text;
	/* Private: the next place of each, SIZE_MAX before the first look. */
	size_t end;		/* "?=" */
	size_t blank;
	size_t nested;		/* a blank and "=?" */
};

/* =?charset*language?encoding?payload?= */
struct found_word {
	struct span charset;
	struct span payload;
	char encoding;		/* 'B' or 'Q' */
	bool has_blank;		/* in the payload */
	size_t end;		/* the offset behind it */
};

void word_finder_init(struct word_finder *f, struct span text);

/* Is there one at offset AT? Questions ask from the left to the right. */
bool word_finder_at(struct word_finder *f, size_t at, struct found_word *w);

/* Offset of the next "=?" not before AT; the length of the text: there is
 * none. */
size_t word_finder_next(const struct word_finder *f, size_t at);

#endif
