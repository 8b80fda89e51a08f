/*
 * child.h - the worker, as the supervisor has it: a process and a channel.
 *
 * For the supervisor's only thread.
 */
#ifndef MILLGATE_CHILD_H
#define MILLGATE_CHILD_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "milter/daemon/worker.h"

struct child {
	pid_t pid;		/* 0: there is none */
	int channel;		/* to it; -1: there is none */
	int64_t born;		/* when it was forked, by clock_ms() */
};

#define CHILD_NONE { .channel = -1 }

/*
 * Fork a process that does worker_run(W) and ends with its status; a failure
 * is in the log then and, with IS_FIRST, on standard error. W->channel is set
 * here. -1 and ERROR when there is no process to be had.
 */
int child_begin(struct child *c, struct worker *w, bool is_first,
    struct error *error);

/* Has it ended? Then *STATUS is as from waitpid(2), and there is none. */
bool child_ended(struct child *c, int *status);

/* How a process that ended with STATUS did so, for people: "was ended by…". */
#define CHILD_END_MAX 96
void child_describe_end(int status, char text[CHILD_END_MAX]);

#endif
