/*
 * engine.h - the sink that judges events by a policy.
 *
 * Everything in rules/ is a function of (policy, events, look-up answers): no
 * socket, no clock, no thread. The libmilter callbacks, the tests and every
 * other producer feed the same events to this one engine.
 */
#ifndef MILLGATE_ENGINE_H
#define MILLGATE_ENGINE_H

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

#endif
