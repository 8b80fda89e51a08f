/*
 * network.h - a set of addresses and networks, as ranges.
 *
 * Built, then sealed, then only asked. Zeroed is empty. Used by tables.
 */
#ifndef MILLGATE_NETWORK_H
#define MILLGATE_NETWORK_H

#include "error.h"
#include "event.h"
#include "span.h"

/* Both ends included. An IPv4 address is four bytes and twelve zeros. */
struct range {
	uint8_t first[16];
	uint8_t last[16];
};

struct range_list {
	struct range *at;
	size_t count;
	size_t cap;
};

struct network_set {
	struct range_list ipv4;
	struct range_list ipv6;
};

/* Add ADDRESS or ADDRESS/BITS; -1 and ERROR when ENTRY is neither. */
int network_set_add(struct network_set *s, struct span entry,
    struct error *error);

/* To be called once, after the last entry and before the first question. */
void network_set_seal(struct network_set *s);

/* Is IP in one of the networks? An ip of len 0 never is. Any thread. */
bool network_set_has(const struct network_set *s, const struct ip *ip);

void network_set_release(struct network_set *s);

#endif
