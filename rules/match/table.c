/*
 * table.c - named sets: names found by hash, networks by network.c.
 *
 * Names, each with its value behind it, lie in a pool; the slots of a hash
 * table, never more than half full, say where. A question tries the whole text
 * and then its parts. All of them are runs of bytes of the text itself, so
 * nothing is put together and nothing allocated.
 *
 * Failure: a wrong entry is reported to whoever adds it; without memory the
 * process exits, for this is load time.
 */
#include "config.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>

#include "rules/base/xmalloc.h"
#include "rules/mail/address.h"
#include "rules/match/network.h"
#include "rules/match/table.h"

#define SLOTS_MIN 16		/* a power of two, as all sizes are */

struct slot {
	unsigned long hash;
	size_t start;		/* in the pool */
	uint32_t len;		/* 0: free */
	uint32_t value_len;	/* bytes behind it in the pool */
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
	bool values;		/* there is one */
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

static void
names_keep(struct name_set *s, struct span text)
{
	if (s->pool_cap - s->pool_len < text.len) {
		s->pool_cap = 2 * s->pool_cap + text.len;
		s->pool = xreallocarray(s->pool, s->pool_cap, 1);
	}
	if (text.len > 0)
		memcpy(s->pool + s->pool_len, text.ptr, text.len);
	s->pool_len += text.len;
}

static void
names_add(struct name_set *s, struct span name, struct span value)
{
	struct slot *slot;

	names_make_room(s);
	slot = slot_of(s, name);
	if (slot->len > 0)
		return;
	slot->hash = span_hash_nocase(name, 0);
	slot->start = s->pool_len;
	slot->len = (uint32_t)name.len;
	slot->value_len = (uint32_t)value.len;
	names_keep(s, name);
	names_keep(s, value);
	s->used++;
	if (name.len > s->longest)
		s->longest = name.len;
}

static bool
names_find(const struct name_set *s, struct span name, struct span *value)
{
	const struct slot *slot;

	/* Length first: text from outside may be long, and have many parts. */
	if (name.len == 0 || name.len > s->longest)
		return false;
	slot = slot_of(s, name);
	if (slot->len > 0 && value != NULL)
		*value = span_make(s->pool + slot->start + slot->len,
		    slot->value_len);
	return slot->len > 0;
}

/* DOMAIN itself, or one of ".example.com", ".com" for mail.example.com? */
static bool
names_find_domain(const struct name_set *s, struct span domain,
    struct span *value)
{
	if (names_find(s, domain, value))
		return true;
	for (size_t i = 1; i < domain.len; i++) {
		if (domain.ptr[i] == '.' &&
		    names_find(s, span_skip(domain, i), value))
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
table_add(struct table *t, struct span entry, struct span value,
    struct error *error)
{
	assert(!t->sealed);
	assert(entry.len <= UINT32_MAX && value.len <= UINT32_MAX);
	if (entry.len == 0)
		return error_set(error, "an entry of a table cannot be empty");
	if (t->type == TABLE_TEXT)
		names_add(&t->names, entry, value);
	else if (network_set_add(&t->networks, entry, value, error) < 0)
		return -1;
	t->values |= value.len > 0;
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
table_has_values(const struct table *t)
{
	return t->values;
}

bool
table_find_name(const struct table *t, struct span name, struct span *value)
{
	assert(t->sealed && t->type == TABLE_TEXT);
	return names_find_domain(&t->names, name, value);
}

bool
table_find_address(const struct table *t, struct span address,
    struct span *value)
{
	struct span local = address_local(address);
	struct span domain = address_domain(address);

	assert(t->sealed && t->type == TABLE_TEXT);
	if (names_find(&t->names, address, value))
		return true;
	if (domain.len == 0)
		return false;
	/* "joe@" of "joe@x.org" */
	return names_find(&t->names, span_head(address, local.len + 1),
	    value) || names_find_domain(&t->names, domain, value);
}

bool
table_find_ip(const struct table *t, const struct ip *ip, struct span *value)
{
	assert(t->sealed && t->type == TABLE_CIDR);
	return network_set_find(&t->networks, ip, value);
}
