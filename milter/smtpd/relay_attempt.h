/*
 * relay_attempt.h - one try to be rid of a message of the queue.
 *
 * A try is: load the envelope and how far it is, read the message piece by
 * piece, write down what became of it. These three touch the disk, so they are
 * jobs for workers, and a slow disk keeps nobody else; all else is for the
 * loop's thread, while no job is under way. A message's piece, not the message,
 * is what is held in memory.
 *
 * What cannot be written down is kept in the entry, so that a recipient who has
 * the message is not sent it again for want of room on the disk.
 */
#ifndef MILLGATE_SMTPD_RELAY_ATTEMPT_H
#define MILLGATE_SMTPD_RELAY_ATTEMPT_H

#include "milter/smtpd/queue_entry.h"
#include "milter/smtpd/queue_file.h"
#include "milter/smtpd/relay_dialogue.h"
#include "milter/smtpd/workers.h"

enum relay_attempt_end {
	RELAY_ATTEMPT_GOES_ON,	/* the job was done */
	RELAY_ATTEMPT_NOT_NOW,	/* the file could not be read; see error */
	RELAY_ATTEMPT_STRANGE,	/* it is none of ours; see error */
	RELAY_ATTEMPT_KEPT,	/* the message stays in the queue */
	RELAY_ATTEMPT_OVER,	/* it is gone from there */
};

struct relay_attempt {
	struct job job;			/* `done` is the user's to set */
	const struct queue_disk *disk;	/* borrowed */
	const char *host;		/* borrowed */

	/* From relay_attempt_load() to relay_attempt_reset(). */
	struct queue_entry *entry;	/* NULL: nothing is under way */
	enum relay_attempt_end end;	/* of the job */
	struct error error;		/* "": none */
	int fd;
	struct queue_envelope envelope;
	struct queue_state *state;
	off_t at;			/* of the message that was read */
	size_t piece_len;		/* 0: it was read whole */
	char piece[RELAY_PIECE_MAX];

	/* The recipients of this transaction. */
	struct relay_mail mail;
	size_t index[RELAY_RECIPIENTS_MAX];
	struct span recipients[RELAY_RECIPIENTS_MAX];
	struct relay_result results[RELAY_RECIPIENTS_MAX];
};

/* A may be reset then. DISK and HOST are borrowed. */
void relay_attempt_init(struct relay_attempt *a,
    const struct queue_disk *disk, const char *host);

/* The attempt that JOB is of. */
struct relay_attempt *relay_attempt_of(struct job *job);

/* The jobs; A->end says how each ended. */
void relay_attempt_load(struct relay_attempt *a, struct workers *w,
    struct queue_entry *entry);
void relay_attempt_read(struct relay_attempt *a, struct workers *w);
void relay_attempt_finish(struct relay_attempt *a, struct workers *w);

/* Fill A->mail with recipients that wait, beginning with those whose turn it
 * is; false: none does. */
bool relay_attempt_pick(struct relay_attempt *a);

/*
 * Take the results over into the state. True: nobody waits, or those whose turn
 * is next can be tried at once: the ones that were too many, and the ones
 * behind them. Whoever is refused for now, alone or with the message as a
 * whole, keeps nobody behind him from his turn.
 */
bool relay_attempt_judge(struct relay_attempt *a);

/* Give up what waits; WHY stands for a reply where none was given, "": there
 * is nothing to be said. */
void relay_attempt_give_up(struct relay_attempt *a, const char *why);

/* Forget the try. The entry is the caller's again, with the state when that
 * could not be written. */
void relay_attempt_reset(struct relay_attempt *a);

/* The same when nothing was tried: the entry is as it was. */
void relay_attempt_undo(struct relay_attempt *a);

#endif
