/*
 * header_text.h - make any text safe as the value of a header field.
 *
 * Text from outside may hold anything; what comes out is always one field: no
 * CR, NUL or other control character, folds that continue the field, no line
 * over 998 bytes, and no byte above 127 (RFC 5322 2.1.1, 2.2; RFC 2047).
 */
#ifndef MILLGATE_HEADER_TEXT_H
#define MILLGATE_HEADER_TEXT_H

#include "buffer.h"
#include "span.h"

#define HEADER_TEXT_MAX 8192	/* bytes of TEXT; what is beyond is cut */
#define HEADER_NAME_MAX 76	/* so that name, colon and a word fit a line */

/*
 * Append to OUT the value made from TEXT for a field whose name has NAME_LEN
 * bytes. LF, CR, NUL and control characters become spaces. Words that are not
 * ASCII become RFC 2047 encoded words in UTF-8 (bytes that are no UTF-8 become
 * U+FFFD); the rest stays as it is. Lines are folded with "\n " where they
 * would pass 78 bytes and a blank allows it; a word too long for any line is
 * encoded, so that it can be. Returns false when TEXT was cut.
 */
bool header_text_add(struct buffer *out, size_t name_len, struct span text);

/* Is NAME a field name: 1 to HEADER_NAME_MAX of RFC 5322 ftext? */
bool header_name_is_valid(struct span name);

#endif
