/*
 * base64.h - RFC 4648 4, as AUTH uses it.
 */
#ifndef MILLGATE_SMTP_BASE64_H
#define MILLGATE_SMTP_BASE64_H

#include "buffer.h"

/*
 * Append what TEXT encodes to OUT. -1 when it is not base64 as it has to be:
 * whole groups of four, padded, no other characters, no bits left over. Pure
 * but for the buffer.
 */
int base64_decode(struct span text, struct buffer *out);

#endif
