/*
 * supervisor.h - the process that keeps the filter alive.
 *
 * It holds the sockets, hears signals and the service manager, and has a worker
 * do the filtering (worker.h). It never reads what comes from the network. Its
 * only thread; once in the life of a process.
 */
#ifndef MILLGATE_SUPERVISOR_H
#define MILLGATE_SUPERVISOR_H

#include <stdbool.h>

#include "milter/daemon/listener.h"
#include "milter/privileges.h"
#include "policy.h"

struct supervisor {
	const char *path;		/* of the rule file */
	struct policy *start;		/* whose settings the process has; a
					 * reference */
	struct policy *policy;		/* the last good one; a reference */
	bool foreground;
	struct identity identity;	/* of the worker */
	struct listener listener;	/* where MTAs connect */
	struct listener control;	/* where `millgate status` does */
	size_t descriptors;		/* that a process may have */
	void (*ready)(void *);		/* called once, when mail is filtered */
	void *ready_self;
};

/*
 * Keep a worker running until a signal says stop: SIGTERM lets messages that
 * are under way end, a second one or SIGINT does not; SIGHUP has the rules read
 * again. The sockets stay the caller's. Returns 0, or a status of sysexits(3);
 * the reason was logged, and printed when no worker has ever been ready.
 */
int supervise(struct supervisor *s);

#endif
