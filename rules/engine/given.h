/*
 * given.h - facts that a rule's test gives.
 */
#ifndef MILLGATE_GIVEN_H
#define MILLGATE_GIVEN_H

#include "rules/engine/session.h"

/*
 * Give E's message, and R, its only recipient, the COUNT facts at GIVEN and
 * what follows from them, unless that is given as well: the parts of an
 * address, what a header field says, the extension of a file name, the host of
 * a URL. All other facts have no value. -1: no memory.
 */
int given_take(struct engine *e, struct recipient *r,
    const struct given_fact *given, size_t count);

#endif
