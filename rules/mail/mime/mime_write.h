/*
 * mime_write.h - a message's body with some of its parts changed.
 *
 * All bytes that need not change stay: those of all other parts, of delimiters,
 * of header fields that say nothing about what changed.
 */
#ifndef MILLGATE_MIME_WRITE_H
#define MILLGATE_MIME_WRITE_H

#include "rules/mail/mime/mime.h"

/* What a leaf is to become. */
struct mime_change {
	size_t part;
	struct span content;	/* in its transfer encoding */
	struct span charset;	/* for its Content-Type; ptr NULL: it stays */
	enum transfer transfer;	/* TRANSFER_NONE: it stays */
};

/*
 * Append the body of M, which is BODY, to OUT with CHANGES, of leaves with
 * another number each, in ascending order. What becomes of the message's own
 * header is the caller's business.
 */
void mime_write(const struct mime *m, struct span body,
    const struct mime_change *changes, size_t count, struct buffer *out);

/*
 * May CONTENT stand in part I: has it no line that begins with a boundary of
 * the multiparts around it?
 */
bool mime_may_hold(const struct mime *m, size_t i, struct span content);

/*
 * Does the header of part I, not of the message, say twice of what type or in
 * what encoding it is? Readers may then choose either.
 */
bool mime_is_ambiguous(const struct mime *m, size_t i);

/* Its name in a field: "base64"; not of TRANSFER_NONE and _UNKNOWN. */
const char *mime_transfer_name(enum transfer t);

/* The value, as it stands, of the first Content-Type of part I, not of the
 * message; ptr NULL: there is none. */
struct span mime_type_field(const struct mime *m, size_t i);

#endif
