/*
 * status_ask.c - ask the daemon over its control socket.
 *
 * Nothing needs to be said: who connects is answered. The daemon answers one
 * after the other, and gives up on each after two seconds, so a few who came
 * first may have to be waited for.
 *
 * Failure: an error that says what to do.
 */
#include "config.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "milter/clock.h"
#include "milter/status_report.h"

#define CONNECT_SECONDS 2
#define ANSWER_MS 10000		/* for all of it */

static const char *
advice(int reason)
{
	switch (reason) {
	case ENOENT:
	case ECONNREFUSED:
		return "; is 'millgate run' running, with that setting?";
	case EACCES:
	case EPERM:
		return "; it takes root, or the user that the daemon runs as";
	}
	return "";
}

/* A descriptor, or -1. */
static int
connect_to(const char *path, struct error *error)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	struct timeval limit = { .tv_sec = CONNECT_SECONDS };
	int fd, trouble;

	if (strlen(path) >= sizeof address.sun_path)
		return error_set(error, "%s is too long for the path of a "
		    "socket", path);
	memcpy(address.sun_path, path, strlen(path) + 1);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	/* Where many have come before, connect() waits as long as send(). */
	if (fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit,
	    sizeof limit) == 0 && connect(fd, (struct sockaddr *)&address,
	    sizeof address) == 0)
		return fd;
	trouble = errno;
	if (fd >= 0)
		close(fd);
	return error_set(error, "cannot ask %s: %s%s", path,
	    strerror(trouble), advice(trouble));
}

/* Read to the end, or until END, as of clock_ms(). */
static int
read_all(int fd, int64_t end, struct buffer *out, struct error *error)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	char piece[16384];
	int64_t left;
	ssize_t n;

	for (;;) {
		left = end - clock_ms();
		if (left <= 0 || poll(&p, 1, (int)left) == 0)
			return error_set(error, "nothing, or not all, came "
			    "within %d seconds", ANSWER_MS / 1000);
		n = recv(fd, piece, sizeof piece, MSG_DONTWAIT);
		if (n == 0)
			return 0;
		if (n < 0 && errno != EAGAIN && errno != EINTR)
			return error_set(error, "%s", strerror(errno));
		if (n > 0)
			buffer_add(out, span_make(piece, (size_t)n));
		if (out->overflow)
			return error_set(error, "more came than a report can "
			    "be long");
	}
}

int
status_ask(const char *path, struct buffer *out, struct error *error)
{
	int fd = connect_to(path, error), result;

	if (fd < 0)
		return -1;
	result = read_all(fd, clock_ms() + ANSWER_MS, out, error);
	close(fd);
	return result;
}
