/*
 * relay.c - what is in the queue, sent on by SMTP (RFC 5321).
 *
 * All messages go to one server. As long as it has not greeted us only one
 * connection tries; when that fails the next one waits, twice as long each
 * time, and no message counts it as a try of its own. A message that becomes
 * too old meanwhile is given up, which needs no connection: that is a chore.
 *
 * Failure: a message that cannot be dealt with stays in the queue.
 */
#include "config.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "milter/smtpd/log.h"
#include "milter/smtpd/relay_link.h"

#define NAME_SKIP 17		/* what stands before a queue id in a name */

/* A line of the log, with two fields from outside. */
#define LINE_MAX (2 * SMTPD_LOG_FIELD_MAX + 256)

static void
destroy(struct relay *r)
{
	relay_forget(r);
	free(r->links);
	free(r->chore);
	free(r);
}

void
relay_log(const struct relay *r, const struct relay_attempt *a,
    const char *format, ...)
{
	char line[LINE_MAX];
	int len = snprintf(line, sizeof line, "%s: ",
	    a->entry->name + NAME_SKIP);
	va_list ap;

	va_start(ap, format);
	vsnprintf(line + len, sizeof line - (size_t)len, format, ap);
	va_end(ap);
	r->config.log(line);
}

static const char *
status_name(enum relay_outcome outcome)
{
	return outcome == RELAY_DONE ? "sent" :
	    outcome == RELAY_REFUSED ? "refused" : "later";
}

void
relay_log_results(const struct relay *r, const struct relay_attempt *a)
{
	char to[SMTPD_LOG_FIELD_MAX], reply[SMTPD_LOG_FIELD_MAX];

	for (size_t i = 0; i < a->mail.count; i++)
		relay_log(r, a, "to=\"%s\" status=%s reply=\"%s\"",
		    smtpd_log_field(a->mail.recipients[i], to),
		    status_name(a->results[i].outcome),
		    smtpd_log_field(span_of(a->results[i].reply), reply));
}

void
relay_give_up(struct relay *r, struct relay_attempt *a)
{
	char to[SMTPD_LOG_FIELD_MAX], said[SMTPD_LOG_FIELD_MAX];
	const char *reply;

	for (size_t i = 0; i < a->state->count; i++) {
		if (a->state->status[i] != QUEUE_WAITING)
			continue;
		reply = a->state->reply[i];
		relay_log(r, a, "to=\"%s\" status=given-up reply=\"%s\"",
		    smtpd_log_field(a->envelope.recipients[i], to),
		    smtpd_log_field(span_of(reply != NULL ? reply : r->why),
			said));
	}
	relay_attempt_give_up(a, r->why);
}

bool
relay_job_ended(struct relay *r, struct relay_attempt *a)
{
	struct queue_entry *e = a->entry;

	r->jobs--;
	if (!r->closing)
		return false;
	relay_attempt_reset(a);
	queue_entry_free(e);
	if (r->jobs == 0)
		destroy(r);
	return true;
}

void
relay_count_try(struct relay *r, struct relay_attempt *a, bool at_once)
{
	if (!at_once)
		a->entry->tries++;
	a->state->tries = a->entry->tries;
	a->state->next_try = at_once ? 0 : (int64_t)time(NULL) +
	    relay_wait_of(r, a->entry) / 1000;
}

void
relay_finished(struct relay *r, struct relay_attempt *a, bool at_once)
{
	struct queue_entry *e = a->entry;
	enum relay_attempt_end how = a->end;

	if (a->error.text[0] != '\0') {
		relay_log(r, a, "%s", a->error.text);
		at_once = false;
	}
	relay_attempt_reset(a);
	if (how == RELAY_ATTEMPT_OVER)
		queue_entry_free(e);
	else if (at_once)
		relay_put_back(r, e);
	else
		relay_put_off(r, e, relay_wait_of(r, e));
}

void
relay_unreadable(struct relay *r, struct relay_attempt *a)
{
	struct queue_entry *e = a->entry;
	bool strange = a->end == RELAY_ATTEMPT_STRANGE;

	relay_log(r, a, "%s%s", a->error.text, strange ? "; it is left "
	    "alone" : "");
	relay_attempt_reset(a);
	if (strange) {
		queue_entry_free(e);
		return;
	}
	e->tries++;
	relay_put_off(r, e, relay_wait_of(r, e));
}

void
relay_server_greets(struct relay *r)
{
	r->up = true;
	relay_pump(r);
}

void
relay_server_works(struct relay *r)
{
	r->wait = 0;
	r->barren = 0;
}

void
relay_server_fails(struct relay *r, const char *why)
{
	int64_t most = 1000 * (int64_t)r->config.most_wait;
	int64_t first = 1000 * (int64_t)r->config.first_wait;
	char line[LINE_MAX], field[SMTPD_LOG_FIELD_MAX];

	r->up = false;
	r->barren = 0;
	snprintf(r->why, sizeof r->why, "%s", why);
	if (r->down)
		return;
	r->wait = r->wait == 0 ? first : 2 * r->wait;
	if (r->wait > most)
		r->wait = most;
	r->down = true;
	(void)loop_set(r->loop, &r->probe, r->wait);
	snprintf(line, sizeof line, "relay: the next server fails: \"%s\"; "
	    "next try in %lld s, messages due: %zu",
	    smtpd_log_field(span_of(why), field), (long long)r->wait / 1000,
	    r->due.count);
	r->config.log(line);
}

static void
on_probe(void *self)
{
	struct relay *r = self;

	r->down = false;
	relay_pump(r);
}

static void
begin_chore(struct relay *r)
{
	struct queue_entry *e;

	if (r->chore->entry != NULL || r->overdue.count == 0)
		return;
	e = relay_next_overdue(r);
	r->jobs++;
	relay_attempt_load(r->chore, r->workers, e);
}

/* A chore was loaded, or it is finished. */
static void
on_chore(struct job *job)
{
	struct relay_attempt *a = relay_attempt_of(job);
	struct relay *r = a->entry->owner;

	if (relay_job_ended(r, a))
		return;
	if (a->state == NULL && a->end < RELAY_ATTEMPT_KEPT)
		relay_unreadable(r, a);
	else if (a->end >= RELAY_ATTEMPT_KEPT)
		relay_finished(r, a, false);
	else {
		relay_give_up(r, a);
		relay_count_try(r, a, false);
		r->jobs++;
		relay_attempt_finish(a, r->workers);
	}
	relay_pump(r);
}

static void
cannot_call(struct relay *r)
{
	char why[QUEUE_REPLY_MAX];

	snprintf(why, sizeof why, "4.4.1 %s", strerror(errno));
	relay_server_fails(r, why);
}

/* Open as many connections as there are messages for, but one alone as long as
 * it is not known that there is a server. */
static void
open_links(struct relay *r)
{
	size_t opening = 0;

	for (unsigned i = 0; i < r->config.connections; i++)
		opening += relay_link_is_opening(&r->links[i]);
	for (unsigned i = 0; i < r->config.connections && !r->down &&
	    opening < (r->up ? r->due.count : r->due.count > 0); i++) {
		if (r->links[i].state != RELAY_LINK_FREE)
			continue;
		if (relay_link_open(&r->links[i]) == 0)
			opening++;
		else
			cannot_call(r);
	}
}

void
relay_pump(struct relay *r)
{
	if (r->closing)
		return;
	if (r->stopped != NULL) {
		if (relay_is_idle(r))
			r->stopped(r->self);
		return;
	}
	begin_chore(r);
	open_links(r);
}

void
relay_stop(struct relay *r, void (*stopped)(void *self), void *self)
{
	r->stopped = stopped;
	r->self = self;
}

bool
relay_is_idle(const struct relay *r)
{
	for (unsigned i = 0; i < r->config.connections; i++)
		if (relay_link_is_judged(&r->links[i]))
			return false;
	return true;
}

void
relay_wake(struct relay *r)
{
	/* A probe that could not be set is made now. */
	if (r->probe.place == 0)
		r->down = false;
	relay_take_up(r);
	relay_pump(r);
}

static struct relay *
make(const struct relay_config *config)
{
	struct relay *r = calloc(1, sizeof *r);

	if (r == NULL)
		return NULL;
	r->config = *config;
	r->links = calloc(config->connections, sizeof *r->links);
	r->chore = calloc(1, sizeof *r->chore);
	if (r->links != NULL && r->chore != NULL)
		return r;
	free(r->links);
	free(r->chore);
	free(r);
	return NULL;
}

struct relay *
relay_new(const struct relay_config *config, struct queue *queue,
    struct loop *loop, struct workers *workers, struct error *error)
{
	struct relay *r = make(config);

	if (r == NULL) {
		error_set(error, "there is no memory for a relay");
		return NULL;
	}
	r->queue = queue;
	r->loop = loop;
	r->workers = workers;
	r->probe = (struct loop_timer){ .due = on_probe, .self = r };
	for (unsigned i = 0; i < config->connections; i++)
		relay_link_init(&r->links[i], r);
	relay_attempt_init(r->chore, queue_disk_of(queue), config->host);
	r->chore->job.done = on_chore;
	if (queue_strangers(queue)[0] != '\0')
		config->log(queue_strangers(queue));
	relay_wake(r);
	return r;
}

void
relay_free(struct relay *r)
{
	if (r == NULL)
		return;
	r->closing = true;
	loop_unset(r->loop, &r->probe);
	for (unsigned i = 0; i < r->config.connections; i++)
		relay_link_release(&r->links[i]);
	relay_forget(r);
	if (r->jobs == 0)
		destroy(r);
}
