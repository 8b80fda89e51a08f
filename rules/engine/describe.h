/*
 * describe.h - what reports say about a policy, found once.
 */
#ifndef MILLGATE_DESCRIBE_H
#define MILLGATE_DESCRIBE_H

#include "rules/engine/parts.h"

/*
 * Fill `info` of all rules of P, which is otherwise complete, and the names of
 * its facts; policy_rule() and policy_fact() show them. Load time.
 */
void describe_rules(struct policy *p);

/* The events that S is learnt from, as bits; 0: rules write it. */
unsigned describe_events(const struct slot *s);

#endif
