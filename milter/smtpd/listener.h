/*
 * listener.h - the places where clients come in.
 */
#ifndef MILLGATE_SMTPD_LISTENER_H
#define MILLGATE_SMTPD_LISTENER_H

#include "milter/smtpd/server.h"

/* Bind all places of S->options; nobody is let in yet. -1: see ERROR. */
int listeners_open(struct server *s, struct error *error);

/* Let clients in, and say so on standard output. -1: see ERROR. */
int listeners_start(struct server *s, struct error *error);

/* Let nobody in any more. May be called again. */
void listeners_close(struct server *s);

#endif
