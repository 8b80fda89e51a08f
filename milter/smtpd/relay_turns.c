/*
 * relay_turns.c - which message's turn it is.
 *
 * Times are the loop's: the clock on the wall is asked when an entry is taken
 * up, and may be set to anything after that. What it says then is bounded: no
 * message waits longer than most_wait for its next try, nor is one from the
 * future younger than now.
 *
 * Failure: an entry whose timer cannot be set is due now.
 */
#include "config.h"

#include <time.h>

#include "milter/smtpd/relay_core.h"

static void
list_append(struct relay_list *l, struct queue_entry *e)
{
	e->next = NULL;
	e->previous = l->last;
	if (l->last != NULL)
		l->last->next = e;
	else
		l->first = e;
	l->last = e;
	l->count++;
}

static void
list_push(struct relay_list *l, struct queue_entry *e)
{
	e->previous = NULL;
	e->next = l->first;
	if (l->first != NULL)
		l->first->previous = e;
	else
		l->last = e;
	l->first = e;
	l->count++;
}

static void
list_remove(struct relay_list *l, struct queue_entry *e)
{
	if (e->previous != NULL)
		e->previous->next = e->next;
	else
		l->first = e->next;
	if (e->next != NULL)
		e->next->previous = e->previous;
	else
		l->last = e->previous;
	l->count--;
}

struct queue_entry *
relay_next(struct relay *r)
{
	struct queue_entry *e = r->due.first;

	if (e == NULL || r->stopped != NULL)
		return NULL;
	list_remove(&r->due, e);
	loop_unset(r->loop, &e->timer);
	return e;
}

struct queue_entry *
relay_next_overdue(struct relay *r)
{
	struct queue_entry *e = r->overdue.first;

	list_remove(&r->overdue, e);
	return e;
}

/*
 * A message that is due can still become too old, while the next server is
 * down; but there was time for a try first. Without a timer it waits on.
 */
static void
await_expiry(struct relay *r, struct queue_entry *e)
{
	int64_t left = e->expires - loop_now(r->loop);
	int64_t least = 1000 * (int64_t)r->config.first_wait;

	e->due = true;
	(void)loop_set(r->loop, &e->timer, left > least ? left : least);
}

void
relay_put_back(struct relay *r, struct queue_entry *e)
{
	list_push(&r->due, e);
	await_expiry(r, e);
}

static void
make_due(struct relay *r, struct queue_entry *e)
{
	list_append(&r->due, e);
	await_expiry(r, e);
}

void
relay_put_off(struct relay *r, struct queue_entry *e, int64_t ms)
{
	e->due = false;
	e->deferred = false;
	if (ms > 0 && loop_set(r->loop, &e->timer, ms) == 0)
		list_append(&r->waiting, e);
	else
		make_due(r, e);
}

static void
on_time(void *self)
{
	struct queue_entry *e = self;
	struct relay *r = e->owner;

	if (e->due) {
		list_remove(&r->due, e);
		list_append(&r->overdue, e);
	} else {
		list_remove(&r->waiting, e);
		make_due(r, e);
	}
	relay_pump(r);
}

bool
relay_is_overdue(const struct relay *r, const struct queue_entry *e)
{
	return loop_now(r->loop) >= e->expires;
}

int64_t
relay_wait_of(const struct relay *r, const struct queue_entry *e)
{
	uint64_t wait = r->config.first_wait > 0 ? r->config.first_wait : 1;

	for (unsigned i = 1; i < e->tries && wait < r->config.most_wait; i++)
		wait *= 2;
	if (wait > r->config.most_wait)
		wait = r->config.most_wait;
	return 1000 * (int64_t)wait;
}

static void
take(struct relay *r, struct queue_entry *e, int64_t now)
{
	int64_t age = now - e->arrived, left = e->next_try - now;

	if (age < 0)
		age = 0;
	if (left > (int64_t)r->config.most_wait)
		left = (int64_t)r->config.most_wait;
	e->owner = r;
	e->timer = (struct loop_timer){ .due = on_time, .self = e };
	e->expires = loop_now(r->loop) +
	    1000 * ((int64_t)r->config.give_up - age);
	relay_put_off(r, e, 1000 * left);
}

void
relay_take_up(struct relay *r)
{
	struct queue_entry *e = queue_take(r->queue), *next;
	int64_t now = (int64_t)time(NULL);

	for (; e != NULL; e = next) {
		next = e->next;
		take(r, e, now);
	}
}

static void
forget_list(struct relay *r, struct relay_list *l)
{
	struct queue_entry *e;

	while ((e = l->first) != NULL) {
		list_remove(l, e);
		loop_unset(r->loop, &e->timer);
		queue_entry_free(e);
	}
}

void
relay_forget(struct relay *r)
{
	forget_list(r, &r->waiting);
	forget_list(r, &r->due);
	forget_list(r, &r->overdue);
}
