/*
 * log_desk.h - a folder, a syslog and a standard output for tests of the log.
 *
 * One desk in a program, for one thread; what it finds wrong is a failure of
 * the test that runs.
 */
#ifndef MILLGATE_UNIT_LOG_DESK_H
#define MILLGATE_UNIT_LOG_DESK_H

#include "buffer.h"
#include "policy.h"

#define DESK_LINE 300		/* bytes of most lines */
#define DESK_PATH_MAX 64

/* What the log writes when lines are missing; a number stands before it. */
#define DESK_LOST " of the log lost, for"

extern char desk_dir[];
extern char desk_file[DESK_PATH_MAX];	/* for the log; may not be there */
extern char desk_syslog[DESK_PATH_MAX];	/* likewise, a socket */
extern struct buffer desk_got;		/* what has been read */

/* As tests: make the folder, remove it with the file and the socket. */
void desk_begin(void);
void desk_end(void);

/* Settings with all levels, in text; and the log opened with them. */
struct log_settings desk_settings(enum log_target to);
void desk_open(enum log_target to);

/* A line of LEN bytes, or of DESK_LINE, that begins with N. */
void desk_put(unsigned n, size_t len);
void desk_put_line(unsigned n);

/*
 * Make FD, which is closed, standard output; and as it was. The log goes to a
 * new file then. Nothing may be checked between the two.
 */
void desk_stdout(int fd);
void desk_stdout_back(void);

/* Append what can be read from FD now; false: nothing. */
bool desk_read_some(int fd);

/* All that comes out of FD, which does not block, while the log is tended. */
void desk_read_all(int fd);

/* What is in the file NAME, and nothing else. */
void desk_read_file(const char *name);

#endif
