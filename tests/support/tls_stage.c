/*
 * tls_stage.c - a socket pair, a stream at one end, a client at the other.
 */
#include "config.h"

#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/support/tls_stage.h"

static void
must(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "# %s\n", what);
	exit(99);
}

struct tls_server *
tls_stage_server(bool chain)
{
	char folder[] = "/tmp/tls_stage.XXXXXX";
	char certificate[64], key[64];
	struct error error = { "" };
	struct tls_server *server;

	must(mkdtemp(folder) != NULL, "no folder");
	snprintf(certificate, sizeof certificate, "%s/cert.pem", folder);
	snprintf(key, sizeof key, "%s/key.pem", folder);
	tls_write_certificate(certificate, key, chain, NULL);
	server = tls_server_new(certificate, key, &error);
	must(server != NULL, error.text);
	(void)unlink(certificate);
	(void)unlink(key);
	(void)rmdir(folder);
	return server;
}

void
tls_stage_open(struct tls_stage *s, struct tls_server *server, enum tls_age age)
{
	int pair[2];
	struct error error = { "" };

	(void)signal(SIGPIPE, SIG_IGN);
	must(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0,
	    pair) == 0, "no sockets");
	s->server = (struct stream){ .fd = pair[0] };
	s->wire = pair[1];
	s->client = tls_client_new(age);
	must(stream_start_tls(&s->server, server, &error) == 0, error.text);
}

void
tls_stage_close(struct tls_stage *s)
{
	stream_release(&s->server);
	(void)close(s->server.fd);
	tls_stage_hang_up(s);
	tls_client_free(s->client);
}

void
tls_stage_carry_back(struct tls_stage *s)
{
	char bytes[4096];
	ssize_t n;

	while ((n = read(s->wire, bytes, sizeof bytes)) > 0)
		tls_client_take(s->client, span_make(bytes, (size_t)n));
}

size_t
tls_stage_carry(struct tls_stage *s, size_t most)
{
	char bytes[4096];
	size_t n = tls_client_output(s->client, bytes,
	    most < sizeof bytes ? most : sizeof bytes);

	must(write(s->wire, bytes, n) == (ssize_t)n, "no room in the socket");
	return n;
}

void
tls_stage_carry_all(struct tls_stage *s)
{
	while (tls_stage_carry(s, SIZE_MAX) > 0)
		;
}

int
tls_stage_shake_hands(struct tls_stage *s, size_t piece)
{
	enum stream_state state = STREAM_WANT_READ;
	bool done = false;

	for (int calls = 1; calls < 100000; calls++) {
		done = tls_client_handshake(s->client) || done;
		(void)tls_stage_carry(s, piece);
		state = stream_handshake(&s->server);
		tls_stage_carry_back(s);
		if (state == STREAM_DONE && done)
			return calls;
		if (state != STREAM_DONE && state != STREAM_WANT_READ)
			return 0;
	}
	return 0;
}

bool
tls_stage_talk(struct tls_stage *s)
{
	static const char line[] = "EHLO mx.example\r\n";
	char text[64];
	size_t n = 0;

	tls_client_say(s->client, span_of(line));
	tls_stage_carry_all(s);
	if (stream_read(&s->server, text, sizeof text, &n) != STREAM_DONE ||
	    !span_is(span_make(text, n), line) ||
	    stream_read(&s->server, text, sizeof text, &n) != STREAM_WANT_READ)
		return false;
	if (stream_write(&s->server, line, strlen(line), &n) != STREAM_DONE ||
	    n != strlen(line))
		return false;
	tls_stage_carry_back(s);
	n = tls_client_hear(s->client, text, sizeof text);
	return span_is(span_make(text, n), line);
}

void
tls_stage_hang_up(struct tls_stage *s)
{
	if (s->wire >= 0)
		(void)close(s->wire);
	s->wire = -1;
}
