/*
 * literals.h - tests of a recipient's facts, answered all at once.
 *
 * A policy may name thousands of mailboxes, a rule each, and a message may have
 * a thousand recipients. So tests that ask whether a fact is this or that text
 * are found by hash of the fact's value; the others are made one by one.
 */
#ifndef MILLGATE_LITERALS_H
#define MILLGATE_LITERALS_H

#include "rules/engine/session.h"

/*
 * Load time: sort the personal tests of P, which are numbered, and find out
 * which rules cannot hold without a certain one.
 */
void literals_build(struct policy *p);

/* Put the answers of all personal tests for R into e->personal. */
void literals_test(struct engine *e, const struct recipient *r);

#endif
