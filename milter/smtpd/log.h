/*
 * log.h - a line on standard error for each thing that happened.
 *
 * A line begins with "millgate-smtpd: " and is written whole or not at all, and
 * never waited for: where standard error is a pipe that nobody empties, lines
 * are lost, and counted. For the loop's thread.
 */
#ifndef MILLGATE_SMTPD_LOG_H
#define MILLGATE_SMTPD_LOG_H

#include "span.h"

/* Bytes of something from outside in a line; what is longer is cut. */
#define SMTPD_LOG_FIELD 256
#define SMTPD_LOG_FIELD_MAX (4 * SMTPD_LOG_FIELD + sizeof "...")

/* To be called once, before the first line. */
void smtpd_log_begin(void);

/* What is not ours among the arguments has gone through smtpd_log_field(). */
void smtpd_log(const char *format, ...)
    __attribute__((format(printf, 1, 2)));

/* TEXT is a line that is printable already. */
void smtpd_log_text(const char *text);

/*
 * Write FIELD into OUT so that it can be shown: control characters, the quote,
 * the backslash and bytes that are no UTF-8 as \xNN; "..." at the end when it
 * was cut. Returns OUT. Pure; any thread.
 */
const char *smtpd_log_field(struct span field, char out[SMTPD_LOG_FIELD_MAX]);

#endif
