/*
 * next_server.h - an SMTP server for a relay to be tried against.
 *
 * It lives in the relay's own loop, so a test is one thread, and what it
 * answers is set between two steps. It offers what `offers` says, takes
 * everything but what `answers` names, and hangs up, or falls silent, at the
 * step that it is told to.
 */
#ifndef MILLGATE_TESTS_NEXT_SERVER_H
#define MILLGATE_TESTS_NEXT_SERVER_H

#include "buffer.h"
#include "milter/dial.h"
#include "milter/smtpd/loop.h"

enum next_step {
	NEXT_GREETING,
	NEXT_EHLO,
	NEXT_MAIL,
	NEXT_RCPT,
	NEXT_DATA,
	NEXT_TEXT,		/* the first line of a message */
	NEXT_DOT,		/* the message is taken, but not answered */
	NEXT_STEPS,
};

#define NEXT_CLIENTS 16
#define NEXT_ANSWERS 8

struct next_client {
	struct next_server *server;
	struct loop_watch watch;
	struct loop_timer timer;
	struct buffer in;
	struct buffer out;
	bool open;
	bool in_text;
	bool closing;			/* when all is said */
	bool mute;			/* for good */
	struct buffer mail;		/* envelope and text */
};

struct next_server {
	struct loop *loop;
	struct dial at;
	struct loop_watch watch;
	struct next_client clients[NEXT_CLIENTS];

	/* How it is. */
	const char *offers;		/* reply to EHLO */
	struct {
		const char *line;	/* a command begins with this */
		const char *reply;
	} answers[NEXT_ANSWERS];
	const char *dot;		/* reply to a message; NULL: 250 */
	enum next_step fail_at;		/* NEXT_STEPS: never */
	size_t failures;		/* so often */
	bool silent;			/* it does not hang up then */
	bool slow;			/* it says one byte at a time */
	size_t bye_after;		/* 421 to MAIL after so many messages on
					 * a connection; 0: never */

	/* What it saw. */
	struct buffer mails;		/* "sender>recipient,recipient,\n" and
					 * the text, for each it took */
	size_t taken;			/* messages */
	size_t connections;
	size_t open;			/* now */
	size_t most_open;
	size_t steps[NEXT_STEPS];	/* how often each came */
};

/* A place of its own; it does not listen yet. */
void next_server_init(struct next_server *s, struct loop *loop);
void next_server_listen(struct next_server *s);
void next_server_release(struct next_server *s);

/* Say REPLY to all to whom it fell silent. */
void next_server_answer(struct next_server *s, const char *reply);

#endif
