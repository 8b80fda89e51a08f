/*
 * arena.h - memory that ends together, and never exceeds its bound.
 *
 * A connection has one arena and a message has one; an abort is one
 * arena_reset(). Running out is not the end of the process: arena_alloc()
 * returns NULL and sets `exhausted`, which stays set until the reset, so that a
 * caller may do many small allocations and ask once. An arena belongs to one
 * session and is used by one thread at a time.
 */
#ifndef MILLGATE_ARENA_H
#define MILLGATE_ARENA_H

#include "span.h"

struct arena_block;

struct arena {
	struct arena_block *first;	/* kept over resets */
	struct arena_block *current;
	size_t used;			/* bytes handed out since the reset */
	size_t limit;			/* most bytes that may be handed out;
					 * each piece counts with what aligns
					 * it. With the ends of blocks that
					 * stay free, twice that is taken. */
	bool exhausted;			/* an allocation was refused */
};

/* Make A empty; it takes no memory before the first allocation. */
void arena_init(struct arena *a, size_t limit);

/*
 * SIZE bytes, aligned for any type, not cleared. They live until the next
 * arena_reset() or arena_release(). NULL when the limit would be passed or the
 * system has no memory; `exhausted` is then set.
 */
void *arena_alloc(struct arena *a, size_t size);

/* The same, cleared, for COUNT elements of SIZE bytes; safe from overflow. */
void *arena_calloc(struct arena *a, size_t count, size_t size);

/*
 * A copy of S, with a NUL behind it that its length does not count. When the
 * arena is exhausted the result is the empty span with a NULL ptr.
 */
struct span arena_copy(struct arena *a, struct span s);

/*
 * Make room for one more behind the COUNT elements of SIZE bytes of the array at
 * *AT, which has room for *ROOM: by doubling, the new half cleared. -1 when the
 * arena is exhausted; nothing changes.
 */
int arena_grow(struct arena *a, void **at, size_t *room, size_t count,
    size_t size);

/* Give everything back at once; the first block is kept for the next use. */
void arena_reset(struct arena *a);

/* Free all. A released or zeroed arena may be released again. */
void arena_release(struct arena *a);

#endif
