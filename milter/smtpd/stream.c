/*
 * stream.c - a client's connection: the socket itself, or TLS over it.
 *
 * In the clear everything is one system call; under TLS everything is handed to
 * tls.c, which answers in the same words.
 *
 * Failure: STREAM_BROKEN, once and for good; the caller hangs up.
 */
#include "config.h"

#include <errno.h>
#include <sys/socket.h>

#include "milter/smtpd/stream.h"

/* What errno of a call that failed means to the caller. */
static enum stream_state
trouble(enum stream_state wait)
{
	return errno == EAGAIN || errno == EWOULDBLOCK ? wait : STREAM_BROKEN;
}

enum stream_state
stream_read(struct stream *s, char *to, size_t size, size_t *count)
{
	ssize_t n;

	if (s->tls != NULL)
		return tls_read(s->tls, to, size, count);
	do
		n = recv(s->fd, to, size, 0);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return trouble(STREAM_WANT_READ);
	if (n == 0)
		return STREAM_END;
	*count = (size_t)n;
	return STREAM_DONE;
}

enum stream_state
stream_write(struct stream *s, const char *from, size_t size, size_t *count)
{
	ssize_t n;

	if (s->tls != NULL)
		return tls_write(s->tls, from, size, count);
	do
		n = send(s->fd, from, size, MSG_NOSIGNAL);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return trouble(STREAM_WANT_WRITE);
	*count = (size_t)n;
	return STREAM_DONE;
}

int
stream_start_tls(struct stream *s, struct tls_server *server,
    struct error *error)
{
	s->tls = tls_new(server, s->fd, error);
	return s->tls != NULL ? 0 : -1;
}

enum stream_state
stream_handshake(struct stream *s)
{
	return tls_handshake(s->tls);
}

bool
stream_has_more(const struct stream *s)
{
	return s->tls != NULL && tls_has_more(s->tls);
}

void
stream_release(struct stream *s)
{
	tls_free(s->tls);
	s->tls = NULL;
}
