/*
 * session.h - what the parts of the SMTP machine share.
 *
 * The bytes of a client go through receive.c, which cuts them into command
 * lines (command.c and what it calls) and message content (content.c). All that
 * sinks are told goes through judge.c: commands by smtp_ask(), a message by
 * inspect.c. What stands on the stack is gone when a sink answers later, so all
 * that goes on after a verdict is kept here. Whoever ends the session sets
 * `want` to SMTP_CLOSED; smtp_step_end() then tells the sinks.
 */
#ifndef MILLGATE_SMTP_SESSION_INTERNAL_H
#define MILLGATE_SMTP_SESSION_INTERNAL_H

#include "milter/smtp/argument.h"
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

/* What the sinks make of a command, or of a message. */
enum judgement {
	JUDGE_PASS,		/* nothing against it */
	JUDGE_REFUSED,		/* smtp_session.refusal is the reply */
	JUDGE_CLOSED,		/* the same, and the session is closed */
};

/* What follows when a question to the sinks is answered. */
typedef void smtp_then(struct smtp_session *s, enum judgement judgement,
    struct buffer *out);

/* A command that the sinks are asked about, one after the other. */
struct question {
	struct event event;
	smtp_then *then;
	size_t sink;			/* whose turn it is */
};

/* A message that the sinks are shown, one after the other; see inspect.c. */
struct inspection {
	size_t sink;			/* whose turn it is */
	enum event_kind part;		/* what it is shown next */
	size_t field;			/* of the header, the next one */
	struct span body;		/* what it has not seen of it */
	enum smtp_delivery state;	/* not SMTP_DELIVERED: an edit could
					 * not be done */
	struct smtp_message result;	/* what deliver() is given */
};

struct smtp_sink {
	event_sink *feed;
	void *self;
	bool told_connect;		/* EVENT_CLOSE is due at the end */
	bool told_mail;			/* EVENT_ABORT is, for it has not
					 * decided on the message */
	bool deaf;			/* no more events of the connection */
	bool message_deaf;		/* no more events of the message */
	struct buffer standing;		/* the answer to all that may come */
};

struct smtp_session {
	struct smtp_config config;	/* its defaults filled in */
	struct smtp_sink sinks[SMTP_SINKS_MAX];
	size_t sink_count;
	int64_t time;
	enum smtp_want want;
	struct smtp_macros macros;

	/* The client. */
	struct smtp_client peer;	/* its name is in `client` */
	struct buffer client;		/* "name [address]" */
	struct buffer helo;		/* what it calls itself */
	bool extended;			/* it says EHLO */
	bool tls;
	bool authenticated;
	struct buffer user;
	enum auth_step auth;

	/* As Postfix counts them; a message that is taken forgets both. */
	unsigned errors;		/* replies 4xx and 5xx */
	unsigned junk;			/* commands that bring no mail on */

	/* The command line that is being read, or carried out. */
	struct buffer line;
	bool line_cr;			/* its last byte so far is a CR */
	bool line_whole;		/* it is being carried out */
	bool pipelined;			/* bytes came right behind it */
	struct smtp_argument argument;	/* of MAIL or RCPT */

	/* What the sinks are asked, and say; see judge.c. */
	size_t asked;			/* the sink that owes a verdict */
	void (*answered)(struct smtp_session *s, const struct verdict *v,
	    struct buffer *out);	/* goes on with it */
	struct question question;
	struct buffer refusal;
	bool discarded;			/* nobody is asked about the message */

	size_t charged;			/* what of config.pool is ours */

	/* The mail transaction: MAIL was accepted. */
	bool in_mail;
	struct envelope envelope;
	unsigned long messages;		/* named so far */
	char name[SMTP_NAME_MAX];	/* of this one */

	/* Its content. */
	struct message message;
	struct inspection inspection;
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

/* The transaction is over. Sinks that wait for more of it get EVENT_ABORT. */
void smtp_transaction_end(struct smtp_session *s);

/*
 * CLIENT is there, or XCLIENT says so: tell the sinks, and what is in `helo`
 * too, and greet.
 */
void smtp_greet(struct smtp_session *s, const struct smtp_client *client,
    struct buffer *out);

/*
 * The end of a step, one of which are a command, some bytes of content and an
 * answer that was awaited. Its replies are what OUT has from START on.
 */
enum smtp_want smtp_step_end(struct smtp_session *s, size_t start,
    struct buffer *out);

/* Does the session wait for a verdict or a delivery? */
bool smtp_is_waiting(const struct smtp_session *s);

#endif
