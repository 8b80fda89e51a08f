/*
 * witness.h - the engine as a sink that remembers what it said.
 *
 * It stands between the session machine and the engine, and sees what the
 * machine does not tell: which rule spoke, and what a policy that is only
 * tried out would have done. ABORT and CLOSE reach the engine only before the
 * next event: it forgets the message with them, which is still to be asked
 * about. As both are always let pass, nobody can tell. One session, one thread.
 */
#ifndef MILLGATE_WITNESS_H
#define MILLGATE_WITNESS_H

#include "milter/replay/coverage.h"
#include "milter/replay/judgements.h"

struct witness {
	struct engine *engine;		/* owned */
	const struct policy *policy;
	struct coverage *coverage;	/* NULL: nobody asks */
	bool abort_due;
	bool close_due;
	struct judgements said;
	bool failed;			/* a rule or the engine did … */
	struct error why;		/* … the first of this command */
};

/*
 * A witness of a new session under POLICY, which must live as long; COVERAGE
 * may be NULL. -1 when there is no memory.
 */
int witness_init(struct witness *w, struct policy *policy,
    struct coverage *coverage);

/* The client is gone; free all. A zeroed witness is allowed. */
void witness_release(struct witness *w);

/* The event_sink: SELF is a struct witness. */
int witness_feed(void *self, const struct event *event,
    struct verdict *verdict);

/* Another command begins. */
void witness_next_command(struct witness *w);

/* What the rules say to the command at hand; lasts until the next one. */
struct judgement witness_judgement(struct witness *w);

#endif
