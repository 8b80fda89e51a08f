/*
 * envelope.h - who sends a message, and to whom.
 *
 * One thread. All text is copied and lives until the reset.
 */
#ifndef MILLGATE_SMTP_ENVELOPE_H
#define MILLGATE_SMTP_ENVELOPE_H

#include "arena.h"
#include "edit.h"

struct envelope {
	struct arena arena;
	struct span sender;		/* "<>" for none */
	struct span *recipients;	/* owned, the texts are not */
	size_t count;
	size_t room;
	size_t looks;			/* that edits took at recipients */
	bool smtputf8;
	bool eight_bit;
};

/* Empty, with at most MAX bytes of text. */
void envelope_init(struct envelope *e, size_t max);

/* Forget all, keep the memory. */
void envelope_reset(struct envelope *e);

/* Free all. A zeroed envelope may be released. */
void envelope_release(struct envelope *e);

/* How much memory its text takes, in bytes. */
size_t envelope_memory(const struct envelope *e);

/* Both return -1 when there is no memory. "" is the null sender. */
int envelope_set_sender(struct envelope *e, struct span address);
int envelope_add(struct envelope *e, struct span address);

/*
 * Carry out EDIT, one of the three kinds for envelopes; an address that is none
 * changes nothing. -1: no memory,
 * or the edits so far took too much work.
 */
int envelope_edit(struct envelope *e, const struct edit *edit);

#endif
