/*
 * in_force.h - the plan that sessions to come are judged by.
 *
 * One at a time; a reload puts another in its place, and the sessions that are
 * open keep theirs. Any thread; nothing waits longer than a pointer is copied.
 */
#ifndef MILLGATE_IN_FORCE_H
#define MILLGATE_IN_FORCE_H

#include "milter/daemon/plan.h"

/* The plan in force, with a reference for the caller. */
struct plan *in_force_take(void);

/* PLAN is in force from now on; the caller's reference is adopted. */
void in_force_put(struct plan *plan);

/* How many plans have been in force so far, this one included. */
uint64_t in_force_count(void);

#endif
