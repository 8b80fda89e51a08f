/*
 * test_loop.c - one thread that waits for many things.
 */
#include "config.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "milter/smtpd/loop.h"
#include "tests/unit/unit.h"

#define MANY 1000

/* Numbers that look random and are the same in each run. */
static unsigned
next_number(unsigned *state)
{
	*state = *state * 1103515245 + 12345;
	return *state >> 16;
}

static struct loop *
new_loop(void)
{
	struct error error = { "" };
	struct loop *l = loop_new(&error);

	check_text(error.text, "");
	return l;
}

static void
run(struct loop *l)
{
	struct error error = { "" };

	check_int(loop_run(l, &error), 0);
	check_text(error.text, "");
}

/* --- Timers -------------------------------------------------------------- */

struct clockwork {
	struct loop *loop;
	size_t called;
	size_t wanted;
	int64_t last;		/* when the one before was due */
	unsigned random;
};

struct tick {
	struct clockwork *all;
	struct loop_timer timer;
	bool again;
	unsigned calls;
};

static void
on_tick(void *self)
{
	struct tick *t = self;
	struct clockwork *all = t->all;

	t->calls++;
	all->called++;
	check_true(t->timer.place == 0);
	check_true(loop_now(all->loop) >= t->timer.at);
	check_true(t->timer.at >= all->last);
	all->last = t->timer.at;
	if (t->again && t->calls == 1) {
		check_int(loop_set(all->loop, &t->timer,
		    next_number(&all->random) % 20), 0);
		all->wanted++;
	}
	if (all->called == all->wanted)
		loop_stop(all->loop);
}

static void
test_timers(void)
{
	static struct tick ticks[MANY];
	struct clockwork all = { .random = 1 };
	size_t unset = 0;

	all.loop = new_loop();
	for (size_t i = 0; i < MANY; i++) {
		ticks[i] = (struct tick){ .all = &all, .again = i % 3 == 0 };
		ticks[i].timer.due = on_tick;
		ticks[i].timer.self = &ticks[i];
		check_int(loop_set(all.loop, &ticks[i].timer,
		    next_number(&all.random) % 100), 0);
	}
	for (size_t i = 0; i < MANY; i += 2)
		check_int(loop_set(all.loop, &ticks[i].timer,
		    next_number(&all.random) % 100), 0);
	for (size_t i = 0; i < MANY; i += 5, unset++) {
		loop_unset(all.loop, &ticks[i].timer);
		loop_unset(all.loop, &ticks[i].timer);
	}
	all.wanted = MANY - unset;
	run(all.loop);
	for (size_t i = 0; i < MANY; i++)
		if (ticks[i].calls != (i % 5 == 0 ? 0 :
		    ticks[i].again ? 2 : 1))
			check_int((int)ticks[i].calls, -1);
	check_size(all.called, all.wanted);
	loop_free(all.loop);
}

/* Set anew whenever it is due, it does not keep the loop from the rest. */
static void
on_hasty(void *self)
{
	struct clockwork *all = self;

	all->called++;
	if (all->called == 3)
		loop_stop(all->loop);
}

struct pest {
	struct loop *loop;
	struct loop_timer timer;
};

static void
on_pest(void *self)
{
	struct pest *p = self;

	check_int(loop_set(p->loop, &p->timer, 0), 0);
}

struct writable {
	struct clockwork *all;
	struct loop_watch watch;
};

static void
on_writable(void *self, unsigned events)
{
	struct writable *w = self;

	check_int((int)events, LOOP_WRITE);
	on_hasty(w->all);
}

static void
test_pest(void)
{
	struct clockwork all = { .loop = new_loop() };
	struct pest pest = { .loop = all.loop };
	struct writable other = { .all = &all };
	int pair[2];

	check_int(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	pest.timer = (struct loop_timer){ .due = on_pest, .self = &pest };
	other.watch = (struct loop_watch){ .fd = pair[0],
		.events = LOOP_WRITE, .ready = on_writable, .self = &other };
	check_int(loop_set(all.loop, &pest.timer, 0), 0);
	check_int(loop_watch(all.loop, &other.watch), 0);
	run(all.loop);
	loop_free(all.loop);
	close(pair[0]);
	close(pair[1]);
}

/* --- Watches ------------------------------------------------------------- */

#define CROWD 200

/* Some sockets, all of them with something to read, whose functions take each
 * other out of the loop, and free what was watched. */
struct guest {
	struct gathering *all;
	struct loop_watch watch;
};

struct gathering {
	struct loop *loop;
	struct guest *guests[CROWD];
	int others[CROWD];
	size_t left;
	unsigned calls;
	unsigned random;
};

static void
send_away(struct gathering *all, size_t i)
{
	struct guest *guest = all->guests[i];

	if (guest == NULL)
		return;
	loop_forget(all->loop, &guest->watch);
	loop_forget(all->loop, &guest->watch);
	close(guest->watch.fd);
	close(all->others[i]);
	free(guest);
	all->guests[i] = NULL;
	if (--all->left == 0)
		loop_stop(all->loop);
}

static void
on_guest(void *self, unsigned events)
{
	struct guest *guest = self;
	struct gathering *all = guest->all;

	check_int((int)events, LOOP_READ);
	all->calls++;
	/* Itself may be one of them. */
	for (int i = 0; i < 3; i++)
		send_away(all, next_number(&all->random) % CROWD);
}

static void
test_removed(void)
{
	struct gathering all = { .left = CROWD, .random = 7 };
	int pair[2];

	all.loop = new_loop();
	for (size_t i = 0; i < CROWD; i++) {
		struct guest *guest = calloc(1, sizeof *guest);

		check_int(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
		check_int((int)write(pair[1], "x", 1), 1);
		guest->all = &all;
		guest->watch = (struct loop_watch){ .fd = pair[0],
			.events = LOOP_READ, .ready = on_guest,
			.self = guest };
		all.guests[i] = guest;
		all.others[i] = pair[1];
		check_int(loop_watch(all.loop, &guest->watch), 0);
	}
	run(all.loop);
	check_true(all.calls > 1);
	loop_free(all.loop);
}

/* What is wanted may change, to nothing as well. */
struct fickle {
	struct loop *loop;
	struct loop_watch watch;
	struct loop_timer timer;
	unsigned reads;
	unsigned writes;
};

static void
on_fickle(void *self, unsigned events)
{
	struct fickle *f = self;

	f->reads += (events & LOOP_READ) != 0;
	f->writes += (events & LOOP_WRITE) != 0;
	f->watch.events = f->writes == 0 ? LOOP_WRITE : 0;
	check_int(loop_watch(f->loop, &f->watch), 0);
}

static void
on_fickle_due(void *self)
{
	struct fickle *f = self;

	loop_stop(f->loop);
}

static void
test_wants(void)
{
	struct fickle f = { .loop = new_loop() };
	int pair[2];

	check_int(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	/* The other end is gone: the kernel would tell that for ever. */
	close(pair[1]);
	f.watch = (struct loop_watch){ .fd = pair[0], .events = LOOP_READ,
		.ready = on_fickle, .self = &f };
	f.timer = (struct loop_timer){ .due = on_fickle_due, .self = &f };
	check_int(loop_watch(f.loop, &f.watch), 0);
	check_int(loop_set(f.loop, &f.timer, 20), 0);
	run(f.loop);
	check_int((int)f.reads, 1);
	check_int((int)f.writes, 1);
	check_true(!f.watch.added);
	loop_free(f.loop);
	close(pair[0]);
}

/* --- Waking -------------------------------------------------------------- */

#define WAKES 1000

struct woken {
	struct loop *loop;
	unsigned calls;
	unsigned told;		/* written by the other thread */
};

static void
on_wake(void *self)
{
	struct woken *w = self;

	w->calls++;
	if (__atomic_load_n(&w->told, __ATOMIC_ACQUIRE) == WAKES)
		loop_stop(w->loop);
}

static void *
wake(void *self)
{
	struct woken *w = self;

	for (int i = 0; i < WAKES; i++) {
		__atomic_add_fetch(&w->told, 1, __ATOMIC_RELEASE);
		loop_wake(w->loop);
	}
	return NULL;
}

static void
test_wake(void)
{
	struct woken w = { .loop = new_loop() };
	pthread_t thread;

	loop_on_wake(w.loop, on_wake, &w);
	check_int(pthread_create(&thread, NULL, wake, &w), 0);
	run(w.loop);
	check_int(pthread_join(thread, NULL), 0);
	check_true(w.calls >= 1 && w.calls <= WAKES);
	loop_free(w.loop);
}

static const struct unit_test tests[] = {
	{ "a thousand timers are due in their order, each once", test_timers },
	{ "a timer that is always due lets others have their turn",
	    test_pest },
	{ "a watch is not called after it is forgotten, by any other",
	    test_removed },
	{ "what a watch waits for may change, to nothing too", test_wants },
	{ "another thread wakes the loop, and no wake is lost", test_wake },
};

UNIT_MAIN("smtpd/loop", tests)
