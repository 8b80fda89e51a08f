/*
 * quoted.h - quoted strings and comments, RFC 5322 3.2.2 and 3.2.4.
 *
 * Pure; any thread.
 */
#ifndef MILLGATE_QUOTED_H
#define MILLGATE_QUOTED_H

#include "buffer.h"
#include "span.h"

/* Length of the quoted string that S begins with, quotes included; 0: it is
 * never closed. */
size_t quoted_len(struct span s);

/* The same for a comment. They nest, as deep as they like. */
size_t comment_len(struct span s);

/* Append what is inside of quotes or brackets, S, without its backslashes. */
void quoted_add(struct buffer *out, struct span s);

#endif
