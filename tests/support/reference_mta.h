/*
 * reference_mta.h - an MTA that does as it is told and writes that down.
 */
#ifndef MILLGATE_TEST_REFERENCE_MTA_H
#define MILLGATE_TEST_REFERENCE_MTA_H

#include "engine.h"
#include "tests/support/reference_result.h"

/* A connection on its way through the engine. */
struct ref_play {
	const struct ref_case *c;
	struct ref_outcome *o;
	struct policy *policy;
	struct engine *engine;
	bool lean;			/* send what is needed, no more */
	bool withheld;			/* nothing may be told to the MTA */
	const struct ref_message *m;
	struct ref_result *r;		/* of M */
	bool refused[REF_RECIPIENTS];
	bool answered;			/* M has its answer */
	bool enough;			/* no more of its body is asked for */
};

/* Note that WHAT was done, if the sink has BROKEN its contract. */
void ref_note(struct ref_play *p, bool broken, const char *what);

/* How many of the one macro M come at PHASE: one that is asked for, with a
 * value. */
size_t ref_macros_at(const struct ref_play *p, enum phase phase,
    const struct macro *m);

/* Feed EV, with the macro NAME if it has a VALUE. What is said of rules goes
 * into the result at hand. */
struct verdict ref_feed(struct ref_play *p, struct event ev);
struct verdict ref_feed_with(struct ref_play *p, struct event ev,
    enum phase phase, const char *name, const char *value);

/* "550 5.7.1 text" */
void ref_copy_reply(const struct verdict *v, char out[REF_TEXT_MAX]);

/* Do as V says, an answer to a step of the message. */
void ref_take_answer(struct ref_play *p, enum event_kind kind,
    const struct verdict *v);

#endif
