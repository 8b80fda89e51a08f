/*
 * test_names.c - names are found letter for letter, however many there are.
 */
#include "config.h"

#include <stdlib.h>

#include "rules/load/names.h"
#include "tests/unit/unit.h"

static void
test_find(void)
{
	static const char one[] = "1", two[] = "2";
	struct names n = { NULL, 0, 0 };

	check_true(names_find(&n, span_of("a")) == NULL);
	check_true(names_add(&n, span_of("a"), one) == NULL);
	check_true(names_add(&n, span_of("A"), two) == NULL);
	check_true(names_find(&n, span_of("a")) == one);
	check_true(names_find(&n, span_of("A")) == two);
	check_true(names_find(&n, span_of("aa")) == NULL);
	check_size(n.count, 2);
	unit_case("who has a name keeps it");
	check_true(names_add(&n, span_of("a"), two) == one);
	check_true(names_find(&n, span_of("a")) == one);
	check_size(n.count, 2);
	names_release(&n);
	names_release(&n);
	check_true(names_find(&n, span_of("a")) == NULL);
}

#define LETTERS 17
#define VARIANTS (1u << LETTERS)

/* Put one in capitals for each bit of I. */
static void
write_name(char name[LETTERS], size_t i)
{
	size_t k;

	for (k = 0; k < LETTERS; k++)
		name[k] = (char)((i >> k & 1 ? 'A' : 'a') + (int)k);
}

/* Were case left out of the hash, each would be compared with all others. */
static void
test_case(void)
{
	char *room = malloc((size_t)VARIANTS * LETTERS);
	struct names n = { NULL, 0, 0 };
	size_t i, wrong = 0;

	for (i = 0; room != NULL && i < VARIANTS; i++) {
		write_name(room + i * LETTERS, i);
		wrong += names_add(&n, span_make(room + i * LETTERS, LETTERS),
		    room + i) != NULL;
	}
	for (i = 0; room != NULL && i < VARIANTS; i++)
		wrong += names_find(&n, span_make(room + i * LETTERS,
		    LETTERS)) != room + i;
	check_size(n.count, VARIANTS);
	check_size(wrong, 0);
	names_release(&n);
	free(room);
}

static const struct unit_test tests[] = {
	{ "a name is found, and no other", test_find },
	{ "names that differ by case alone are as quick as others",
	  test_case },
};

UNIT_MAIN("names", tests)
