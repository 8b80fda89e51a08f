/*
 * networks.c - a few networks, to be asked whether an address is in one.
 *
 * Failure: what is no network is an error of whoever wrote it.
 */
#include "config.h"

#include "milter/smtpd/networks.h"

/* Decimal digits of TEXT, at most MOST. -1: it is no such number. */
static int
read_bits(struct span text, unsigned most, unsigned *bits)
{
	unsigned value = 0;

	if (text.len == 0 || text.len > 3)
		return -1;
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] < '0' || text.ptr[i] > '9')
			return -1;
		value = value * 10 + (unsigned)(text.ptr[i] - '0');
	}
	*bits = value;
	return value <= most ? 0 : -1;
}

/* Are the first BITS bits of both the same? */
static bool
same_head(const struct ip *a, const struct ip *b, unsigned bits)
{
	size_t whole = bits / 8;
	unsigned rest = bits % 8;

	if (memcmp(a->bytes, b->bytes, whole) != 0)
		return false;
	return rest == 0 ||
	    (a->bytes[whole] ^ b->bytes[whole]) >> (8 - rest) == 0;
}

static int
add_one(struct networks *n, struct span text, struct error *error)
{
	struct network network = { .bits = 0 };
	size_t slash = span_find(text, '/');

	if (n->count == NETWORKS_MAX)
		return error_set(error, "more than %d networks", NETWORKS_MAX);
	if (ip_parse(span_head(text, slash), &network.ip) < 0)
		return error_set(error, "'%.*s' is not an address or "
		    "ADDRESS/BITS", (int)text.len, text.ptr);
	network.bits = 8 * (unsigned)network.ip.len;
	if (slash < text.len && read_bits(span_skip(text, slash + 1),
	    network.bits, &network.bits) < 0)
		return error_set(error, "'%.*s': the bits of a network are a "
		    "number up to %u", (int)text.len, text.ptr,
		    8 * (unsigned)network.ip.len);
	n->at[n->count++] = network;
	return 0;
}

int
networks_add(struct networks *n, const char *text, struct error *error)
{
	struct span rest = span_of(text);

	for (;;) {
		size_t comma = span_find(rest, ',');

		if (add_one(n, span_head(rest, comma), error) < 0)
			return -1;
		if (comma == rest.len)
			return 0;
		rest = span_skip(rest, comma + 1);
	}
}

bool
networks_have(const struct networks *n, const struct ip *ip)
{
	for (size_t i = 0; i < n->count; i++)
		if (ip->len > 0 && n->at[i].ip.len == ip->len &&
		    same_head(&n->at[i].ip, ip, n->at[i].bits))
			return true;
	return false;
}

bool
networks_is_loopback(const struct ip *ip)
{
	static const struct ip loopback6 = { .len = 16, .bytes = { [15] = 1 } };

	if (ip->len == 4)
		return ip->bytes[0] == 127;
	return ip->len == 16 && same_head(ip, &loopback6, 128);
}
