/*
 * log_outlet.h - one place where lines of the log can go.
 *
 * Nothing here waits: a place that does not take bytes at once says so. One
 * thread at a time.
 */
#ifndef MILLGATE_DAEMON_LOG_OUTLET_H
#define MILLGATE_DAEMON_LOG_OUTLET_H

#include <sys/un.h>
#include <unistd.h>

#include "error.h"
#include "milter/daemon/log_record.h"

enum log_way {
	LOG_WAY_WRITE,		/* a file, a pipe, a terminal */
	LOG_WAY_STREAM,		/* a socket, which standard output may be */
	LOG_WAY_SYSLOG,		/* a datagram a line */
};

struct log_outlet {
	enum log_way way;
	int fd;
	bool owned;		/* fd is ours to close */
	bool stamped;		/* text has a time stamp in front */
	bool torn;		/* a line was begun, its rest is lost */
	struct sockaddr_un syslog;
};

/* Standard output, whatever it is: it may wait, in rare cases. */
#define LOG_OUTLET_STDOUT { .way = LOG_WAY_WRITE, .fd = STDOUT_FILENO }

/*
 * What SETTINGS name, as log_open() in log_sink.h has it; the socket of syslog
 * is at SYSLOG. -1 and ERROR on failure, O is then untouched. What O was before
 * is not closed.
 */
int log_outlet_open(struct log_outlet *o, const struct log_settings *settings,
    bool foreground, const char *syslog, struct error *error);
void log_outlet_close(struct log_outlet *o);

/*
 * What stands in front of a line of LEVEL that was written at TIME, put into
 * OUT; its length, which may be 0.
 */
size_t log_outlet_head(const struct log_outlet *o, enum log_level level,
    const struct timespec *time, char out[LOG_HEAD_MAX]);

enum log_outlet_result {
	LOG_OUTLET_DONE,
	LOG_OUTLET_BUSY,	/* not now: try again with what is left */
	LOG_OUTLET_FAILED,	/* never: that line is lost */
};

/*
 * Write LINE, with what stands in front of it, and its LF. The first *DONE
 * bytes of it are written already; those that were written are added.
 */
enum log_outlet_result log_outlet_write(struct log_outlet *o,
    struct span line, size_t *done);

#endif
