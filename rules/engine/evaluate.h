/*
 * evaluate.h - does a condition hold?
 *
 * Answers only ever go from UNKNOWN to another value, which then stays. The
 * answers of tests are remembered: for the message, or for a reading when they
 * belong to a recipient, so that no regex is run twice.
 */
#ifndef MILLGATE_EVALUATE_H
#define MILLGATE_EVALUATE_H

#include <stdint.h>

#include "rules/engine/session.h"

#define ELEMENT_ANY SIZE_MAX

/* Who asks, and for whom. */
struct question {
	struct reading *reading;	/* NULL: a rule that is the same for
					 * all */
	const struct rule *rule;
	size_t element;			/* of a family; ELEMENT_ANY: any */
};

/* Does RULE hold for READING (NULL: it is the same for all)? */
enum answer rule_holds(struct engine *e, const struct rule *rule,
    struct reading *reading);

/* Does condition C hold for Q? */
enum answer condition_answer(struct engine *e, const struct condition *c,
    const struct question *q);

/*
 * Does T hold when VALUES are what its fact has? BEYOND is set to whether a
 * limit of theirs had a part in the answer: NO, although what T asks for may
 * stand behind it; FAILED, for the same reason.
 */
enum answer values_test(struct engine *e, const struct test *t,
    const struct values *values, bool *beyond);

/* FAILED, and why: what is asked for may stand behind the limit of VALUES. */
enum answer values_cut_off(struct engine *e, const struct values *values);

/*
 * Search VALUE with REGEX within LIMITS; the REGEX_GROUPS_MAX groups of a match
 * go to GROUPS (NULL: nobody wants them). FAILED: a limit was hit, which counts
 * against the message and is told in e->regex_why; or so many were before that
 * it was not tried, which e->regex_refused tells.
 */
enum answer match_regex(struct engine *e, const struct regex *regex,
    struct span value, const struct regex_limits *limits,
    struct span *groups);

/* Does VALUE, of a fact of SLOT, satisfy matcher M? All matchers of L? */
enum answer matcher_test(struct engine *e, const struct matcher *m,
    const struct slot *slot, struct span value);
enum answer matchers_test(struct engine *e, const struct matcher_list *l,
    const struct slot *slot, struct span value);

/* Does NUMBER, in thousandths, have the relation of M? */
bool number_test(const struct matcher *m, int64_t number);

/*
 * The values of the fact in SLOT for R (NULL: for none in particular), which
 * must be known; one that waits is learnt now.
 */
const struct values *slot_values(struct engine *e, unsigned slot,
    const struct recipient *r);

/* The same of element ELEMENT alone; ONE holds it. */
const struct values *values_element(const struct values *values,
    size_t element, struct values *one);

/* NO for YES and the other way round. */
enum answer answer_not(enum answer a);

#endif
