/*
 * bounce.h - a report on what could not be delivered (RFC 3464).
 *
 * It is a message to the sender, with words for people, a status for programs,
 * and the header of the message. Nobody sends it: it lies in the queue's folder
 * `bounced`. Its line ends are LF.
 */
#ifndef MILLGATE_SMTPD_BOUNCE_H
#define MILLGATE_SMTPD_BOUNCE_H

#include "milter/smtpd/queue_file.h"
#include "milter/smtpd/queue_state.h"

/* Most bytes of a header that are given back. */
#define BOUNCE_HEADER_MAX 65536

struct bounce {
	const char *host;			/* ours */
	const char *name;			/* unique on it */
	const struct queue_envelope *envelope;
	const struct queue_state *state;	/* QUEUE_REFUSED: reported */
	struct span content;			/* the message's beginning */
	int64_t time;				/* now, since the epoch */
};

/* Most bytes that bounce_write() makes of B. */
size_t bounce_limit(const struct bounce *b);

/* Append the report. Pure but for OUT. */
void bounce_write(const struct bounce *b, struct buffer *out);

#endif
