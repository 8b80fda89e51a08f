/*
 * network.c - addresses and networks by binary search.
 *
 * A network is a range of addresses. Networks nest or stand apart. Sealing cuts
 * them into ranges that do not overlap, each with the value of the smallest
 * network that it lies in; so the only range that may hold an address is the
 * last that does not begin behind it.
 *
 * Failure: a wrong entry is an error, and what was meant is said where it can
 * be guessed; without memory the process exits, for this is load time.
 */
#include "config.h"

#include <assert.h>
#include <stdlib.h>

#include "ip.h"
#include "rules/base/xmalloc.h"
#include "rules/match/network.h"

#define RANGES_MIN 16
#define ENTRY_SHOWN 80		/* bytes of an entry in a message */
#define DEPTH_MAX 129		/* networks around an address: one a mask */

/* IPv4 in its ::ffff:0:0/96 form (RFC 4291 2.5.5.2) has these before it. */
#define MAPPED_BITS 96

/* Outer networks first; of equal ones, the first that was added. */
static int
range_compare(const void *a, const void *b)
{
	const struct range *x = a, *y = b;
	int order = memcmp(x->first, y->first, sizeof x->first);

	if (order == 0)
		order = memcmp(y->last, x->last, sizeof x->last);
	if (order == 0)
		order = (x->value > y->value) - (x->value < y->value);
	if (order == 0)		/* the earlier one had no value */
		order = (x->value_len > y->value_len) -
		    (x->value_len < y->value_len);
	return order;
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

/* Networks being cut into ranges that do not overlap. */
struct cutter {
	const char *pool;
	size_t width;			/* bytes of an address: 4 or 16 */
	struct range_list out;
	const struct range *open[DEPTH_MAX];	/* each within the one before */
	size_t depth;
	uint8_t from[16];		/* nothing is missing before it */
};

/* The address before (STEP -1) or behind (1) ADDRESS; false: there is none. */
static bool
address_step(uint8_t *address, size_t width, int step)
{
	uint8_t end = step > 0 ? 0xff : 0;
	size_t i = width;

	while (i > 0 && address[i - 1] == end)
		address[--i] = (uint8_t)~end;
	if (i == 0)
		return false;
	address[i - 1] = (uint8_t)(address[i - 1] + step);
	return true;
}

static struct span
range_value(const char *pool, const struct range *r)
{
	return r->value_len > 0 ? span_make(pool + r->value, r->value_len) :
	    span_make("", 0);
}

/* Can R go on where LAST ends, so that one range says both? */
static bool
joins(const struct cutter *c, const struct range *last, const struct range *r)
{
	uint8_t behind[16];

	memcpy(behind, last->last, sizeof behind);
	return address_step(behind, c->width, 1) &&
	    memcmp(behind, r->first, sizeof behind) == 0 &&
	    span_equal(range_value(c->pool, last), range_value(c->pool, r));
}

/* The innermost open network has what lies between `from` and LAST. */
static void
cut(struct cutter *c, const uint8_t last[16])
{
	struct range r = *c->open[c->depth - 1];
	struct range *before;

	memcpy(r.first, c->from, sizeof r.first);
	memcpy(r.last, last, sizeof r.last);
	if (memcmp(r.first, r.last, sizeof r.first) > 0)
		return;
	before = c->out.count > 0 ? &c->out.at[c->out.count - 1] : NULL;
	if (before != NULL && joins(c, before, &r))
		memcpy(before->last, r.last, sizeof r.last);
	else
		ranges_add(&c->out, &r);
}

/* The innermost open network ends. */
static void
cut_end(struct cutter *c)
{
	const struct range *r = c->open[c->depth - 1];

	cut(c, r->last);
	c->depth--;
	memcpy(c->from, r->last, sizeof c->from);
	if (!address_step(c->from, c->width, 1))
		c->depth = 0;	/* those around it end there as well */
}

static void
cut_begin(struct cutter *c, const struct range *r)
{
	uint8_t last[16];

	if (c->depth > 0 && memcmp(c->from, r->first, sizeof last) < 0) {
		memcpy(last, r->first, sizeof last);
		(void)address_step(last, c->width, -1);
		cut(c, last);
	}
	assert(c->depth < DEPTH_MAX);
	c->open[c->depth++] = r;
	memcpy(c->from, r->first, sizeof c->from);
}

static bool
is_same(const struct range *a, const struct range *b)
{
	return memcmp(a->first, b->first, sizeof a->first) == 0 &&
	    memcmp(a->last, b->last, sizeof a->last) == 0;
}

static void
ranges_cut(struct range_list *s, size_t width, const char *pool)
{
	struct cutter c = { .pool = pool, .width = width };

	if (s->count == 0)
		return;
	qsort(s->at, s->count, sizeof *s->at, range_compare);
	for (size_t i = 0; i < s->count; i++) {
		const struct range *r = &s->at[i];

		if (i > 0 && is_same(r, r - 1))
			continue;
		while (c.depth > 0 && memcmp(c.open[c.depth - 1]->last,
		    r->first, sizeof r->first) < 0)
			cut_end(&c);
		cut_begin(&c, r);
	}
	while (c.depth > 0)
		cut_end(&c);
	free(s->at);
	*s = c.out;
}

/* The range that holds ADDRESS; NULL: none does. */
static const struct range *
ranges_find(const struct range_list *s, const uint8_t address[16])
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
	if (low == 0 || memcmp(address, s->at[low - 1].last, 16) > 0)
		return NULL;
	return &s->at[low - 1];
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
	struct range r = { .value = 0 };

	for (int i = 0; i < ip->len; i++) {
		int left = bits - 8 * i;
		int ones = left >= 8 ? 8 : left > 0 ? left : 0;
		uint8_t mask = (uint8_t)(0xff00 >> ones);

		r.first[i] = ip->bytes[i] & mask;
		r.last[i] = r.first[i] | (uint8_t)~mask;
	}
	return r;
}

/* Copy VALUE into the pool; R says where it is. */
static void
keep_value(struct network_set *s, struct range *r, struct span value)
{
	assert(value.len <= UINT32_MAX - s->pool_len);
	r->value = (uint32_t)s->pool_len;
	r->value_len = (uint32_t)value.len;
	if (value.len == 0)
		return;
	if (s->pool_cap - s->pool_len < value.len) {
		s->pool_cap = 2 * s->pool_cap + value.len;
		s->pool = xreallocarray(s->pool, s->pool_cap, 1);
	}
	memcpy(s->pool + s->pool_len, value.ptr, value.len);
	s->pool_len += value.len;
}

int
network_set_add(struct network_set *s, struct span entry, struct span value,
    struct error *error)
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
	keep_value(s, &r, value);
	ranges_add(ip.len == 4 ? &s->ipv4 : &s->ipv6, &r);
	return 0;
}

void
network_set_seal(struct network_set *s)
{
	ranges_cut(&s->ipv4, 4, s->pool);
	ranges_cut(&s->ipv6, 16, s->pool);
}

bool
network_set_find(const struct network_set *s, const struct ip *ip,
    struct span *value)
{
	uint8_t address[16] = { 0 };
	const struct range *r;

	if (ip->len == 0)
		return false;
	memcpy(address, ip->bytes, ip->len);
	r = ranges_find(ip->len == 4 ? &s->ipv4 : &s->ipv6, address);
	if (r != NULL && value != NULL)
		*value = range_value(s->pool, r);
	return r != NULL;
}

void
network_set_release(struct network_set *s)
{
	free(s->ipv4.at);
	free(s->ipv6.at);
	free(s->pool);
	*s = (struct network_set){ .pool = NULL };
}
