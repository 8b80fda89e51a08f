/*
 * judgements.h - what has been said about a client and its messages so far.
 *
 * A verdict at CONNECT or HELO, or one that closes, holds for all of the
 * connection; others hold for the message, for one recipient, or for one
 * command. For whoever listens between the session machine and a sink. One
 * session, one thread.
 */
#ifndef MILLGATE_JUDGEMENTS_H
#define MILLGATE_JUDGEMENTS_H

#include "arena.h"
#include "milter/replay/expect.h"

struct judgements {
	struct judgement connection;	/* holds for all of it */
	struct judgement message;	/* for what comes of this message */
	struct judgement command;	/* of the command at hand */
	struct span recipient;		/* of the RCPT at hand; else empty */
	struct arena connection_text;	/* of the judgements: as long as */
	struct arena message_text;	/* the client, as the next MAIL */
};

void judgements_init(struct judgements *j);

/* Free all. A released or zeroed one may be released again. */
void judgements_release(struct judgements *j);

/* Another command begins. */
void judgements_next_command(struct judgements *j);

/* EVENT is about to be told: does a message of its own begin? What was said of
 * the last one is forgotten then. */
bool judgements_begin(struct judgements *j, const struct event *event);

/* EVENT was answered with WHAT, which is copied; not given: only the recipient
 * is remembered. */
void judgements_add(struct judgements *j, const struct event *event,
    const struct judgement *what);

/* What VERDICT is at an event of KIND: a message that nobody has anything
 * against at its end is accepted, unless more was said before. */
enum verdict_kind judgements_verdict(const struct judgements *j,
    enum event_kind kind, enum verdict_kind verdict);

/* What holds for the command at hand; lasts until the next one. */
struct judgement judgements_now(const struct judgements *j);

#endif
