/*
 * ip.h - IPv4 and IPv6 addresses to and from text.
 *
 * IPv6 text is that of RFC 5952. Pure; any thread.
 */
#ifndef MILLGATE_IP_H
#define MILLGATE_IP_H

#include "event.h"

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

/* Less than, equal to or greater than 0: IPv4 before IPv6, then by bytes. */
int ip_compare(const struct ip *a, const struct ip *b);

#endif
