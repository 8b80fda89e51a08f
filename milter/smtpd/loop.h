/*
 * loop.h - one thread that waits for many things: descriptors and times.
 *
 * A watch or a timer is embedded in what it is about, whose functions it calls;
 * a function may add and remove any watch or timer, its own too. Everything
 * here is for the loop's own thread, but loop_wake().
 */
#ifndef MILLGATE_SMTPD_LOOP_H
#define MILLGATE_SMTPD_LOOP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "error.h"

struct loop;

enum loop_event {
	LOOP_READ = 1 << 0,	/* there is something to read, or an end */
	LOOP_WRITE = 1 << 1,	/* there is room, or nobody reads any more */
};

/* A descriptor that is waited for. Zeroed: it is in no loop. */
struct loop_watch {
	int fd;
	unsigned events;	/* wanted; of enum loop_event. 0: none, which
				 * is as good as loop_forget() */
	void (*ready)(void *self, unsigned events);
	void *self;
	bool added;
};

/* A moment that is waited for. Zeroed: it is not set. */
struct loop_timer {
	int64_t at;		/* ms, as loop_now() */
	void (*due)(void *self);
	void *self;
	size_t place;		/* in the loop's heap, from 1; 0: not set */
};

/* NULL and ERROR when the system has none. */
struct loop *loop_new(struct error *error);

/* Its watches and timers are forgotten. NULL is allowed. */
void loop_free(struct loop *l);

/*
 * Wait for W->events on W->fd; the other fields are filled, too. Called again
 * when the events wanted have changed. -1 and errno when the kernel cannot.
 */
int loop_watch(struct loop *l, struct loop_watch *w);

/* Wait no more. The descriptor is the caller's to close, after this. */
void loop_forget(struct loop *l, struct loop_watch *w);

/* Call T->due() once, MS from now, at least 1; a timer that is set is set anew.
 * -1: there is no memory. */
int loop_set(struct loop *l, struct loop_timer *t, int64_t ms);
void loop_unset(struct loop *l, struct loop_timer *t);

/* Milliseconds of the monotonic clock, as of when the loop last woke. */
int64_t loop_now(const struct loop *l);

/* Wait, and call, until loop_stop(). -1 and ERROR when waiting fails. */
int loop_run(struct loop *l, struct error *error);
void loop_stop(struct loop *l);

/*
 * Have FUNCTION called with SELF by the loop, soon, once for at least one call.
 * To be set before the loop runs; loop_wake() is for any thread and for signal
 * handlers.
 */
void loop_on_wake(struct loop *l, void (*function)(void *self), void *self);
void loop_wake(struct loop *l);

#endif
