/*
 * ip.h - IPv4 and IPv6 addresses, to and from text.
 *
 * IPv6 text is that of RFC 5952. Pure; any thread.
 */
#ifndef MILLGATE_IP_H
#define MILLGATE_IP_H

#include <stdint.h>

#include "span.h"

/* An IPv4 (4 bytes) or IPv6 (16 bytes) address in network order; 0: none. */
struct ip {
	uint8_t bytes[16];
	uint8_t len;
};

#define IP_TEXT_MAX 46		/* INET6_ADDRSTRLEN, NUL included */

/*
 * Read an address; "IPv6:" before it (RFC 5321 4.1.3) and an IPv4 address
 * mapped into IPv6 are understood. -1 when TEXT is not one.
 */
int ip_parse(struct span text, struct ip *ip);

/* Make an IPv4 address mapped into IPv6 (RFC 4291 2.5.5.2) plain IPv4. */
void ip_unmap(struct ip *ip);

/* Write IP into OUT as text; "" when its len is 0. */
void ip_format(const struct ip *ip, char out[IP_TEXT_MAX]);

#endif
