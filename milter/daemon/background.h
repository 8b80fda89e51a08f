/*
 * background.h - leave the terminal, once there is something to leave it for.
 *
 * The program that was started waits until the daemon is ready, or has failed,
 * and ends with its status: who starts it knows how it went.
 */
#ifndef MILLGATE_BACKGROUND_H
#define MILLGATE_BACKGROUND_H

#include "error.h"

struct background {
	int tell;	/* the end of a pipe that the first process reads */
};

/*
 * Fork. The first process does not return from this: it exits with 0 when
 * background_ready() is called, else with the status of the daemon. The second
 * goes on, in a session of its own, in the root directory, with the terminal
 * still there for what may go wrong. -1 and ERROR when it cannot be done.
 */
int background_begin(struct background *b, struct error *error);

/* The daemon is ready: SELF, a struct background, tells the first process. */
void background_ready(void *self);

/*
 * Standard input, output and error are the null device from now on: each process
 * of the daemon lets the terminal go when it has nothing to say there any more.
 */
void background_let_go(void);

#endif
