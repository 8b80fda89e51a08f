/*
 * network.c - addresses and networks by binary search.
 *
 * A network is a range of addresses. Networks nest or stand apart, so once the
 * ranges are sorted and those inside others are dropped, the only one that may
 * hold an address is the last that does not begin behind it.
 *
 * Failure: a wrong entry is an error, and what was meant is said where it can
 * be guessed; without memory the process exits, for this is load time.
 */
#include "config.h"

#include <stdlib.h>

#include "ip.h"
#include "rules/base/xmalloc.h"
#include "rules/match/network.h"

#define RANGES_MIN 16
#define ENTRY_SHOWN 80		/* bytes of an entry in a message */

/* IPv4 in its ::ffff:0:0/96 form (RFC 4291 2.5.5.2) has these before it. */
#define MAPPED_BITS 96

static int
range_compare(const void *a, const void *b)
{
	const struct range *x = a, *y = b;

	return memcmp(x->first, y->first, sizeof x->first);
}

static void
ranges_add(struct range_list *s, const struct range *r)
{
	if (s->count == s->cap) {
		s->cap = s->cap > 0 ? 2 * s->cap : RANGES_MIN;
		s->at = xreallocarray(s->at, s->cap, sizeof *s->at);
	}
	s->at[s->count++] = *r;
}

/* Sort, and keep one range of those that overlap. */
static void
ranges_merge(struct range_list *s)
{
	size_t kept = 0;

	if (s->count == 0)
		return;
	qsort(s->at, s->count, sizeof *s->at, range_compare);
	for (size_t i = 1; i < s->count; i++) {
		struct range *last = &s->at[kept];
		const struct range *next = &s->at[i];

		if (memcmp(next->first, last->last, sizeof last->last) > 0)
			s->at[++kept] = *next;
		else if (memcmp(next->last, last->last, sizeof last->last) > 0)
			memcpy(last->last, next->last, sizeof last->last);
	}
	s->count = kept + 1;
}

static bool
ranges_have(const struct range_list *s, const uint8_t address[16])
{
	size_t low = 0, high = s->count;

	/* Below low all begin at or before the address, from high on behind. */
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (memcmp(s->at[middle].first, address, 16) <= 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low > 0 && memcmp(address, s->at[low - 1].last, 16) <= 0;
}

/* The decimal number TEXT; -1 when it is not one of at most MAX. */
static int
bits_parse(struct span text, int max)
{
	int bits = 0;

	if (text.len == 0 || text.len > 3)
		return -1;
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] < '0' || text.ptr[i] > '9')
			return -1;
		bits = 10 * bits + (text.ptr[i] - '0');
	}
	return bits <= max ? bits : -1;
}

/* Read "ADDRESS" or "ADDRESS/BITS" into IP and BITS, the mask's length. */
static int
network_parse(struct span entry, struct ip *ip, int *bits, struct error *error)
{
	size_t slash = span_find(entry, '/');
	struct span address = span_head(entry, slash);
	int before, shown = (int)span_head(entry, ENTRY_SHOWN).len;

	if (ip_parse(address, ip) < 0)
		return error_set(error, "'%.*s' is not an IP address or "
		    "network, such as 192.0.2.1 or 2001:db8::/32", shown,
		    entry.ptr);
	*bits = 8 * ip->len;
	if (slash == entry.len)
		return 0;

	before = ip->len == 4 && span_find(address, ':') < address.len ?
	    MAPPED_BITS : 0;
	*bits = bits_parse(span_skip(entry, slash + 1), before + *bits);
	*bits -= before;
	if (*bits < 0)
		return error_set(error, "'%.*s' has no mask of %d to %d bits "
		    "behind its '/'", shown, entry.ptr, before,
		    before + 8 * ip->len);
	return 0;
}

/* First and last address of the network of IP whose mask has BITS bits. */
static struct range
network_range(const struct ip *ip, int bits)
{
	struct range r = { { 0 }, { 0 } };

	for (int i = 0; i < ip->len; i++) {
		int left = bits - 8 * i;
		int ones = left >= 8 ? 8 : left > 0 ? left : 0;
		uint8_t mask = (uint8_t)(0xff00 >> ones);

		r.first[i] = ip->bytes[i] & mask;
		r.last[i] = r.first[i] | (uint8_t)~mask;
	}
	return r;
}

int
network_set_add(struct network_set *s, struct span entry, struct error *error)
{
	struct ip ip = { { 0 }, 0 };
	struct range r;
	int bits = 0;

	if (network_parse(entry, &ip, &bits, error) < 0)
		return -1;
	r = network_range(&ip, bits);
	if (memcmp(r.first, ip.bytes, ip.len) != 0) {
		char network[IP_TEXT_MAX];

		memcpy(ip.bytes, r.first, ip.len);
		ip_format(&ip, network);
		return error_set(error, "%.*s has bits set beyond its mask; "
		    "did you mean %s/%d?",
		    (int)span_head(entry, ENTRY_SHOWN).len, entry.ptr, network,
		    bits);
	}
	ranges_add(ip.len == 4 ? &s->ipv4 : &s->ipv6, &r);
	return 0;
}

void
network_set_seal(struct network_set *s)
{
	ranges_merge(&s->ipv4);
	ranges_merge(&s->ipv6);
}

bool
network_set_has(const struct network_set *s, const struct ip *ip)
{
	uint8_t address[16] = { 0 };

	if (ip->len == 0)
		return false;
	memcpy(address, ip->bytes, ip->len);
	return ranges_have(ip->len == 4 ? &s->ipv4 : &s->ipv6, address);
}

void
network_set_release(struct network_set *s)
{
	free(s->ipv4.at);
	free(s->ipv6.at);
	*s = (struct network_set){ { NULL, 0, 0 }, { NULL, 0, 0 } };
}
