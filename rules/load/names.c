/*
 * names.c - what has which name.
 *
 * An open hash table that is never more than half full.
 */
#include "config.h"

#include <stdlib.h>

#include "rules/base/xmalloc.h"
#include "rules/load/names.h"

#define SIZE_MIN 16		/* a power of two, as all sizes are */

struct name_slot {
	struct span name;
	const void *what;	/* NULL: free */
};

/* The slot that has NAME, or the free one that it may take. */
static struct name_slot *
slot_of(const struct names *n, struct span name)
{
	size_t i = span_hash(name, 0) & (n->size - 1);

	while (n->slots[i].what != NULL && !span_equal(n->slots[i].name, name))
		i = (i + 1) & (n->size - 1);
	return &n->slots[i];
}

static void
names_grow(struct names *n)
{
	struct names old = *n;
	size_t i;

	n->size = old.size > 0 ? old.size * 2 : SIZE_MIN;
	n->slots = xcalloc(n->size, sizeof *n->slots);
	for (i = 0; i < old.size; i++)
		if (old.slots[i].what != NULL)
			*slot_of(n, old.slots[i].name) = old.slots[i];
	free(old.slots);
}

const void *
names_add(struct names *n, struct span name, const void *what)
{
	struct name_slot *s;

	if (n->count >= n->size / 2)
		names_grow(n);
	s = slot_of(n, name);
	if (s->what != NULL)
		return s->what;
	*s = (struct name_slot){ name, what };
	n->count++;
	return NULL;
}

const void *
names_find(const struct names *n, struct span name)
{
	return n->size > 0 ? slot_of(n, name)->what : NULL;
}

void
names_release(struct names *n)
{
	free(n->slots);
	*n = (struct names){ NULL, 0, 0 };
}
