/*
 * loop.c - one thread that waits for many things: descriptors and times.
 *
 * Descriptors are watched level-triggered by epoll(7): what was not read is
 * told again, so that a watch may take its time. Times stand in a heap. Of the
 * events that the kernel has told, those of a watch that is forgotten meanwhile
 * are struck out, so that none is called after it is gone.
 *
 * Failure: a timer without memory and a watch that the kernel refuses are told
 * to the caller, and nothing has changed. epoll failing ends the loop.
 */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "milter/clock.h"
#include "milter/smtpd/loop.h"

#define EVENTS_AT_ONCE 128	/* what the kernel tells in one call */

struct loop {
	int epoll;
	struct loop_watch wake;		/* an eventfd */
	bool running;
	int64_t now;

	/* What the kernel has told, and how far that was gone through. */
	struct epoll_event events[EVENTS_AT_ONCE];
	int event_count;
	int event_at;

	/* A heap: none is due before the one at half its place. Places count
	 * from 1. */
	struct loop_timer **timers;
	size_t timer_count;
	size_t timer_room;

	void (*on_wake)(void *self);
	void *on_wake_self;
};

static void
take_wake(void *self, unsigned events)
{
	struct loop *l = self;
	uint64_t count;

	(void)events;
	/* Before the call: what is woken for during it wakes again. */
	(void)!read(l->wake.fd, &count, sizeof count);
	if (l->on_wake != NULL)
		l->on_wake(l->on_wake_self);
}

struct loop *
loop_new(struct error *error)
{
	struct loop *l = calloc(1, sizeof *l);

	if (l == NULL) {
		error_set(error, "there is no memory");
		return NULL;
	}
	l->epoll = epoll_create1(EPOLL_CLOEXEC);
	l->wake = (struct loop_watch){
		.fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK),
		.events = LOOP_READ,
		.ready = take_wake,
		.self = l,
	};
	if (l->epoll < 0 || l->wake.fd < 0 || loop_watch(l, &l->wake) < 0) {
		error_set(error, "cannot wait for events: %s",
		    strerror(errno));
		loop_free(l);
		return NULL;
	}
	l->now = clock_ms();
	return l;
}

void
loop_free(struct loop *l)
{
	if (l == NULL)
		return;
	if (l->epoll >= 0)
		close(l->epoll);
	if (l->wake.fd >= 0)
		close(l->wake.fd);
	free(l->timers);
	free(l);
}

int
loop_watch(struct loop *l, struct loop_watch *w)
{
	struct epoll_event event = { .data.ptr = w };

	/* The kernel tells of a peer that is gone even when it was asked
	 * nothing; who waits for nothing is not told anything. */
	if (w->events == 0) {
		loop_forget(l, w);
		return 0;
	}
	if (w->events & LOOP_READ)
		event.events |= EPOLLIN | EPOLLRDHUP;
	if (w->events & LOOP_WRITE)
		event.events |= EPOLLOUT;
	if (epoll_ctl(l->epoll, w->added ? EPOLL_CTL_MOD : EPOLL_CTL_ADD,
	    w->fd, &event) < 0)
		return -1;
	w->added = true;
	return 0;
}

void
loop_forget(struct loop *l, struct loop_watch *w)
{
	if (!w->added)
		return;
	(void)epoll_ctl(l->epoll, EPOLL_CTL_DEL, w->fd, NULL);
	w->added = false;
	for (int i = l->event_at; i < l->event_count; i++)
		if (l->events[i].data.ptr == w)
			l->events[i].data.ptr = NULL;
}

static void
place(struct loop *l, struct loop_timer *t, size_t at)
{
	l->timers[at] = t;
	t->place = at;
}

/* Put T where it belongs, at the hole AT or nearer to the top. */
static void
rise(struct loop *l, struct loop_timer *t, size_t at)
{
	while (at > 1 && l->timers[at / 2]->at > t->at) {
		place(l, l->timers[at / 2], at);
		at /= 2;
	}
	place(l, t, at);
}

/* The same, at the hole or further from the top. */
static void
sink(struct loop *l, struct loop_timer *t, size_t at)
{
	size_t below;

	while ((below = 2 * at) <= l->timer_count) {
		if (below < l->timer_count &&
		    l->timers[below + 1]->at < l->timers[below]->at)
			below++;
		if (l->timers[below]->at >= t->at)
			break;
		place(l, l->timers[below], at);
		at = below;
	}
	place(l, t, at);
}

static int
make_room(struct loop *l)
{
	size_t room = l->timer_room == 0 ? 64 : 2 * l->timer_room;
	struct loop_timer **timers;

	if (l->timer_count + 1 < l->timer_room)
		return 0;
	timers = reallocarray(l->timers, room, sizeof *timers);
	if (timers == NULL)
		return -1;
	l->timers = timers;
	l->timer_room = room;
	return 0;
}

int
loop_set(struct loop *l, struct loop_timer *t, int64_t ms)
{
	int64_t before = t->at;

	if (t->place == 0 && make_room(l) < 0)
		return -1;
	/* One that is set again when it is due has to wait for the next turn,
	 * or the loop would see to nothing else. */
	t->at = l->now + (ms > 0 ? ms : 1);
	if (t->place == 0)
		rise(l, t, ++l->timer_count);
	else if (t->at < before)
		rise(l, t, t->place);
	else
		sink(l, t, t->place);
	return 0;
}

void
loop_unset(struct loop *l, struct loop_timer *t)
{
	size_t hole = t->place;
	struct loop_timer *last;

	if (hole == 0)
		return;
	t->place = 0;
	last = l->timers[l->timer_count--];
	if (last == t)
		return;
	if (hole > 1 && l->timers[hole / 2]->at > last->at)
		rise(l, last, hole);
	else
		sink(l, last, hole);
}

int64_t
loop_now(const struct loop *l)
{
	return l->now;
}

static void
call_due(struct loop *l)
{
	while (l->running && l->timer_count > 0 && l->timers[1]->at <= l->now) {
		struct loop_timer *t = l->timers[1];

		loop_unset(l, t);
		t->due(t->self);
	}
}

static void
call_ready(const struct epoll_event *event)
{
	struct loop_watch *w = event->data.ptr;
	unsigned events = 0;

	if (event->events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR))
		events |= LOOP_READ;
	if (event->events & (EPOLLOUT | EPOLLHUP | EPOLLERR))
		events |= LOOP_WRITE;
	/* It may have changed its mind since the kernel told. */
	events &= w->events;
	if (events != 0)
		w->ready(w->self, events);
}

static int
time_to_wait(const struct loop *l)
{
	int64_t ms;

	if (l->timer_count == 0)
		return -1;
	ms = l->timers[1]->at - clock_ms();
	if (ms < 0)
		return 0;
	return ms < 3600000 ? (int)ms : 3600000;
}

int
loop_run(struct loop *l, struct error *error)
{
	l->running = true;
	while (l->running) {
		l->event_at = l->event_count = 0;
		l->event_count = epoll_wait(l->epoll, l->events,
		    EVENTS_AT_ONCE, time_to_wait(l));
		if (l->event_count < 0 && errno != EINTR)
			return error_set(error, "cannot wait for events: %s",
			    strerror(errno));
		l->now = clock_ms();
		while (l->running && l->event_at < l->event_count) {
			const struct epoll_event *event =
			    &l->events[l->event_at++];

			if (event->data.ptr != NULL)
				call_ready(event);
		}
		call_due(l);
	}
	l->event_at = l->event_count = 0;
	return 0;
}

void
loop_stop(struct loop *l)
{
	l->running = false;
}

void
loop_on_wake(struct loop *l, void (*function)(void *self), void *self)
{
	l->on_wake = function;
	l->on_wake_self = self;
}

void
loop_wake(struct loop *l)
{
	const uint64_t one = 1;
	int before = errno;

	/* A counter that is full has woken the loop already. */
	(void)!write(l->wake.fd, &one, sizeof one);
	errno = before;
}
