/*
 * session.h - what the parts of the SMTP machine share.
 *
 * The bytes of a client go through receive.c, which cuts them into command
 * lines (command.c and what it calls) and message content (content.c). All that
 * the sink is told goes through judge.c. Whoever ends the session sets `want`
 * to SMTP_CLOSED; smtp_session_feed() then tells the sink.
 */
#ifndef MILLGATE_SMTP_SESSION_INTERNAL_H
#define MILLGATE_SMTP_SESSION_INTERNAL_H

#include "milter/smtp/envelope.h"
#include "milter/smtp/macros.h"
#include "milter/smtp/message.h"
#include "smtp_session.h"

/* How far a line of content has come; see content.c. */
enum content_place {
	PLACE_START,		/* behind a CRLF */
	PLACE_DOT,		/* a dot stands there */
	PLACE_DOT_CR,
	PLACE_LINE,		/* inside of a line */
	PLACE_CR,
};

enum auth_step {
	AUTH_NONE,		/* no AUTH command is under way */
	AUTH_PLAIN,		/* its one answer is awaited */
	AUTH_USER,		/* the user name of LOGIN */
	AUTH_PASSWORD,
};

struct smtp_session {
	struct smtp_config config;	/* its defaults filled in */
	event_sink *sink;
	void *self;
	int64_t time;
	enum smtp_want want;
	struct smtp_macros macros;

	/* The client. */
	struct buffer client;		/* "name [address]" */
	bool tls;
	bool authenticated;
	struct buffer user;
	enum auth_step auth;

	/* The command line that is being read. */
	struct buffer line;
	bool line_cr;			/* its last byte so far is a CR */
	bool data_refused;		/* by the reply to it */

	/* What the sink has said; see judge.c. */
	bool told_connect;		/* EVENT_CLOSE is due at the end */
	bool deaf;			/* no more events of the connection */
	struct buffer standing;		/* the answer to all that may come */
	bool message_deaf;		/* no more events of the message */
	bool discarded;

	/* The mail transaction: MAIL was accepted. */
	bool in_mail;
	struct envelope envelope;
	unsigned long messages;		/* named so far */
	char name[SMTP_NAME_MAX];	/* of this one */

	/* Its content. */
	struct message message;
	enum content_place place;
	bool in_content;		/* DATA or BDAT was accepted */
	bool stuffed;			/* it comes with DATA */
	uint64_t received;		/* bytes that belong to the content */
	size_t chunk_left;
	bool chunk_last;
	bool chunk_failed;		/* drop chunks, up to the last one */
	struct buffer chunk_reply;	/* of a chunk that is dropped; empty:
					 * it is taken */
};

/* The transaction is over; the sink has had its answer, or was told. */
void smtp_transaction_end(struct smtp_session *s);

/* The same where the sink has had no answer: EVENT_ABORT, when it is due. */
void smtp_transaction_abort(struct smtp_session *s);

#endif
