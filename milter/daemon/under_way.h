/*
 * under_way.h - messages that have begun and not ended, of all sessions.
 *
 * The worker that is to stop lets them end, and lets no other begin.
 */
#ifndef MILLGATE_UNDER_WAY_H
#define MILLGATE_UNDER_WAY_H

#include <stdbool.h>
#include <stddef.h>

#include <libmilter/mfapi.h>

#include "event.h"

struct session;

/*
 * An event of KIND comes to S, inside its callback: may it be judged? It may
 * not when its message began too late; that is logged once.
 */
bool under_way_may_pass(struct session *s, SMFICTX *ctx,
    enum event_kind kind);

/* What libmilter is told of an event that may not: wherever an answer can be
 * given, the message is refused for now. */
sfsistat under_way_turn_away(struct session *s, SMFICTX *ctx,
    enum event_kind kind);

/* S has no message at hand any more. */
void under_way_end(struct session *s);

/*
 * From now on every message that begins is refused for now; those that have
 * begun go on. Any thread.
 */
void under_way_stop(void);

/* How many messages are judged now. Any thread. */
size_t under_way_count(void);

#endif
