/*
 * decoded_text.h - put decoded text into a buffer that it may be too long for.
 *
 * As much is appended as there is room for, whole characters; then the buffer's
 * `overflow` is set, and nothing more goes in, so that text is cut once, at its
 * end. Pure otherwise; any thread.
 */
#ifndef MILLGATE_DECODED_TEXT_H
#define MILLGATE_DECODED_TEXT_H

#include <stdint.h>

#include "arena.h"
#include "buffer.h"
#include "span.h"

#define TEXT_UNREADABLE 0xfffd	/* U+FFFD, for what is no character */

/* A copy of S in A; an empty one, with no NULL ptr, when A is exhausted. */
struct span text_keep(struct arena *a, struct span s);

/* Append S, which is UTF-8. */
void text_add(struct buffer *out, struct span s);

/* Append character U, no surrogate and at most U+10FFFF. */
void text_add_char(struct buffer *out, uint32_t u);

/*
 * Append S with a space for each control character: C0, DEL, and C1, which
 * terminals obey. What is no UTF-8 in it stays.
 */
void text_add_printable(struct buffer *out, struct span s);

/* Offset of the first control character in S but the TAB, which folded lines
 * begin with; S.len: there is none. */
size_t text_find_control(struct span s);

#endif
