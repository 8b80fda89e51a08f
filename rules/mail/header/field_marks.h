/*
 * field_marks.h - the new text of a header field, each byte marked with how it
 * is to be written.
 */
#ifndef MILLGATE_FIELD_MARKS_H
#define MILLGATE_FIELD_MARKS_H

#include "rules/mail/header/field_pieces.h"
#include "rules/mail/header/field_text.h"

enum {
	MARK_PLAIN,		/* as it is */
	MARK_TAB,		/* a tab; its text is a space */
	MARK_ENCODE,		/* in an encoded word */
	MARK_KEPT,		/* by the bytes that it had */
	MARK_KIND = 3,		/* the bits of these */
	/* It touched an encoded word, and may again: behind it, before it. */
	MARK_TOUCHED_LEFT = 4,
	MARK_TOUCHED_RIGHT = 8,
};

/* Text that keeps the bytes of a whole piece. */
struct kept {
	size_t at;		/* in the text */
	size_t len;
	struct span raw;
	enum field_piece_kind kind;	/* FIELD_RAW or FIELD_WORDS */
};

struct marked {
	char *text;
	unsigned char *marks;		/* as many */
	size_t len;
	size_t room;
	struct kept *kept;		/* in order */
	size_t kept_count;
	size_t kept_room;
	struct arena *arena;
};

/*
 * Mark what RUNS say, made from the pieces P of the old text OLD; a blank at
 * either end goes unless it is to be encoded. -1: ARENA is exhausted.
 */
int field_marks_make(struct marked *m, const struct field_pieces *p,
    struct span old, const struct runs *runs, struct arena *arena);

static inline unsigned
mark_at(const struct marked *m, size_t i)
{
	return m->marks[i] & MARK_KIND;
}

/* Is byte I a blank between words? */
static inline bool
mark_is_gap(const struct marked *m, size_t i)
{
	return mark_at(m, i) == MARK_TAB ||
	    (mark_at(m, i) == MARK_PLAIN && m->text[i] == ' ');
}

#endif
