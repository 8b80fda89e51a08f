/*
 * table.h - named sets of names, addresses, or networks, with values.
 *
 * A text table finds by hash, a cidr table by binary search over sorted ranges.
 * What is most specific counts: the mailbox before the domain, the longer name
 * before the shorter, the smaller network before the one around it. Built at
 * load time, then sealed, immutable and shared by all threads; finding
 * allocates nothing.
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
 * Add an entry and its right-hand side VALUE, which may be empty; both are
 * copied. Of equal entries the first one counts. -1 and ERROR when it is not
 * one of this type: empty text, or for cidr anything but ADDRESS or
 * ADDRESS/BITS, or a network with bits set beyond its mask (the message then
 * gives the network meant).
 */
int table_add(struct table *t, struct span entry, struct span value,
    struct error *error);

/* No more entries will come. Must be called before the first question. */
void table_seal(struct table *t);

enum table_type table_type(const struct table *t);
size_t table_count(const struct table *t);

/* Has an entry a right-hand side? */
bool table_has_values(const struct table *t);

/*
 * Is it there? VALUE, unless NULL, is then the entry's right-hand side, empty
 * when it has none; it lives as long as T. NAME is a host name or any other
 * text, ADDRESS local@domain or "<>"; both of text tables. IP is of cidr
 * tables; one of len 0 never is there.
 */
bool table_find_name(const struct table *t, struct span name,
    struct span *value);
bool table_find_address(const struct table *t, struct span address,
    struct span *value);
bool table_find_ip(const struct table *t, const struct ip *ip,
    struct span *value);

#endif
