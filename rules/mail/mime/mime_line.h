/*
 * mime_line.h - the lines of a body.
 *
 * A line ends in CRLF or LF; a CR alone ends none (RFC 5322 2.1). All of this
 * goes over a body at the speed of memory. Pure; any thread.
 */
#ifndef MILLGATE_MIME_LINE_H
#define MILLGATE_MIME_LINE_H

#include <stdint.h>

#include "span.h"

#define MIME_LINE_MAX 998	/* RFC 5322 2.1.1, without the line end */

/*
 * Take the next line of BODY, which begins at *AT: LINE is it without its line
 * end, *AT becomes the beginning of the one behind it. False: there is none.
 */
static inline bool
mime_line_take(struct span body, size_t *at, struct span *line)
{
	struct span rest = span_skip(body, *at);

	if (rest.len == 0)
		return false;
	*line = span_head(rest, span_find(rest, '\n'));
	*at += line->len < rest.len ? line->len + 1 : line->len;
	if (line->len > 0 && line->ptr[line->len - 1] == '\r')
		line->len--;
	return true;
}

/* The length of the line end, if any, that S ends in. */
static inline size_t
mime_line_end(struct span s)
{
	if (s.len == 0 || s.ptr[s.len - 1] != '\n')
		return 0;
	return s.len > 1 && s.ptr[s.len - 2] == '\r' ? 2 : 1;
}

/* Write LF for each CRLF in the LEN bytes at TEXT; returns how many are left. */
size_t mime_lines_to_lf(char *text, size_t len);

/* Bits of enum mime_defect: NUL, bare CR, bare LF and long lines in BODY. */
uint64_t mime_line_defects(struct span body);

/* Is a byte above 127 in S? */
bool mime_line_eight_bit(struct span s);

#endif
