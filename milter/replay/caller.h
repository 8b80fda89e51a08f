/*
 * caller.h - a client that says what a recording says, at any depth.
 *
 * Each thing that it says is a step: a connection, a command, a message. What
 * came of the last one can be looked at until the next. For commands: running
 * out of memory ends the process. One thread.
 */
#ifndef MILLGATE_CALLER_H
#define MILLGATE_CALLER_H

#include "arena.h"
#include "milter/replay/depth.h"
#include "milter/replay/expect.h"

struct caller {
	const struct depth *depth;
	const struct caller_way *way;
	void *self;		/* the way's own */
	struct buffer out;	/* what the other side said */
	struct buffer text;	/* the text of its reply */
	struct arena kept;	/* the message that was delivered */
	struct smtp_message message;

	/* Of the last step: */
	enum smtp_want want;	/* what the other side waits for now */
	struct reply reply;	/* code 0: there was none */
	bool delivered;		/* a message was */
	bool failed;		/* who answers could not do as it should … */
	struct error why;	/* … which may explain what came */

	/* Of the connection: */
	bool unreachable;	/* there is none; `why` tells */
	bool lost;		/* it broke off; `why` tells */
	const char *unlike;	/* why it is not as recorded; NULL: it is */
};

/* A connection of its own, which comes with caller_connect(). DEPTH must live as
 * long, and C must stay where it is. */
void caller_init(struct caller *c, const struct depth *depth);

/* It hangs up; free all. */
void caller_release(struct caller *c);

/*
 * Why record R cannot be said or given at DEPTH, in words behind its name; NULL:
 * it can. A session with such a record cannot be played.
 */
const char *caller_cannot(const struct depth *depth, const struct record *r);

/*
 * The steps. The first one comes once and before the others; CLIENT is NULL when
 * nothing is known of it.
 */
void caller_connect(struct caller *c, const struct smtp_client *client,
    int64_t time);
void caller_say(struct caller *c, struct span line);
void caller_send(struct caller *c, struct span message);
void caller_hang_up(struct caller *c);

/* From the next command on; where caller_cannot() allows it. -1: there are too
 * many macros. */
int caller_set_macros(struct caller *c, const struct macro *macros,
    size_t count);
void caller_set_time(struct caller *c, int64_t time);

/* Does the other side wait for a message, or a part of one? */
bool caller_may_send(const struct caller *c);

/* What can be seen of the last step. */
struct sight caller_sight(struct caller *c);

#endif
