/*
 * regex_bytes.h - what of a regex takes a single byte: classes and escapes.
 *
 * A part of regex_shape.c, which see.
 */
#ifndef MILLGATE_REGEX_BYTES_H
#define MILLGATE_REGEX_BYTES_H

#include "arena.h"
#include "rules/load/regex_shape.h"

struct shape_reader {
	struct arena *arena;
	struct span text;
	size_t at;
	unsigned depth;
	bool characters;	/* REGEX_TEXT */
	bool nocase;
	bool spaced;		/* (?x): blanks and comments mean nothing */
	bool lost;		/* something is not understood */
};

/* The byte I places on; NUL behind the end. */
static inline char
shape_peek(const struct shape_reader *r, size_t i)
{
	return r->at + i < r->text.len ? r->text.ptr[r->at + i] : '\0';
}

static inline bool
shape_at_end(const struct shape_reader *r)
{
	return r->lost || r->at >= r->text.len;
}

/* Go on behind TEXT, if it is what comes next. */
bool shape_take(struct shape_reader *r, const char *text);

/*
 * The next byte, which is there, or the one that stands for the next character:
 * see regex_shape.h.
 */
unsigned char shape_next_byte(struct shape_reader *r);

/* Add the byte C; in both cases when case is ignored. */
void shape_add_byte(const struct shape_reader *r, struct byte_set *set,
    unsigned char c);

/* Add what LETTER stands for behind a backslash; false: it is no class. */
bool shape_add_class(struct byte_set *set, char letter);

/* The byte that an escape stands for, whose LETTER has been read. */
unsigned char shape_escaped_byte(struct shape_reader *r, char letter);

/* A class in brackets, whose '[' has been read. */
void shape_read_class(struct shape_reader *r, struct byte_set *set);

#endif
