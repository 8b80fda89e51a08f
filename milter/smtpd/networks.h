/*
 * networks.h - a few networks, to be asked whether an address is in one.
 */
#ifndef MILLGATE_SMTPD_NETWORKS_H
#define MILLGATE_SMTPD_NETWORKS_H

#include "error.h"
#include "ip.h"

#define NETWORKS_MAX 64

/* Zeroed: none. */
struct networks {
	struct network {
		struct ip ip;
		unsigned bits;		/* that count */
	} at[NETWORKS_MAX];
	size_t count;
};

/* Add those of TEXT: addresses, or address/bits, divided by commas. -1: see
 * ERROR. */
int networks_add(struct networks *n, const char *text, struct error *error);

/* An ip of len 0 is in none. Pure; any thread. */
bool networks_have(const struct networks *n, const struct ip *ip);

/* Is IP an address that only this machine has: 127.0.0.0/8, ::1? */
bool networks_is_loopback(const struct ip *ip);

#endif
