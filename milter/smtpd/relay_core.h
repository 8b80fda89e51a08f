/*
 * relay_core.h - what a relay's connections share: whose turn it is, and how
 * the next server is.
 *
 * An entry is in one place at a time: it waits for its time (its timer is set),
 * or it is due, or it is to be given up, or a connection or the chore has it.
 *
 * For the loop's thread.
 */
#ifndef MILLGATE_SMTPD_RELAY_CORE_H
#define MILLGATE_SMTPD_RELAY_CORE_H

#include "milter/smtpd/queue_entry.h"
#include "milter/smtpd/relay.h"
#include "milter/smtpd/relay_attempt.h"

struct relay_link;

/* So many connections in a row that took a message and never answered it are a
 * server that fails. */
#define RELAY_BARREN_MAX 3

/* Entries in order. Zeroed: none. */
struct relay_list {
	struct queue_entry *first;
	struct queue_entry *last;
	size_t count;
};

struct relay {
	struct relay_config config;
	struct queue *queue;
	struct loop *loop;
	struct workers *workers;
	size_t jobs;			/* under way */
	bool closing;
	void (*stopped)(void *self);	/* from relay_stop(); NULL: it goes
					 * on */
	void *self;

	struct relay_list waiting;	/* for their time; in no order */
	struct relay_list due;
	struct relay_list overdue;	/* to be given up */
	struct relay_attempt *chore;	/* that gives one up */

	struct relay_link *links;	/* config.connections of them */
	struct loop_timer probe;
	bool up;			/* it greeted us, since it was down */
	bool down;			/* until `probe` is due */
	int64_t wait;			/* ms, when it was last down; 0: it was
					 * not since it took a message */
	unsigned barren;		/* connections in a row without a
					 * message that was answered */
	char why[QUEUE_REPLY_MAX];	/* it is or was down */
};

/* The next entry that is due; it is the caller's. NULL: there is none, or none
 * is to be begun. */
struct queue_entry *relay_next(struct relay *r);

/* The same of those to be given up, of which there is one. */
struct queue_entry *relay_next_overdue(struct relay *r);

/* E is due, as if nobody had taken it; E is due in MS. */
void relay_put_back(struct relay *r, struct queue_entry *e);
void relay_put_off(struct relay *r, struct queue_entry *e, int64_t ms);

/* Is E too old to be tried on? */
bool relay_is_overdue(const struct relay *r, const struct queue_entry *e);

/* How long E waits after so many tries as it had, in milliseconds. */
int64_t relay_wait_of(const struct relay *r, const struct queue_entry *e);

/* The queue's new entries. */
void relay_take_up(struct relay *r);

/* Forget all that waits; their files stay. */
void relay_forget(struct relay *r);

/* A job for A has ended. True: nothing is to be done, the relay is being
 * freed. */
bool relay_job_ended(struct relay *r, struct relay_attempt *a);

/* A's try ends now: count it and say when the next one is, in the state that is
 * going to be written. AT_ONCE: it does not count. */
void relay_count_try(struct relay *r, struct relay_attempt *a, bool at_once);

/* Give up all recipients of A that wait. */
void relay_give_up(struct relay *r, struct relay_attempt *a);

/* The job relay_attempt_finish() has ended: A's entry goes where it belongs,
 * and A is reset. */
void relay_finished(struct relay *r, struct relay_attempt *a, bool at_once);

/* The same when it could not be loaded. */
void relay_unreadable(struct relay *r, struct relay_attempt *a);

/* The next server has greeted us; it has answered a message; it cannot be had,
 * or not for long. */
void relay_server_greets(struct relay *r);
void relay_server_works(struct relay *r);
void relay_server_fails(struct relay *r, const char *why);

/* See whether somebody can do something. */
void relay_pump(struct relay *r);

/* A line "NAME: …" for the log, NAME being the message's queue id. */
void relay_log(const struct relay *r, const struct relay_attempt *a,
    const char *format, ...) __attribute__((format(printf, 3, 4)));

/* A line for each recipient of the transaction. */
void relay_log_results(const struct relay *r, const struct relay_attempt *a);

#endif
