/*
 * daemon.h - a millgate of its own for a test.
 *
 * A struct daemon is a private folder with a rule file, a unix socket and what
 * the program said, and the process that runs in it: `millgate run -c FILE
 * --foreground --allow-root`, the program being that of the environment variable
 * MILLGATE, or ./millgate. Nothing stays behind: daemon_finish() stops the process and
 * removes the folder, and when the test itself dies the process is told to end.
 *
 * For one thread, which must live as long as the daemon does.
 */
#ifndef MILLGATE_TEST_DAEMON_H
#define MILLGATE_TEST_DAEMON_H

#include <stdbool.h>
#include <sys/types.h>

#include "buffer.h"

#define DAEMON_PATH_MAX 108	/* what fits into a sockaddr_un */

/* Exit statuses that are none: see daemon_wait(). */
#define DAEMON_KILLED (-1)	/* ended by a signal */
#define DAEMON_STUCK (-2)	/* did not end in time */
#define DAEMON_UNCLEAN (-3)	/* a sanitizer had something to say */

struct daemon {
	pid_t pid;			/* 0: not running */
	char dir[DAEMON_PATH_MAX];
	char rules[DAEMON_PATH_MAX];	/* the rule file */
	char socket[DAEMON_PATH_MAX];
	char out[DAEMON_PATH_MAX];	/* its standard output: the log */
	char err[DAEMON_PATH_MAX];	/* its standard error */
	char address[DAEMON_PATH_MAX];	/* "unix:…", for rawmilter_open() */
};

/*
 * Make the folder and the rule file: SETTINGS are lines for the mapping
 * `settings`, indented by two blanks and ended by LF; REST is the rest of the
 * file. Both may be "". Nothing runs yet.
 */
bool daemon_prepare(struct daemon *d, const char *settings, const char *rest);

/*
 * Start the program in the folder; its output is appended to that of an earlier
 * one. It may not be ready yet.
 */
bool daemon_launch(struct daemon *d);

/* Wait until it accepts connections: false when it ends, or after 10 s. */
bool daemon_ready(struct daemon *d);

/*
 * All three. When it does not work, what the program said is printed as lines
 * of a TAP comment.
 */
bool daemon_start(struct daemon *d, const char *settings, const char *rest);

/*
 * Wait for its end for MS milliseconds; its exit status, DAEMON_KILLED or
 * DAEMON_STUCK, after which it still runs.
 */
int daemon_wait(struct daemon *d, int ms);

/* SIGTERM, and nothing is waited for. */
void daemon_ask_to_stop(const struct daemon *d);

/* SIGTERM, after 10 s SIGKILL. The exit status as above; 0 if none runs. */
int daemon_stop(struct daemon *d);

/* SIGKILL, for it and all that it started. */
void daemon_kill(struct daemon *d);

/*
 * Stop it and remove the folder. The exit status as from daemon_stop(), or
 * DAEMON_UNCLEAN.
 */
int daemon_finish(struct daemon *d);

/* Append the contents of a file, such as D->out, to OUT. */
void daemon_read(const char *path, struct buffer *out);

/*
 * How many lines of the log hold TEXT. Waits up to 5 s for there to be WANT of
 * them, so that a test need not know when a line is written.
 */
size_t daemon_count(const struct daemon *d, const char *text, size_t want);

#endif
