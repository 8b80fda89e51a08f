/*
 * edits.h - from the actions of the rules that hold to operations on a message.
 */
#ifndef MILLGATE_EDITS_H
#define MILLGATE_EDITS_H

#include "rules/engine/session.h"

/*
 * Gather the edits of the message, which is at its end and accepted: in file
 * order, of each rule that reading_applies() to somebody, expanded for the
 * first such recipient. Recipients whose outcome is DISCARD are removed. All
 * are put into V. -1 when memory is used up.
 */
int edits_resolve(struct engine *e, struct verdict *v);

/*
 * The same of RULE alone, expanded for R, with whatever fields E holds.
 */
int edits_of_rule(struct engine *e, const struct rule *rule,
    const struct recipient *r, struct verdict *v);

#endif
