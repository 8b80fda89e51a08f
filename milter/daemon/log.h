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
 * score duration, and why for a failure or text for a log. Of a place too long
 * for a value the front is cut, so that the line number stays. As JSON a line
 * is an object with the same fields (log_json.c).
 *
 * Where lines go, and which, is said to log_sink.h. Any thread; nothing is
 * allocated, nothing blocks.
 */
#ifndef MILLGATE_DAEMON_LOG_H
#define MILLGATE_DAEMON_LOG_H

#include <stdint.h>

#include "policy.h"
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

/* The same, but of a VALUE that is too long the front is cut, and three dots
 * stand in its place. */
size_t log_escape_end(struct span value, char out[LOG_FIELD_MAX]);

/*
 * One line for DECISION, which took the filter MICROSECONDS (negative: not
 * known): what a rule could not do is a warning, what it says and all that is
 * not a plain delivery a notice, the rest information.
 */
void log_decision(const struct decision *decision, int64_t microseconds);

/* "QUEUE_ID failure why=…": the filter itself could not do something. */
void log_failure(struct span queue_id, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/*
 * "- …": a word about the daemon, of less than ERROR_TEXT_MAX bytes. FORMAT is
 * ours; control characters in what it prints are escaped.
 */
void log_say(enum log_level level, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
