/*
 * trace.h - the field Received that we put on top of a message.
 */
#ifndef MILLGATE_SMTP_TRACE_H
#define MILLGATE_SMTP_TRACE_H

#include "milter/smtp/session.h"

/* Make it the first field of the message. -1: there is no room. */
int smtp_trace(struct smtp_session *s);

#endif
