/*
 * branch.h - why a condition holds: the first branch that does.
 *
 * `then` may use what a regex of that branch captured, the element of a family
 * that it tested, or the right-hand side of the table entry that it found. All
 * are found by walking the branch once more, for the one rule that needs it,
 * rather than being kept for every rule; e->branch keeps them for that one.
 */
#ifndef MILLGATE_BRANCH_H
#define MILLGATE_BRANCH_H

#include "rules/engine/session.h"

/*
 * What the first regex of the branch captured by which RULE, which holds, does
 * so for R (NULL: for no one in particular). It lasts until something is asked
 * of another rule or recipient.
 */
const struct capture *branch_capture(struct engine *e,
    const struct rule *rule, const struct recipient *r);

/*
 * The number of the element of SLOT's family that satisfied RULE's condition;
 * 0, the first, when it asked for none.
 */
size_t branch_element(struct engine *e, const struct rule *rule,
    const struct recipient *r, unsigned slot);

/* The right-hand side of the first table entry found; empty: there is none. */
struct span branch_table_value(struct engine *e, const struct rule *rule,
    const struct recipient *r);

/* Forget what was found: another message begins. */
void branch_forget(struct engine *e);

/* Do the facts of slots A and B speak of the same elements? */
bool slots_are_family(const struct slot *a, const struct slot *b);

#endif
