/*
 * field_pieces.h - a header field's value, divided where its bytes and its
 * decoded text can be divided together.
 */
#ifndef MILLGATE_FIELD_PIECES_H
#define MILLGATE_FIELD_PIECES_H

#include "arena.h"
#include "rules/mail/decode/decode.h"

enum field_piece_kind {
	FIELD_PLAIN,	/* printable ASCII and blanks: each byte is its text,
			 * but that a control character is a space */
	FIELD_RAW,	/* a word with bytes above 127 */
	FIELD_WORDS,	/* encoded words and the blanks between them, or what
			 * looks like one; its text was never meant as syntax */
};

struct field_piece {
	enum field_piece_kind kind;
	struct span raw;	/* of the value */
	struct span text;	/* of the decoded text */
};

/* A field of more pieces is taken as one. */
#define FIELD_PIECES_MAX 1000

struct field_pieces {
	struct field_piece *at;
	size_t count;
	size_t room;
};

/*
 * Divide VALUE (unfolded), whose decoded text is TEXT, as decode_header() gives
 * it. All bytes of both are in the pieces, in order; none is cut inside of a
 * character. What decodes to something else when it is divided is one piece, of
 * FIELD_WORDS if it may hold an encoded word. -1: ARENA is exhausted.
 */
int field_pieces_read(struct field_pieces *p, struct span value,
    struct span text, struct arena *arena);

/* May there be an encoded word in BYTES? */
bool field_looks_encoded(struct span bytes);

#endif
