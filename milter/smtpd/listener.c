/*
 * listener.c - the places where clients come in.
 *
 * Failure: a place that cannot be had is told before anything is served.
 * Without descriptors nobody is let in for a moment: a call that fails at once,
 * again and again, would take all of the processor.
 */
#include "config.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "milter/smtpd/client.h"
#include "milter/smtpd/listener.h"
#include "milter/smtpd/log.h"

#define ACCEPT_AT_ONCE 64	/* then others have their turn */
#define PAUSE_MS 100
#define PAUSE_TELL_MS 1000

struct listener {
	struct server *server;
	struct loop_watch watch;
};

static int
open_one(struct listener *l, const struct options_place *place,
    struct error *error)
{
	struct sockaddr_storage address;
	socklen_t length = options_place_to(place, &address);
	char text[OPTIONS_PLACE_MAX];
	int on = 1;
	int fd = socket(address.ss_family,
	    SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd >= 0 &&
	    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0 &&
	    (place->ip.len == 4 || setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY,
	    &on, sizeof on) == 0) &&
	    bind(fd, (const struct sockaddr *)&address, length) == 0 &&
	    listen(fd, SOMAXCONN) == 0) {
		l->watch.fd = fd;
		return 0;
	}
	options_place_format(place, text);
	error_set(error, "cannot listen on %s: %s", text, strerror(errno));
	if (fd >= 0)
		close(fd);
	return -1;
}

int
listeners_open(struct server *s, struct error *error)
{
	const struct options *o = s->options;

	s->listeners = calloc(o->listen_count, sizeof *s->listeners);
	if (s->listeners == NULL)
		return error_set(error, "there is no memory");
	for (size_t i = 0; i < o->listen_count; i++) {
		s->listeners[i].server = s;
		if (open_one(&s->listeners[i], &o->listen[i], error) < 0)
			return -1;
		s->listener_count++;
	}
	return 0;
}

/* What we say before we hang up on one that there is no room for. */
static void
turn_away(struct server *s, int fd, const struct options_place *from,
    const char *why)
{
	char text[OPTIONS_PLACE_MAX];
	char line[512];
	int len = snprintf(line, sizeof line, "421 4.7.0 %.255s Error: too "
	    "many connections\r\n", s->smtp.host);

	(void)!send(fd, line, (size_t)len, MSG_DONTWAIT | MSG_NOSIGNAL);
	close(fd);
	options_place_format(from, text);
	smtpd_log("%s: turned away: %s", text, why);
}

static void
let_in(struct server *s, int fd, const struct sockaddr_storage *address)
{
	const struct options *o = s->options;
	struct options_place from;
	size_t same;
	int on = 1;

	options_place_from(address, &from);
	if (s->client_count >= s->clients_max) {
		turn_away(s, fd, &from, "too many connections");
		return;
	}
	same = crowd_join(s->crowd, &from.ip);
	if (same == 0 || (o->connections_per_client > 0 &&
	    same > o->connections_per_client)) {
		turn_away(s, fd, &from, "too many connections from there");
		if (same > 0)
			crowd_leave(s->crowd, &from.ip);
		return;
	}
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	if (client_new(s, fd, &from) == 0)
		return;
	turn_away(s, fd, &from, "there is no memory");
	crowd_leave(s->crowd, &from.ip);
}

static void
watch_all(struct server *s, unsigned events)
{
	for (size_t i = 0; i < s->listener_count; i++) {
		struct loop_watch *w = &s->listeners[i].watch;

		w->events = events;
		if (loop_watch(s->loop, w) < 0)
			smtpd_log("cannot wait for clients: %s",
			    strerror(errno));
	}
}

static void
go_on(void *self)
{
	watch_all(self, LOOP_READ);
}

/* Nobody can be let in, for WHY. */
static void
pause_all(struct server *s, const char *why)
{
	int64_t now = loop_now(s->loop);

	if (loop_set(s->loop, &s->pause, PAUSE_MS) < 0)
		return;
	watch_all(s, 0);
	if (s->pause_told != 0 && now - s->pause_told < PAUSE_TELL_MS)
		return;
	s->pause_told = now;
	smtpd_log("no client can be let in: %s; %zu are there", why,
	    s->client_count);
}

static void
on_ready(void *self, unsigned events)
{
	struct listener *l = self;
	struct sockaddr_storage address;
	socklen_t length;
	int fd;

	(void)events;
	for (int i = 0; i < ACCEPT_AT_ONCE; i++) {
		length = sizeof address;
		fd = accept4(l->watch.fd, (struct sockaddr *)&address, &length,
		    SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (fd >= 0) {
			let_in(l->server, fd, &address);
			continue;
		}
		if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS ||
		    errno == ENOMEM)
			pause_all(l->server, strerror(errno));
		/* accept(2): others are of a connection that is gone. */
		if (errno != ECONNABORTED && errno != EINTR)
			return;
	}
}

/* The port may have been left to the kernel. */
static void
print_ready(int fd)
{
	struct sockaddr_storage address = { 0 };
	socklen_t length = sizeof address;
	struct options_place place;
	char text[OPTIONS_PLACE_MAX];

	if (getsockname(fd, (struct sockaddr *)&address, &length) < 0)
		return;
	options_place_from(&address, &place);
	options_place_format(&place, text);
	printf("ready on %s\n", text);
}

int
listeners_start(struct server *s, struct error *error)
{
	s->pause = (struct loop_timer){ .due = go_on, .self = s };
	for (size_t i = 0; i < s->listener_count; i++) {
		struct listener *l = &s->listeners[i];

		l->watch.events = LOOP_READ;
		l->watch.ready = on_ready;
		l->watch.self = l;
		if (loop_watch(s->loop, &l->watch) < 0)
			return error_set(error, "cannot wait for clients: %s",
			    strerror(errno));
	}
	for (size_t i = 0; i < s->listener_count; i++)
		print_ready(s->listeners[i].watch.fd);
	/* Whoever is not there to read it does not need it. */
	(void)fflush(stdout);
	return 0;
}

void
listeners_close(struct server *s)
{
	loop_unset(s->loop, &s->pause);
	for (size_t i = 0; i < s->listener_count; i++) {
		loop_forget(s->loop, &s->listeners[i].watch);
		close(s->listeners[i].watch.fd);
	}
	free(s->listeners);
	s->listeners = NULL;
	s->listener_count = 0;
}
