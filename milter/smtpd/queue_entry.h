/*
 * queue_entry.h - what is kept in memory of each message in a queue, and the
 * queue as the relay sees it.
 *
 * A queue may be long, so this is little; all else is read when its turn has
 * come. An entry belongs to the queue until it is taken by queue_take(), then
 * to the relay.
 */
#ifndef MILLGATE_SMTPD_QUEUE_ENTRY_H
#define MILLGATE_SMTPD_QUEUE_ENTRY_H

#include "milter/smtpd/loop.h"
#include "milter/smtpd/queue.h"
#include "milter/smtpd/queue_disk.h"
#include "milter/smtpd/queue_state.h"

/* A file's name: 16 hexadecimal digits, a dot, the queue id; with its NUL. The
 * digits are the microsecond in which it came, or more: they only grow. */
#define QUEUE_NAME_MAX (17 + SMTP_NAME_MAX)

struct queue_entry {
	char name[QUEUE_NAME_MAX];	/* of its files */
	int64_t arrived;		/* seconds since the epoch */
	int64_t next_try;		/* the same; 0: now */
	unsigned tries;			/* that there were */

	/* Whoever has it: */
	struct queue_entry *next;
	struct queue_entry *previous;
	struct loop_timer timer;
	int64_t expires;		/* as loop_now() */
	struct queue_state *unsaved;	/* could not be written; owned */
	size_t next_recipient;		/* the next transaction begins there */
	bool deferred;			/* some were, since it was put off */
	void *owner;
	bool due;			/* the timer is for `expires` */
};

/* All that came since the last call, in this order, linked by `next`. The
 * loop's thread, or any one thread. */
struct queue_entry *queue_take(struct queue *q);

/* Free E; its files stay. NULL is allowed. */
void queue_entry_free(struct queue_entry *e);

/* Its folders. */
const struct queue_disk *queue_disk_of(const struct queue *q);

/* What was found at the start and is not the queue's: "" or one line. */
const char *queue_strangers(const struct queue *q);

#endif
