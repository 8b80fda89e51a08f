/*
 * store.c - where accepted messages go.
 *
 * A job for a worker is what a delivery is; the worker fills in its result, and
 * nothing here is changed by it, so that nothing has to be locked.
 */
#include "config.h"

#include <stddef.h>
#include <stdlib.h>

#include "milter/smtpd/maildir.h"
#include "milter/smtpd/store.h"

struct store {
	struct store_config config;
	struct workers *workers;
};

struct store *
store_new(const struct store_config *config, struct workers *workers,
    struct error *error)
{
	struct store *s;

	if (config->kind == STORE_MAILDIR &&
	    maildir_open(config->maildir, config->host, error) < 0)
		return NULL;
	if (config->quarantine != NULL &&
	    maildir_open(config->quarantine, config->host, error) < 0)
		return NULL;
	s = calloc(1, sizeof *s);
	if (s == NULL) {
		error_set(error, "there is no memory for the store");
		return NULL;
	}
	s->config = *config;
	s->workers = workers;
	return s;
}

void
store_free(struct store *s)
{
	free(s);
}

static struct delivery *
delivery_of(struct job *job)
{
	return (struct delivery *)((char *)job -
	    offsetof(struct delivery, job));
}

/* In a worker. */
static void
run(struct job *job)
{
	struct delivery *d = delivery_of(job);
	const struct store_config *c = &d->store->config;

	if (d->message->quarantined)
		d->result = maildir_hold(c->quarantine, c->host, d->message,
		    &d->error);
	else if (c->kind == STORE_MAILDIR)
		d->result = maildir_deliver(c->maildir, c->host, d->message,
		    &d->error);
	else
		d->result = queue_put(c->queue, d->message, &d->error);
}

/* In the loop. */
static void
done(struct job *job)
{
	struct delivery *d = delivery_of(job);

	d->done(d);
}

enum smtp_delivery
store_deliver(struct store *s, struct delivery *d)
{
	const struct smtp_message *m = d->message;

	if (m->discarded)
		return SMTP_DELIVERED;
	if (m->quarantined && s->config.quarantine == NULL) {
		error_set(&d->error, "a filter wants the message held, and "
		    "there is no quarantine");
		return SMTP_NOT_NOW;
	}
	if (!m->quarantined && s->config.kind == STORE_DISCARD)
		return SMTP_DELIVERED;
	d->store = s;
	d->result = SMTP_DELIVERY_LATER;
	d->job = (struct job){ .run = run, .done = done };
	workers_add(s->workers, &d->job);
	return SMTP_DELIVERY_LATER;
}
