/*
 * relay.h - what is in the queue, sent on by SMTP (RFC 5321).
 *
 * A few connections at a time carry the messages that are due to the next
 * server. One that cannot be had, and recipients that are refused for now, are
 * tried again: after `first_wait`, twice that, … up to `most_wait`. What is
 * refused for good, or older than `give_up`, is reported and removed.
 */
#ifndef MILLGATE_SMTPD_RELAY_H
#define MILLGATE_SMTPD_RELAY_H

#include "milter/dial.h"
#include "milter/smtpd/loop.h"
#include "milter/smtpd/queue.h"
#include "milter/smtpd/workers.h"

struct relay_config {
	struct dial to;
	const char *host;	/* our name, for EHLO */
	unsigned first_wait;	/* seconds */
	unsigned most_wait;
	unsigned give_up;
	unsigned connections;	/* at a time */
	unsigned timeout;	/* seconds, for each answer; after a message
				 * twice that */
	void (*log)(const char *text);	/* one line, printable, in the loop's
					 * thread */
};

struct relay;

/* Begin with what is in the queue. All is borrowed but CONFIG itself, which is
 * copied. NULL: see ERROR. */
struct relay *relay_new(const struct relay_config *config, struct queue *queue,
    struct loop *loop, struct workers *workers, struct error *error);

/* A message was put into the queue. */
void relay_wake(struct relay *r);

/*
 * Begin no message any more. One that was sent as a whole is the next server's
 * as well, until it says what became of it: whenever the last of those is
 * settled STOPPED(SELF) is called. Of the others nothing is lost by
 * relay_free(). To be called once.
 */
void relay_stop(struct relay *r, void (*stopped)(void *self), void *self);

/* Is there no message of which only the answer is missing? */
bool relay_is_idle(const struct relay *r);

/*
 * Hang up; what is not sent stays in the queue. WORKERS may have been freed
 * before, or else have to be after, and QUEUE be closed then: what they still
 * write for the relay is what was sent. NULL is allowed.
 */
void relay_free(struct relay *r);

#endif
