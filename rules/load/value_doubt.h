/*
 * value_doubt.h - values that a fact never has.
 */
#ifndef MILLGATE_VALUE_DOUBT_H
#define MILLGATE_VALUE_DOUBT_H

#include "rules/load/load.h"

/*
 * Can a fact of KIND be equal to the scalar N, or, if LISTED, be found by it in
 * a table? 0: why not; 1: never, and a warning says so; -1: never, and that is
 * an error, which has been reported. What LISTED is never an error, for other
 * facts may be looked up there.
 */
int value_doubt(const struct node *n, const struct fact_kind *kind,
    bool listed);

#endif
