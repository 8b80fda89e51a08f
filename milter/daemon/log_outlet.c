/*
 * log_outlet.c - one place where lines of the log can go.
 *
 * A descriptor that others share must not be made non-blocking, for that would
 * change it for them too. So a pipe or a terminal that is standard output is
 * opened once more through /proc; where that cannot be done, poll(2) is asked
 * before each write, which on a pipe promises room for PIPE_BUF bytes. Only
 * another process that takes that very room meanwhile could make us wait.
 *
 * Failure: what is busy, or a syslog that is away, is worth another try; any
 * other error is the line's end.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <syslog.h>

#include "milter/daemon/log_outlet.h"

static int
open_file(struct log_outlet *o, const char *path, struct error *error)
{
	/* With O_NONBLOCK a FIFO that nobody reads is an error. */
	o->fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC |
	    O_NOFOLLOW | O_NOCTTY | O_NONBLOCK, 0640);
	if (o->fd < 0)
		return error_set(error, "cannot open the log file %s: %s",
		    path, errno == ELOOP ? "it is a symbolic link" :
		    strerror(errno));
	o->owned = true;
	o->stamped = true;
	return 0;
}

static int
open_stdout(struct log_outlet *o, struct error *error)
{
	struct stat st;
	int again = -1;

	if (fstat(STDOUT_FILENO, &st) < 0)
		return error_set(error, "cannot write the log to standard "
		    "output: %s", strerror(errno));
	if (S_ISSOCK(st.st_mode))
		o->way = LOG_WAY_STREAM;
	if (S_ISFIFO(st.st_mode) || S_ISCHR(st.st_mode))
		again = open("/proc/self/fd/1", O_WRONLY | O_CLOEXEC |
		    O_NOCTTY | O_NONBLOCK);
	o->fd = again >= 0 ? again : STDOUT_FILENO;
	o->owned = again >= 0;
	return 0;
}

/* Whether anybody is there shows with the first line. */
static int
open_syslog(struct log_outlet *o, const char *path, struct error *error)
{
	size_t len = strlen(path);

	o->way = LOG_WAY_SYSLOG;
	o->syslog.sun_family = AF_UNIX;
	if (len >= sizeof o->syslog.sun_path)
		return error_set(error, "the path of syslog's socket is too "
		    "long: %s", path);
	memcpy(o->syslog.sun_path, path, len + 1);
	o->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (o->fd < 0)
		return error_set(error, "cannot write the log to syslog: %s",
		    strerror(errno));
	o->owned = true;
	return 0;
}

int
log_outlet_open(struct log_outlet *o, const struct log_settings *settings,
    bool foreground, const char *syslog, struct error *error)
{
	struct log_outlet opened = { .way = LOG_WAY_WRITE, .fd = -1 };
	enum log_target to = settings->to;
	int result = 0;

	if (to == LOG_TO_DEFAULT)
		to = foreground ? LOG_TO_STDOUT : LOG_TO_SYSLOG;
	if (to == LOG_TO_STDOUT && !foreground)
		return error_set(error, "settings.log.to is stdout: that "
		    "needs --foreground");
	switch (to) {
	case LOG_TO_DEFAULT:
	case LOG_TO_STDOUT:
		result = open_stdout(&opened, error);
		break;
	case LOG_TO_SYSLOG:
		result = open_syslog(&opened, syslog, error);
		break;
	case LOG_TO_FILE:
		result = open_file(&opened, settings->file, error);
		break;
	}
	if (result < 0)
		return -1;
	if (settings->json)
		opened.stamped = false;
	/* A reader that goes away is an error like any other. */
	(void)signal(SIGPIPE, SIG_IGN);
	*o = opened;
	return 0;
}

void
log_outlet_close(struct log_outlet *o)
{
	if (o->owned)
		close(o->fd);
	o->owned = false;
}

/* RFC 3339, with the offset of the local time: 2026-11-23T10:12:19.123+01:00 */
static size_t
put_stamp(const struct tm *tm, long nanoseconds, char *out, size_t room)
{
	long offset = tm->tm_gmtoff / 60, size = offset < 0 ? -offset : offset;
	char day[32] = "";

	strftime(day, sizeof day, "%Y-%m-%dT%H:%M:%S", tm);
	return (size_t)snprintf(out, room, "%s.%03ld%c%02ld:%02ld ", day,
	    nanoseconds / 1000000, offset < 0 ? '-' : '+', size / 60,
	    size % 60);
}

static int
priority(enum log_level level)
{
	switch (level) {
	case LOG_LEVEL_ERROR:
		return LOG_MAIL | LOG_ERR;
	case LOG_LEVEL_WARNING:
		return LOG_MAIL | LOG_WARNING;
	case LOG_LEVEL_NOTICE:
		return LOG_MAIL | LOG_NOTICE;
	case LOG_LEVEL_INFO:
		return LOG_MAIL | LOG_INFO;
	}
	return LOG_MAIL | LOG_NOTICE;
}

/* As syslog(3) writes it (RFC 3164 4.1); its months are those of English. */
static size_t
put_priority(enum log_level level, const struct tm *tm, char *out, size_t room)
{
	static const char months[12][4] = { "Jan", "Feb", "Mar", "Apr", "May",
		"Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };

	return (size_t)snprintf(out, room, "<%d>%s %2d %02d:%02d:%02d "
	    "millgate[%ld]: ", priority(level), months[tm->tm_mon],
	    tm->tm_mday, tm->tm_hour, tm->tm_min, tm->tm_sec, (long)getpid());
}

size_t
log_outlet_head(const struct log_outlet *o, enum log_level level,
    const struct timespec *time, char out[LOG_HEAD_MAX])
{
	struct tm tm = { .tm_mday = 1 };
	size_t len = 0;

	if (o->way != LOG_WAY_SYSLOG && o->torn)
		out[len++] = '\n';
	if (o->way != LOG_WAY_SYSLOG && !o->stamped)
		return len;
	(void)localtime_r(&time->tv_sec, &tm);
	if (o->way == LOG_WAY_SYSLOG)
		return put_priority(level, &tm, out, LOG_HEAD_MAX);
	return len + put_stamp(&tm, time->tv_nsec, out + len,
	    LOG_HEAD_MAX - len);
}

static ssize_t
write_ready(int fd, struct span s)
{
	struct pollfd ready = { .fd = fd, .events = POLLOUT };

	if (poll(&ready, 1, 0) == 1)
		return write(fd, s.ptr, s.len);
	errno = EAGAIN;
	return -1;
}

static ssize_t
send_now(int fd, struct span s)
{
	return send(fd, s.ptr, s.len, MSG_DONTWAIT | MSG_NOSIGNAL);
}

/* A syslog that was started again has another socket of the same name. */
static ssize_t
send_syslog(const struct log_outlet *o, struct span s)
{
	ssize_t n = send_now(o->fd, s);

	if (n >= 0 || errno == EAGAIN || errno == EINTR || errno == EMSGSIZE)
		return n;
	if (connect(o->fd, (const struct sockaddr *)&o->syslog,
	    sizeof o->syslog) < 0)
		return -1;
	return send_now(o->fd, s);
}

static ssize_t
write_some(const struct log_outlet *o, struct span s)
{
	switch (o->way) {
	case LOG_WAY_WRITE:
		return write_ready(o->fd, s);
	case LOG_WAY_STREAM:
		return send_now(o->fd, s);
	case LOG_WAY_SYSLOG:
		return send_syslog(o, s);
	}
	return -1;
}

static bool
is_busy(const struct log_outlet *o, int error)
{
	if (o->way == LOG_WAY_SYSLOG)
		return error != EMSGSIZE;
	return error == EAGAIN || error == EWOULDBLOCK || error == ENOBUFS;
}

enum log_outlet_result
log_outlet_write(struct log_outlet *o, struct span line, size_t *done)
{
	if (o->way == LOG_WAY_SYSLOG)
		line.len--;		/* a datagram has its own end */
	while (*done < line.len) {
		ssize_t n = write_some(o, span_skip(line, *done));

		if (n < 0 && errno == EINTR)
			continue;
		if (n == 0 || (n < 0 && is_busy(o, errno)))
			return LOG_OUTLET_BUSY;
		if (n < 0) {
			o->torn = o->torn || *done > 0;
			return LOG_OUTLET_FAILED;
		}
		*done += (size_t)n;
	}
	o->torn = false;
	return LOG_OUTLET_DONE;
}
