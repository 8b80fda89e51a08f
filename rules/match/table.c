/*
 * table.c - named sets: names found by hash, networks by network.c.
 *
 * Names lie one behind the other in a pool; the slots of a hash table, never
 * more than half full, say where. A question tries the whole text and then its
 * parts. All of them are runs of bytes of the text itself, so nothing is put
 * together and nothing allocated.
 *
 * Failure: a wrong entry is reported to whoever adds it; without memory the
 * process exits, for this is load time.
 */
#include "config.h"

#include <assert.h>
#include <stdlib.h>

#include "rules/base/xmalloc.h"
#include "rules/mail/address.h"
#include "rules/match/network.h"
#include "rules/match/table.h"

#define SLOTS_MIN 16		/* a power of two, as all sizes are */

struct slot {
	unsigned long hash;
	size_t start;		/* in the pool */
	size_t len;		/* 0: free */
};

struct name_set {
	char *pool;
	size_t pool_len;
	size_t pool_cap;
	struct slot *slots;
	size_t slot_count;
	size_t used;
	size_t longest;		/* bytes of the longest name */
};

struct table {
	enum table_type type;
	bool sealed;
	size_t count;
	struct name_set names;
	struct network_set networks;
};

/* The slot that holds NAME, or the free one where it would be. */
static struct slot *
slot_of(const struct name_set *s, struct span name)
{
	unsigned long hash = span_hash_nocase(name, 0);
	size_t mask = s->slot_count - 1;
	size_t i = hash & mask;

	for (;; i = (i + 1) & mask) {
		struct slot *slot = &s->slots[i];

		if (slot->len == 0)
			return slot;
		if (slot->hash == hash && span_equal_nocase(name,
		    span_make(s->pool + slot->start, slot->len)))
			return slot;
	}
}

/* Have a free slot for one more, and half of the slots free after it. */
static void
names_make_room(struct name_set *s)
{
	struct slot *old = s->slots;
	size_t old_count = s->slot_count;

	if (s->used < old_count / 2)
		return;
	s->slot_count = old_count > 0 ? 2 * old_count : SLOTS_MIN;
	s->slots = xcalloc(s->slot_count, sizeof *s->slots);
	for (size_t i = 0; i < old_count; i++) {
		if (old[i].len > 0)
			*slot_of(s, span_make(s->pool + old[i].start,
			    old[i].len)) = old[i];
	}
	free(old);
}

/* Copy NAME into the pool; returns where it is. */
static size_t
names_keep(struct name_set *s, struct span name)
{
	size_t start = s->pool_len;

	if (s->pool_cap - start < name.len) {
		s->pool_cap = 2 * s->pool_cap + name.len;
		s->pool = xreallocarray(s->pool, s->pool_cap, 1);
	}
	memcpy(s->pool + start, name.ptr, name.len);
	s->pool_len += name.len;
	return start;
}

static void
names_add(struct name_set *s, struct span name)
{
	struct slot *slot;

	names_make_room(s);
	slot = slot_of(s, name);
	if (slot->len > 0)
		return;
	slot->hash = span_hash_nocase(name, 0);
	slot->start = names_keep(s, name);
	slot->len = name.len;
	s->used++;
	if (name.len > s->longest)
		s->longest = name.len;
}

static bool
names_have(const struct name_set *s, struct span name)
{
	/* Length first: text from outside may be long, and have many parts. */
	if (name.len == 0 || name.len > s->longest)
		return false;
	return slot_of(s, name)->len > 0;
}

/* DOMAIN itself, or one of ".example.com", ".com" for mail.example.com? */
static bool
names_have_domain(const struct name_set *s, struct span domain)
{
	if (names_have(s, domain))
		return true;
	for (size_t i = 1; i < domain.len; i++) {
		if (domain.ptr[i] == '.' && names_have(s, span_skip(domain, i)))
			return true;
	}
	return false;
}

struct table *
table_new(enum table_type type)
{
	struct table *t = xcalloc(1, sizeof *t);

	t->type = type;
	return t;
}

void
table_free(struct table *t)
{
	if (t == NULL)
		return;
	free(t->names.pool);
	free(t->names.slots);
	network_set_release(&t->networks);
	free(t);
}

int
table_add(struct table *t, struct span entry, struct error *error)
{
	assert(!t->sealed);
	if (entry.len == 0)
		return error_set(error, "an entry of a table cannot be empty");
	if (t->type == TABLE_TEXT)
		names_add(&t->names, entry);
	else if (network_set_add(&t->networks, entry, error) < 0)
		return -1;
	t->count++;
	return 0;
}

void
table_seal(struct table *t)
{
	network_set_seal(&t->networks);
	t->sealed = true;
}

enum table_type
table_type(const struct table *t)
{
	return t->type;
}

size_t
table_count(const struct table *t)
{
	return t->count;
}

bool
table_has_name(const struct table *t, struct span name)
{
	assert(t->sealed && t->type == TABLE_TEXT);
	return names_have_domain(&t->names, name);
}

bool
table_has_address(const struct table *t, struct span address)
{
	struct span local = address_local(address);
	struct span domain = address_domain(address);

	assert(t->sealed && t->type == TABLE_TEXT);
	if (names_have(&t->names, address))
		return true;
	if (domain.len == 0)
		return false;
	/* "joe@" of "joe@x.org" */
	return names_have(&t->names, span_head(address, local.len + 1)) ||
	    names_have_domain(&t->names, domain);
}

bool
table_has_ip(const struct table *t, const struct ip *ip)
{
	assert(t->sealed && t->type == TABLE_CIDR);
	return network_set_has(&t->networks, ip);
}
