/*
 * header_line.h - the value of a header field while it is written.
 *
 * A fold goes before a blank that is there anyway, so that unfolding gives the
 * value back (RFC 5322 2.2.3); lines are folded where they would pass 78 bytes,
 * or 76 with an encoded word on them (RFC 2047 2), and a blank allows it. One
 * thread.
 */
#ifndef MILLGATE_HEADER_LINE_H
#define MILLGATE_HEADER_LINE_H

#include "buffer.h"
#include "span.h"

/* A word or a run of blanks that is longer must be encoded. So a line is at
 * most a name of HEADER_NAME_MAX and ": ", or blanks, and a word: below the 998
 * bytes of RFC 5322 2.1.1. */
#define HEADER_WORD_MAX 900
#define HEADER_BLANKS_MAX 60

/* The line that is being written, at the end of OUT. */
struct header_line {
	struct buffer *out;
	size_t column;		/* bytes it has */
	size_t limit;		/* bytes it should have at most */
};

/* Begin behind the name, of NAME_LEN bytes, ':' and a space. */
void header_line_init(struct header_line *l, struct buffer *out,
    size_t name_len);

/* Write BLANKS, spaces and tabs, and WORD, which is not empty, as they are. */
void header_line_plain(struct header_line *l, struct span blanks,
    struct span word);

/*
 * Write TEXT, not empty, as encoded words; with a space before them when
 * DIVIDED is set, which a decoder drops between encoded words and keeps
 * elsewhere.
 */
void header_line_encoded(struct header_line *l, bool divided,
    struct span text);

#endif
