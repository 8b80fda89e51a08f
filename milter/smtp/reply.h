/*
 * reply.h - what a client is told.
 *
 * Replies are appended to a buffer as SMTP text (RFC 5321 4.2), each line with
 * its CRLF. The sink's own replies are checked first: they may come from a
 * stranger. Pure but for the buffer.
 */
#ifndef MILLGATE_SMTP_REPLY_H
#define MILLGATE_SMTP_REPLY_H

#include "buffer.h"
#include "verdict.h"

/*
 * One line, and its CRLF. FORMAT is ours, never from outside; what it quotes is
 * cut to fit a line, and control characters in it become question marks.
 */
void smtp_say(struct buffer *out, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/*
 * VERDICT, which is REJECT, TEMPFAIL or CLOSE, as Postfix words it: "550 5.7.1
 * Command rejected" when it has no reply of its own, else that reply, its code
 * and status on each line. -1 when the reply is none (its code is not of the
 * verdict's class or not of the status's, or the text could not be shown as it
 * is); "451 4.3.5 Server configuration problem - try again later" is appended
 * then, as Postfix does.
 */
int smtp_say_verdict(struct buffer *out, const struct verdict *verdict);

#endif
