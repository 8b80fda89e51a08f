/*
 * queue_state.h - how far a message in the queue is.
 *
 *	millgate-state 1 3			number of recipients
 *	tries 2
 *	next 1700000300				seconds since the epoch
 *	status d.r				one letter for each recipient
 *	reply 1 450 4.2.0 try again later	of those that have one
 *	reply 2 550 5.1.1 no such user
 *	end
 *
 * The file is replaced as a whole. A message that nobody tried has none.
 */
#ifndef MILLGATE_SMTPD_QUEUE_STATE_H
#define MILLGATE_SMTPD_QUEUE_STATE_H

#include <stdint.h>

#include "milter/smtpd/queue_disk.h"

enum queue_status {
	QUEUE_WAITING = '.',
	QUEUE_DELIVERED = 'd',
	QUEUE_REFUSED = 'r',	/* for good; to be reported */
	QUEUE_REPORTED = 'f',
};

/* Bytes of a reply, with its NUL; printable ASCII. */
#define QUEUE_REPLY_MAX 256

struct queue_state {
	unsigned tries;
	int64_t next_try;	/* seconds since the epoch; 0: none is set */
	size_t count;		/* of recipients */
	char *status;		/* of each, an enum queue_status; owned */
	char **reply;		/* the last; NULL: none; owned */
};

/* One of COUNT recipients that all wait. NULL: there is no memory. */
struct queue_state *queue_state_new(size_t count);
void queue_state_free(struct queue_state *s);

/* Give recipient I this status and a copy of REPLY, cut as needed; what is not
 * printable becomes a question mark. A copy that cannot be had is left out. */
void queue_state_set(struct queue_state *s, size_t i,
    enum queue_status status, const char *reply);

/* How many are STATUS? */
size_t queue_state_count(const struct queue_state *s,
    enum queue_status status);

/* Replace the file NAME; it is durable then. -1: errno. */
int queue_state_write(const struct queue_disk *d, const char *name,
    const struct queue_state *s);

/* The file NAME; NULL and errno when it cannot be read: ENOENT: there is none,
 * EINVAL: it is not whole. */
struct queue_state *queue_state_read(const struct queue_disk *d,
    const char *name);

#endif
