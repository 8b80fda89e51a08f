/*
 * field_index.c - the n-th header field of a name, in a moment.
 *
 * The fields stand sorted by name, so those of a name are neighbours. How many
 * of them are left is kept in a tree of sums: sums[i], counted from 1, is that
 * of the slots up to i, as many of them as the lowest bit set in i says. It
 * takes as many steps as a number of slots has bits to add up the first ones,
 * to find the n-th that is left, or to take one away.
 *
 * Failure: without memory there is no index.
 */
#include "config.h"

#include <stdlib.h>

#include "milter/smtp/field_index.h"

/* The order of names: by length, then by their letters, case ignored. */
static int
compare_names(struct span a, struct span b)
{
	if (a.len != b.len)
		return a.len < b.len ? -1 : 1;
	for (size_t i = 0; i < a.len; i++) {
		char left = ascii_lower(a.ptr[i]);
		char right = ascii_lower(b.ptr[i]);

		if (left != right)
			return left < right ? -1 : 1;
	}
	return 0;
}

static int
by_name(const void *a, const void *b)
{
	const struct field_slot *left = a, *right = b;
	int order = compare_names(left->name, right->name);

	if (order != 0)
		return order;
	return (left->place > right->place) - (left->place < right->place);
}

static size_t
lowest_bit(size_t i)
{
	return i & (~i + 1);
}

int
field_index_begin(struct field_index *index, size_t count)
{
	if (count > index->room) {
		field_index_release(index);
		index->slots = calloc(count, sizeof *index->slots);
		index->sums = calloc(count + 1, sizeof *index->sums);
		if (index->slots == NULL || index->sums == NULL) {
			field_index_release(index);
			return -1;
		}
		index->room = count;
	}
	index->count = count;
	return 0;
}

void
field_index_sort(struct field_index *index)
{
	if (index->count > 0)
		qsort(index->slots, index->count, sizeof *index->slots,
		    by_name);
	for (size_t i = 1; i <= index->count; i++)
		index->sums[i] = lowest_bit(i);
}

/* How many of the first COUNT slots are left. */
static size_t
left_of(const struct field_index *index, size_t count)
{
	size_t sum = 0;

	for (; count > 0; count -= lowest_bit(count))
		sum += index->sums[count];
	return sum;
}

/* Number of the slot that is the N-th left; `count` when there are fewer. */
static size_t
nth_left(const struct field_index *index, size_t n)
{
	size_t slot = 0, step = 1;

	while (step <= index->count / 2)
		step *= 2;
	for (; step > 0; step /= 2) {
		if (slot + step <= index->count &&
		    index->sums[slot + step] < n) {
			slot += step;
			n -= index->sums[slot];
		}
	}
	return slot;
}

/* Number of the first slot of NAME, or of where it would be. */
static size_t
first_of(const struct field_index *index, struct span name)
{
	size_t from = 0, to = index->count;

	while (from < to) {
		size_t middle = from + (to - from) / 2;

		if (compare_names(index->slots[middle].name, name) < 0)
			from = middle + 1;
		else
			to = middle;
	}
	return from;
}

const struct field_slot *
field_index_find(const struct field_index *index, struct span name, size_t n)
{
	size_t above = left_of(index, first_of(index, name));
	size_t slot = nth_left(index, above + n);

	if (slot == index->count ||
	    !span_equal_nocase(index->slots[slot].name, name))
		return NULL;
	return &index->slots[slot];
}

void
field_index_drop(struct field_index *index, const struct field_slot *slot)
{
	size_t i = (size_t)(slot - index->slots) + 1;

	for (; i <= index->count; i += lowest_bit(i))
		index->sums[i]--;
}

size_t
field_index_memory(const struct field_index *index)
{
	return index->room * (sizeof *index->slots + sizeof *index->sums);
}

void
field_index_release(struct field_index *index)
{
	free(index->slots);
	free(index->sums);
	*index = (struct field_index){ .count = 0 };
}
