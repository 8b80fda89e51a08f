/*
 * wire_call.c - a filter at the other end of a socket, as an event sink.
 *
 * The conversation says what it wants, and gets it, until it wants no more for
 * this event. What a filter need not answer is sent as far as it goes without
 * waiting; the rest goes before whatever comes next.
 *
 * Failure: the conversation is told, and has the verdict for it.
 */
#include "config.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <unistd.h>

#include "milter/clock.h"
#include "milter/replay/wire_call.h"
#include "rules/base/xmalloc.h"

#define READ_MAX 65536		/* bytes at a time */

void
wire_call_init(struct wire_call *c, const struct dial *to,
    const struct milter_config *config)
{
	*c = (struct wire_call){ .to = to, .fd = -1 };
	c->milter = xcheck(milter_new(config));
}

static void
hang_up(struct wire_call *c)
{
	if (c->fd >= 0)
		close(c->fd);
	c->fd = -1;
}

static void
broken(struct wire_call *c, const char *why)
{
	hang_up(c);
	milter_broken(c->milter, why);
}

/* Wait for one of EVENTS until the conversation's time for this is up. */
static bool
wait_for(struct wire_call *c, short events)
{
	struct pollfd p = { .fd = c->fd, .events = events };
	unsigned limit;
	unsigned long turn;
	int64_t left;
	int got;

	(void)milter_want(c->milter, &limit, &turn);
	if (turn != c->turn)
		c->since = clock_ms();
	c->turn = turn;
	do {
		left = c->since + limit - clock_ms();
		got = left > 0 ? poll(&p, 1, (int)left) : 0;
	} while (got < 0 && errno == EINTR);
	if (got <= 0)
		broken(c, got < 0 ? strerror(errno) : "it took too long");
	return got > 0;
}

static void
dial(struct wire_call *c)
{
	int why = 0;
	socklen_t size = sizeof why;

	hang_up(c);
	c->fd = dial_open(c->to);
	if (c->fd < 0) {
		broken(c, strerror(errno));
		return;
	}
	if (!wait_for(c, POLLOUT))
		return;
	getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &why, &size);
	if (why != 0) {
		broken(c, strerror(why));
		return;
	}
	c->reached = true;
	milter_connected(c->milter);
}

/* Send as much of the output as goes without waiting; false: nobody reads. */
static bool
send_output(struct wire_call *c)
{
	struct span out = milter_output(c->milter);
	ssize_t n;

	while (out.len > 0) {
		n = send(c->fd, out.ptr, out.len, MSG_NOSIGNAL);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return errno == EAGAIN || errno == EWOULDBLOCK;
		milter_sent(c->milter, (size_t)n);
		out = milter_output(c->milter);
	}
	return true;
}

/* Carry bytes in both directions, when some can be. */
static void
carry(struct wire_call *c)
{
	bool writes = milter_output(c->milter).len > 0;
	char bytes[READ_MAX];
	ssize_t n;

	if (!wait_for(c, (short)(POLLIN | (writes ? POLLOUT : 0))))
		return;
	n = recv(c->fd, bytes, sizeof bytes, MSG_DONTWAIT);
	if (n > 0)
		milter_input(c->milter, span_make(bytes, (size_t)n));
	else if (n == 0)
		broken(c, "it has hung up");
	else if (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR)
		broken(c, strerror(errno));
	if (c->fd >= 0 && !send_output(c))
		broken(c, strerror(errno));
}

/* The rest of what it is to be told, then the end. */
static void
take_leave(struct wire_call *c)
{
	while (c->fd >= 0 && milter_output(c->milter).len > 0)
		if (wait_for(c, POLLOUT) && !send_output(c))
			break;
	if (c->fd >= 0)
		broken(c, "it was hung up on");
}

/* Give the conversation what it wants, until nothing is OPEN. */
static void
serve(struct wire_call *c, bool open, struct verdict *verdict)
{
	unsigned limit;
	unsigned long turn;

	for (;;) {
		if (open && milter_answer(c->milter, verdict))
			open = false;
		switch (milter_want(c->milter, &limit, &turn)) {
		case MILTER_CONNECTION:
			dial(c);
			break;
		case MILTER_CARRY:
			if (!open) {
				/* That nobody reads is noticed with the next
				 * event. */
				(void)send_output(c);
				return;
			}
			carry(c);
			break;
		case MILTER_FAREWELL:
			take_leave(c);
			break;
		case MILTER_NOTHING:
			assert(!open);
			return;
		}
	}
}

int
wire_call_feed(void *self, const struct event *event, struct verdict *verdict)
{
	struct wire_call *c = self;
	int result = milter_feed(c->milter, event, verdict);

	serve(c, result == EVENT_LATER, verdict);
	return verdict->error.text[0] != '\0' ? -1 : 0;
}

void
wire_call_release(struct wire_call *c)
{
	hang_up(c);
	milter_free(c->milter);
	*c = (struct wire_call){ .fd = -1 };
}
