/*
 * recipients.c - the recipients of a message, each once.
 *
 * Beside the list in RCPT order stands a table with open addressing, at most
 * half full. Its hash has a key of this process, for addresses come from
 * outside and could be chosen to collide.
 */
#include "config.h"

#include "rules/engine/learn.h"
#include "rules/engine/reading.h"
#include "rules/engine/recipients.h"

#define INDEX_FIRST 16
/* Nobody writes an address in more ways but to keep us busy. */
#define SPELLINGS_MAX 64

static unsigned long
address_hash(const struct engine *e, struct span address)
{
	return span_hash_nocase(address, e->policy->hash_key);
}

/* Where ADDRESS is in the table, or the free place for it. */
static struct recipient **
find_place(const struct engine *e, struct span address, unsigned long hash)
{
	size_t mask = e->index_size - 1, i = hash & mask;
	struct recipient *r;

	for (; (r = e->index[i]) != NULL; i = (i + 1) & mask)
		if (r->hash == hash && span_equal_nocase(r->address, address))
			break;
	return &e->index[i];
}

/* Make the table so large that one more leaves it half empty. */
static int
grow_index(struct engine *e)
{
	size_t size = e->index_size > 0 ? e->index_size * 2 : INDEX_FIRST;
	struct recipient **index, *r;

	if (e->recipient_count * 2 < e->index_size)
		return 0;
	index = arena_calloc(&e->message, size, sizeof *index);
	if (index == NULL)
		return -1;
	e->index = index;
	e->index_size = size;
	for (r = e->recipients; r != NULL; r = r->next)
		*find_place(e, r->address, r->hash) = r;
	return 0;
}

struct recipient *
recipients_find(const struct engine *e, struct span address)
{
	return e->index_size == 0 ? NULL :
	    *find_place(e, address, address_hash(e, address));
}

struct recipient *
recipients_add(struct engine *e, const struct event *event)
{
	struct recipient *r = arena_calloc(&e->message, 1, sizeof *r);

	if (r == NULL || grow_index(e) < 0)
		return NULL;
	r->address = arena_copy(&e->message, event->envelope.path);
	if (r->address.ptr == NULL)
		return NULL;
	r->hash = address_hash(e, r->address);
	r->position = e->recipient_count + 1;
	learn_recipient_facts(e, r, event);
	if (r->values == NULL || reading_begin(e, r) < 0)
		return NULL;
	if (e->last_recipient != NULL)
		e->last_recipient->next = r;
	else
		e->recipients = r;
	e->last_recipient = r;
	e->recipient_count++;
	*find_place(e, r->address, r->hash) = r;
	return r;
}

int
recipients_spell(struct engine *e, struct recipient *r, struct span path)
{
	struct spelling *s;

	for (s = r->spellings; s != NULL; s = s->next)
		if (span_equal(s->address, path))
			return 0;
	if (r->spelling_count == SPELLINGS_MAX)
		return -1;
	s = arena_calloc(&e->message, 1, sizeof *s);
	if (s == NULL)
		return 0;
	s->address = arena_copy(&e->message, path);
	s->next = r->spellings;
	r->spellings = s;
	r->spelling_count++;
	e->spelling_count++;
	return 0;
}

void
recipients_forget(struct engine *e)
{
	e->recipients = e->last_recipient = NULL;
	e->readings = e->last_reading = NULL;
	e->index = NULL;
	e->index_size = e->recipient_count = e->live = 0;
	e->spelling_count = 0;
}
