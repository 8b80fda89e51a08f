/*
 * relay_dialogue.h - the client's side of SMTP, without a socket or a clock.
 *
 * A dialogue takes the bytes that a server sends and writes those that it is
 * sent: EHLO, or HELO, then one message after the other, with the extensions
 * PIPELINING, SIZE, 8BITMIME and SMTPUTF8 where they are offered. What became
 * of each recipient is written into the results that came with the message.
 *
 * A recipient is done when the server said 2yz after the whole message, and at
 * no other moment. A server that answers what it was not asked, or something
 * that is no reply, is hung up on: its answers cannot be told apart any more.
 *
 * A message is sent as lines that end in CRLF: a bare LF is made one, a bare CR
 * a space. It can hold nothing that ends it early.
 *
 * Bounded memory for any bytes of the server. One thread at a time.
 */
#ifndef MILLGATE_SMTPD_RELAY_DIALOGUE_H
#define MILLGATE_SMTPD_RELAY_DIALOGUE_H

#include "buffer.h"
#include "milter/smtpd/relay_lines.h"
#include "milter/smtpd/relay_offer.h"
#include "milter/smtpd/relay_reply.h"

/* Most bytes of a message that may be brought at once. */
#define RELAY_PIECE_MAX 65536

enum relay_want {
	RELAY_WANT_REPLY,	/* relay_dialogue_take() */
	RELAY_WANT_MAIL,	/* relay_dialogue_mail() or _quit() */
	RELAY_WANT_CONTENT,	/* relay_dialogue_content(); a server that
				 * speaks now is to be heard as well */
	RELAY_CLOSED,		/* hang up; `why` says why */
};

enum relay_step {
	RELAY_GREETING,
	RELAY_EHLO,
	RELAY_HELO,
	RELAY_IDLE,		/* no command is under way */
	RELAY_RSET,
	RELAY_MAIL,
	RELAY_RCPT,
	RELAY_DATA,
	RELAY_CONTENT,		/* the message is being sent */
	RELAY_DOT,		/* all of it is */
	RELAY_QUIT,
	RELAY_OVER,
};

/* All is the dialogue's own. */
struct relay_dialogue {
	const char *host;
	enum relay_step step;
	struct relay_reply reply;
	struct buffer out;
	size_t sent;			/* of `out` */
	char why[QUEUE_REPLY_MAX];

	bool ready;			/* EHLO or HELO was answered well */
	struct relay_offer offer;

	const struct relay_mail *mail;
	size_t asked;			/* RCPTs that were written */
	size_t answered;
	size_t accepted;
	bool begun;			/* MAIL was answered */
	bool refused;			/* by 4yz or 5yz */
	bool open;			/* a transaction may be; say RSET */
	struct relay_lines lines;	/* of the message that is being sent */
};

/* Begin with a connection that is there. HOST is our name, borrowed. */
void relay_dialogue_init(struct relay_dialogue *d, const char *host);

/* A released or zeroed one may be released again. */
void relay_dialogue_release(struct relay_dialogue *d);

/* The server sent BYTES, cut anywhere. */
enum relay_want relay_dialogue_take(struct relay_dialogue *d,
    struct span bytes);

/* Send MAIL. After RELAY_WANT_MAIL. It may be refused at once, when the server
 * does not offer what it needs. */
enum relay_want relay_dialogue_mail(struct relay_dialogue *d,
    const struct relay_mail *mail);

/* The next BYTES of the message, at most RELAY_PIECE_MAX, and its end. After
 * RELAY_WANT_CONTENT, and when there is no output left. */
enum relay_want relay_dialogue_content(struct relay_dialogue *d,
    struct span bytes);
enum relay_want relay_dialogue_content_end(struct relay_dialogue *d);

/* Say goodbye; after RELAY_WANT_MAIL. RELAY_CLOSED follows. */
enum relay_want relay_dialogue_quit(struct relay_dialogue *d);

/* The connection is gone, or given up: WHY is ours and begins with a status.
 * RELAY_CLOSED. */
enum relay_want relay_dialogue_lost(struct relay_dialogue *d,
    const char *why);

/* What the server has to be sent, and that N bytes of it were. */
struct span relay_dialogue_output(const struct relay_dialogue *d);
void relay_dialogue_sent(struct relay_dialogue *d, size_t n);

#endif
