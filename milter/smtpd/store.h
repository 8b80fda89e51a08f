/*
 * store.h - where accepted messages go: Maildirs, the relay's queue, nowhere.
 *
 * Messages are written by workers, so that a slow disk keeps nobody but the one
 * who sends. What filters hold goes into the quarantine, a Maildir; without one
 * it cannot be taken over.
 */
#ifndef MILLGATE_SMTPD_STORE_H
#define MILLGATE_SMTPD_STORE_H

#include "milter/smtpd/queue.h"
#include "milter/smtpd/workers.h"

enum store_kind {
	STORE_DISCARD,
	STORE_MAILDIR,
	STORE_QUEUE,
};

struct store_config {
	enum store_kind kind;
	const char *maildir;	/* STORE_MAILDIR */
	struct queue *queue;	/* STORE_QUEUE */
	const char *quarantine;	/* a folder; NULL: none */
	const char *host;	/* for file names */
};

struct store;

/* All is borrowed; the folders are maildir_open()ed. NULL: see ERROR. */
struct store *store_new(const struct store_config *config,
    struct workers *workers, struct error *error);
void store_free(struct store *s);

/* One delivery, embedded in what waits for it. */
struct delivery {
	struct job job;
	struct store *store;
	const struct smtp_message *message;
	struct error error;		/* when it was not delivered */
	enum smtp_delivery result;
	/* In the loop's thread, not before store_deliver() has returned. */
	void (*done)(struct delivery *d);
};

/*
 * Deliver D->message, for which D->done is set. Another result than
 * SMTP_DELIVERY_LATER is there at once, and done() is not called then.
 */
enum smtp_delivery store_deliver(struct store *s, struct delivery *d);

#endif
