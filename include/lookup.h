/*
 * lookup.h - answers from outside: the shape that every backend has.
 *
 * A look-up is started as soon as its key is known and taken when a rule cannot
 * do without it. start() never blocks; take() waits no longer than its
 * deadline. Between the two a session goes on with other events, for libmilter
 * gives its callbacks few threads. A replay answers from the recording through
 * the same functions. This version has no backend.
 */
#ifndef MILLGATE_LOOKUP_H
#define MILLGATE_LOOKUP_H

#include <stdint.h>

#include "error.h"
#include "span.h"

enum lookup_answer {
	LOOKUP_NO,
	LOOKUP_YES,
	LOOKUP_PENDING,		/* not yet; ask again */
	LOOKUP_FAILED,		/* there will be no answer; error says why */
};

/* What is asked. All spans are borrowed for the call to start(). */
struct lookup_key {
	struct span kind;	/* "dnsbl", "resolves", "rate", "greylist" */
	struct span source;	/* the zone, the record type, the counter */
	struct span key;	/* the expanded key */
};

/* A question that is under way. Owned by the backend until it is taken. */
struct lookup_ticket;

/*
 * A backend. SELF is its own state, shared by all sessions, so its functions
 * may be called from several threads at once; a ticket is used by one.
 */
struct lookup_backend {
	const char *name;

	/* Begin; never blocks. NULL when it cannot: ERROR says why. */
	struct lookup_ticket *(*start)(void *self,
	    const struct lookup_key *key, struct error *error);

	/*
	 * The answer, waited for until DEADLINE (nanoseconds of
	 * CLOCK_MONOTONIC; 0: do not wait). Any answer but LOOKUP_PENDING
	 * frees the ticket.
	 */
	enum lookup_answer (*take)(void *self, struct lookup_ticket *ticket,
	    uint64_t deadline, struct error *error);

	/* Nobody wants the answer any more; frees the ticket. */
	void (*drop)(void *self, struct lookup_ticket *ticket);
};

#endif
