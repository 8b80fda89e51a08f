/*
 * field_text.h - write a header field's value for a new text, with as little
 * changed as can be.
 *
 * What of the text is as it was keeps its bytes, as far as whole encoded words
 * allow. All else is written anew: words that are not ASCII as RFC 2047 encoded
 * words in UTF-8; and also what came out of an encoded word, or stands in the
 * place of such text, whatever it is: `"Smith, J."` that was one name so never
 * becomes two addresses.
 */
#ifndef MILLGATE_FIELD_TEXT_H
#define MILLGATE_FIELD_TEXT_H

#include "arena.h"
#include "buffer.h"
#include "span.h"

/* A stretch of the new text; a text is made of such in order. */
struct text_run {
	struct span text;	/* any bytes */
	bool copied;		/* it is these bytes of the old text; … */
	size_t from;		/* … else it takes their place */
	size_t to;
};

struct runs {
	struct text_run *at;
	size_t count;
	size_t room;
};

/*
 * Append to OUT, as header_text_add() does, the value of a field whose name has
 * NAME_LEN bytes and whose text is made of RUNS. VALUE (unfolded) is what it
 * had, OLD the decoded text of that. In *TEXT is then what decode_header()
 * gives for the new value: what RUNS say, without blanks at its ends, spaces
 * for control characters and U+FFFD for what is no UTF-8. False: OUT has
 * no room for it, or ARENA, where the text is, is exhausted; OUT is as it was.
 */
bool field_text_write(struct span value, struct span old,
    const struct runs *runs, size_t name_len, struct arena *arena,
    struct buffer *out, struct span *text);

#endif
