/*
 * test_arena.c - an arena hands out, stops at its limit, and starts again.
 */
#include "config.h"

#include <stdint.h>

#include "arena.h"
#include "tests/unit/unit.h"

static void
test_aligned(void)
{
	struct arena a;
	char *one, *two;

	arena_init(&a, 1000);
	one = arena_alloc(&a, 1);
	two = arena_alloc(&a, 3);
	check_true(one != NULL && two != NULL && one != two);
	check_size((uintptr_t)one % _Alignof(max_align_t), 0);
	check_size((uintptr_t)two % _Alignof(max_align_t), 0);
	check_size(a.used, 2 * _Alignof(max_align_t));
	arena_release(&a);
}

static void
test_many_blocks(void)
{
	enum { COUNT = 300, SIZE = 1024 };
	static unsigned char *at[COUNT];
	struct arena a;

	arena_init(&a, COUNT * SIZE);
	for (size_t i = 0; i < COUNT; i++) {
		at[i] = arena_alloc(&a, SIZE);
		check_true(at[i] != NULL);
		if (at[i] == NULL)
			break;
		memset(at[i], (int)(i & 0xff), SIZE);
	}
	for (size_t i = 0; i < COUNT && at[i] != NULL; i++) {
		check_int(at[i][0], (int)(i & 0xff));
		check_int(at[i][SIZE - 1], (int)(i & 0xff));
	}
	check_true(!a.exhausted);
	arena_release(&a);
}

static void
test_big_request(void)
{
	struct arena a;
	char *big;

	arena_init(&a, 1 << 20);
	check_true(arena_alloc(&a, 10) != NULL);
	big = arena_alloc(&a, 1000000);
	check_true(big != NULL);
	if (big != NULL)
		memset(big, 'x', 1000000);
	check_true(arena_alloc(&a, 10) != NULL);
	arena_release(&a);
}

static void
test_limit(void)
{
	struct arena a;

	arena_init(&a, 160);
	check_true(arena_alloc(&a, 96) != NULL);
	check_true(arena_alloc(&a, 65) == NULL);
	check_true(a.exhausted);
	unit_case("a smaller request is served, and the flag stays");
	check_true(arena_alloc(&a, 64) != NULL);
	check_true(a.exhausted);
	check_size(a.used, 160);
	unit_case("a reset takes the flag away");
	arena_reset(&a);
	check_true(!a.exhausted);
	check_true(arena_alloc(&a, 160) != NULL);
	unit_case("pieces of one byte count with what aligns them");
	arena_reset(&a);
	for (size_t i = 0; i < 10; i++)
		check_true(arena_alloc(&a, 1) != NULL);
	check_true(arena_alloc(&a, 1) == NULL);
	arena_release(&a);
}

static void
test_absurd(void)
{
	struct arena a;

	arena_init(&a, SIZE_MAX);
	unit_case("a size near the end of the address space");
	check_true(arena_alloc(&a, SIZE_MAX) == NULL);
	check_true(a.exhausted);
	arena_reset(&a);
	check_true(arena_alloc(&a, SIZE_MAX - 20) == NULL);
	arena_reset(&a);
	unit_case("a product that overflows");
	check_true(arena_calloc(&a, SIZE_MAX / 2, 3) == NULL);
	check_true(a.exhausted);
	arena_release(&a);
}

static void
test_calloc(void)
{
	static const unsigned char zero[240];
	struct arena a;
	void *p;

	arena_init(&a, 1000);
	p = arena_alloc(&a, 240);
	check_true(p != NULL);
	if (p != NULL)
		memset(p, 'x', 240);
	arena_reset(&a);
	p = arena_calloc(&a, 10, 24);
	check_true(p != NULL && memcmp(p, zero, sizeof zero) == 0);
	check_true(arena_calloc(&a, 0, 24) != NULL);
	arena_release(&a);
}

static void
test_copy(void)
{
	struct arena a;
	struct span copy;
	char text[] = "hello";

	arena_init(&a, 32);
	copy = arena_copy(&a, span_of(text));
	text[0] = 'j';
	check_span(copy, "hello");
	check_text(copy.ptr, "hello");
	unit_case("the empty span has a NUL behind it, too");
	check_text(arena_copy(&a, span_make(NULL, 0)).ptr, "");
	unit_case("what does not fit is empty, with a NULL ptr");
	copy = arena_copy(&a, span_of("four"));
	check_true(copy.ptr == NULL && copy.len == 0 && a.exhausted);
	arena_release(&a);
}

static void
test_reset_keeps_first(void)
{
	struct arena a;
	void *first;

	arena_init(&a, 100000);
	first = arena_alloc(&a, 16);
	check_true(arena_alloc(&a, 50000) != NULL);
	arena_reset(&a);
	check_size(a.used, 0);
	check_true(a.first != NULL && a.current == a.first);
	check_true(arena_alloc(&a, 16) == first);
	arena_release(&a);
}

static void
test_release(void)
{
	struct arena zeroed = { 0 };
	struct arena a;

	arena_release(&zeroed);
	arena_release(&zeroed);
	check_true(arena_alloc(&zeroed, 1) == NULL);
	arena_init(&a, 16);
	arena_reset(&a);
	check_true(arena_alloc(&a, 10) != NULL);
	arena_release(&a);
	arena_release(&a);
	check_true(a.first == NULL && a.used == 0);
	unit_case("a released arena may be used again");
	check_true(arena_alloc(&a, 10) != NULL);
	arena_release(&a);
}

static void
test_grow(void)
{
	struct arena a;
	size_t room = 0, i;
	void *at = NULL;
	unsigned *numbers;

	arena_init(&a, 4096);
	unit_case("what is in an array stays when it grows");
	for (i = 0; i < 100; i++) {
		check_int(arena_grow(&a, &at, &room, i, sizeof *numbers), 0);
		numbers = at;
		check_true(numbers[i] == 0);
		numbers[i] = (unsigned)i;
	}
	for (i = 0, numbers = at; i < 100; i++)
		check_true(numbers[i] == i);
	unit_case("an array that cannot grow is left as it is");
	check_int(arena_grow(&a, &at, &room, room, 100), -1);
	check_true(at == numbers && a.exhausted);
	arena_release(&a);
}

static const struct unit_test tests[] = {
	{ "memory is aligned for any type and counted so", test_aligned },
	{ "many blocks keep what was written to them", test_many_blocks },
	{ "a request larger than any block has one of its own",
	    test_big_request },
	{ "the limit is exact, and passing it is remembered", test_limit },
	{ "absurd sizes are refused", test_absurd },
	{ "calloc clears memory that was used before", test_calloc },
	{ "a copy is its own and has a NUL behind it", test_copy },
	{ "a reset keeps the first block", test_reset_keeps_first },
	{ "release is idempotent", test_release },
	{ "an array grows", test_grow },
};

UNIT_MAIN("arena", tests)
