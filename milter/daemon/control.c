/*
 * control.c - the daemon's side of the control socket.
 *
 * One thread that does nothing else, so whoever is slow here makes no message
 * wait. The report is made piece by piece as it is sent, for a policy may have
 * many rules, of the plan that was in force when the client came.
 *
 * Failure: a client that does not read in time is left without an end of its
 * report. Where the process has no descriptor left, clients wait.
 */
#include "config.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "milter/clock.h"
#include "milter/daemon/control.h"
#include "milter/daemon/control_report.h"
#include "milter/daemon/in_force.h"
#include "milter/daemon/log.h"

#define CLIENT_MS 2000		/* for all of the report */
#define PAUSE_MS 100		/* when the system has none to give */
#define PIECE_BYTES (32u << 10)	/* sent at once; a line is far shorter */

/* Written before the thread exists, which alone uses them. */
static int listening = -1;
static const struct control_facts *facts_of_all;

struct client {
	int fd;
	int64_t end;		/* as of clock_ms() */
	struct buffer text;	/* not sent yet */
};

/* Wait until more can be sent; -1: not in time. */
static int
wait_for_room(const struct client *c)
{
	struct pollfd p = { .fd = c->fd, .events = POLLOUT };
	int64_t left = c->end - clock_ms();

	return left > 0 && poll(&p, 1, (int)left) != 0 ? 0 : -1;
}

/* Send what there is; -1: the client has gone, or does not read. */
static int
flush(struct client *c)
{
	struct span rest = buffer_span(&c->text);
	ssize_t sent;

	if (c->text.overflow)
		return -1;
	while (rest.len > 0) {
		sent = send(c->fd, rest.ptr, rest.len,
		    MSG_NOSIGNAL | MSG_DONTWAIT);
		if (sent >= 0)
			rest = span_skip(rest, (size_t)sent);
		else if (errno == EAGAIN ? wait_for_room(c) < 0 :
		    errno != EINTR)
			return -1;
	}
	buffer_clear(&c->text);
	return 0;
}

static int
send_report(struct client *c, const struct plan *plan)
{
	size_t rules = policy_rule_count(plan_policy(plan));

	control_report_head(facts_of_all, plan, &c->text);
	for (size_t i = 0; i < rules; i++) {
		control_report_rule(plan, i, &c->text);
		if (c->text.len > PIECE_BYTES && flush(c) < 0)
			return -1;
	}
	buffer_add_text(&c->text, "end\n");
	return flush(c);
}

static void
answer(int fd)
{
	struct client c = { .fd = fd, .end = clock_ms() + CLIENT_MS };
	struct plan *plan = in_force_take();

	/* Whatever it says, nobody keeps it. */
	(void)shutdown(fd, SHUT_RD);
	buffer_init(&c.text, 2 * PIECE_BYTES);
	(void)send_report(&c, plan);
	buffer_release(&c.text);
	plan_unref(plan);
	close(fd);
}

/* After accept() failed with REASON: is there any use in going on? */
static bool
may_go_on(int reason)
{
	struct pollfd p = { .fd = listening, .events = POLLIN };

	switch (reason) {
	case EINTR:
	case ECONNABORTED:
		return true;
	case EAGAIN:
		(void)poll(&p, 1, -1);
		return true;
	case EMFILE:
	case ENFILE:
	case ENOBUFS:
	case ENOMEM:
		(void)poll(NULL, 0, PAUSE_MS);
		return true;
	}
	return false;
}

static void *
serve(void *unused)
{
	int fd;

	(void)unused;
	do {
		fd = accept4(listening, NULL, NULL, SOCK_CLOEXEC);
		if (fd >= 0)
			answer(fd);
	} while (fd >= 0 || may_go_on(errno));
	log_say(LOG_LEVEL_ERROR, "the control socket is not answered any "
	    "more: %s", strerror(errno));
	return NULL;
}

int
control_start(int listener, const struct control_facts *facts,
    struct error *error)
{
	sigset_t all, before;
	pthread_t thread;
	int trouble;

	listening = listener;
	facts_of_all = facts;
	control_report_begin();
	/* Signals are for other threads. */
	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &before);
	trouble = pthread_create(&thread, NULL, serve, NULL);
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (trouble != 0)
		return error_set(error, "no thread for the control socket: %s",
		    strerror(trouble));
	(void)pthread_detach(thread);
	return 0;
}
