/*
 * worker.h - the process that filters mail.
 *
 * The supervisor forks it and hands over all that it needs; when it crashes, the
 * supervisor starts another one.
 */
#ifndef MILLGATE_WORKER_H
#define MILLGATE_WORKER_H

#include <stdbool.h>

#include "milter/daemon/control.h"
#include "milter/daemon/listener.h"
#include "milter/privileges.h"
#include "policy.h"

/* All of it is the supervisor's, and lives as long as the worker. */
struct worker {
	const struct settings *start;	/* what the process was started with */
	struct policy *policy;		/* to begin with */
	const char *path;		/* of the rule file, for reloads */
	bool foreground;		/* for log_open() */
	const struct identity *identity;
	struct listener *listener;	/* claimed, and bound where libmilter
					 * takes a socket from others */
	int control;			/* listening socket, or -1 */
	struct control_facts facts;
	size_t descriptors;		/* that the process may have */
	int channel;			/* to the supervisor */
};

/*
 * Filter mail until the supervisor says stop, or is gone. In a process that
 * was just forked and has one thread; to be followed by exit(3), for threads of
 * libmilter may still be running. Returns 0, or a status of sysexits(3) with
 * the reason in ERROR.
 */
int worker_run(struct worker *w, struct error *error);

#endif
