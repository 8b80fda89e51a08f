/*
 * daemon.h - the filter, as the commands see it.
 */
#ifndef MILLGATE_DAEMON_H
#define MILLGATE_DAEMON_H

#include "build_info.h"
#include "policy.h"

/*
 * Listen where POLICY's settings say and judge what comes, until SIGTERM,
 * SIGINT or SIGHUP. Returns 0, or a status of sysexits(3) with the reason in
 * ERROR. Once in the life of a process, which is to end after it: threads of
 * libmilter may still be running, and POLICY with them.
 */
int daemon_run(struct policy *policy, struct error *error);

/* libmilter, as compiled with and as found at run time; COUNT rows. */
const struct build_component *daemon_components(size_t *count);

#endif
