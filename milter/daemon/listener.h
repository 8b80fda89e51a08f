/*
 * listener.h - the one who listens at a place, and nobody else.
 *
 * A listener holds a lock beside its unix socket from before the socket exists
 * until after it is gone, so a second program can neither take a path that is
 * in use nor lose a race for it. libmilter opens the socket between
 * listener_claim() and listener_publish(). Used by the main thread only.
 *
 * Functions return 0, or the status of sysexits(3) to end with; the error then
 * says why.
 */
#ifndef MILLGATE_LISTENER_H
#define MILLGATE_LISTENER_H

#include <sys/stat.h>
#include <sys/types.h>

#include "rules/base/listen_spec.h"

struct listener {
	struct listen_spec spec;	/* its host a number once claimed */
	mode_t mode;			/* of a unix socket */
	gid_t group;			/* of a unix socket; -1: as it comes */
	char lock_path[LISTEN_PATH_MAX + sizeof ".lock"];
	int lock_fd;			/* -1: none */
	struct stat socket;		/* ours, by st_dev and st_ino */
	bool published;
};

/*
 * Claim SPEC: refuse when somebody answers there or when something that is not
 * a socket is in the way, remove a socket that nobody listens on. GROUP is the
 * name that a unix socket's group shall have, or NULL.
 */
int listener_claim(struct listener *l, const struct listen_spec *spec,
    mode_t mode, const char *group, struct error *error);

/* The umask under which the socket must be created to get its mode. */
mode_t listener_umask(const struct listener *l);

/* The socket exists: give it its group, and make sure of its mode. */
int listener_publish(struct listener *l, struct error *error);

/*
 * Remove the socket and the lock, if they are still ours. May be called after a
 * failure, and again.
 */
void listener_release(struct listener *l);

#endif
