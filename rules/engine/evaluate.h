/*
 * evaluate.h - does a condition hold, for a recipient or for none in
 * particular?
 *
 * Answers only ever go from UNKNOWN to another value, which then stays. The
 * answers of tests that belong to no recipient are remembered for the message,
 * so that no regex is run twice.
 */
#ifndef MILLGATE_EVALUATE_H
#define MILLGATE_EVALUATE_H

#include "rules/engine/session.h"

/* The values of the fact in SLOT for R; it must be known. */
const struct values *slot_values(const struct engine *e, unsigned slot,
    const struct recipient *r);

/* Does one value of a fact of this SLOT satisfy matcher M? */
enum answer matcher_test(struct engine *e, const struct matcher *m,
    const struct slot *slot, struct span value);

/* Does condition C hold for R (NULL: for none in particular)? */
enum answer condition_answer(struct engine *e, const struct condition *c,
    const struct recipient *r);

/* Does rule RULE hold for R (NULL: for none in particular)? */
enum answer rule_holds(struct engine *e, const struct rule *rule,
    const struct recipient *r);

#endif
