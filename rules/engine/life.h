/*
 * life.h - the beginning and end of all that a session knows.
 */
#ifndef MILLGATE_LIFE_H
#define MILLGATE_LIFE_H

#include "rules/engine/session.h"

/* Forget the message, the last HELO as well, the connection as well. */
void life_forget_message(struct engine *e);
void life_forget_greeting(struct engine *e);
void life_forget_connection(struct engine *e);

#endif
