/*
 * listener.h - the one who listens at a place, and nobody else.
 *
 * A listener holds a lock beside its unix socket from before the socket exists
 * until after it is gone, so a second program can neither take a path that is
 * in use nor lose a race for it.
 *
 * There are two ways from listener_claim() to listener_release(). Either
 * listener_bind() makes the socket. Or libmilter does, in a child that sets the
 * umask before and calls listener_publish() after (which of its descriptors it
 * is tells listener_find()); the parent then calls
 * listener_retract() when the child has ended.
 *
 * For one process, before it has threads (the umask is the process's); a forked
 * child may use `fd`, and releases nothing.
 *
 * Functions return 0, or the status of sysexits(3) to end with; the error then
 * says why.
 */
#ifndef MILLGATE_LISTENER_H
#define MILLGATE_LISTENER_H

#include <sys/stat.h>
#include <sys/types.h>

#include "rules/base/listen_spec.h"

/*
 * MTAs that may wait to be let in, whoever makes the socket; the kernel has a
 * bound of its own.
 */
#define LISTENER_BACKLOG 512

struct listener {
	struct listen_spec spec;	/* its host a number once claimed */
	mode_t mode;			/* of a unix socket */
	gid_t group;			/* of a unix socket; -1: as it comes */
	char lock_path[LISTEN_PATH_MAX + sizeof ".lock"];
	int lock_fd;			/* -1: none */
	int fd;				/* it listens; -1: none of ours */
	struct stat socket;		/* ours, by st_dev and st_ino */
	bool published;
};

/* One that has claimed nothing; it may be released. */
#define LISTENER_NONE { .lock_fd = -1, .fd = -1 }

/*
 * Claim SPEC: refuse when somebody answers there or when something that is not
 * a socket is in the way, remove a socket that nobody listens on. GROUP is the
 * name that a unix socket's group shall have, or NULL.
 */
int listener_claim(struct listener *l, const struct listen_spec *spec,
    mode_t mode, const char *group, struct error *error);

/*
 * Give a unix socket to GROUP unless listener_claim() was told which: so that a
 * program that will give root up admits others by its own group.
 */
void listener_default_group(struct listener *l, gid_t group);

/*
 * Make the socket, as `fd`, close-on-exec: BACKLOG connections may wait. A unix
 * socket has its group and mode before anybody can connect; its owner is the
 * caller.
 */
int listener_bind(struct listener *l, int backlog, struct error *error);

/* The umask under which a unix socket must be created to get its mode. */
mode_t listener_umask(const struct listener *l);

/*
 * A unix socket exists, nothing is done for others: give it its group, and make
 * sure of that and of its mode.
 */
int listener_publish(struct listener *l, struct error *error);

/*
 * The socket of this process that listens at the place, made by somebody else
 * here; -1 when there is none.
 */
int listener_find(const struct listener *l);

/*
 * Remove the unix socket that a child has left behind, so that the next one can
 * make its own; the lock stays. Refuses when somebody listens on it. Not for a
 * socket of listener_bind().
 */
int listener_retract(struct listener *l, struct error *error);

/*
 * Close the socket; remove it and the lock, if they are still ours. May be
 * called after a failure, and again.
 */
void listener_release(struct listener *l);

/*
 * For listener_claim() and listener_bind(): a socket that listens at ADDRESS.
 * -1: errno says why.
 */
struct addrinfo;
int listener_open_port(const struct addrinfo *address, int backlog);

#endif
