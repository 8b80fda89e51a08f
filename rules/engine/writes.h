/*
 * writes.h - what is written to one slot, write by write: what written.c and
 * written_test.c share.
 */
#ifndef MILLGATE_WRITES_H
#define MILLGATE_WRITES_H

#include "rules/engine/session.h"

/* Writes to a slot above a rule, one by one, with their rules' answers. */
struct writes {
	struct engine *engine;
	struct reading *reading;
	const struct slot *slot;
	size_t limit;
	size_t next;
	bool unknown;		/* one that counts was UNKNOWN */
};

/* Those to SLOT, as R sees them above rule number LIMIT. */
struct writes writes_to(struct engine *e, unsigned slot, struct reading *r,
    size_t limit);

/* The next one whose rule is not known not to hold; NULL behind the last. */
const struct write *writes_next(struct writes *s, enum answer *answer);

/*
 * The last one whose rule is not known not to hold, with that rule's answer;
 * NULL and YES: there is none. Of a variable it is the one that counts. HELD:
 * rules that could not be judged are skipped, as they are in all else they do.
 */
const struct write *writes_last(const struct writes *s, bool held,
    enum answer *answer);

/* What W, to a variable by a rule that holds for R, has set it to. */
struct span writes_var(struct engine *e, const struct write *w,
    struct reading *r);

#endif
