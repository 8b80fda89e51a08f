/*
 * network.h - a set of addresses and networks, as ranges with values.
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
	uint32_t value;		/* where its value is in the pool */
	uint32_t value_len;
};

struct range_list {
	struct range *at;
	size_t count;
	size_t cap;
};

struct network_set {
	struct range_list ipv4;
	struct range_list ipv6;
	char *pool;		/* the values, one behind the other */
	size_t pool_len;
	size_t pool_cap;
};

/*
 * Add ADDRESS or ADDRESS/BITS with VALUE, which is copied and may be empty; -1
 * and ERROR when ENTRY is neither. Of equal networks the first one counts.
 */
int network_set_add(struct network_set *s, struct span entry,
    struct span value, struct error *error);

/* To be called once, after the last entry and before the first question. */
void network_set_seal(struct network_set *s);

/*
 * Is IP in one of the networks? An ip of len 0 never is. VALUE, unless NULL, is
 * that of the smallest network that holds it, and belongs to S. Any thread.
 */
bool network_set_find(const struct network_set *s, const struct ip *ip,
    struct span *value);

void network_set_release(struct network_set *s);

#endif
