/*
 * daemon.h - the filter, as the commands see it.
 */
#ifndef MILLGATE_DAEMON_H
#define MILLGATE_DAEMON_H

#include <stdbool.h>

#include "build_info.h"
#include "policy.h"

struct daemon_options {
	const char *path;	/* of the rule file, for reloads */
	bool foreground;	/* stay with the terminal */
	bool allow_root;	/* filter as root if nobody else is named */
};

/*
 * Listen where POLICY's settings say and judge what comes, until SIGTERM or
 * SIGINT. Adopts the caller's reference to POLICY. Returns a status of
 * sysexits(3); the reason of a failure was printed to standard error. Once in
 * the life of a process, which is to end after it; without options.foreground
 * the calling process ends here, and another one goes on.
 */
int daemon_run(struct policy *policy, const struct daemon_options *options);

/* libmilter, as compiled with and as found at run time; COUNT rows. */
const struct build_component *daemon_components(size_t *count);

#endif
