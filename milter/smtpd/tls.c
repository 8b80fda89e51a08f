/*
 * tls.c - the server's side of TLS, by OpenSSL.
 *
 * One context holds the certificate and the key and is shared by all
 * connections; a connection is an SSL over its non-blocking socket. Sessions
 * are not resumed, so that nothing is kept between connections, and there is no
 * renegotiation.
 *
 * OpenSSL's errors lie in a queue of the thread. It is emptied before each
 * call, or an old error would be taken for that call's.
 *
 * Failure: of the files a message that names them; of a connection
 * STREAM_BROKEN, and then nothing is said to the client any more.
 */
#include "config.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <stdlib.h>
#include <string.h>

#include "milter/smtpd/secret_file.h"
#include "milter/smtpd/stream.h"

struct tls_server {
	SSL_CTX *context;
};

struct tls {
	SSL *ssl;
	bool broken;		/* SSL_shutdown(3) must not be called */
};

const char *
tls_library(void)
{
	return OpenSSL_version(OPENSSL_VERSION);
}

/* --- The certificate and its key ------------------------------------------ */

/* The first of OpenSSL's errors, which is the cause of the others. */
static const char *
cause(void)
{
	unsigned long code = ERR_peek_error();
	const char *text;

	if (ERR_GET_LIB(code) == ERR_LIB_SYS)
		return strerror(ERR_GET_REASON(code));
	text = ERR_reason_error_string(code);
	return text != NULL ? text : "unknown error of OpenSSL";
}

/* What wants a passphrase: there is nobody to be asked. */
static int
no_passphrase(char *to, int size, int writing, void *asked)
{
	(void)to;
	(void)size;
	(void)writing;
	if (asked != NULL)
		*(bool *)asked = true;
	return -1;
}

static int
use_certificate(SSL_CTX *context, const char *path, struct error *error)
{
	unsigned long code;

	ERR_clear_error();
	if (SSL_CTX_use_certificate_chain_file(context, path) == 1)
		return 0;
	code = ERR_peek_error();
	return error_set(error, "%s: %s", path,
	    ERR_GET_LIB(code) == ERR_LIB_PEM &&
	    ERR_GET_REASON(code) == PEM_R_NO_START_LINE ?
	    "there is no certificate in PEM in it" : cause());
}

/* The key in FILE; NULL: see ERROR. */
static EVP_PKEY *
parse_key(const char *path, const struct secret_file *file,
    struct error *error)
{
	BIO *bio = BIO_new_mem_buf(file->ptr, (int)file->len);
	EVP_PKEY *key = NULL;
	bool asked = false;

	ERR_clear_error();
	if (bio != NULL)
		key = PEM_read_bio_PrivateKey(bio, NULL, no_passphrase, &asked);
	BIO_free(bio);
	if (key == NULL)
		(void)error_set(error, "%s: %s", path, asked ?
		    "the key needs a passphrase, and nobody can be asked; "
		    "'openssl pkey' writes it without" :
		    "there is no private key in PEM in it that OpenSSL reads");
	return key;
}

static int
use_key(SSL_CTX *context, const char *path, const char *certificate,
    struct error *error)
{
	struct secret_file file;
	EVP_PKEY *key;
	int result = -1;

	/* A group may: Debian has one for the keys of all servers. */
	if (secret_file_read(path, S_IRWXO, &file, error) < 0)
		return -1;
	key = parse_key(path, &file, error);
	secret_file_release(&file);
	if (key == NULL)
		return -1;
	if (X509_check_private_key(SSL_CTX_get0_certificate(context), key) != 1)
		(void)error_set(error, "%s: it is not the key of the "
		    "certificate %s", path, certificate);
	else if (SSL_CTX_use_PrivateKey(context, key) != 1)
		(void)error_set(error, "%s: %s", path, cause());
	else
		result = 0;
	EVP_PKEY_free(key);
	return result;
}

/* TLS as a server of today offers it. */
static SSL_CTX *
new_context(void)
{
	SSL_CTX *context = SSL_CTX_new(TLS_server_method());

	if (context == NULL ||
	    SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) != 1 ||
	    SSL_CTX_set_num_tickets(context, 0) != 1) {
		SSL_CTX_free(context);
		return NULL;
	}
	SSL_CTX_set_default_passwd_cb(context, no_passphrase);
	SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_options(context, SSL_OP_NO_COMPRESSION | SSL_OP_NO_TICKET |
	    SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE);
	SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE |
	    SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
	/* A client that sends nothing but key updates gets no more than a turn
	 * for each of them. */
	SSL_CTX_clear_mode(context, SSL_MODE_AUTO_RETRY);
	return context;
}

struct tls_server *
tls_server_new(const char *certificate, const char *key, struct error *error)
{
	struct tls_server *s = calloc(1, sizeof *s);

	ERR_clear_error();
	if (s != NULL)
		s->context = new_context();
	if (s == NULL || s->context == NULL) {
		(void)error_set(error, "OpenSSL cannot be used: %s", cause());
		goto failed;
	}
	if (use_certificate(s->context, certificate, error) < 0 ||
	    use_key(s->context, key, certificate, error) < 0)
		goto failed;
	return s;

failed:
	tls_server_free(s);
	return NULL;
}

void
tls_server_free(struct tls_server *s)
{
	if (s != NULL)
		SSL_CTX_free(s->context);
	free(s);
}

/* --- A connection --------------------------------------------------------- */

struct tls *
tls_new(struct tls_server *server, int fd, struct error *error)
{
	struct tls *t = calloc(1, sizeof *t);

	ERR_clear_error();
	if (t != NULL)
		t->ssl = SSL_new(server->context);
	if (t == NULL || t->ssl == NULL || SSL_set_fd(t->ssl, fd) != 1) {
		(void)error_set(error, "no TLS for a connection: %s", cause());
		tls_free(t);
		return NULL;
	}
	SSL_set_accept_state(t->ssl);
	return t;
}

void
tls_free(struct tls *t)
{
	if (t == NULL)
		return;
	/* Our part of the goodbye; the client's is not waited for. */
	if (t->ssl != NULL && !t->broken && SSL_is_init_finished(t->ssl)) {
		ERR_clear_error();
		(void)SSL_shutdown(t->ssl);
	}
	SSL_free(t->ssl);
	free(t);
}

/* What the call that returned RESULT, which is no success, has come to. */
static int
state_of(struct tls *t, int result)
{
	switch (SSL_get_error(t->ssl, result)) {
	case SSL_ERROR_WANT_READ:
		return STREAM_WANT_READ;
	case SSL_ERROR_WANT_WRITE:
		return STREAM_WANT_WRITE;
	case SSL_ERROR_ZERO_RETURN:
		return STREAM_END;
	default:
		t->broken = true;
		return STREAM_BROKEN;
	}
}

int
tls_handshake(struct tls *t)
{
	int result;

	ERR_clear_error();
	result = SSL_do_handshake(t->ssl);
	return result == 1 ? STREAM_DONE : state_of(t, result);
}

int
tls_read(struct tls *t, char *to, size_t size, size_t *count)
{
	int result;

	ERR_clear_error();
	result = SSL_read_ex(t->ssl, to, size, count);
	return result == 1 ? STREAM_DONE : state_of(t, result);
}

int
tls_write(struct tls *t, const char *from, size_t size, size_t *count)
{
	int result;

	ERR_clear_error();
	result = SSL_write_ex(t->ssl, from, size, count);
	return result == 1 ? STREAM_DONE : state_of(t, result);
}

bool
tls_has_more(const struct tls *t)
{
	return SSL_pending(t->ssl) > 0;
}

const char *
tls_version(const struct tls *t)
{
	return SSL_get_version(t->ssl);
}

const char *
tls_cipher(const struct tls *t)
{
	return SSL_get_cipher_name(t->ssl);
}

int
tls_cipher_bits(const struct tls *t)
{
	return SSL_get_cipher_bits(t->ssl, NULL);
}
