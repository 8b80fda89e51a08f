/*
 * reading.h - how far the rules can be read, top to bottom, for a recipient.
 *
 * A rule that reads no fact of a recipient has one answer for all, so the rules
 * are two lists: the common ones are read once a message, the personal ones
 * for each recipient. A reading ends at whichever of the two has the first
 * rule, in file order, that gives a verdict and is not known not to hold.
 */
#ifndef MILLGATE_READING_H
#define MILLGATE_READING_H

#include "rules/engine/session.h"

/* Begin anew: nothing has been read. */
void reading_reset(struct engine *e);

/*
 * Read on for R (NULL: for none in particular) with what is known now, and
 * say where the reading ends. Costs what was not known before.
 */
struct outcome reading_outcome(struct engine *e, struct recipient *r);

/* Give R the reading that holds for no recipient in particular so far. */
void reading_begin(struct engine *e, struct recipient *r);

/*
 * The verdict at the end of a reading, which must not be UNKNOWN: the rule's
 * own, settings.on_error for one that failed, ACCEPT where no rule gave one.
 */
enum verdict_kind outcome_verdict(const struct engine *e,
    const struct outcome *o);

#endif
