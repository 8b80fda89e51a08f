/*
 * names.h - what has which name.
 *
 * A rule file may hold ten thousand rules and conditions; names are found by
 * hash. Zeroed is empty. Load time: takes memory or exits.
 */
#ifndef MILLGATE_NAMES_H
#define MILLGATE_NAMES_H

#include "span.h"

struct names {
	struct name_slot *slots;
	size_t size;		/* of slots, a power of two */
	size_t count;
};

/*
 * Add WHAT, not NULL, as NAME, which is borrowed. Returns NULL, or what has
 * that name already and keeps it.
 */
const void *names_add(struct names *n, struct span name, const void *what);

/* What has NAME, letter for letter; NULL: nothing. */
const void *names_find(const struct names *n, struct span name);

void names_release(struct names *n);

#endif
