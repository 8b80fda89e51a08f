/*
 * test_log_ring.c - lines that wait, in order and whole.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "milter/daemon/log_ring.h"
#include "tests/unit/unit.h"

static struct log_ring ring;

/* A line of LEN bytes that depends on N. */
static void
make_line(size_t n, size_t len, char line[LOG_LINE_MAX])
{
	for (size_t i = 0; i < len; i++)
		line[i] = (char)(n * 31 + i);
}

static bool
put(size_t n, size_t len)
{
	struct log_entry entry = { .tells = n, .len = len };
	char line[LOG_LINE_MAX];

	make_line(n, len, line);
	return log_ring_put(&ring, &entry, line);
}

/* The first must be line N of LEN bytes; take it away. */
static void
check_first(size_t n, size_t len)
{
	struct log_entry entry = { .tells = 0 };
	char line[LOG_LINE_MAX], want[LOG_LINE_MAX];

	check_true(log_ring_first(&ring, &entry));
	check_size(entry.tells, n);
	check_size(entry.len, len);
	log_ring_line(&ring, line);
	make_line(n, len, want);
	check_true(memcmp(line, want, len) == 0);
	log_ring_drop(&ring);
}

static void
first_in_first_out(void)
{
	struct log_entry entry;

	log_ring_clear(&ring);
	check_true(!log_ring_first(&ring, &entry));
	check_true(put(1, 10) && put(2, 1) && put(3, LOG_LINE_MAX));
	check_first(1, 10);
	check_first(2, 1);
	check_first(3, LOG_LINE_MAX);
	check_true(!log_ring_first(&ring, &entry));
}

static void
it_goes_round(void)
{
	size_t in = 0, out = 0;

	log_ring_clear(&ring);
	/* Lengths that have no common measure with the room. */
	while (in < 20000) {
		size_t before = in;

		while (put(in, 1 + in % 3989))
			in++;
		check_true(in > before);
		while (out < before + (in - before) / 2) {
			check_first(out, 1 + out % 3989);
			out++;
		}
	}
	while (out < in) {
		check_first(out, 1 + out % 3989);
		out++;
	}
}

static void
it_is_filled_to_the_last_byte(void)
{
	size_t each = LOG_RING_BYTES / 1024 - sizeof(struct log_entry);

	log_ring_clear(&ring);
	for (size_t i = 0; i < 1024; i++)
		check_true(put(i, each));
	check_true(!put(1024, 1));
	check_first(0, each);
	check_true(!put(1024, each + 1));
	check_true(put(1024, each));
	for (size_t i = 1; i <= 1024; i++)
		check_first(i, each);
}

static void
cleared_it_is_empty(void)
{
	struct log_entry entry;

	check_true(put(1, 1));
	log_ring_clear(&ring);
	check_true(!log_ring_first(&ring, &entry));
}

static const struct unit_test tests[] = {
	{ "lines come out as they went in", first_in_first_out },
	{ "they do so round after round", it_goes_round },
	{ "no byte is left over", it_is_filled_to_the_last_byte },
	{ "cleared it is empty", cleared_it_is_empty },
};

UNIT_MAIN("log_ring", tests)
