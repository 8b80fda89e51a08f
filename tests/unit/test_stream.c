/*
 * test_stream.c - a client's bytes, in the clear.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "milter/smtpd/stream.h"
#include "tests/unit/unit.h"

#define LARGE (1 << 20)

static struct stream server;
static int client;

static void
begin(void)
{
	int pair[2] = { -1, -1 };

	check_int(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK |
	    SOCK_CLOEXEC, 0, pair), 0);
	server = (struct stream){ .fd = pair[0] };
	client = pair[1];
}

static void
end(void)
{
	stream_release(&server);
	stream_release(&server);
	close(server.fd);
	if (client >= 0)
		close(client);
}

static void
test_both_ways(void)
{
	char text[16];
	size_t n = 99;

	begin();
	check_int(stream_read(&server, text, sizeof text, &n),
	    STREAM_WANT_READ);
	check_int(write(client, "EHLO", 4), 4);
	check_true(!stream_has_more(&server));
	check_int(stream_read(&server, text, 3, &n), STREAM_DONE);
	check_span(span_make(text, n), "EHL");
	check_int(stream_read(&server, text, sizeof text, &n), STREAM_DONE);
	check_span(span_make(text, n), "O");
	check_int(stream_write(&server, "250", 3, &n), STREAM_DONE);
	check_size(n, 3);
	check_int(read(client, text, sizeof text), 3);
	end();
}

/* 1 MiB is more than a socket holds: the writer is told to wait, and nothing is
 * lost or doubled. */
static void
test_large(void)
{
	char *from = malloc(LARGE), *to = malloc(LARGE);
	size_t sent = 0, come = 0, n = 0;
	int waits = 0;

	for (size_t i = 0; i < LARGE; i++)
		from[i] = (char)(i * 31 >> 5);
	begin();
	while (sent < LARGE) {
		enum stream_state state = stream_write(&server, from + sent,
		    LARGE - sent, &n);
		ssize_t got;

		if (state == STREAM_DONE) {
			sent += n;
			continue;
		}
		check_int(state, STREAM_WANT_WRITE);
		waits++;
		while ((got = read(client, to + come, LARGE - come)) > 0)
			come += (size_t)got;
	}
	check_int(shutdown(server.fd, SHUT_WR), 0);
	while (come < LARGE) {
		ssize_t got = read(client, to + come, LARGE - come);

		if (got <= 0)
			break;
		come += (size_t)got;
	}
	check_true(waits > 0);
	check_size(come, LARGE);
	check_int(memcmp(from, to, LARGE), 0);
	end();
	free(from);
	free(to);
}

static void
test_end(void)
{
	char text[16];
	size_t n = 0;

	begin();
	check_int(write(client, "QUIT", 4), 4);
	close(client);
	client = -1;
	check_int(stream_read(&server, text, sizeof text, &n), STREAM_DONE);
	check_size(n, 4);
	check_int(stream_read(&server, text, sizeof text, &n), STREAM_END);
	check_int(stream_read(&server, text, sizeof text, &n), STREAM_END);
	end();
}

/* SIGPIPE would end the program here. */
static void
test_broken(void)
{
	char text[16];
	size_t n = 0;

	begin();
	check_int(stream_write(&server, "220", 3, &n), STREAM_DONE);
	close(client);		/* with bytes unread: it is a reset */
	client = -1;
	check_int(stream_read(&server, text, sizeof text, &n), STREAM_BROKEN);
	check_int(stream_write(&server, "250", 3, &n), STREAM_BROKEN);
	end();
}

static void
test_library(void)
{
	struct error error = { "" };

	check_true(tls_server_new("/nonexistent/cert", "/nonexistent/key",
	    &error) == NULL);
	if (tls_library() == NULL) {
		check_text(error.text, "built without OpenSSL");
		return;
	}
	check_int(strncmp(tls_library(), "OpenSSL ", 8), 0);
	check_text(error.text, "/nonexistent/cert: No such file or directory");
}

static const struct unit_test tests[] = {
	{ "bytes go both ways, as many as there are", test_both_ways },
	{ "a large answer waits for room", test_large },
	{ "a client that has closed is at its end", test_end },
	{ "a client that has gone is broken, and nobody is killed",
	  test_broken },
	{ "there is a TLS library, or it is said that there is none",
	  test_library },
};

UNIT_MAIN("stream", tests)
