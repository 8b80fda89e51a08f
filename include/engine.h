/*
 * engine.h - the sink that judges events by a policy.
 *
 * Everything in rules/ is a function of (policy, events, look-up answers): no
 * socket, no clock, no thread. The libmilter callbacks, the tests and every
 * other producer feed the same events to this one engine.
 */
#ifndef MILLGATE_ENGINE_H
#define MILLGATE_ENGINE_H

#include <stdint.h>

#include "policy.h"
#include "verdict.h"

/* One connection: what is known of it and of the message at hand. */
struct engine;

/*
 * A session under POLICY, of which it takes a reference of its own. NULL when
 * there is no memory.
 */
struct engine *engine_new(struct policy *policy);

/* End the session. NULL is allowed. */
void engine_free(struct engine *e);

/*
 * The event_sink. SELF is a struct engine. Any order of events is safe.
 * When it returns -1 the verdict is settings.on_error.
 */
int engine_feed(void *self, const struct event *event,
    struct verdict *verdict);

/*
 * Call HIT for each rule, by its number in file order, that is known to hold
 * for what the last event has decided, and has not been told in this message
 * before: a message, a recipient that is refused, a connection, or a command
 * that the MTA does not know, of which each counts. Rules that no reading has
 * reached do not count; none is judged for this, and no memory is taken. To be
 * called after every event that brought a decision; after others it does
 * nothing.
 */
void engine_each_hit(struct engine *e,
    void (*hit)(void *context, size_t rule), void *context);

/*
 * What became of the message at hand, for reports. All may be asked between two
 * events, until the message's memory ends with the next MAIL, ABORT or CLOSE;
 * they change nothing that is decided. RECIPIENT is an address; one that is not
 * a recipient of this message, or the empty span, stands for the first one that
 * is left.
 *
 * Did rule number RULE, in file order, hold for a recipient whose reading
 * reached it? At a command that the MTA does not know: for that command.
 */
bool engine_rule_held(struct engine *e, size_t rule);

/* Did its `when` come to NO (the rule was looked at and did not hold)? */
bool engine_rule_missed(struct engine *e, size_t rule);

/* What the rules that are reached for RECIPIENT have written. */
int64_t engine_score(struct engine *e, struct span recipient); /* thousandths */
bool engine_has_label(struct engine *e, struct span recipient,
    struct span label);

/* The rule that gave RECIPIENT's verdict; false: none did so far. */
bool engine_verdict_rule(struct engine *e, struct span recipient,
    size_t *rule);

/*
 * What is known of the client that is connected now, as a decision about a
 * message that was not judged: for whoever had to refuse it himself. Its spans
 * live as those of a verdict.
 */
struct decision engine_unjudged(const struct engine *e);

/* A fact as a test gives it: all values that it has. */
struct given_fact {
	struct span fact;		/* "helo", "header_raw.subject" */
	const struct span *values;
	size_t count;
};

/*
 * Judge rule number RULE alone, as at the end of a message to one recipient,
 * with the facts in GIVEN and what follows from them: the parts of an address,
 * the names of header fields and what they say, the extension of an attachment,
 * the host of a URL, and a score of 0. No other has a value, and one in GIVEN
 * that the rule does not read is ignored. VERDICT is what it then says
 * (CONTINUE: no verdict, with its edits) and *HELD whether it holds. E is a
 * session used for nothing else; what VERDICT holds lives until its next use.
 * -1: it could not be judged, VERDICT->error says why.
 */
int engine_try_rule(struct engine *e, size_t rule,
    const struct given_fact *given, size_t count, bool *held,
    struct verdict *verdict);

#endif
