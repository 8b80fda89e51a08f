/*
 * client_message.c - what a client's messages need of the server: a name, a
 * store, a line in the log.
 *
 * Failure: a message that could not be stored is the client's to send again;
 * why it could not stands in the log.
 */
#include "config.h"

#include <stddef.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "milter/smtpd/client.h"
#include "milter/smtpd/log.h"
#include "milter/smtpd/relay.h"

static const char digits[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    "abcdefghijklmnopqrstuvwxyz";

#define BASE (sizeof digits - 1)

/* The last COUNT digits of VALUE; returns what is behind them. */
static char *
put_digits(char *to, uint64_t value, int count)
{
	for (int i = count - 1; i >= 0; i--) {
		to[i] = digits[value % BASE];
		value /= BASE;
	}
	return to + count;
}

/*
 * Microseconds since the epoch, the process, and a count for a clock that was
 * put back: no two messages have the same.
 */
static void
name_message(void *self, char name[SMTP_NAME_MAX])
{
	static uint64_t count;		/* of the loop's thread */
	struct timespec now;
	char *to = name;

	(void)self;
	clock_gettime(CLOCK_REALTIME, &now);
	to = put_digits(to, (uint64_t)now.tv_sec * 1000000 +
	    (uint64_t)now.tv_nsec / 1000, 9);
	to = put_digits(to, (uint64_t)getpid(), 4);
	to = put_digits(to, count++, 3);
	*to = '\0';
}

static int
check_login(void *self, struct span user, struct span password)
{
	struct client *c = self;

	return users_check(c->server->users, user, password);
}

static const char *
result_text(const struct smtp_message *m, enum smtp_delivery result,
    const struct options *o)
{
	switch (result) {
	case SMTP_DELIVERED:
		if (m->discarded)
			return "discarded, as a filter wants";
		if (m->quarantined)
			return "held";
		if (m->recipient_count == 0)
			return "discarded, for nobody is left to have it";
		return o->discard ? "discarded" : o->relay_name != NULL ?
		    "queued" : "delivered";
	case SMTP_NOT_NOW:
		return "not taken";
	case SMTP_NO_ROOM:
		return "not taken, there is no room";
	case SMTP_DELIVERY_LATER:
		break;
	}
	return "under way";
}

/* What became of the message, while it is there. */
static void
log_result(struct client *c, enum smtp_delivery result)
{
	const struct smtp_message *m = c->delivery.message;
	char id[SMTPD_LOG_FIELD_MAX], from[SMTPD_LOG_FIELD_MAX];
	char why[SMTPD_LOG_FIELD_MAX];
	struct span reason = result == SMTP_DELIVERED ? m->quarantine :
	    span_of(c->delivery.error.text);

	smtpd_log("%s: client=%s from=\"%s\" nrcpt=%zu size=%zu %s%s%s",
	    smtpd_log_field(m->queue_id, id), c->name,
	    smtpd_log_field(m->sender, from), m->recipient_count,
	    m->header.len + m->body.len,
	    result_text(m, result, c->server->options),
	    reason.len > 0 ? ": " : "", smtpd_log_field(reason, why));
}

static void
end_delivery(struct client *c, enum smtp_delivery result)
{
	log_result(c, result);
	if (result != SMTP_DELIVERED)
		return;
	c->accepted++;
	if (c->server->relay != NULL)
		relay_wake(c->server->relay);
}

static void
on_delivered(struct delivery *d)
{
	struct client *c = (struct client *)((char *)d -
	    offsetof(struct client, delivery));
	size_t from = c->out.len;

	c->delivering = false;
	end_delivery(c, d->result);
	c->want = smtp_session_delivered(c->session, d->result, &c->out);
	client_log_replies(c, from);
	client_run(c);
}

static enum smtp_delivery
deliver(void *self, const struct smtp_message *message, struct error *error)
{
	struct client *c = self;
	enum smtp_delivery result;

	c->delivery = (struct delivery){ .message = message,
		.done = on_delivered };
	if (message->quarantined && !message->discarded &&
	    c->server->options->quarantine == NULL) {
		error_set(&c->delivery.error, "a filter wants it held; give "
		    "--quarantine DIR");
		result = SMTP_NOT_NOW;
	} else
		result = store_deliver(c->server->store, &c->delivery);
	c->delivering = result == SMTP_DELIVERY_LATER;
	if (c->delivering)
		return result;
	end_delivery(c, result);
	if (result != SMTP_DELIVERED)
		*error = c->delivery.error;
	return result;
}

void
client_message_config(struct client *c)
{
	c->config.deliver = deliver;
	c->config.name_message = name_message;
	if (c->server->users != NULL)
		c->config.check_login = check_login;
}

/* LINE is of a reply, without its end. */
static void
log_reply(struct client *c, struct span line)
{
	char field[SMTPD_LOG_FIELD_MAX];

	/* "250-": there are more lines of the same. */
	if (line.len < 4 || line.ptr[3] != ' ')
		return;
	c->quit = c->quit || span_starts_with(line, span_of("221 "));
	if (line.ptr[0] != '4' && line.ptr[0] != '5')
		return;
	c->refusals++;
	smtpd_log("%s: told: %s", c->name, smtpd_log_field(line, field));
}

void
client_log_replies(struct client *c, size_t from)
{
	struct span rest = span_skip(buffer_span(&c->out), from);

	while (rest.len > 0) {
		size_t cr = span_find(rest, '\r');

		log_reply(c, span_head(rest, cr));
		rest = span_skip(rest, cr + 2);
	}
}
