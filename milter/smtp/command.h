/*
 * command.h - the commands of SMTP.
 *
 * A handler is given the words behind the verb, and appends one reply; DATA and
 * BDAT may leave that to the end of the content.
 */
#ifndef MILLGATE_SMTP_COMMAND_H
#define MILLGATE_SMTP_COMMAND_H

#include "milter/smtp/session.h"

typedef void command_handler(struct smtp_session *s, struct span args,
    struct buffer *out);

/* Carry out LINE, without its end. */
void smtp_command(struct smtp_session *s, struct span line,
    struct buffer *out);

/* transaction.c */
command_handler smtp_mail, smtp_rcpt;

/* content.c and chunk.c */
command_handler smtp_data, smtp_bdat;

/* xclient.c */
command_handler smtp_xclient;

/* Is the client one that may say who it is? */
bool smtp_may_xclient(const struct smtp_session *s);

/* auth.c: the command, and a line that answers a challenge. */
command_handler smtp_auth, smtp_auth_line;

#endif
