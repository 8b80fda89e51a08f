/*
 * written.h - what rules tell each other: score, labels, variables.
 *
 * Each belongs to one reading, and to a place in it: a rule sees what the rules
 * above it have written. While one of those is unknown, so is what is written,
 * unless what is known decides.
 */
#ifndef MILLGATE_WRITTEN_H
#define MILLGATE_WRITTEN_H

#include "rules/engine/session.h"

/*
 * Ask the rules above number LIMIT that write, so that none has to be asked
 * while another is. R is NULL for rules that are the same for all.
 */
void written_settle(struct engine *e, struct reading *r, size_t limit);

/*
 * The same for RULE, which holds for R (NULL: for no one in particular), before
 * anything is expanded: variables are expanded with the same buffers.
 */
void written_settle_above(struct engine *e, const struct rule *rule,
    const struct recipient *r);

/* Does test T hold for rule RULE, whose writers have been settled? */
enum answer written_test(struct engine *e, const struct test *t,
    struct reading *r, const struct rule *rule);

/* Are all writers to SLOT above RULE known (they may have failed)? */
enum answer written_is_known(struct engine *e, unsigned slot,
    struct reading *r, const struct rule *rule);

/*
 * What SLOT holds for RULE as text: a score with up to three decimals, the
 * first label, the last value set. A NULL ptr: nothing. It lasts as long as the
 * message, a score until the next call.
 */
struct span written_value(struct engine *e, unsigned slot,
    struct reading *r, const struct rule *rule);

/* The score above rule number LIMIT, unknown and failed rules left out. */
int64_t written_score(struct engine *e, struct reading *r, size_t limit);

/* Is LABEL written above rule number LIMIT by a rule that is known to hold? */
bool written_label(struct engine *e, struct reading *r, size_t limit,
    struct span label);

#endif
