/*
 * filters.c - the milters of one SMTP session, carried by the loop.
 *
 * What a milter needs it tells itself (wire.h); here it gets a socket and a
 * timer. The order in which things happen does not matter: filters_run() looks
 * at all of them whenever something has happened to one.
 *
 * Failure: of whatever kind, it is milter_broken(), and the milter answers for
 * its filter.
 */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "milter/smtpd/filters.h"

#define READ_SIZE 65536
#define CALL_AGAIN_MS 10

static void
hang_up(struct filter *f)
{
	struct loop *loop = f->all->loop;

	loop_unset(loop, &f->timer);
	loop_forget(loop, &f->watch);
	if (f->watch.fd >= 0)
		close(f->watch.fd);
	f->watch.fd = -1;
	f->connected = false;
	f->give_up = 0;
}

static void
lose(struct filter *f, const char *why)
{
	hang_up(f);
	milter_broken(f->milter, why);
}

static void
await(struct filter *f, unsigned events)
{
	if (f->watch.added && f->watch.events == events)
		return;
	f->watch.events = events;
	if (loop_watch(f->all->loop, &f->watch) < 0)
		lose(f, strerror(errno));
}

/* Has the filter LIMIT_MS for its turn, it has no more for the same one. */
static void
await_until(struct filter *f, unsigned limit_ms, unsigned long turn)
{
	if (f->timer.place != 0 && f->turn == turn)
		return;
	f->turn = turn;
	if (loop_set(f->all->loop, &f->timer, limit_ms) < 0)
		lose(f, "no memory");
}

/* Send what is there: 1 some of it, 0 nothing, -1 the connection is lost, and
 * errno. */
static int
send_output(struct filter *f)
{
	int some = 0;

	for (;;) {
		struct span output = milter_output(f->milter);
		ssize_t n;

		if (output.len == 0)
			return some;
		n = send(f->watch.fd, output.ptr, output.len,
		    MSG_NOSIGNAL | MSG_DONTWAIT);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return errno == EAGAIN || errno == EWOULDBLOCK ?
			    some : -1;
		milter_sent(f->milter, (size_t)n);
		some = 1;
	}
}

/*
 * A unix socket whose backlog is full refuses at once what TCP would have wait;
 * so it is called again, for as long as a connection may take. True: it waits
 * for that.
 */
static bool
call_again_later(struct filter *f, unsigned limit_ms)
{
	struct loop *loop = f->all->loop;

	if (f->give_up == 0)
		f->give_up = loop_now(loop) + limit_ms;
	return loop_now(loop) < f->give_up &&
	    loop_set(loop, &f->timer, CALL_AGAIN_MS) == 0;
}

static void
dial(struct filter *f, unsigned limit_ms)
{
	if (f->connected)
		hang_up(f);
	if (f->watch.fd < 0 && f->timer.place == 0)
		f->watch.fd = dial_open(&f->place->dial);
	else if (f->watch.fd < 0)
		return;
	if (f->watch.fd >= 0)
		await(f, LOOP_WRITE);
	else if (errno != EAGAIN || !call_again_later(f, limit_ms))
		lose(f, strerror(errno));
}

/* True: it may want something else now. */
static bool
carry(struct filter *f)
{
	int sent = send_output(f);

	if (sent < 0)
		lose(f, strerror(errno));
	else if (sent == 0)
		await(f, milter_output(f->milter).len > 0 ?
		    LOOP_READ | LOOP_WRITE : LOOP_READ);
	return sent != 0;
}

/* One step of what it wants; false: it has to wait. */
static bool
run_one(struct filter *f)
{
	unsigned limit_ms = 0;
	unsigned long turn = 0;

	switch (milter_want(f->milter, &limit_ms, &turn)) {
	case MILTER_NOTHING:
		loop_unset(f->all->loop, &f->timer);
		if (f->connected)
			await(f, LOOP_READ);
		return false;
	case MILTER_CONNECTION:
		dial(f, limit_ms);
		if (f->watch.fd < 0 && f->timer.place != 0)
			return false;
		break;
	case MILTER_CARRY:
		if (carry(f))
			return true;
		break;
	case MILTER_FAREWELL:
		(void)send_output(f);
		lose(f, "the session is over");
		return false;
	}
	if (f->watch.fd >= 0)
		await_until(f, limit_ms, turn);
	/* What is broken wants something else. */
	return f->watch.fd < 0;
}

void
filters_run(struct filters *f)
{
	for (size_t i = 0; i < f->count; i++)
		while (run_one(&f->at[i]))
			;
}

static void
on_connected(struct filter *f)
{
	int trouble = 0;
	socklen_t len = sizeof trouble;

	if (getsockopt(f->watch.fd, SOL_SOCKET, SO_ERROR, &trouble, &len) < 0)
		trouble = errno;
	if (trouble != 0) {
		lose(f, strerror(trouble));
		return;
	}
	f->connected = true;
	milter_connected(f->milter);
}

static void
on_input(struct filter *f)
{
	char bytes[READ_SIZE];
	ssize_t n = recv(f->watch.fd, bytes, sizeof bytes, MSG_DONTWAIT);

	if (n > 0)
		milter_input(f->milter, span_make(bytes, (size_t)n));
	else if (n == 0)
		lose(f, "it has closed the connection");
	else if (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR)
		lose(f, strerror(errno));
}

static void
on_ready(void *self, unsigned events)
{
	struct filter *f = self;

	if (!f->connected)
		on_connected(f);
	else if (events & LOOP_READ)
		on_input(f);
	f->all->moved(f->all->self);
}

static void
on_due(void *self)
{
	struct filter *f = self;

	/* Without a connection it is time for another try. */
	if (f->watch.fd >= 0)
		lose(f, "no answer in time");
	f->all->moved(f->all->self);
}

int
filters_init(struct filters *f, const struct filter_place *places,
    size_t count, struct smtp_session *s)
{
	f->at = calloc(count > 0 ? count : 1, sizeof *f->at);
	if (f->at == NULL)
		return -1;
	for (size_t i = 0; i < count; i++) {
		struct filter *one = &f->at[i];

		one->all = f;
		one->place = &places[i];
		one->watch = (struct loop_watch){ .fd = -1,
			.ready = on_ready, .self = one };
		one->timer = (struct loop_timer){ .due = on_due,
			.self = one };
		one->milter = milter_new(&places[i].config);
		if (one->milter == NULL)
			return -1;
		f->count++;
		if (smtp_session_add_sink(s, milter_feed, one->milter) < 0)
			return -1;
	}
	return 0;
}

bool
filters_answer(struct filters *f, size_t asked, struct verdict *verdict)
{
	return asked < f->count &&
	    milter_answer(f->at[asked].milter, verdict);
}

void
filters_release(struct filters *f)
{
	filters_run(f);
	for (size_t i = 0; i < f->count; i++) {
		hang_up(&f->at[i]);
		milter_free(f->at[i].milter);
	}
	free(f->at);
	f->at = NULL;
	f->count = 0;
}
