/*
 * arena.c - bump allocation in a chain of growing blocks.
 *
 * Most messages fit the first block, which is kept over resets, so an ordinary
 * message costs no malloc() at all. Later blocks double in size and go back to
 * the system at the reset. Under AddressSanitizer what is not handed out is
 * poisoned, so a use after the reset is caught like a use after free().
 *
 * Failure: the limit or the system's memory is reached; arena_alloc() then
 * returns NULL and `exhausted` stays set until the reset.
 */
#include "config.h"

#include <stdint.h>
#include <stdlib.h>

#include "arena.h"

#if defined __SANITIZE_ADDRESS__
#define ARENA_POISONS 1
#elif defined __has_feature
#if __has_feature(address_sanitizer)
#define ARENA_POISONS 1
#endif
#endif

#ifdef ARENA_POISONS
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(ptr, size) ((void)(ptr), (void)(size))
#define ASAN_UNPOISON_MEMORY_REGION(ptr, size) ((void)(ptr), (void)(size))
#endif

#define BLOCK_MIN 4096  /* what an ordinary envelope takes */
#define BLOCK_MAX 65536 /* beyond it doubling only wastes */
#define ALIGNMENT _Alignof(max_align_t)

struct arena_block {
	struct arena_block *next;
	size_t size; /* of data */
	size_t used;
	_Alignas(max_align_t) char data[];
};

void
arena_init(struct arena *a, size_t limit)
{
	*a = (struct arena){ .limit = limit };
}

/* Hang a block behind the current one that can hold SIZE bytes. */
static struct arena_block *
block_add(struct arena *a, size_t size)
{
	size_t room = BLOCK_MIN;
	struct arena_block *b;

	if (a->current != NULL)
		room = a->current->size * 2;
	if (room > BLOCK_MAX)
		room = BLOCK_MAX;
	if (room < size)
		room = size;
	b = malloc(sizeof *b + room);
	if (b == NULL)
		return NULL;
	b->next = NULL;
	b->size = room;
	b->used = 0;
	ASAN_POISON_MEMORY_REGION(b->data, b->size);
	if (a->current != NULL)
		a->current->next = b;
	else
		a->first = b;
	a->current = b;
	return b;
}

void *
arena_alloc(struct arena *a, size_t size)
{
	struct arena_block *b = a->current;
	size_t whole;
	char *ptr;

	if (size > SIZE_MAX - sizeof *b - ALIGNMENT)
		goto exhausted;
	/* Everything takes a multiple of the alignment, so all is aligned. */
	whole = (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
	if (whole > a->limit || a->used > a->limit - whole)
		goto exhausted;
	if (b == NULL || b->size - b->used < whole)
		b = block_add(a, whole);
	if (b == NULL)
		goto exhausted;
	ptr = b->data + b->used;
	b->used += whole;
	a->used += whole;
	ASAN_UNPOISON_MEMORY_REGION(ptr, size);
	return ptr;

exhausted:
	a->exhausted = true;
	return NULL;
}

void *
arena_calloc(struct arena *a, size_t count, size_t size)
{
	void *ptr;

	if (size != 0 && count > SIZE_MAX / size) {
		a->exhausted = true;
		return NULL;
	}
	ptr = arena_alloc(a, count * size);
	if (ptr != NULL)
		memset(ptr, 0, count * size);
	return ptr;
}

struct span
arena_copy(struct arena *a, struct span s)
{
	char *ptr;

	if (s.len == SIZE_MAX) {
		a->exhausted = true;
		return span_make(NULL, 0);
	}
	ptr = arena_alloc(a, s.len + 1);
	if (ptr == NULL)
		return span_make(NULL, 0);
	if (s.len > 0)
		memcpy(ptr, s.ptr, s.len);
	ptr[s.len] = '\0';
	return span_make(ptr, s.len);
}

static void
blocks_free(struct arena_block *b)
{
	while (b != NULL) {
		struct arena_block *next = b->next;

		ASAN_UNPOISON_MEMORY_REGION(b->data, b->size);
		free(b);
		b = next;
	}
}

int
arena_grow(struct arena *a, void **at, size_t *room, size_t count,
    size_t size)
{
	size_t more = *room > 0 ? *room * 2 : 1;
	void *bigger;

	if (count < *room)
		return 0;
	bigger = arena_calloc(a, more, size);
	if (bigger == NULL)
		return -1;
	if (count > 0)
		memcpy(bigger, *at, count * size);
	*at = bigger;
	*room = more;
	return 0;
}

void
arena_reset(struct arena *a)
{
	if (a->first != NULL) {
		blocks_free(a->first->next);
		a->first->next = NULL;
		a->first->used = 0;
		ASAN_POISON_MEMORY_REGION(a->first->data, a->first->size);
	}
	a->current = a->first;
	a->used = 0;
	a->exhausted = false;
}

void
arena_release(struct arena *a)
{
	blocks_free(a->first);
	arena_init(a, a->limit);
}
