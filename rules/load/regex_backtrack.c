/*
 * regex_backtrack.c - patterns whose search may take time without bound.
 *
 * A repeat of repeats, as (\w+\s?)+, can divide one text in many ways: each
 * byte may end an inner repeat or not. When something behind it then fails,
 * PCRE2 tries them all. There is one way only where each turn of the outer
 * repeat must take a byte that the inner one cannot, as in (\w+\s)+; and where
 * nothing behind can fail, the first way will do.
 *
 * This is a guess, and meant to err on the quiet side.
 */
#include "config.h"

#include "rules/base/xmalloc.h"
#include "rules/load/regex_shape.h"

#define MANY 20			/* a repeat of more counts as one for ever */
#define SEQUENCE_MAX 16		/* bytes of an alternative that is compared */
#define STEPS_MAX 20000		/* of looking; then there is no doubt */

struct looking {
	unsigned steps;
};

/* An item, among its siblings, and the group around it. */
struct frame {
	const struct frame *outer;
	const struct shape_branch *branch;
	const struct shape_item *item;
};

static bool
is_repeated(const struct shape_item *i)
{
	return i->most > MANY && !i->atomic && (i->kind == ITEM_BYTE ||
	    i->kind == ITEM_GROUP);
}

static bool
overlap(const struct byte_set *a, const struct byte_set *b)
{
	size_t i;

	for (i = 0; i < 4; i++)
		if ((a->bits[i] & b->bits[i]) != 0)
			return true;
	return false;
}

/* All bytes that I may take. Depth: SHAPE_DEPTH_MAX. */
static struct byte_set
item_bytes(struct looking *l, const struct shape_item *i)
{
	struct byte_set all = i->set, inner;
	const struct shape_branch *b;
	const struct shape_item *k;
	size_t w;

	l->steps++;
	if (i->kind == ITEM_REFERENCE)
		memset(&all, 0xff, sizeof all);
	if (i->kind != ITEM_GROUP)
		return all;
	for (b = i->branches; b != NULL; b = b->next)
		for (k = b->items; k != NULL; k = k->next) {
			inner = item_bytes(l, k);
			for (w = 0; w < 4; w++)
				all.bits[w] |= inner.bits[w];
		}
	return all;
}

/* May I take nothing? */
static bool
is_nullable(const struct shape_item *i)
{
	const struct shape_branch *b;
	const struct shape_item *k;

	if (i->least == 0 || i->kind == ITEM_REFERENCE)
		return true;
	if (i->kind != ITEM_GROUP)
		return i->kind == ITEM_ASSERTION;
	for (b = i->branches; b != NULL; b = b->next) {
		for (k = b->items; k != NULL && is_nullable(k); k = k->next)
			;
		if (k == NULL)
			return true;
	}
	return false;
}

/* Does a sibling of FRAME's item keep one turn from the next? */
static bool
is_separated(struct looking *l, const struct frame *f,
    const struct byte_set *bytes)
{
	const struct shape_item *k;
	struct byte_set other;

	for (; f != NULL; f = f->outer) {
		for (k = f->branch->items; k != NULL; k = k->next) {
			if (l->steps > STEPS_MAX)
				return true;
			if (k == f->item)
				continue;
			if (k->kind == ITEM_ASSERTION)
				return true;
			other = item_bytes(l, k);
			if (!is_nullable(k) && !overlap(&other, bytes))
				return true;
		}
	}
	return false;
}

/* Is there a repeat in BRANCHES, one turn of an outer one, that is not? */
static bool
has_inner(struct looking *l, const struct shape_branch *branches,
    const struct frame *outer)
{
	const struct shape_branch *b;
	const struct shape_item *i;
	struct byte_set bytes;

	for (b = branches; b != NULL; b = b->next)
		for (i = b->items; i != NULL; i = i->next) {
			struct frame f = { outer, b, i };

			if (is_repeated(i)) {
				bytes = item_bytes(l, i);
				if (!is_separated(l, &f, &bytes))
					return true;
			}
			if (i->kind == ITEM_GROUP && !i->atomic &&
			    has_inner(l, i->branches, &f))
				return true;
		}
	return false;
}

/* The bytes of B one by one; 0 when they are not so many for certain. */
static size_t
sequence(const struct shape_branch *b, const struct byte_set **sets)
{
	const struct shape_item *i;
	size_t count = 0;

	for (i = b->items; i != NULL; i = i->next) {
		if (i->kind != ITEM_BYTE || i->least != 1 || i->most != 1 ||
		    count == SEQUENCE_MAX)
			return 0;
		sets[count++] = &i->set;
	}
	return count;
}

/* Can some text be A's once or more, and B's as well? */
static bool
are_alike(const struct shape_branch *a, const struct shape_branch *b)
{
	const struct byte_set *x[SEQUENCE_MAX], *y[SEQUENCE_MAX];
	size_t m = sequence(a, x), n = sequence(b, y), i;

	if (m == 0 || n == 0 || (m % n != 0 && n % m != 0))
		return false;
	for (i = 0; i < m || i < n; i++)
		if (!overlap(x[i % m], y[i % n]))
			return false;
	return true;
}

static bool
has_alike(struct looking *l, const struct shape_branch *branches)
{
	const struct shape_branch *a, *b;

	for (a = branches; a != NULL; a = a->next)
		for (b = a->next; b != NULL && l->steps++ < STEPS_MAX;
		    b = b->next)
			if (are_alike(a, b))
				return true;
	return false;
}

static bool
may_fail(const struct shape_item *i)
{
	for (; i != NULL; i = i->next)
		if (i->kind == ITEM_ASSERTION || !is_nullable(i))
			return true;
	return false;
}

/* The first item that may; TAIL: something behind BRANCHES may fail. */
static const struct shape_item *
find(struct looking *l, const struct shape_branch *branches, bool tail)
{
	const struct shape_item *i, *found = NULL;
	const struct shape_branch *b;
	bool fails;

	for (b = branches; b != NULL && found == NULL; b = b->next)
		for (i = b->items; i != NULL && found == NULL; i = i->next) {
			fails = tail || may_fail(i->next);
			if (i->kind == ITEM_GROUP && is_repeated(i) && fails &&
			    (has_inner(l, i->branches, NULL) ||
			    has_alike(l, i->branches)))
				found = i;
			else if (i->branches != NULL)
				found = find(l, i->branches, fails &&
				    !i->atomic && i->kind == ITEM_GROUP);
		}
	return found;
}

bool
shape_backtracks(struct span pattern, struct span flags, enum regex_mode mode,
    size_t *offset)
{
	const struct shape_branch *branches;
	const struct shape_item *found = NULL;
	struct looking l = { 0 };
	struct arena arena;

	arena_init(&arena, SIZE_MAX);
	branches = shape_read(&arena, pattern, flags, mode);
	if (branches != NULL)
		found = find(&l, branches, false);
	if (found != NULL)
		*offset = found->offset;
	arena_release(&arena);
	return found != NULL;
}
