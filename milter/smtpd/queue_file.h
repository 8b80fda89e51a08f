/*
 * queue_file.h - how a message stands in the file of a queue.
 *
 *	millgate-queue 1 ENVELOPE MESSAGE	their lengths in bytes
 *	id 4XyZ12
 *	arrived 1700000000			seconds since the epoch
 *	needs 8bitmime smtputf8			if it does
 *	from alice@example.com			or <>
 *	to bob@example.com			one for each recipient, once
 *	…the message, its lines end in CRLF…
 *	end 4XyZ12
 *
 * The lengths, the size of the file and its last line must agree, so a file
 * that is cut off is known, and so is one whose end was never written.
 */
#ifndef MILLGATE_SMTPD_QUEUE_FILE_H
#define MILLGATE_SMTPD_QUEUE_FILE_H

#include <sys/types.h>

#include "error.h"
#include "smtp_session.h"

/* Most bytes of an envelope, and of an address: what a sane server takes. */
#define QUEUE_ENVELOPE_MAX (32u << 20)
#define QUEUE_ADDRESS_MAX 1024

struct queue_envelope {
	char *text;			/* owned; what the spans point into */
	struct span id;
	struct span sender;		/* "<>": none */
	int64_t arrived;
	bool eight_bit;			/* there are bytes beyond ASCII */
	bool smtputf8;			/* it cannot go without SMTPUTF8 */
	struct span *recipients;	/* owned */
	size_t recipient_count;
	off_t start;			/* of the message in the file */
	size_t size;
};

/*
 * Can ADDRESS stand between < and > in a command? No control characters, and
 * no blank, < or > outside of quotes. Pure; any thread.
 */
bool queue_address_is_safe(struct span address);

/*
 * Write MESSAGE, which came at ARRIVED, into FD. -1: see ERROR and errno, which
 * is EINVAL when it cannot be written as above.
 */
int queue_file_write(int fd, const struct smtp_message *message,
    int64_t arrived, struct error *error);

/*
 * The envelope of the file FD. -1: it is no such file, or not whole, or could
 * not be read; see ERROR and errno, which is EINVAL in the first two cases. E
 * then need not be released.
 */
int queue_file_read(int fd, struct queue_envelope *e, struct error *error);

/* A released or zeroed one may be released again. */
void queue_envelope_release(struct queue_envelope *e);

#endif
