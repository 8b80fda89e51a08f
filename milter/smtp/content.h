/*
 * content.h - the bytes of a message on their way in.
 */
#ifndef MILLGATE_SMTP_CONTENT_H
#define MILLGATE_SMTP_CONTENT_H

#include "milter/smtp/session.h"

/* Begin the content of a message, with DATA's dots or without them. */
void content_begin(struct smtp_session *s, bool stuffed);

enum content_result {
	CONTENT_MORE,		/* all was taken, the message goes on */
	CONTENT_END,		/* the final dot of DATA; BYTES goes on */
	CONTENT_BARE_LF,	/* it has what is not allowed in it */
	CONTENT_BARE_CR,
};

/* Take BYTES off, up to the end of the content. */
enum content_result content_take(struct smtp_session *s, struct span *bytes);

/*
 * The content of a message that came in chunks is complete: end its last line,
 * as Postfix does.
 */
enum content_result content_finish(struct smtp_session *s);

/*
 * Show the message, which is complete, to the sinks, hand it over if nobody is
 * against it, and tell the client what became of it. The transaction is over
 * then.
 */
void smtp_end_of_message(struct smtp_session *s, struct buffer *out);

/* The last part of that: RESULT is what became of the delivery. */
void smtp_end_delivery(struct smtp_session *s, enum smtp_delivery result,
    struct buffer *out);

/* content_take() or content_finish() found what must not be: say so, close. */
void content_refuse(struct smtp_session *s, enum content_result result,
    struct buffer *out);

/* Bytes of a chunk; the final one answers. */
void chunk_take(struct smtp_session *s, struct span *bytes,
    struct buffer *out);

#endif
