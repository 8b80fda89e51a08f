/*
 * caller.h - a client that speaks to the rules through the SMTP machine.
 *
 * Each thing that it says is a step: a connection, a command, a message. What
 * came of the last one can be looked at until the next. For commands: running
 * out of memory ends the process. One thread.
 */
#ifndef MILLGATE_CALLER_H
#define MILLGATE_CALLER_H

#include "arena.h"
#include "milter/replay/witness.h"
#include "smtp_session.h"

struct caller {
	struct smtp_config config;
	struct smtp_session *smtp;
	struct witness witness;
	struct buffer out;	/* what the machine said */
	struct buffer text;	/* the text of its reply */
	struct arena kept;	/* the message that was delivered */
	struct smtp_message message;

	/* Of the last step: */
	enum smtp_want want;	/* what the machine waits for now */
	struct reply reply;	/* code 0: there was none */
	bool delivered;		/* a message was */
};

/*
 * A session of its own under POLICY, which must live as long, as must the
 * COVERAGE, unless NULL. Bodies go in pieces of at most BODY_CHUNK bytes; 0: as
 * the machine does. C must stay where it is.
 */
void caller_init(struct caller *c, struct policy *policy,
    struct coverage *coverage, size_t body_chunk);

/* It hangs up; free all. */
void caller_release(struct caller *c);

/* The steps. The first one comes once and before the others. */
void caller_connect(struct caller *c, const struct smtp_client *client,
    int64_t time);
void caller_say(struct caller *c, struct span line);
void caller_send(struct caller *c, struct span message);
void caller_hang_up(struct caller *c);

/* Does the machine wait for a message, or a part of one? */
bool caller_may_send(const struct caller *c);

/* What can be seen of the last step. */
struct sight caller_sight(struct caller *c);

#endif
