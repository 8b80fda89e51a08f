/*
 * recipients.h - the recipients of a message, each once.
 *
 * A repeated RCPT is the same recipient, ASCII case ignored. They are kept in
 * RCPT order and found by hash, so that ten thousand of them cost no more than
 * they must.
 */
#ifndef MILLGATE_RECIPIENTS_H
#define MILLGATE_RECIPIENTS_H

#include "rules/engine/session.h"

/* The one with ADDRESS; NULL when it has not been named yet. */
struct recipient *recipients_find(const struct engine *e, struct span address);

/*
 * Append the one of EVENT, an EVENT_RCPT whose address is plain, with its facts
 * and a reading that begins where the general one stands. NULL when memory is
 * used up, which the arena's flag tells as well.
 */
struct recipient *recipients_add(struct engine *e, const struct event *event);

/*
 * R was named in a RCPT with PATH, as the MTA has it. -1: it has been written
 * in too many ways, and this one is not kept; the first always is. When memory
 * is used up the arena's flag tells.
 */
int recipients_spell(struct engine *e, struct recipient *r, struct span path);

/* Forget all; their memory is the message's. */
void recipients_forget(struct engine *e);

#endif
