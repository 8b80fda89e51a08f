/*
 * reading.h - how far the rules can be read, top to bottom, for a recipient.
 *
 * A rule that reads no fact of a recipient has one answer for all, so the rules
 * are two lists: the common ones are read once a message, the personal ones
 * once for each set of recipients whose facts satisfy the same tests. A reading
 * ends at whichever of the two has the first rule, in file order, that gives a
 * verdict and is not known not to hold.
 *
 * An answer that is not UNKNOWN never changes and is kept; an UNKNOWN one is
 * asked for again only when a fact that its rule reads has become known. All
 * functions read the view e->view.
 */
#ifndef MILLGATE_READING_H
#define MILLGATE_READING_H

#include "rules/engine/session.h"

/* Begin anew: nothing has been read of what is known from MAIL on. */
void reading_reset(struct engine *e);

/* Does RULE hold for R? */
enum answer reading_answer(struct engine *e, const struct rule *rule,
    struct reading *r);

/* Read on for R with what is known now, and say where the reading ends. */
struct outcome reading_outcome(struct engine *e, struct reading *r);

/* Find R, whose facts are known, the reading that is its own. -1: no memory. */
int reading_begin(struct engine *e, struct recipient *r);

/*
 * The verdict at the end of a reading, which must not be UNKNOWN: the rule's
 * own, settings.on_error for one that failed, ACCEPT where no rule gave one.
 */
enum verdict_kind outcome_verdict(const struct engine *e,
    const struct outcome *o);

/*
 * What is known without asking any rule. The next rule from place *AT on that
 * holds, in file order: of R's own, or with R NULL of those that are the same
 * for all. *AT is then behind it; NULL: there is none.
 */
const struct rule *reading_next_held(const struct engine *e,
    const struct reading *r, size_t *at);

/* The number of the last rule that R has reached; SIZE_MAX: it reaches all. */
size_t reading_reach(const struct engine *e, const struct reading *r);

/* Can no rule above number LIMIT edit, quarantine or log any more, for R? */
bool reading_is_quiet(struct engine *e, struct reading *r, size_t limit);

/*
 * At the end of a message that is accepted: the first recipient in RCPT order
 * that is left, whose outcome is ACCEPT, and for whom RULE is reached and
 * holds. A message without recipients is read for none in particular: *WHO is
 * then NULL. False: there is none. A rule that could not be judged is logged as
 * skipped.
 */
bool reading_applies(struct engine *e, const struct rule *rule,
    const struct recipient **who);

#endif
