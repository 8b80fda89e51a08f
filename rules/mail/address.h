/*
 * address.h - the form of an envelope address, and its two halves.
 *
 * The address is one that an event gives: no <>, no source route. A quoted
 * local part may hold an '@' (RFC 5321 4.1.2), so the last '@' outside quotes
 * divides. Pure; results point into the argument.
 */
#ifndef MILLGATE_ADDRESS_H
#define MILLGATE_ADDRESS_H

#include <stdbool.h>

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

/* RFC 5321 4.5.3.1: 64 bytes of local part, '@', 255 of domain. */
#define ADDRESS_MAX 320

/*
 * Is ADDRESS fit to be given to an MTA as a sender or recipient: local@domain
 * of RFC 5321 4.1.2, in at most ADDRESS_MAX bytes, quoted local parts, address
 * literals and UTF-8 (RFC 6531 3.3) included? One whose local part begins with
 * '-' is not, for programs would take it as an option.
 */
bool address_is_valid(struct span address);

#endif
