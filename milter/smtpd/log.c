/*
 * log.c - a line on standard error for each thing that happened.
 *
 * A descriptor that others share must not be made non-blocking, for that would
 * change it for them too: a pipe or a terminal is opened once more through
 * /proc, a socket is asked not to wait with each line. A line fits into
 * PIPE_BUF, so that a pipe takes it whole or not at all.
 *
 * Failure: a line that cannot be written is lost; how many were, stands in the
 * next one that can.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "milter/smtpd/log.h"
#include "rules/base/utf8.h"

#define PREFIX "millgate-smtpd: "

/* Of the loop's thread. */
static int outlet = STDERR_FILENO;
static bool outlet_is_socket;
static unsigned long lost;

void
smtpd_log_begin(void)
{
	struct stat st;
	int again = -1;

	if (fstat(STDERR_FILENO, &st) < 0)
		return;
	outlet_is_socket = S_ISSOCK(st.st_mode);
	if (S_ISFIFO(st.st_mode) || S_ISCHR(st.st_mode))
		again = open("/proc/self/fd/2", O_WRONLY | O_CLOEXEC |
		    O_NOCTTY | O_NONBLOCK);
	if (again >= 0)
		outlet = again;
}

static ssize_t
write_now(const char *line, size_t len)
{
	struct pollfd ready = { .fd = outlet, .events = POLLOUT };

	if (outlet_is_socket)
		return send(outlet, line, len, MSG_DONTWAIT | MSG_NOSIGNAL);
	/* Where it could not be opened again, this is as good as can be. */
	if (poll(&ready, 1, 0) != 1)
		return -1;
	return write(outlet, line, len);
}

static bool
write_line(const char *line, size_t len)
{
	ssize_t n;

	do
		n = write_now(line, len);
	while (n < 0 && errno == EINTR);
	return n == (ssize_t)len;
}

static void
write_lost(void)
{
	char line[sizeof PREFIX + 64];
	int len;

	if (lost == 0)
		return;
	len = snprintf(line, sizeof line, PREFIX "%lu lines of the log were "
	    "lost: nobody read them\n", lost);
	if (write_line(line, (size_t)len))
		lost = 0;
}

void
smtpd_log(const char *format, ...)
{
	char line[PIPE_BUF] = PREFIX;
	size_t len = sizeof PREFIX - 1;
	size_t room = sizeof line - len - 1;
	va_list arguments;
	int n;

	va_start(arguments, format);
	n = vsnprintf(line + len, room, format, arguments);
	va_end(arguments);
	if (n < 0)
		return;
	len += (size_t)n < room ? (size_t)n : room - 1;
	line[len++] = '\n';
	write_lost();
	if (!write_line(line, len))
		lost++;
}

void
smtpd_log_text(const char *text)
{
	smtpd_log("%s", text);
}

static bool
is_shown(struct span at)
{
	unsigned char c = (unsigned char)at.ptr[0];

	if (at.len == 1)
		return c >= ' ' && c < 0x7f && c != '"' && c != '\\';
	/* C1 controls, which terminals obey, begin with this one. */
	return !(c == 0xc2 && (unsigned char)at.ptr[1] < 0xa0);
}

const char *
smtpd_log_field(struct span field, char out[SMTPD_LOG_FIELD_MAX])
{
	struct span rest = utf8_head(field, SMTPD_LOG_FIELD);
	bool cut = rest.len < field.len;
	char *to = out;

	while (rest.len > 0) {
		size_t len = utf8_length(rest);
		struct span at = span_head(rest, len > 0 ? len : 1);

		if (len > 0 && is_shown(at)) {
			memcpy(to, at.ptr, at.len);
			to += at.len;
		} else
			for (size_t i = 0; i < at.len; i++)
				to += sprintf(to, "\\x%02X",
				    (unsigned char)at.ptr[i]);
		rest = span_skip(rest, at.len);
	}
	memcpy(to, cut ? "..." : "", cut ? sizeof "..." : 1);
	return out;
}
