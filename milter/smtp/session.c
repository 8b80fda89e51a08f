/*
 * session.c - the life of an SMTP session, from its greeting to its end.
 *
 * Failure: without memory there is no session. However one ends, by QUIT, by a
 * verdict, by a client that is gone, the sinks are told once, by EVENT_CLOSE.
 */
#include "config.h"

#include <netinet/in.h>
#include <stdlib.h>

#include "milter/smtp/judge.h"
#include "milter/smtp/reply.h"

#define LINE_MAX_DEFAULT 2048
#define MESSAGE_MAX_DEFAULT 10240000
#define RECIPIENTS_MAX_DEFAULT 1000
#define CHUNK_MAX_DEFAULT 65535

#define REPLY_MAX ((size_t)REPLY_LINES_MAX * (REPLY_LINE_MAX + 64))
#define CLIENT_MAX 65536

static void
fill_in(struct smtp_config *c)
{
	if (c->host == NULL)
		c->host = "localhost";
	if (c->address == NULL)
		c->address = "127.0.0.1";
	if (c->software == NULL)
		c->software = "Postfix";
	if (c->line_max == 0)
		c->line_max = LINE_MAX_DEFAULT;
	if (c->message_max == 0)
		c->message_max = MESSAGE_MAX_DEFAULT;
	if (c->recipients_max == 0)
		c->recipients_max = RECIPIENTS_MAX_DEFAULT;
	if (c->chunk_max == 0)
		c->chunk_max = CHUNK_MAX_DEFAULT;
}

struct smtp_session *
smtp_session_new(const struct smtp_config *config, event_sink *sink,
    void *self)
{
	struct smtp_session *s = calloc(1, sizeof *s);

	if (s == NULL)
		return NULL;
	s->config = *config;
	fill_in(&s->config);
	if (sink != NULL)
		(void)smtp_session_add_sink(s, sink, self);
	buffer_init(&s->user, s->config.line_max);
	buffer_init(&s->line, s->config.line_max - 1);	/* without its LF */
	buffer_init(&s->refusal, REPLY_MAX);
	buffer_init(&s->helo, s->config.line_max);
	buffer_init(&s->chunk_reply, REPLY_MAX);
	/* An address is kept three times; some are refused. */
	envelope_init(&s->envelope,
	    8 * s->config.line_max * (s->config.recipients_max + 1));
	message_init(&s->message, s->config.message_max);
	smtp_macros_set(&s->macros, MACRO_J, span_of(s->config.host));
	smtp_macros_set(&s->macros, MACRO_V, span_of(s->config.software));
	smtp_macros_set(&s->macros, MACRO_DAEMON_NAME,
	    span_of(s->config.host));
	smtp_macros_set(&s->macros, MACRO_DAEMON_ADDR,
	    span_of(s->config.address));
	return s;
}

int
smtp_session_add_sink(struct smtp_session *s, event_sink *sink, void *self)
{
	struct smtp_sink *new = &s->sinks[s->sink_count];

	if (s->sink_count == SMTP_SINKS_MAX)
		return -1;
	new->feed = sink;
	new->self = self;
	buffer_init(&new->standing, REPLY_MAX);
	s->sink_count++;
	return 0;
}

void
smtp_session_disconnect(struct smtp_session *s)
{
	s->want = SMTP_CLOSED;
	smtp_transaction_end(s);
	smtp_notify(s, EVENT_CLOSE);
}

void
smtp_session_free(struct smtp_session *s)
{
	if (s == NULL)
		return;
	smtp_session_disconnect(s);
	smtp_macros_release(&s->macros);
	buffer_release(&s->client);
	buffer_release(&s->user);
	buffer_release(&s->line);
	for (size_t i = 0; i < s->sink_count; i++)
		buffer_release(&s->sinks[i].standing);
	buffer_release(&s->refusal);
	buffer_release(&s->helo);
	buffer_release(&s->chunk_reply);
	envelope_release(&s->envelope);
	message_release(&s->message);
	free(s);
}

/* CLIENT's as a socket address, which events are made of. */
static const struct sockaddr *
to_sockaddr(const struct smtp_client *client, struct sockaddr_storage *to)
{
	struct sockaddr_in in = { .sin_family = AF_INET,
		.sin_port = htons(client->port) };
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6,
		.sin6_port = htons(client->port) };

	if (client->ip.len == 4) {
		memcpy(&in.sin_addr, client->ip.bytes, 4);
		memcpy(to, &in, sizeof in);
	} else if (client->ip.len == 16) {
		memcpy(&in6.sin6_addr, client->ip.bytes, 16);
		memcpy(to, &in6, sizeof in6);
	} else
		return NULL;
	return (const struct sockaddr *)to;
}

static void
say_greeting(struct smtp_session *s, enum judgement judgement,
    struct buffer *out)
{
	if (judgement == JUDGE_CLOSED)
		smtp_say(out, "421 %s Service unavailable - try again later",
		    s->config.host);
	else if (smtp_refused_for_good(s))
		smtp_say(out, "554 %s ESMTP not accepting connections",
		    s->config.host);
	else
		smtp_say(out, "220 %s ESMTP", s->config.host);
}

/* A HELO may be known already: XCLIENT told it. */
static void
after_connect(struct smtp_session *s, enum judgement judgement,
    struct buffer *out)
{
	if (judgement != JUDGE_CLOSED && s->helo.len > 0)
		smtp_ask(s, event_helo(buffer_span(&s->helo)), say_greeting,
		    out);
	else
		say_greeting(s, judgement, out);
}

/* The name and the address are copied; the name may be that of s->peer. */
static struct event
set_peer(struct smtp_session *s, const struct smtp_client *client)
{
	struct sockaddr_storage address = { 0 };
	struct event event = event_connect(client->name,
	    to_sockaddr(client, &address));
	struct buffer text;
	char ip[IP_TEXT_MAX];

	buffer_init(&text, CLIENT_MAX);
	ip_format(&event.connect.ip, ip);
	buffer_add(&text, event.connect.name);
	buffer_addf(&text, " [%s]", ip[0] != '\0' ? ip : "unknown");
	event.connect.name = span_head(buffer_span(&text),
	    event.connect.name.len);
	smtp_macros_set(&s->macros, MACRO_CLIENT, buffer_span(&text));
	buffer_release(&s->client);
	s->client = text;
	s->peer = *client;
	s->peer.name = event.connect.name;
	s->peer.ip = event.connect.ip;
	return event;
}

void
smtp_greet(struct smtp_session *s, const struct smtp_client *client,
    struct buffer *out)
{
	smtp_ask(s, set_peer(s, client), after_connect, out);
}

enum smtp_want
smtp_session_connect(struct smtp_session *s,
    const struct smtp_client *client, int64_t time, struct buffer *out)
{
	size_t start = out->len;

	s->time = time;
	smtp_greet(s, client, out);
	return smtp_step_end(s, start, out);
}

void
smtp_session_tls_started(struct smtp_session *s)
{
	if (s->want == SMTP_CLOSED)
		return;
	/* RFC 3207 4.2: what was learned before is not to be trusted. */
	smtp_transaction_end(s);
	smtp_macros_forget(&s->macros, MACRO_AUTH_TYPE, MACRO_AUTH_AUTHEN);
	buffer_clear(&s->helo);
	s->extended = false;
	s->authenticated = false;
	s->tls = true;
	s->want = SMTP_WANT_COMMAND;
}

int
smtp_session_set_macros(struct smtp_session *s, const struct macro *macros,
    size_t count)
{
	return smtp_macros_give(&s->macros, macros, count);
}

void
smtp_session_set_time(struct smtp_session *s, int64_t time)
{
	s->time = time;
}
