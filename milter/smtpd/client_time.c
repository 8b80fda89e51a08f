/*
 * client_time.c - how long a client may take.
 *
 * Each command has to be there, whole, a while after the reply to the one
 * before: bytes that come one by one gain nothing. A message has that while,
 * and the time that its bytes take at a slow line. While the client waits for a
 * filter or for the disk its clock stands still.
 *
 * The timer is only set when none is; when it is due too early it is set anew.
 * So the commands of a session cost no change to the loop's heap.
 *
 * Failure: without memory for a timer the client is hung up on.
 */
#include "config.h"

#include "milter/smtpd/client.h"
#include "milter/smtpd/log.h"

/* As Postfix's smtpd_min_data_rate: 500 bytes a second. */
#define MS_PER_BYTE 2

static int64_t
limit_of(const struct client *c)
{
	return c->deadline < c->session_end ? c->deadline : c->session_end;
}

static bool
is_ours(const struct client *c)
{
	return c->want == SMTP_WANT_VERDICT || c->want == SMTP_WANT_DELIVERY;
}

static const char *
what_it_is_late_with(const struct client *c)
{
	if (c->state == CLIENT_HANDSHAKE)
		return " in the TLS handshake";
	if (c->out.len > 0)
		return ": it does not read";
	return c->want == SMTP_WANT_COMMAND ? "" : " in a message";
}

static void
on_timeout(struct client *c)
{
	smtpd_log("%s: timeout%s", c->name, what_it_is_late_with(c));
	/* One that does not read what it was told will not hear this. */
	if (c->state == CLIENT_HANDSHAKE || c->out.len > 0) {
		client_end(c);
		return;
	}
	buffer_addf(&c->out, "421 4.4.2 %s Error: timeout exceeded\r\n",
	    c->config.host);
	client_dismiss(c);
	client_run(c);
}

static void
on_due(void *self)
{
	struct client *c = self;

	/* It may have been set for an earlier deadline than there is now. */
	if (c->paused != 0 || loop_now(c->server->loop) < limit_of(c) ||
	    c->state == CLIENT_WAITING)
		client_run(c);
	else if (c->state == CLIENT_CLOSING || c->state == CLIENT_LINGERING)
		client_end(c);
	else
		on_timeout(c);
}

void
client_time_begin(struct client *c)
{
	const struct options *o = c->server->options;
	int64_t now = loop_now(c->server->loop);

	c->timer = (struct loop_timer){ .due = on_due, .self = c };
	c->deadline = now + 1000 * (int64_t)o->timeout;
	c->session_end = o->session_time == 0 ? INT64_MAX :
	    now + 1000 * (int64_t)o->session_time;
}

void
client_time_replied(struct client *c)
{
	client_time_limit(c, 1000 * (int64_t)c->server->options->timeout);
}

void
client_time_received(struct client *c, size_t count)
{
	c->deadline += (int64_t)count * MS_PER_BYTE;
}

void
client_time_limit(struct client *c, int64_t ms)
{
	c->deadline = loop_now(c->server->loop) + ms;
}

static void
pause_or_go_on(struct client *c)
{
	int64_t now = loop_now(c->server->loop);

	if (is_ours(c) && c->paused == 0)
		c->paused = now;
	if (is_ours(c) || c->paused == 0)
		return;
	c->deadline += now - c->paused;
	if (c->session_end != INT64_MAX)
		c->session_end += now - c->paused;
	c->paused = 0;
}

void
client_time_arm(struct client *c)
{
	struct loop *loop = c->server->loop;
	int64_t limit;

	pause_or_go_on(c);
	if (c->paused != 0)
		return;
	limit = limit_of(c);
	if (c->timer.place != 0 && c->timer.at <= limit)
		return;
	if (loop_set(loop, &c->timer, limit - loop_now(loop)) < 0) {
		smtpd_log("%s: hung up on: there is no memory", c->name);
		c->state = CLIENT_GONE;
	}
}
