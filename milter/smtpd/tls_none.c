/*
 * tls_none.c - tls.h without a TLS library.
 *
 * Failure: there is no server's key, so no connection is ever under TLS and the
 * functions about one are not called.
 */
#include "config.h"

#include <assert.h>

#include "milter/smtpd/stream.h"

const char *
tls_library(void)
{
	return NULL;
}

struct tls_server *
tls_server_new(const char *certificate, const char *key, struct error *error)
{
	(void)certificate;
	(void)key;
	(void)error_set(error, "built without OpenSSL");
	return NULL;
}

void
tls_server_free(struct tls_server *s)
{
	(void)s;
}

struct tls *
tls_new(struct tls_server *server, int fd, struct error *error)
{
	(void)server;
	(void)fd;
	(void)error_set(error, "built without OpenSSL");
	return NULL;
}

void
tls_free(struct tls *t)
{
	(void)t;
}

/* What is asked of a connection that cannot be. */
static int
impossible(void)
{
	assert(!"there is a TLS connection");
	return STREAM_BROKEN;
}

int
tls_handshake(struct tls *t)
{
	(void)t;
	return impossible();
}

int
tls_read(struct tls *t, char *to, size_t size, size_t *count)
{
	(void)t;
	(void)to;
	(void)size;
	(void)count;
	return impossible();
}

int
tls_write(struct tls *t, const char *from, size_t size, size_t *count)
{
	(void)t;
	(void)from;
	(void)size;
	(void)count;
	return impossible();
}

bool
tls_has_more(const struct tls *t)
{
	(void)t;
	return false;
}

const char *
tls_version(const struct tls *t)
{
	(void)t;
	return "";
}

const char *
tls_cipher(const struct tls *t)
{
	(void)t;
	return "";
}

int
tls_cipher_bits(const struct tls *t)
{
	(void)t;
	return 0;
}
