/*
 * smtp_reply.h - SMTP replies as text, and when two of them agree.
 *
 * Pure; any thread.
 */
#ifndef MILLGATE_SMTP_REPLY_H
#define MILLGATE_SMTP_REPLY_H

#include "buffer.h"
#include "verdict.h"

/*
 * The one reply in TEXT, lines as SMTP has them (RFC 5321 4.2.1): its code, the
 * status of RFC 3463 if it begins with one, and the text. Its lines, divided by
 * LF, are put into SCRATCH, which must live as long as the result. Code 0:
 * TEXT is no reply.
 */
struct reply smtp_reply_read(struct span text, struct buffer *scratch);

/* 5xx and 4xx are refusals; 2xx and 3xx are not, nor is code 0. */
bool smtp_reply_refuses(unsigned code);

/* Do the first digits differ? */
bool smtp_reply_other_class(unsigned a, unsigned b);

/*
 * Is GOT what WANT says? The code must be the same, and of a status and a text
 * what WANT gives; but the words behind 2xx and 3xx are the MTA's own.
 */
bool smtp_reply_agrees(const struct reply *want, const struct reply *got);

/*
 * GOT as far as one must read it to see how it differs from WANT; "no reply"
 * for code 0. Appended to OUT.
 */
void smtp_reply_show(const struct reply *got, const struct reply *want,
    struct buffer *out);

/*
 * The lines of a session file that say GOT where WANT is said now, "S: " before
 * and LF behind each. Appended to OUT.
 */
void smtp_reply_lines(const struct reply *got, const struct reply *want,
    struct buffer *out);

#endif
