/*
 * next_server.c - an SMTP server for a relay to be tried against.
 *
 * Failure: the end of the test program.
 */
#include "config.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/support/next_server.h"

#define BUFFER_MAX (16u << 20)

static void
must(bool ok, const char *what)
{
	if (ok)
		return;
	perror(what);
	exit(99);
}

static void
hang_up(struct next_client *c)
{
	if (!c->open)
		return;
	loop_forget(c->server->loop, &c->watch);
	loop_unset(c->server->loop, &c->timer);
	close(c->watch.fd);
	buffer_release(&c->in);
	buffer_release(&c->out);
	buffer_release(&c->mail);
	c->open = false;
	c->server->open--;
}

static void
flush(struct next_client *c)
{
	size_t size = c->server->slow && c->out.len > 0 ? 1 : c->out.len;
	ssize_t n;

	if (size > 0) {
		n = send(c->watch.fd, c->out.ptr, size, MSG_NOSIGNAL);
		if (n < 0) {
			hang_up(c);
			return;
		}
		memmove(c->out.ptr, c->out.ptr + n, c->out.len - (size_t)n);
		c->out.len -= (size_t)n;
	}
	if (c->out.len > 0)
		loop_set(c->server->loop, &c->timer, 1);
	else if (c->closing)
		hang_up(c);
}

static void
say(struct next_client *c, const char *reply)
{
	buffer_add_text(&c->out, reply);
	buffer_add_text(&c->out, "\r\n");
}

/* Is this the step at which it fails? */
static bool
fails(struct next_client *c, enum next_step step)
{
	struct next_server *s = c->server;

	s->steps[step]++;
	if (s->fail_at != step || s->failures == 0)
		return false;
	s->failures--;
	c->closing = !s->silent;
	c->mute = s->silent;
	return true;
}

static void
take_message(struct next_client *c)
{
	struct next_server *s = c->server;

	c->in_text = false;
	if (s->dot == NULL) {
		buffer_add(&s->mails, buffer_span(&c->mail));
		s->taken++;
	}
	if (!fails(c, NEXT_DOT))
		say(c, s->dot != NULL ? s->dot : "250 2.0.0 taken");
}

static void
take_text(struct next_client *c, struct span line)
{
	if (span_is(line, ".\r\n")) {
		take_message(c);
		return;
	}
	if (fails(c, NEXT_TEXT))
		return;
	buffer_add(&c->mail, line.ptr[0] == '.' ? span_skip(line, 1) : line);
}

static bool
is_other(struct next_client *c, struct span line)
{
	struct next_server *s = c->server;

	for (size_t i = 0; i < NEXT_ANSWERS; i++)
		if (s->answers[i].line != NULL &&
		    span_starts_with(line, span_of(s->answers[i].line))) {
			say(c, s->answers[i].reply);
			return true;
		}
	return false;
}

static struct span
address_of(struct span line)
{
	size_t from = span_find(line, '<') + 1;

	line = span_skip(line, from);
	return span_head(line, span_find_last(line, '>'));
}

static void
take_mail(struct next_client *c, struct span line)
{
	if (c->server->bye_after > 0 && c->server->taken > 0 &&
	    c->server->taken % c->server->bye_after == 0 && c->mail.len > 0) {
		say(c, "421 4.7.0 that was enough");
		c->closing = true;
		return;
	}
	buffer_clear(&c->mail);
	if (fails(c, NEXT_MAIL) || is_other(c, line))
		return;
	buffer_add(&c->mail, address_of(line));
	buffer_add_char(&c->mail, '>');
	say(c, "250 2.1.0 Ok");
}

static void
take_rcpt(struct next_client *c, struct span line)
{
	if (fails(c, NEXT_RCPT) || is_other(c, line))
		return;
	buffer_add(&c->mail, address_of(line));
	buffer_add_char(&c->mail, ',');
	say(c, "250 2.1.5 Ok");
}

static void
take_data(struct next_client *c, struct span line)
{
	if (fails(c, NEXT_DATA) || is_other(c, line))
		return;
	if (!span_ends_with(buffer_span(&c->mail), span_of(","))) {
		say(c, "554 5.5.1 nobody to send it to");
		return;
	}
	buffer_add_char(&c->mail, '\n');
	c->in_text = true;
	say(c, "354 go on");
}

static void
take_command(struct next_client *c, struct span line)
{
	if (span_starts_with(line, span_of("EHLO"))) {
		if (!fails(c, NEXT_EHLO))
			say(c, c->server->offers);
	} else if (span_starts_with(line, span_of("MAIL"))) {
		take_mail(c, line);
	} else if (span_starts_with(line, span_of("RCPT"))) {
		take_rcpt(c, line);
	} else if (span_starts_with(line, span_of("DATA"))) {
		take_data(c, line);
	} else {
		say(c, "250 2.0.0 Ok");
		c->closing = span_starts_with(line, span_of("QUIT"));
	}
}

static void
take_lines(struct next_client *c)
{
	struct span in = buffer_span(&c->in);
	size_t end;

	while (!c->closing && !c->mute &&
	    (end = span_find(in, '\n')) < in.len) {
		if (c->in_text)
			take_text(c, span_head(in, end + 1));
		else
			take_command(c, span_head(in, end + 1));
		in = span_skip(in, end + 1);
	}
	if (in.len > 0)
		memmove(c->in.ptr, in.ptr, in.len);
	c->in.len = in.len;
}

static void
on_bytes(void *self, unsigned events)
{
	struct next_client *c = self;
	char bytes[16384];
	ssize_t n = recv(c->watch.fd, bytes, sizeof bytes, 0);

	(void)events;
	if (n <= 0) {
		hang_up(c);
		return;
	}
	buffer_add(&c->in, span_make(bytes, (size_t)n));
	take_lines(c);
	flush(c);
}

static void
on_timer(void *self)
{
	flush(self);
}

static void
on_client(void *self, unsigned events)
{
	struct next_server *s = self;
	int fd = accept4(s->watch.fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	struct next_client *c = s->clients;

	(void)events;
	if (fd < 0)
		return;
	while (c->open)
		must(++c < s->clients + NEXT_CLIENTS, "too many clients");
	*c = (struct next_client){ .server = s, .open = true,
	    .watch = { .fd = fd, .events = LOOP_READ, .ready = on_bytes,
		.self = c },
	    .timer = { .due = on_timer, .self = c } };
	buffer_init(&c->in, BUFFER_MAX);
	buffer_init(&c->out, BUFFER_MAX);
	buffer_init(&c->mail, BUFFER_MAX);
	must(loop_watch(s->loop, &c->watch) == 0, "loop_watch");
	s->connections++;
	if (++s->open > s->most_open)
		s->most_open = s->open;
	if (!fails(c, NEXT_GREETING))
		say(c, "220 next.example");
	flush(c);
}

void
next_server_init(struct next_server *s, struct loop *loop)
{
	struct sockaddr_in here = { .sin_family = AF_INET,
	    .sin_addr = { htonl(INADDR_LOOPBACK) } };
	socklen_t size = sizeof here;

	memset(s, 0, sizeof *s);
	s->loop = loop;
	s->offers = "250-next.example\r\n250-PIPELINING\r\n250 SIZE";
	s->fail_at = NEXT_STEPS;
	buffer_init(&s->mails, BUFFER_MAX);
	s->watch = (struct loop_watch){ .events = LOOP_READ,
	    .ready = on_client, .self = s,
	    .fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK,
		0) };
	must(s->watch.fd >= 0 && bind(s->watch.fd, (struct sockaddr *)&here,
	    size) == 0 && getsockname(s->watch.fd, (struct sockaddr *)&here,
	    &size) == 0, "bind");
	memcpy(&s->at.address, &here, sizeof here);
	s->at.length = size;
}

void
next_server_listen(struct next_server *s)
{
	must(listen(s->watch.fd, 64) == 0 &&
	    loop_watch(s->loop, &s->watch) == 0, "listen");
}

void
next_server_answer(struct next_server *s, const char *reply)
{
	for (size_t i = 0; i < NEXT_CLIENTS; i++) {
		struct next_client *c = &s->clients[i];

		if (!c->open || !c->mute)
			continue;
		c->mute = false;
		say(c, reply);
		loop_set(s->loop, &c->timer, 0);
	}
}

void
next_server_release(struct next_server *s)
{
	for (size_t i = 0; i < NEXT_CLIENTS; i++)
		hang_up(&s->clients[i]);
	if (s->watch.added)
		loop_forget(s->loop, &s->watch);
	close(s->watch.fd);
	buffer_release(&s->mails);
}
