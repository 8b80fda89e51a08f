/*
 * smtp_session.h - the server's side of SMTP, without a socket or a clock.
 *
 * A session takes the bytes that a client sends and writes the bytes that it is
 * answered (RFC 5321 with SIZE, 8BITMIME, PIPELINING, ENHANCEDSTATUSCODES, and
 * as offered CHUNKING, SMTPUTF8, STARTTLS, AUTH, XCLIENT). On the way it tells
 * its sinks, step by step, what Postfix tells milters, and answers the client
 * what Postfix makes of their verdicts. A message that nobody refused is
 * handed to deliver(), with the sinks' edits carried out. As in Postfix, the
 * fields Bcc, Resent-Bcc, Return-Path and Content-Length are removed from a
 * message before all that, and a field is cut at 60000 bytes.
 *
 * Several sinks are asked in their order; each has its own say, and the first
 * refusal is the client's answer. One that accepts is asked no more, the others
 * are. Of a message each sees the header fields and the body that the sink
 * before it has left, as in Postfix.
 *
 * Nothing here waits. A sink that answers EVENT_LATER, and a deliver() that
 * does, leave the session in SMTP_WANT_VERDICT or SMTP_WANT_DELIVERY until the
 * caller brings the answer.
 *
 * Any bytes are safe. Everything is bounded: a line, a field, a message, the
 * recipients. A session belongs to one thread at a time and refers to nothing
 * outside but its config and its sinks.
 */
#ifndef MILLGATE_SMTP_SESSION_H
#define MILLGATE_SMTP_SESSION_H

#include <stdint.h>

#include "buffer.h"
#include "error.h"
#include "ip.h"
#include "verdict.h"

/* What a server may offer beyond what every session does. */
enum smtp_feature {
	SMTP_CHUNKING = 1 << 0,		/* BDAT, RFC 3030 */
	SMTP_SMTPUTF8 = 1 << 1,		/* RFC 6531 */
	SMTP_STARTTLS = 1 << 2,		/* RFC 3207 */
	SMTP_AUTH = 1 << 3,		/* PLAIN and LOGIN, RFC 4954 */
	SMTP_XCLIENT = 1 << 4,		/* Postfix's XCLIENT_README; to clients
					 * that may */
};

#define SMTP_SINKS_MAX 16

/* What became of a message that deliver() was given. */
enum smtp_delivery {
	SMTP_DELIVERED,		/* it is safe: 250 */
	SMTP_NOT_NOW,		/* it is not: 451 4.3.0, try again */
	SMTP_NO_ROOM,		/* nor is there a place for it: 452 4.3.1 */
	SMTP_DELIVERY_LATER,	/* smtp_session_delivered() will tell */
};

/*
 * Memory that the messages under way in many sessions have together. The
 * sessions that share one belong to one thread.
 */
struct smtp_pool {
	size_t used;
	size_t limit;		/* bytes */
};

#define SMTP_NAME_MAX 32		/* of a message, with its NUL */

/* A header field as the filter would see it: folds are LF, no blank or fold
 * stands before the value. */
struct smtp_field {
	struct span name;
	struct span value;
};

/* A message that was accepted, after all edits. Borrowed for the call. */
struct smtp_message {
	struct span queue_id;
	struct span sender;		/* local@domain, or "<>" */
	const struct span *recipients;	/* those left, in order */
	size_t recipient_count;
	bool smtputf8;			/* the client asked for SMTPUTF8 */
	bool eight_bit;			/* or said BODY=8BITMIME */
	struct span header;		/* its bytes, CRLF line ends, with the
					 * empty line that ends them */
	struct span body;		/* what follows, byte for byte */
	const struct smtp_field *fields; /* of the header, once more */
	size_t field_count;
	bool discarded;			/* say 250, deliver to nobody */
	bool quarantined;		/* hold it */
	struct span quarantine;		/* why; empty: no reason was given */
};

/*
 * Borrowed by its sessions, which never change it. A zero stands for the
 * default that is named beside it.
 */
struct smtp_config {
	const char *host;	/* our name: greeting, macros j, daemon_name;
				 * default "localhost" */
	const char *address;	/* ours: macro daemon_addr; "127.0.0.1" */
	const char *software;	/* macro v; "Postfix" */
	unsigned features;	/* enum smtp_feature; none */
	size_t line_max;	/* a command line with its end; 2048 bytes */
	size_t message_max;	/* 10240000 bytes, as in Postfix */
	size_t recipients_max;	/* 1000, as in Postfix */
	size_t chunk_max;	/* most bytes of an EVENT_BODY; 65535 */

	/*
	 * RFC 5321 2.3.8: a line ends in CRLF, and nothing else. A message with
	 * a bare LF or CR is refused, and the connection closed. With this set
	 * a bare LF ends a line inside of a message (it still cannot end the
	 * message) and a bare CR is a space.
	 */
	bool normalize;

	/*
	 * For playing what was recorded elsewhere: AUTH succeeds without its
	 * secret and STARTTLS at once. What was so learned comes with
	 * smtp_session_set_macros().
	 */
	bool trust;

	void *self;		/* handed to the functions below */

	/*
	 * A message that does not fit into what is left of POOL is told
	 * 452 4.3.1. NULL: only message_max bounds it.
	 */
	struct smtp_pool *pool;

	/*
	 * After so many 4xx and 5xx replies since the last message the client
	 * is told 421 4.7.0 and hung up on, as by Postfix's
	 * smtpd_hard_error_limit. Of the commands that bring no mail on (HELO,
	 * EHLO, RSET, NOOP, VRFY) each that comes after more than junk_max
	 * since the last message counts like such a reply, as with
	 * smtpd_junk_command_limit. 0: never.
	 */
	unsigned errors_max;
	unsigned junk_max;

	/*
	 * RFC 2920 3.1: a client has to wait for the reply to DATA before it
	 * sends the message. With this set one that did not is told
	 * 554 5.5.0 and hung up on.
	 */
	bool strict_order;

	/*
	 * Put a Received field (RFC 5321 4.4) on top of each message. No sink
	 * sees it; an insert at 0 goes above it, at 1 below. A message that
	 * then has 50 of them is a loop: 554 5.4.0, as Postfix's
	 * hopcount_limit.
	 */
	bool trace;

	/*
	 * Take over MESSAGE. ERROR says why when it was not delivered. What
	 * MESSAGE points to lives until this returns; after
	 * SMTP_DELIVERY_LATER until smtp_session_delivered(). NULL: every
	 * message is told 250 and forgotten.
	 */
	enum smtp_delivery (*deliver)(void *self,
	    const struct smtp_message *message, struct error *error);

	/*
	 * A name for the next message, which no other message has. NULL: the
	 * messages of a session are counted.
	 */
	void (*name_message)(void *self, char name[SMTP_NAME_MAX]);

	/* Is this the PASSWORD of USER? 0 yes, -1 no. NULL: no. */
	int (*check_login)(void *self, struct span user,
	    struct span password);
};

struct smtp_client {
	struct span name;	/* verified; "unknown" or empty if not */
	struct ip ip;		/* len 0: none, a local submission */
	uint16_t port;		/* 0: none */
	bool xclient;		/* may say XCLIENT, where that is offered, until
				 * it says that it has another address */
};

/* What a session waits for. */
enum smtp_want {
	SMTP_WANT_COMMAND,	/* a command, or a line of AUTH */
	SMTP_WANT_DATA,		/* the lines of a message, up to "." */
	SMTP_WANT_CHUNK,	/* the bytes announced by BDAT */
	SMTP_WANT_TLS,		/* 220 was said; smtp_session_tls_started() */
	SMTP_WANT_VERDICT,	/* smtp_session_verdict(), no bytes */
	SMTP_WANT_DELIVERY,	/* smtp_session_delivered(), no bytes */
	SMTP_CLOSED,		/* nothing: hang up when OUT is sent */
};

struct smtp_session;

/*
 * A session that feeds SINK with SELF; SINK may be NULL: none. CONFIG must live
 * as long as the session.
 * NULL when there is no memory.
 */
struct smtp_session *smtp_session_new(const struct smtp_config *config,
    event_sink *sink, void *self);

/*
 * Ask SINK as well, after those that are there. To be called before
 * smtp_session_connect(). -1: there are SMTP_SINKS_MAX.
 */
int smtp_session_add_sink(struct smtp_session *s, event_sink *sink,
    void *self);

/*
 * Free it; a client that is still there is gone first. Not while a delivery is
 * awaited. NULL is allowed.
 */
void smtp_session_free(struct smtp_session *s);

/*
 * The client is there, at TIME (seconds since the epoch, 0: not told). To be
 * called once, before any bytes. The greeting is appended to OUT.
 *
 * OUT is the caller's in all functions here. When it overflows the session
 * closes itself: a client that is not answered must not go on.
 */
enum smtp_want smtp_session_connect(struct smtp_session *s,
    const struct smtp_client *client, int64_t time, struct buffer *out);

/*
 * The client sent BYTES, cut anywhere. Replies are appended to OUT. Bytes that
 * come behind STARTTLS, or when the session is closed, are dropped. What was
 * used is taken off BYTES: all of it, unless a verdict or a delivery is
 * awaited; then the rest is to be brought again when that is there.
 */
enum smtp_want smtp_session_take(struct smtp_session *s, struct span *bytes,
    struct buffer *out);

/*
 * The same, and the next two as well, for sessions whose sinks and deliver()
 * answer at once.
 */
enum smtp_want smtp_session_feed(struct smtp_session *s, struct span bytes,
    struct buffer *out);

/*
 * The session wants a verdict: it is V, borrowed for the call, from the sink
 * that owed it. The dialogue goes on, perhaps with another sink that answers
 * later.
 */
enum smtp_want smtp_session_verdict(struct smtp_session *s,
    const struct verdict *v, struct buffer *out);

/* The index, as added, of the sink that owes a verdict. */
size_t smtp_session_asked(const struct smtp_session *s);

/* The session wants to know what became of the message. */
enum smtp_want smtp_session_delivered(struct smtp_session *s,
    enum smtp_delivery result, struct buffer *out);

/* The same for one command, LINE without its CRLF; nothing happens when the
 * session does not want one. */
enum smtp_want smtp_session_command(struct smtp_session *s, struct span line,
    struct buffer *out);

/*
 * The same for the whole content of a message. When the session wants data:
 * BYTES are lines that end in CRLF (the last one gets it if it has none),
 * without the dots of RFC 5321 4.5.2, which are added, and without the final
 * one. When it wants a chunk: the bytes of
 * that chunk. Otherwise nothing happens.
 */
enum smtp_want smtp_session_message(struct smtp_session *s, struct span bytes,
    struct buffer *out);

/* Bytes that a chunk still lacks; 0 when none is wanted. */
size_t smtp_session_chunk_left(const struct smtp_session *s);

/* TLS is up: the client begins anew with EHLO (RFC 3207 4.2). */
void smtp_session_tls_started(struct smtp_session *s);

/*
 * The client is gone without QUIT. A verdict that is owed is not wanted any
 * more; not to be called while a delivery is awaited.
 */
void smtp_session_disconnect(struct smtp_session *s);

/*
 * From the next command on these macros have these values, over those that the
 * session makes itself: j _ v {daemon_name} {daemon_addr}; from MAIL on
 * {mail_addr} {mail_host} {mail_mailer} and after AUTH {auth_type}
 * {auth_authen} {auth_author}; from RCPT on {rcpt_addr} {rcpt_host}
 * {rcpt_mailer}; from the first accepted recipient on i. Names may have
 * braces. Values are copied, and stay until they are set again. -1: there are
 * too many (256, or 1 MiB of text), or there is no memory; none is set then.
 */
int smtp_session_set_macros(struct smtp_session *s, const struct macro *macros,
    size_t count);

/* From the next event on it is TIME, in seconds since the epoch. */
void smtp_session_set_time(struct smtp_session *s, int64_t time);

#endif
