/*
 * enough.h - can more of the body still change anything?
 */
#ifndef MILLGATE_ENOUGH_H
#define MILLGATE_ENOUGH_H

#include "rules/engine/session.h"

/*
 * At EVENT_BODY, of which E has learnt: will verdict, edits and what is logged
 * be the same whatever follows of the body? False when that is not known.
 */
bool body_is_enough(struct engine *e);

#endif
