/*
 * buffer.c - a growing run of bytes with a NUL always behind it.
 *
 * The memory doubles, so appending costs the same however it is cut up, and
 * there is always one byte more than `cap` counts, for the NUL.
 *
 * Failure: an append that would pass the limit, or for which the system has no
 * memory, writes nothing and sets `overflow`.
 */
#include "config.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "buffer.h"

#define FIRST_CAP 64

void
buffer_init(struct buffer *b, size_t limit)
{
	*b = (struct buffer){ .limit = limit };
}

/* Make room for MORE bytes and a NUL, or set `overflow` and return false. */
static bool
make_room(struct buffer *b, size_t more)
{
	size_t cap = b->cap > 0 ? b->cap : FIRST_CAP;
	size_t need;
	char *ptr;

	if (b->len > b->limit || more > b->limit - b->len)
		goto overflow;
	need = b->len + more;
	if (b->ptr != NULL && need <= b->cap)
		return true;
	while (cap < need)
		cap = cap <= SIZE_MAX / 2 ? cap * 2 : need;
	if (cap > b->limit)
		cap = b->limit;
	if (cap == SIZE_MAX)
		goto overflow;
	ptr = realloc(b->ptr, cap + 1);
	if (ptr == NULL)
		goto overflow;
	b->ptr = ptr;
	b->cap = cap;
	return true;

overflow:
	b->overflow = true;
	return false;
}

void
buffer_add(struct buffer *b, struct span s)
{
	if (s.len == 0 || !make_room(b, s.len))
		return;
	memcpy(b->ptr + b->len, s.ptr, s.len);
	b->len += s.len;
	b->ptr[b->len] = '\0';
}

void
buffer_add_char(struct buffer *b, char c)
{
	buffer_add(b, span_make(&c, 1));
}

void
buffer_add_text(struct buffer *b, const char *text)
{
	buffer_add(b, span_of(text));
}

void
buffer_addf(struct buffer *b, const char *format, ...)
{
	va_list ap;
	int len;

	va_start(ap, format);
	len = vsnprintf(NULL, 0, format, ap);
	va_end(ap);
	if (len < 0) {
		b->overflow = true;
		return;
	}
	if (!make_room(b, (size_t)len))
		return;
	va_start(ap, format);
	vsnprintf(b->ptr + b->len, (size_t)len + 1, format, ap);
	va_end(ap);
	b->len += (size_t)len;
}

struct span
buffer_span(const struct buffer *b)
{
	return span_make(b->ptr, b->len);
}

const char *
buffer_text(const struct buffer *b)
{
	return b->ptr != NULL ? b->ptr : "";
}

void
buffer_clear(struct buffer *b)
{
	b->len = 0;
	b->overflow = false;
	if (b->ptr != NULL)
		b->ptr[0] = '\0';
}

void
buffer_release(struct buffer *b)
{
	free(b->ptr);
	buffer_init(b, b->limit);
}
