/*
 * suggest.h - the known word that somebody probably meant.
 *
 * Feed it every word that would have been right; it keeps the nearest.
 */
#ifndef MILLGATE_SUGGEST_H
#define MILLGATE_SUGGEST_H

#include "error.h"
#include "span.h"

#define SUGGEST_WORD_MAX 64	/* nobody mistypes a longer one by a letter */

struct suggestion {
	struct span word;	/* what was written */
	struct span best;	/* nearest so far; empty: none is near */
	unsigned distance;
};

/* Begin for WORD, which must outlive S. */
void suggest_init(struct suggestion *s, struct span word);

/* KNOWN would have been right; it must outlive S. */
void suggest_consider(struct suggestion *s, struct span known);

/* Add "did you mean '…'?" to P if some word was near. */
void suggest_hint(const struct suggestion *s, struct problem *p);

#endif
