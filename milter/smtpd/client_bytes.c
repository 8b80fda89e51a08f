/*
 * client_bytes.c - a client's socket: bytes in and out, in the clear or not.
 *
 * What comes is read into the server's scratch, and the session takes it from
 * there; only what has to wait is kept. A client that is idle has no buffers.
 *
 * Failure: a connection that is broken makes the client CLIENT_GONE.
 */
#include "config.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "milter/smtpd/client.h"
#include "milter/smtpd/log.h"

#define COMMANDS_READ 16384

bool
client_flush(struct client *c)
{
	size_t count;

	if (c->out.len == 0)
		return true;
	while (c->sent < c->out.len) {
		c->writing = stream_write(&c->stream, c->out.ptr + c->sent,
		    c->out.len - c->sent, &count);
		if (c->writing == STREAM_WANT_READ ||
		    c->writing == STREAM_WANT_WRITE)
			return false;
		if (c->writing != STREAM_DONE) {
			c->state = CLIENT_GONE;
			return false;
		}
		c->sent += count;
	}
	buffer_release(&c->out);
	c->sent = 0;
	client_time_replied(c);
	return true;
}

bool
client_read(struct client *c)
{
	char *scratch = c->server->scratch;
	size_t count;

	if (!c->readable && !stream_has_more(&c->stream))
		return false;
	/* Commands may have to wait, and are kept then: not too many. */
	c->reading = stream_read(&c->stream, scratch,
	    c->want == SMTP_WANT_COMMAND ? COMMANDS_READ : SERVER_READ, &count);
	/* One read for each time that the loop tells, so that others have
	 * their turn. */
	c->readable = false;
	switch (c->reading) {
	case STREAM_DONE:
		c->input = span_make(scratch, count);
		return true;
	case STREAM_WANT_READ:
	case STREAM_WANT_WRITE:
		return false;
	case STREAM_END:
	case STREAM_BROKEN:
		c->state = CLIENT_GONE;
		return false;
	}
	return false;
}

bool
client_has_spoken(const struct client *c)
{
	char byte;

	return recv(c->stream.fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) > 0;
}

void
client_keep_input(struct client *c)
{
	struct buffer rest;

	if (c->input.len == 0 || c->state == CLIENT_GONE) {
		buffer_release(&c->kept);
		c->input = span_make(NULL, 0);
		return;
	}
	if (c->input.ptr == c->kept.ptr)
		return;
	buffer_init(&rest, SERVER_READ);
	buffer_add(&rest, c->input);
	if (rest.overflow) {
		/* What is left out of a dialogue changes its sense. */
		smtpd_log("%s: hung up on: there is no memory", c->name);
		c->state = CLIENT_GONE;
	}
	buffer_release(&c->kept);
	c->kept = rest;
	c->input = buffer_span(&c->kept);
}

bool
client_begin_tls(struct client *c)
{
	struct error error = { "" };

	if (stream_start_tls(&c->stream, c->server->tls, &error) < 0) {
		smtpd_log("%s: TLS cannot begin: %s", c->name, error.text);
		c->state = CLIENT_GONE;
		return false;
	}
	c->state = CLIENT_HANDSHAKE;
	return true;
}

static void
end_handshake(struct client *c)
{
	const struct tls *tls = c->stream.tls;
	char bits[16];
	struct macro macros[] = {
		{ span_of("tls_version"), span_of(tls_version(tls)) },
		{ span_of("cipher"), span_of(tls_cipher(tls)) },
		{ span_of("cipher_bits"), { bits, 0 } },
	};

	macros[2].value.len = (size_t)snprintf(bits, sizeof bits, "%d",
	    tls_cipher_bits(tls));
	(void)smtp_session_set_macros(c->session, macros, 3);
	smtp_session_tls_started(c->session);
	c->want = SMTP_WANT_COMMAND;
	c->state = CLIENT_TALKING;
	client_time_replied(c);
	if (c->server->options->verbose)
		smtpd_log("%s: %s with %s", c->name, tls_version(tls),
		    tls_cipher(tls));
}

bool
client_shake_hands(struct client *c)
{
	c->reading = stream_handshake(&c->stream);
	c->readable = false;
	switch (c->reading) {
	case STREAM_DONE:
		end_handshake(c);
		return true;
	case STREAM_WANT_READ:
	case STREAM_WANT_WRITE:
		return false;
	case STREAM_END:
	case STREAM_BROKEN:
		smtpd_log("%s: the TLS handshake failed", c->name);
		c->state = CLIENT_GONE;
		return false;
	}
	return false;
}

void
client_await(struct client *c)
{
	unsigned events = 0;

	/*
	 * What came and cannot be read yet is remembered, and not told again
	 * and again. Up to then it costs less to be told once too much than to
	 * ask the kernel before and after each step.
	 */
	if (!c->readable)
		events |= LOOP_READ;
	if (c->reading == STREAM_WANT_WRITE ||
	    (c->out.len > 0 && c->writing == STREAM_WANT_WRITE))
		events |= LOOP_WRITE;
	if (c->watch.events == events && (c->watch.added || events == 0))
		return;
	c->watch.events = events;
	if (loop_watch(c->server->loop, &c->watch) < 0) {
		smtpd_log("%s: cannot wait for it: %s", c->name,
		    strerror(errno));
		c->state = CLIENT_GONE;
	}
}
