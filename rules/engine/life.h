/*
 * life.h - the beginning and end of all that a session knows.
 */
#ifndef MILLGATE_LIFE_H
#define MILLGATE_LIFE_H

#include "rules/engine/session.h"

/*
 * So many bytes of the body are kept: limits.body when a rule reads body_raw,
 * limits.message when one reads its parts or edits it.
 */
size_t life_body_limit(const struct policy *p);

/* Forget the message, the last HELO as well, the connection as well. */
void life_forget_message(struct engine *e);
void life_forget_greeting(struct engine *e);
void life_forget_connection(struct engine *e);

#endif
