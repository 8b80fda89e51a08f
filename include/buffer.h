/*
 * buffer.h - bytes that grow while they are written.
 *
 * A buffer is for building one thing: a log line, a reply, a packet. It never
 * passes its limit: what would not fit is left out whole, and `overflow` is set
 * until the buffer is cleared, so that a caller may write much and ask once.
 * A buffer belongs to one thread at a time.
 */
#ifndef MILLGATE_BUFFER_H
#define MILLGATE_BUFFER_H

#include "span.h"

struct buffer {
	char *ptr;		/* owned; NULL before the first byte */
	size_t len;
	size_t cap;
	size_t limit;		/* most bytes it may hold */
	bool overflow;		/* something was left out */
};

/* Make B empty; it takes no memory before the first byte. */
void buffer_init(struct buffer *b, size_t limit);

/* Append bytes; on overflow nothing of this call is written. */
void buffer_add(struct buffer *b, struct span s);
void buffer_add_char(struct buffer *b, char c);
void buffer_add_text(struct buffer *b, const char *text);

/* Append as printf does. FORMAT is ours, never from outside. */
void buffer_addf(struct buffer *b, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* What has been written; valid until the next write, clear or release. */
struct span buffer_span(const struct buffer *b);

/*
 * The same as a C string: a NUL is kept behind the last byte, which len does
 * not count. Never NULL; "" for an empty buffer.
 */
const char *buffer_text(const struct buffer *b);

/* Empty it and keep the memory. */
void buffer_clear(struct buffer *b);

/* Free the memory. A released or zeroed buffer may be released again. */
void buffer_release(struct buffer *b);

#endif
