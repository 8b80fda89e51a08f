/*
 * relay_link.h - a connection to the next server, and the message on it.
 *
 * For the loop's thread.
 */
#ifndef MILLGATE_SMTPD_RELAY_LINK_H
#define MILLGATE_SMTPD_RELAY_LINK_H

#include "milter/smtpd/relay_core.h"

enum relay_link_state {
	RELAY_LINK_FREE,
	RELAY_LINK_CONNECTING,
	RELAY_LINK_TALKING,	/* the server has not greeted us yet */
	RELAY_LINK_READY,
	RELAY_LINK_CLOSED,	/* but its message is not put away yet */
};

/* What a worker is doing for it; nothing else moves then. */
enum relay_link_job {
	RELAY_LINK_NO_JOB,
	RELAY_LINK_LOADS,	/* the envelope */
	RELAY_LINK_READS,	/* a piece of the message */
	RELAY_LINK_FINISHES,	/* writes down what became of it */
};

struct relay_link {
	struct relay *relay;
	enum relay_link_state state;
	struct loop_watch watch;
	struct loop_timer timer;
	struct relay_dialogue dialogue;
	enum relay_want want;
	enum relay_link_job job;
	bool at_once;			/* what is left over is due now */
	unsigned long answered;		/* messages on this connection */
	uint64_t awaited;		/* what the timer was set for; 0: it
					 * is not set */
	struct relay_attempt attempt;
};

/* A free one. */
void relay_link_init(struct relay_link *l, struct relay *r);

/* Connect. -1: errno; it is free again. */
int relay_link_open(struct relay_link *l);

/* Has the server not greeted it yet? */
bool relay_link_is_opening(const struct relay_link *l);

/* Has the server got all of a message, and not answered it yet? */
bool relay_link_is_judged(const struct relay_link *l);

/* Hang up, whatever is under way but a job; it is not to be used again. */
void relay_link_release(struct relay_link *l);

#endif
