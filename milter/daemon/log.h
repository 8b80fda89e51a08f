/*
 * log.h - one line for each thing worth knowing.
 *
 *	4XyZ reject scope=recipient rule=no-spam place=rules.yaml:12 phase=rcpt
 *	    reply="550 5.7.1 No" client=192.0.2.1 name=mx.example.org …
 *
 * (in one line). First the queue id, or "-"; then what happened: a verdict, or
 * what a rule in shadow would have done ("would-reject", …; "undecided" when
 * the message ended before that was known), "log" for what a rule logs,
 * "failure". Then fields in this order, those that are unknown left out: scope
 * rule place phase reply client name helo from to rcpts edits quarantined
 * score, and why for a failure or text for a log. Of a place too long for a
 * value the front is cut, so that the line number stays. A line is written by a
 * single write(2) to standard output and is no longer than PIPE_BUF, so that
 * lines of several threads never mix. Any thread; nothing is allocated.
 */
#ifndef MILLGATE_DAEMON_LOG_H
#define MILLGATE_DAEMON_LOG_H

#include "verdict.h"

/* A longer value says no more about a message, and might be meant to flood. */
#define LOG_VALUE_MAX 256
#define LOG_FIELD_MAX (LOG_VALUE_MAX + sizeof "\"\"...")

/*
 * Write VALUE into OUT as it stands in a line, and return its length. Text of
 * letters, digits and harmless signs stays as it is; anything else comes in
 * double quotes, where control characters (C0, DEL, C1), backslash, double
 * quote and bytes that are no UTF-8 are \xNN. At most LOG_VALUE_MAX bytes of
 * that are written; three dots behind the quotes tell that there was more.
 */
size_t log_escape(struct span value, char out[LOG_FIELD_MAX]);

/* One line for DECISION. */
void log_decision(const struct decision *decision);

/* "QUEUE_ID failure why=…": the filter itself could not do something. */
void log_failure(struct span queue_id, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* "- …": a word about the daemon. FORMAT and what it prints are ours. */
void log_notice(const char *format, ...)
    __attribute__((format(printf, 1, 2)));

#endif
