/*
 * ip.c - IPv4 and IPv6 addresses to and from text.
 *
 * inet_pton() and inet_ntop() of the C library do the work; POSIX fixes the
 * first, and glibc and the BSDs write IPv6 as RFC 5952 asks. What is added is
 * SMTP's "IPv6:" tag and one form for an address mapped into IPv6.
 *
 * Failure: ip_parse() returns -1 and leaves *ip alone.
 */
#include "config.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include "ip.h"

_Static_assert(IP_TEXT_MAX == INET6_ADDRSTRLEN, "room for any address");

/* RFC 4291 2.5.5.2: ten zero bytes, two of ones, then the IPv4 address. */
static const uint8_t mapped_prefix[12] = { [10] = 0xff, [11] = 0xff };

int
ip_parse(struct span text, struct ip *ip)
{
	static const char tag[] = "IPv6:";
	char buf[IP_TEXT_MAX];
	uint8_t bytes[16];
	bool tagged;

	tagged = span_starts_with_nocase(text, span_of(tag));
	if (tagged)
		text = span_skip(text, sizeof tag - 1);
	/* A NUL would hide what is behind it from inet_pton(). */
	if (text.len == 0 || text.len >= sizeof buf ||
	    span_find(text, '\0') < text.len)
		return -1;
	memcpy(buf, text.ptr, text.len);
	buf[text.len] = '\0';

	if (!tagged && inet_pton(AF_INET, buf, bytes) == 1) {
		*ip = (struct ip){ .len = 4 };
		memcpy(ip->bytes, bytes, 4);
		return 0;
	}
	if (inet_pton(AF_INET6, buf, bytes) != 1)
		return -1;
	*ip = (struct ip){ .len = 16 };
	memcpy(ip->bytes, bytes, 16);
	ip_unmap(ip);
	return 0;
}

void
ip_unmap(struct ip *ip)
{
	struct ip plain = { .len = 4 };

	if (ip->len != 16 ||
	    memcmp(ip->bytes, mapped_prefix, sizeof mapped_prefix) != 0)
		return;
	memcpy(plain.bytes, ip->bytes + sizeof mapped_prefix, 4);
	*ip = plain;
}

void
ip_format(const struct ip *ip, char out[IP_TEXT_MAX])
{
	int family = ip->len == 4 ? AF_INET : AF_INET6;

	if (ip->len == 0 ||
	    inet_ntop(family, ip->bytes, out, IP_TEXT_MAX) == NULL)
		out[0] = '\0';
}
