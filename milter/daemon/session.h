/*
 * session.h - one MTA connection: the engine that judges it, and what was
 * agreed.
 *
 * libmilter may call any callback first, or close without a word, so whoever
 * needs a session gets it or makes it. Callbacks of one session come on
 * different threads, but never two at a time: nothing here belongs to a thread.
 */
#ifndef MILLGATE_DAEMON_SESSION_H
#define MILLGATE_DAEMON_SESSION_H

#include <stdbool.h>

#include <libmilter/mfapi.h>

#include "buffer.h"
#include "engine.h"
#include "milter/daemon/plan.h"

/* What the session knows of a message beside what the engine knows. */
enum session_message {
	MESSAGE_NONE,		/* there is none at hand */
	MESSAGE_JUDGED,		/* it is under way */
	MESSAGE_TURNED_AWAY,	/* it began too late, and is refused for now */
};

struct session {
	struct plan *plan;		/* that it began with */
	struct engine *engine;
	struct buffer scratch;		/* of header fields */
	struct span *params;		/* of MAIL and RCPT */
	size_t params_cap;
	unsigned long protocol;		/* SMFIP_* that were agreed */
	bool agreed;			/* by this session itself */
	bool failed;			/* the engine missed an event */
	bool enough;			/* of a body: more will change nothing */
	enum session_message message;
	int64_t began;			/* the message, or the session before
					 * one: microseconds, monotonic */
};

/*
 * The session of CTX, made when there is none. NULL when there is no memory,
 * and from then on until the connection ends.
 */
struct session *session_get(SMFICTX *ctx);

/* The session of CTX; NULL when there is none. */
struct session *session_find(SMFICTX *ctx);

/* PROTOCOL (SMFIP_*) was agreed for S. */
void session_agree(struct session *s, unsigned long protocol);

/* End the session of CTX, if there is one. */
void session_end(SMFICTX *ctx);

/*
 * Feed EVENT with the time and macros of its step, log what was decided, and
 * return what libmilter is to be told.
 */
sfsistat session_step(struct session *s, SMFICTX *ctx, struct event *event);

/*
 * An event of KIND could not be made. Whatever follows would be judged without
 * it, so all further messages of S get a temporary refusal. Returns what
 * libmilter is to be told now.
 */
sfsistat session_fail(struct session *s, enum event_kind kind);

/*
 * The words behind ARGV[0], NULL-terminated, as spans in S->params. -1 when
 * there is no memory.
 */
int session_params(struct session *s, char **argv, size_t *count);

/* Sessions that are open now. Any thread. */
size_t session_count(void);

#endif
