/*
 * suggest.c - the known word that somebody probably meant.
 *
 * Near means: few letters to insert, leave out, change or swap with their
 * neighbour (the optimal string alignment distance), no more than a third of
 * the word.
 */
#include "config.h"

#include "rules/base/suggest.h"

void
suggest_init(struct suggestion *s, struct span word)
{
	s->word = word;
	s->best = span_make(NULL, 0);
	s->distance = (unsigned)(word.len + 2) / 3 + 1;
}

static unsigned
least(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

static bool
are_swapped(struct span a, struct span b, size_t i, size_t j)
{
	return i > 1 && j > 1 &&
	    ascii_lower(a.ptr[i - 1]) == ascii_lower(b.ptr[j - 2]) &&
	    ascii_lower(a.ptr[i - 2]) == ascii_lower(b.ptr[j - 1]);
}

/* Three rows of the table are enough: this one and the two above it. */
static unsigned
distance(struct span a, struct span b)
{
	unsigned row[3][SUGGEST_WORD_MAX + 1], *now, *last, *before, cost;
	size_t i, j;

	for (j = 0; j <= b.len; j++)
		row[0][j] = (unsigned)j;
	for (i = 1; i <= a.len; i++) {
		now = row[i % 3];
		last = row[(i - 1) % 3];
		before = row[(i + 1) % 3];
		now[0] = (unsigned)i;
		for (j = 1; j <= b.len; j++) {
			cost = ascii_lower(a.ptr[i - 1]) !=
			    ascii_lower(b.ptr[j - 1]);
			now[j] = least(least(now[j - 1], last[j]) + 1,
			    last[j - 1] + cost);
			if (are_swapped(a, b, i, j))
				now[j] = least(now[j], before[j - 2] + 1);
		}
	}
	return row[a.len % 3][b.len];
}

void
suggest_consider(struct suggestion *s, struct span known)
{
	unsigned d;

	if (s->word.len > SUGGEST_WORD_MAX || known.len > SUGGEST_WORD_MAX)
		return;
	d = distance(s->word, known);
	if (d < s->distance) {
		s->distance = d;
		s->best = known;
	}
}

void
suggest_hint(const struct suggestion *s, struct problem *p)
{
	if (s->best.len > 0)
		problem_hint(p, "did you mean '%.*s'?", (int)s->best.len,
		    s->best.ptr);
}
