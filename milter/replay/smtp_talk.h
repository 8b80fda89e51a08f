/*
 * smtp_talk.h - the client's end of an SMTP connection, which waits.
 *
 * What is sent is sent as it is, and each reply is read whole before anything
 * else is done. A server may send anything, or nothing: a reply has at most the
 * bytes that its buffer holds, and every wait has an end. One thread.
 */
#ifndef MILLGATE_SMTP_TALK_H
#define MILLGATE_SMTP_TALK_H

#include "buffer.h"
#include "milter/dial.h"

struct smtp_talk {
	int fd;			/* -1: there is no connection */
	unsigned timeout_ms;	/* for a connection, a reply, a message sent */
	size_t behind;		/* bytes in `in` that a reply took */
	struct buffer in;
	struct buffer out;	/* a line, or a message, as it is sent */
};

/* No connection yet; TIMEOUT_MS as above. */
void smtp_talk_init(struct smtp_talk *t, unsigned timeout_ms);

/* Hang up without a word, if there is anybody, and free all. */
void smtp_talk_release(struct smtp_talk *t);
void smtp_talk_hang_up(struct smtp_talk *t);

/* Connect to TO. -1: see ERROR. */
int smtp_talk_open(struct smtp_talk *t, const struct dial *to,
    struct error *error);

/*
 * Send BYTES. A server that has hung up, or reads no more, is no failure here:
 * it may have said why, and the next reply tells.
 */
void smtp_talk_send(struct smtp_talk *t, struct span bytes);

/* The same for LINE with its CRLF. */
void smtp_talk_line(struct smtp_talk *t, struct span line);

/*
 * The same for a message behind DATA: LINES end in CRLF, and the last one gets
 * it if it has none; dots are doubled, and the line with one alone is added
 * (RFC 5321 4.5.2).
 */
void smtp_talk_message(struct smtp_talk *t, struct span lines);

/*
 * Fill OUT with the lines of the next reply (RFC 5321 4.2.1), with their ends.
 * -1: there is none, and ERROR says why; the connection is then hung up.
 */
int smtp_talk_reply(struct smtp_talk *t, struct buffer *out,
    struct error *error);

#endif
