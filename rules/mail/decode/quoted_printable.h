/*
 * quoted_printable.h - text in quoted-printable, RFC 2045 6.7.
 *
 * GMime's own writes lines of 79 bytes where a CR stands alone. Pure; any
 * thread.
 */
#ifndef MILLGATE_QUOTED_PRINTABLE_H
#define MILLGATE_QUOTED_PRINTABLE_H

#include "buffer.h"
#include "span.h"

/*
 * Append TEXT encoded: lines end in CRLF, have at most 76 bytes and no blank at
 * their end. An LF in TEXT is a line end, as is CRLF; a CR alone is not.
 */
void quoted_printable_add(struct buffer *out, struct span text);

#endif
