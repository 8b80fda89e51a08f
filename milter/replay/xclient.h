/*
 * xclient.h - telling an SMTP server who the client is meant to be.
 *
 * The command XCLIENT is Postfix's (XCLIENT_README): a server that offers it to
 * us begins anew with the client that it names. Pure; any thread.
 */
#ifndef MILLGATE_XCLIENT_H
#define MILLGATE_XCLIENT_H

#include "buffer.h"
#include "smtp_session.h"

/* Does REPLY, the lines of the one to EHLO, offer XCLIENT with what is needed to
 * name a client: ADDR and NAME? */
bool xclient_is_offered(struct span reply);

/* Append the command for CLIENT to LINE, without a line end; the port is left
 * out where REPLY does not offer it. */
void xclient_write(struct span reply, const struct smtp_client *client,
    struct buffer *line);

#endif
