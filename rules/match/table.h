/*
 * table.h - named sets of names, addresses, or networks.
 *
 * A text table finds by hash, a cidr table by binary search over sorted,
 * merged ranges. Built at load time, then sealed, immutable and shared by all
 * threads; finding allocates nothing.
 *
 *	entry		as a name			as an address
 *	example.com	example.com itself		anybody there
 *	.example.com	every subdomain of it		anybody at a subdomain
 *	joe@		-				joe at any domain
 *	joe@x.org	-				that mailbox
 */
#ifndef MILLGATE_TABLE_H
#define MILLGATE_TABLE_H

#include "error.h"
#include "event.h"
#include "span.h"

enum table_type {
	TABLE_TEXT,
	TABLE_CIDR,
};

struct table;

/* An empty table. Allocates or exits (load time). */
struct table *table_new(enum table_type type);
void table_free(struct table *t);

/*
 * Add an entry, which is copied. -1 and ERROR when it is not one of this type:
 * empty text, or for cidr anything but ADDRESS or ADDRESS/BITS, or a network
 * with bits set beyond its mask (the message then gives the network meant).
 */
int table_add(struct table *t, struct span entry, struct error *error);

/* No more entries will come. Must be called before the first question. */
void table_seal(struct table *t);

enum table_type table_type(const struct table *t);
size_t table_count(const struct table *t);

/* Is NAME, a host name or any other text, in text table T? */
bool table_has_name(const struct table *t, struct span name);

/* Is ADDRESS (local@domain, or "<>") in text table T? */
bool table_has_address(const struct table *t, struct span address);

/* Is IP in cidr table T? An ip of len 0 never is. */
bool table_has_ip(const struct table *t, const struct ip *ip);

#endif
