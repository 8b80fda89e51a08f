/*
 * address.h - the two halves of an envelope address.
 *
 * The address is one that an event gives: no <>, no source route. A quoted
 * local part may hold an '@' (RFC 5321 4.1.2), so the last '@' outside quotes
 * divides. Pure; results point into the argument.
 */
#ifndef MILLGATE_ADDRESS_H
#define MILLGATE_ADDRESS_H

#include "buffer.h"
#include "span.h"

/* What is before the '@'; all of it when there is none; empty for "<>". */
struct span address_local(struct span address);

/* What is behind the '@'; empty when there is none, and for "<>". */
struct span address_domain(struct span address);

/*
 * ADDRESS as plainly as it can be written, for rules to compare: its local part
 * without quotes and backslashes that it does not need (RFC 5321 4.1.2: they
 * mean nothing), its domain without a final dot. OUT is cleared and holds the
 * result; what does not fit into it stays as it is.
 */
struct span address_plain(struct buffer *out, struct span address);

#endif
