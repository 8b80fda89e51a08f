/*
 * edits.h - from the actions of the rules that hold to operations on fields.
 */
#ifndef MILLGATE_EDITS_H
#define MILLGATE_EDITS_H

#include "rules/engine/session.h"

/*
 * Gather the edits of the message, which is at its end and accepted: in file
 * order, of each rule that is reached and holds for a recipient, expanded for
 * the first such one. They are put into V. -1 when memory is used up.
 */
int edits_resolve(struct engine *e, struct verdict *v);

/*
 * Can no rule above number LIMIT edit any more, for R (NULL: whoever may still
 * come)?
 */
bool edits_are_ruled_out(struct engine *e, size_t limit,
    const struct recipient *r);

#endif
