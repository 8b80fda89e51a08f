/*
 * client_run.c - what a client's connection does, step by step.
 *
 * A step is whatever can be done now without waiting. They are done until there
 * is none; what is missing then, the loop will tell of.
 *
 * While the session waits for a filter or for the disk, or the client does not
 * take its replies, nothing more is read from it: its own socket's buffers
 * fill, and nothing of ours.
 *
 * Failure: CLIENT_GONE, from wherever; client_run() is the one place where a
 * client is freed.
 */
#include "config.h"

#include <sys/socket.h>
#include <time.h>

#include "milter/smtpd/client.h"
#include "milter/smtpd/log.h"

/* Replies that are gathered before they are sent, while there is more input: of
 * commands that came together, RFC 2920 3.2. */
#define REPLIES_ENOUGH 16384

/* Bytes of a message that the session takes at a time. What comes behind its
 * end may be commands, whose replies have to fit. */
#define SLICE_MAX 16384

#define CLOSING_MS 5000		/* to take the last reply */
#define LINGER_MS 2000		/* to see the end of the connection */

static bool
waits_for_us(const struct client *c)
{
	return c->want == SMTP_WANT_VERDICT || c->want == SMTP_WANT_DELIVERY;
}

void
client_dismiss(struct client *c)
{
	smtp_session_disconnect(c->session);
	c->want = SMTP_CLOSED;
	c->input.len = 0;
	c->state = CLIENT_CLOSING;
	client_time_limit(c, CLOSING_MS);
}

static void
stop(struct client *c)
{
	buffer_addf(&c->out, "421 4.3.2 %s Service shutting down\r\n",
	    c->config.host);
	client_dismiss(c);
}

/* One that speaks before it is spoken to is no mail server: 4.3.1. */
static void
dismiss_early(struct client *c)
{
	smtpd_log("%s: spoke before it was greeted", c->name);
	buffer_clear(&c->out);
	buffer_add_text(&c->out, "521 5.5.1 Protocol error\r\n");
	client_dismiss(c);
}

static bool
wait_silently(struct client *c)
{
	struct smtp_client client = {
		.name = span_of(networks_is_loopback(&c->from.ip) ?
		    "localhost" : "unknown"),
		.ip = c->from.ip,
		.port = c->from.port,
		.xclient = networks_have(&c->server->options->xclient,
		    &c->from.ip),
	};

	if (client_has_spoken(c)) {
		dismiss_early(c);
		return true;
	}
	if (loop_now(c->server->loop) < c->deadline)
		return false;
	client_time_replied(c);
	c->state = CLIENT_NEW;
	c->want = smtp_session_connect(c->session, &client, time(NULL),
	    &c->out);
	return true;
}

static bool
greet(struct client *c)
{
	if (waits_for_us(c))
		return false;
	if (client_has_spoken(c))
		dismiss_early(c);
	else
		c->state = CLIENT_TALKING;
	client_log_replies(c, 0);
	return true;
}

/*
 * The session takes what it can at once: a line, or some of a message. With a
 * line goes the byte behind it, by which it is known that more came with it.
 */
static void
feed(struct client *c)
{
	bool command = c->want == SMTP_WANT_COMMAND;
	struct span slice = span_head(c->input, command ?
	    span_find(c->input, '\n') + 2 : SLICE_MAX);
	struct span rest = slice;
	size_t from = c->out.len;

	c->want = smtp_session_take(c->session, &rest, &c->out);
	c->input = span_skip(c->input, slice.len - rest.len);
	if (!command)
		client_time_received(c, slice.len - rest.len);
	/* RFC 3207 4.2: what came in the clear behind STARTTLS was not
	 * protected. */
	if (c->want == SMTP_WANT_TLS || c->want == SMTP_CLOSED)
		c->input.len = 0;
	client_log_replies(c, from);
}

static bool
talk(struct client *c)
{
	bool stopping = c->server->stopping && !waits_for_us(c) &&
	    c->want != SMTP_CLOSED;

	if (stopping) {
		stop(c);
		return true;
	}
	if (c->input.len > 0 && !waits_for_us(c) && !c->out.overflow &&
	    c->out.len - c->sent < REPLIES_ENOUGH) {
		feed(c);
		return true;
	}
	if (c->want == SMTP_CLOSED) {
		c->state = CLIENT_CLOSING;
		return true;
	}
	if (!client_flush(c) || waits_for_us(c))
		return false;
	if (c->want == SMTP_WANT_TLS)
		return client_begin_tls(c);
	if (c->input.len > 0)
		return true;
	smtp_session_set_time(c->session, time(NULL));
	return client_read(c);
}

/*
 * All is said. Who closes a connection with bytes unread takes back what the
 * other end has not read yet, so that is left for a client that was not the one
 * to end it.
 */
static bool
close_down(struct client *c)
{
	if (!client_flush(c))
		return false;
	stream_release(&c->stream);
	if (c->quit || shutdown(c->stream.fd, SHUT_WR) < 0) {
		c->state = CLIENT_GONE;
		return false;
	}
	c->state = CLIENT_LINGERING;
	c->readable = true;
	client_time_limit(c, LINGER_MS);
	return true;
}

static bool
linger(struct client *c)
{
	(void)client_read(c);
	c->input.len = 0;
	return false;
}

static bool
take_verdict(struct client *c)
{
	size_t from = c->out.len;
	struct verdict verdict;

	if (!filters_answer(&c->filters, smtp_session_asked(c->session),
	    &verdict))
		return false;
	c->want = smtp_session_verdict(c->session, &verdict, &c->out);
	if (c->state == CLIENT_TALKING)
		client_log_replies(c, from);
	return true;
}

static bool
step(struct client *c)
{
	filters_run(&c->filters);
	if (c->want == SMTP_WANT_VERDICT && take_verdict(c))
		return true;
	switch (c->state) {
	case CLIENT_WAITING:
		return wait_silently(c);
	case CLIENT_NEW:
		return greet(c);
	case CLIENT_TALKING:
		return talk(c);
	case CLIENT_HANDSHAKE:
		return client_shake_hands(c);
	case CLIENT_CLOSING:
		return close_down(c);
	case CLIENT_LINGERING:
		return linger(c);
	case CLIENT_GONE:
		return false;
	}
	return false;
}

void
client_run(struct client *c)
{
	while (step(c))
		;
	client_keep_input(c);
	if (c->state != CLIENT_GONE)
		client_await(c);
	if (c->state != CLIENT_GONE)
		client_time_arm(c);
	if (c->state == CLIENT_GONE)
		client_end(c);
}

void
client_stop(struct client *c)
{
	switch (c->state) {
	case CLIENT_WAITING:
	case CLIENT_NEW:
		buffer_clear(&c->out);
		stop(c);
		break;
	case CLIENT_TALKING:
		break;
	case CLIENT_HANDSHAKE:
		c->state = CLIENT_GONE;
		break;
	case CLIENT_CLOSING:
	case CLIENT_LINGERING:
	case CLIENT_GONE:
		return;
	}
	client_run(c);
}
