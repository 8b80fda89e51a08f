/*
 * gate.c - let libmilter accept connections only while there is room.
 *
 * libmilter waits, for five seconds, and then calls accept(2) on the
 * same number. When the gate opens or closes a signal wakes it, and it waits
 * again, now for the other one. When it was just about to accept(2), it does so
 * on a pipe once; it complains to syslog, pauses a second and goes on. A
 * socket in the pipe's place would spare that, but whoever learned its name
 * could connect to it, past the permissions of the real one.
 *
 * Failure: only of gate_init().
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "milter/daemon/gate.h"

/* What libmilter, the control socket and the log are still going to open. */
#define GROWTH 8

#define POLLED_AT_A_TIME 64	/* poll(2) takes no more than the limit */

/*
 * Descriptors that stay free when the gate closes: for what comes between two
 * looks, and for reading the rules again.
 */
static size_t
spare(const struct gate *g)
{
	size_t tenth = g->descriptors / 10;

	return tenth < 8 ? 8 : tenth > 32 ? 32 : tenth;
}

/*
 * Connections that there must be room for to open: a few, so that the gate does
 * not flap. There is that room when nobody is connected.
 */
static size_t
slack(const struct gate *g)
{
	size_t part = g->connections / 8 + 1;

	return part > 16 ? 16 : part;
}

/* How many of the COUNT numbers from FIRST are no open descriptor? */
static size_t
count_free_from(size_t first, size_t count)
{
	struct pollfd polled[POLLED_AT_A_TIME];
	size_t found = 0;

	for (size_t i = 0; i < count; i++)
		polled[i] = (struct pollfd){ .fd = (int)(first + i) };
	if (poll(polled, count, 0) < 0)
		return 0;
	for (size_t i = 0; i < count; i++)
		found += (polled[i].revents & POLLNVAL) != 0;
	return found;
}

/*
 * How many descriptors are free? Counting ends at ENOUGH. The kernel gives the
 * lowest first, so a look at the highest usually suffices.
 */
static size_t
count_free(const struct gate *g, size_t enough)
{
	size_t left = g->descriptors, found = 0;

	while (left > 0 && found < enough) {
		size_t count = left < POLLED_AT_A_TIME ? left :
		    POLLED_AT_A_TIME;

		left -= count;
		found += count_free_from(left, count);
	}
	return found;
}

static bool
make_nonblocking(int fd)
{
	int flags = fcntl(fd, F_GETFL);

	return flags >= 0 && fcntl(fd, F_SETFL, flags | O_NONBLOCK) == 0;
}

/* How many connections there is room for; -1: for none. */
static int
set_limit(struct gate *g, size_t most, struct error *error)
{
	size_t kept = spare(g) + GROWTH;
	size_t found = count_free(g, g->descriptors);

	if (found <= kept)
		return error_set(error, "%zu file descriptors are too few; "
		    "%zu are needed at least (ulimit -n)", g->descriptors,
		    g->descriptors - found + kept + 1);
	g->connections = found - kept;
	if (most != 0 && most < g->connections)
		g->connections = most;
	return 0;
}

int
gate_init(struct gate *g, int listener, size_t descriptors, size_t most,
    struct error *error)
{
	int ends[2] = { -1, -1 };

	*g = (struct gate){ .real = -1, .put = listener, .open = true,
	    .descriptors = descriptors };
	if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) < 0)
		goto fail;
	g->idle = ends[0];
	g->silent = ends[1];
	g->real = fcntl(listener, F_DUPFD_CLOEXEC, 0);
	if (g->real < 0 || !make_nonblocking(listener))
		goto fail;
	if (set_limit(g, most, error) == 0)
		return 0;
	goto out;
fail:
	error_set(error, "cannot make a gate before the socket: %s",
	    strerror(errno));
out:
	if (g->real >= 0)
		close(g->real);
	for (int i = 0; i < 2 && ends[i] >= 0; i++)
		close(ends[i]);
	return -1;
}

static void
on_wake(int number)
{
	(void)number;
}

void
gate_serves(struct gate *g, pthread_t thread)
{
	struct sigaction action = { .sa_handler = on_wake };

	(void)sigemptyset(&action.sa_mask);
	if (sigaction(SIGUSR1, &action, NULL) < 0)
		return;
	g->thread = thread;
	g->has_thread = true;
}

size_t
gate_limit(const struct gate *g)
{
	return g->connections;
}

static bool
has_room(const struct gate *g, size_t sessions)
{
	size_t more = g->open ? 1 : slack(g);
	size_t wanted = spare(g) + more;

	return sessions + more <= g->connections &&
	    count_free(g, wanted) >= wanted;
}

bool
gate_tend(struct gate *g, size_t sessions)
{
	bool open = has_room(g, sessions);

	if (open == g->open ||
	    dup3(open ? g->real : g->idle, g->put, O_CLOEXEC) < 0)
		return false;
	g->open = open;
	if (g->has_thread)
		(void)pthread_kill(g->thread, SIGUSR1);
	return true;
}

bool
gate_is_open(const struct gate *g)
{
	return g->open;
}
