/*
 * client.c - the life of a client's connection.
 *
 * Failure: without memory there is no client. One that is gone while its
 * message is being written stays, without a socket, until that is done.
 */
#include "config.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "milter/smtpd/client.h"
#include "milter/smtpd/log.h"

/* Replies to what a client sends at once. More than a few commands' are never
 * gathered, but of one the filters may say much. */
#define OUT_MAX (1 << 20)

static void
on_ready(void *self, unsigned events)
{
	struct client *c = self;

	if (events & LOOP_READ)
		c->readable = true;
	if (events & LOOP_WRITE && c->reading == STREAM_WANT_WRITE)
		c->readable = true;
	client_run(c);
}

static void
on_filter(void *self)
{
	client_run(self);
}

/* The address that the client has called. */
static void
find_address(struct client *c)
{
	struct sockaddr_storage to = { 0 };
	socklen_t length = sizeof to;
	struct options_place place;

	if (getsockname(c->stream.fd, (struct sockaddr *)&to, &length) < 0)
		return;
	options_place_from(&to, &place);
	ip_format(&place.ip, c->address);
}

static void
link_in(struct client *c)
{
	struct server *s = c->server;

	c->next = s->clients;
	if (c->next != NULL)
		c->next->before = c;
	s->clients = c;
	s->client_count++;
}

static void
link_out(struct client *c)
{
	if (c->next != NULL)
		c->next->before = c->before;
	if (c->before != NULL)
		c->before->next = c->next;
	else
		c->server->clients = c->next;
	c->server->client_count--;
}

/* The session, its sinks; -1: there is no memory. */
static int
begin_session(struct client *c)
{
	struct server *s = c->server;

	c->config = s->smtp;
	c->config.self = c;
	c->config.address = c->address;
	client_message_config(c);
	c->session = smtp_session_new(&c->config, NULL, NULL);
	if (c->session == NULL)
		return -1;
	c->filters = (struct filters){ .loop = s->loop, .moved = on_filter,
		.self = c };
	return filters_init(&c->filters, s->filters,
	    s->options->milter_count, c->session);
}

static void
forget(struct client *c)
{
	/* The filters hear of the end through the session. */
	smtp_session_free(c->session);
	filters_release(&c->filters);
	stream_release(&c->stream);
	buffer_release(&c->kept);
	buffer_release(&c->out);
	free(c);
}

int
client_new(struct server *s, int fd, const struct options_place *from)
{
	struct client *c = calloc(1, sizeof *c);

	if (c == NULL)
		return -1;
	c->server = s;
	c->from = *from;
	c->stream.fd = fd;
	options_place_format(from, c->name);
	find_address(c);
	buffer_init(&c->kept, SERVER_READ);
	buffer_init(&c->out, OUT_MAX);
	c->want = SMTP_WANT_COMMAND;
	c->watch = (struct loop_watch){ .fd = fd, .ready = on_ready,
		.self = c };
	if (begin_session(c) < 0) {
		forget(c);
		return -1;
	}
	link_in(c);
	client_time_begin(c);
	client_time_limit(c, s->options->greet_wait);
	if (s->options->verbose)
		smtpd_log("%s: connected; %zu are there", c->name,
		    s->client_count);
	client_run(c);
	return 0;
}

void
client_end(struct client *c)
{
	struct server *s = c->server;

	c->state = CLIENT_GONE;
	loop_unset(s->loop, &c->timer);
	loop_forget(s->loop, &c->watch);
	if (c->stream.fd >= 0) {
		stream_release(&c->stream);
		close(c->stream.fd);
		c->stream.fd = -1;
		crowd_leave(s->crowd, &c->from.ip);
		if (s->options->verbose)
			smtpd_log("%s: disconnected; %lu accepted, %lu "
			    "refusals", c->name, c->accepted, c->refusals);
	}
	if (c->delivering)
		return;
	link_out(c);
	forget(c);
	server_client_gone(s);
}
