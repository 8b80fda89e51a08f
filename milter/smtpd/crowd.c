/*
 * crowd.c - how many connections each client's address has.
 *
 * A hash table whose key nobody outside knows, so that no choice of addresses
 * makes it slow. It has an entry for each address that is connected, and so no
 * more than there are connections.
 *
 * Failure: without memory nobody joins.
 */
#include "config.h"

#include <stdlib.h>
#include <sys/random.h>

#include "milter/smtpd/crowd.h"

#define BUCKETS 4096

struct guest {
	struct guest *next;
	struct ip ip;
	size_t count;
};

struct crowd {
	unsigned long key;
	struct guest *buckets[BUCKETS];
};

struct crowd *
crowd_new(void)
{
	struct crowd *c = calloc(1, sizeof *c);

	if (c != NULL)
		(void)!getrandom(&c->key, sizeof c->key, GRND_NONBLOCK);
	return c;
}

void
crowd_free(struct crowd *c)
{
	if (c == NULL)
		return;
	for (size_t i = 0; i < BUCKETS; i++) {
		struct guest *next;

		for (struct guest *g = c->buckets[i]; g != NULL; g = next) {
			next = g->next;
			free(g);
		}
	}
	free(c);
}

/* Where the pointer to the guest IP stands, or would. */
static struct guest **
find(struct crowd *c, const struct ip *ip)
{
	struct span bytes = span_make((const char *)ip->bytes, ip->len);
	struct guest **at = &c->buckets[span_hash(bytes, c->key) % BUCKETS];

	while (*at != NULL && !span_equal(span_make((const char *)
	    (*at)->ip.bytes, (*at)->ip.len), bytes))
		at = &(*at)->next;
	return at;
}

size_t
crowd_join(struct crowd *c, const struct ip *ip)
{
	struct guest **at = find(c, ip);

	if (*at == NULL) {
		*at = calloc(1, sizeof **at);
		if (*at == NULL)
			return 0;
		(*at)->ip = *ip;
	}
	return ++(*at)->count;
}

void
crowd_leave(struct crowd *c, const struct ip *ip)
{
	struct guest **at = find(c, ip);
	struct guest *gone = *at;

	if (gone == NULL || --gone->count > 0)
		return;
	*at = gone->next;
	free(gone);
}
