/*
 * accepted.c - the recipients of a transaction, in their order.
 *
 * Failure: one that cannot be read or kept is left out.
 */
#include "config.h"

#include <stdlib.h>

#include "milter/replay/accepted.h"
#include "milter/smtp/path.h"
#include "rules/base/xmalloc.h"

#define ADDRESSES_MAX (32u << 20)

void
accepted_init(struct accepted *a)
{
	*a = (struct accepted){ .count = 0 };
	arena_init(&a->arena, ADDRESSES_MAX);
}

void
accepted_release(struct accepted *a)
{
	arena_release(&a->arena);
}

void
accepted_forget(struct accepted *a)
{
	arena_reset(&a->arena);
	a->at = NULL;
	a->count = a->room = 0;
}

void
accepted_add(struct accepted *a, struct span line)
{
	struct span rest = span_skip(line, span_find(line, ':') + 1);
	struct smtp_path path;
	void *at = a->at;

	if (smtp_path_read(&rest, &path) < 0 || arena_grow(&a->arena, &at,
	    &a->room, a->count, sizeof *a->at) < 0)
		return;
	a->at = at;
	a->at[a->count] = arena_copy(&a->arena, path.address);
	a->count += a->at[a->count].ptr != NULL;
}

/* --- Their order -----------------------------------------------------------
 */

struct ranked {
	struct span address;
	size_t rank;
};

static int
compare_addresses(const void *left, const void *right)
{
	const struct ranked *a = left, *b = right;
	size_t shorter = a->address.len < b->address.len ? a->address.len :
	    b->address.len;

	for (size_t i = 0; i < shorter; i++) {
		int less = ascii_lower(a->address.ptr[i]) -
		    ascii_lower(b->address.ptr[i]);

		if (less != 0)
			return less;
	}
	return (a->address.len > b->address.len) -
	    (a->address.len < b->address.len);
}

static int
compare_ranks(const void *left, const void *right)
{
	const struct ranked *a = left, *b = right;

	return (a->rank > b->rank) - (a->rank < b->rank);
}

/* The ranks of COUNT addresses, to be looked up and freed. Of one that comes
 * more than once any will do. */
static struct ranked *
rank(const struct span *addresses, size_t count)
{
	struct ranked *all = xcalloc(count + 1, sizeof *all);

	for (size_t i = 0; i < count; i++)
		all[i] = (struct ranked){ addresses[i], i };
	qsort(all, count, sizeof *all, compare_addresses);
	return all;
}

/* Put the COUNT addresses of which ALL has the ranks, in that order, to TO. */
static void
write_back(struct ranked *all, size_t count, struct span *to)
{
	qsort(all, count, sizeof *all, compare_ranks);
	for (size_t i = 0; i < count; i++)
		to[i] = all[i].address;
}

void
accepted_order(const struct accepted *a, struct span *to, size_t count)
{
	struct ranked *known = rank(a->at, a->count), *found;
	struct ranked *all = xcalloc(count + 1, sizeof *all);

	for (size_t i = 0; i < count; i++) {
		all[i].address = to[i];
		found = bsearch(&all[i], known, a->count, sizeof *known,
		    compare_addresses);
		all[i].rank = found != NULL ? found->rank : a->count + i;
	}
	write_back(all, count, to);
	free(known);
	free(all);
}
