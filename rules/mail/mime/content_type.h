/*
 * content_type.h - a Content-Type field that is to name another charset.
 */
#ifndef MILLGATE_CONTENT_TYPE_H
#define MILLGATE_CONTENT_TYPE_H

#include "buffer.h"
#include "span.h"

#define CONTENT_TYPE_MAX 900	/* of a longer one only the type is kept */

/*
 * Append to OUT the value VALUE (as it stands, perhaps folded) of a
 * Content-Type field, whose media type is TYPE, with CHARSET for what charset
 * it names. All other parameters stay as they are, unless no such field may
 * have them. BLANK, a blank or a fold, stands before it.
 */
void content_type_set(struct buffer *out, struct span value, struct span type,
    struct span charset, const char *blank);

/* Are lines that end in a blank to be joined with the next: RFC 3676? */
bool content_type_is_flowed(struct span value);

#endif
