/*
 * gate.h - let libmilter accept connections only while there is room.
 *
 * libmilter answers a lack of descriptors by trying again, without a pause and
 * for ever. So the number of its listening socket is made a gate: open, it is
 * the socket that MTAs connect to; closed, it is a pipe in which nothing ever
 * comes, put in its place with dup2(2). Connections then wait in the kernel's
 * queue, which is what they would do anyway, and libmilter sleeps.
 *
 * The worker's main thread opens and closes it.
 */
#ifndef MILLGATE_GATE_H
#define MILLGATE_GATE_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

#include "error.h"

struct gate {
	int real;		/* the socket that MTAs connect to */
	int idle;		/* a pipe's end where nothing ever comes */
	int silent;		/* its other end, which keeps it open */
	int put;		/* libmilter's number: one of the two */
	size_t descriptors;	/* that the process may have */
	size_t connections;	/* that may be open at a time */
	bool open;
	bool has_thread;
	pthread_t thread;	/* libmilter's */
};

/*
 * Make a gate of LISTENER, the listening socket that libmilter has, whoever made
 * it; it becomes non-blocking. DESCRIPTORS is the process's limit; MOST
 * connections are let in at a time, or as many as descriptors allow when that is
 * less, or when MOST is 0: some are always kept for what else needs one. The
 * gate is open. -1 and ERROR on failure.
 */
int gate_init(struct gate *g, int listener, size_t descriptors, size_t most,
    struct error *error);

/*
 * libmilter's loop, smfi_main(), runs in THREAD, which is not joined before the
 * last gate_tend() and does not block SIGUSR1: that wakes it when the gate opens
 * or closes, and does nothing else in this process from now on. Otherwise it
 * looks only every five seconds.
 */
void gate_serves(struct gate *g, pthread_t thread);

/* How many connections are let in at a time. */
size_t gate_limit(const struct gate *g);

/*
 * Look whether there is room, with SESSIONS known to be open (connections that
 * have said nothing yet are no sessions), and open or close the gate. Returns
 * true when that changed. To be called several times a second, for what has
 * connected since is not known otherwise.
 */
bool gate_tend(struct gate *g, size_t sessions);

bool gate_is_open(const struct gate *g);

#endif
