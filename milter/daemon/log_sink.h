/*
 * log_sink.h - where the lines of the log go.
 *
 * There is one destination in a process. No call waits for it: what it does not
 * take at once waits in a backlog of 1 MiB, and what does not fit there is lost
 * and counted, as is a line that cannot be written for another reason (a disk
 * that is full). Lines are written in the order in which they came; where some
 * are missing, a line tells how many. Until log_open() the destination is
 * standard output, in text, with all levels.
 *
 * Any thread. A child process goes on with the destination of its parent; its
 * backlog begins empty, its count at 0. It must be forked while there is one
 * thread only.
 */
#ifndef MILLGATE_DAEMON_LOG_SINK_H
#define MILLGATE_DAEMON_LOG_SINK_H

#include <stdint.h>

#include "error.h"
#include "policy.h"

/*
 * Open the destination that SETTINGS name, or open it anew (a file that was
 * renamed is made again); FOREGROUND says what the default is. Nothing of
 * SETTINGS is kept. What waits goes to the new one. On failure, -1 and ERROR,
 * all stays as it was.
 *
 * A file is made with mode 0640, and must not be a symbolic link. syslog need
 * not be there yet: lines wait for it. SIGPIPE is ignored from then on.
 */
int log_open(const struct log_settings *settings, bool foreground,
    struct error *error);

/* The same, with the socket of syslog at SYSLOG, an absolute path. */
int log_open_with(const struct log_settings *settings, bool foreground,
    const char *syslog, struct error *error);

/* Is a line of LEVEL written at all? As JSON? */
bool log_wants(enum log_level level);
bool log_wants_json(void);

/*
 * One line: LEN bytes, at most LOG_LINE_MAX, of which the last is the only LF.
 * Nothing when its level is not wanted.
 */
void log_write(enum log_level level, const char *line, size_t len);

/* Write what waits, as far as it goes; to be called every now and then. */
void log_tend(void);

/* How many lines this process has lost. */
uint64_t log_lost(void);

/* The process ends: wait for what waits, but not longer than a second. */
void log_end(void);

#endif
