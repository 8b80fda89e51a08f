/*
 * tls_client.c - OpenSSL's client over two buffers in memory.
 */
#include "config.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "tests/support/tls_client.h"

struct tls_client {
	SSL_CTX *context;
	SSL *ssl;
	BIO *in;		/* owned by SSL, as the next */
	BIO *out;
};

static void
must(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "# %s\n", what);
	ERR_print_errors_fp(stderr);
	exit(99);
}

/* --- The client ----------------------------------------------------------- */

struct tls_client *
tls_client_new(enum tls_age age)
{
	static const int version[] = {
		[TLS_TODAY] = TLS1_3_VERSION,
		[TLS_BEFORE] = TLS1_2_VERSION,
		[TLS_LONG_AGO] = TLS1_1_VERSION,
	};
	struct tls_client *c = calloc(1, sizeof *c);

	must(c != NULL, "no memory");
	c->context = SSL_CTX_new(TLS_client_method());
	must(c->context != NULL, "no context");
	/* Old versions exist at this level only. */
	SSL_CTX_set_security_level(c->context, 0);
	SSL_CTX_set_min_proto_version(c->context, 0);
	must(SSL_CTX_set_max_proto_version(c->context, version[age]) == 1,
	    "the version is not there");
	c->ssl = SSL_new(c->context);
	c->in = BIO_new(BIO_s_mem());
	c->out = BIO_new(BIO_s_mem());
	must(c->ssl != NULL && c->in != NULL && c->out != NULL, "no client");
	SSL_set_bio(c->ssl, c->in, c->out);
	SSL_set_connect_state(c->ssl);
	return c;
}

void
tls_client_free(struct tls_client *c)
{
	if (c == NULL)
		return;
	SSL_free(c->ssl);
	SSL_CTX_free(c->context);
	free(c);
}

bool
tls_client_handshake(struct tls_client *c)
{
	ERR_clear_error();
	return SSL_do_handshake(c->ssl) == 1;
}

void
tls_client_take(struct tls_client *c, struct span bytes)
{
	must(bytes.len == 0 || BIO_write(c->in, bytes.ptr, (int)bytes.len) ==
	    (int)bytes.len, "no room for what came");
}

size_t
tls_client_output(struct tls_client *c, char *to, size_t size)
{
	int n = BIO_read(c->out, to, (int)size);

	return n > 0 ? (size_t)n : 0;
}

void
tls_client_say(struct tls_client *c, struct span text)
{
	ERR_clear_error();
	must(SSL_write(c->ssl, text.ptr, (int)text.len) == (int)text.len,
	    "the client cannot write");
}

size_t
tls_client_hear(struct tls_client *c, char *to, size_t size)
{
	size_t n = 0;

	ERR_clear_error();
	return SSL_read_ex(c->ssl, to, size, &n) == 1 ? n : 0;
}

void
tls_client_goodbye(struct tls_client *c)
{
	ERR_clear_error();
	must(SSL_shutdown(c->ssl) >= 0, "the client cannot say goodbye");
}

bool
tls_client_dismissed(const struct tls_client *c)
{
	return (SSL_get_shutdown(c->ssl) & SSL_RECEIVED_SHUTDOWN) != 0;
}

void
tls_client_update_key(struct tls_client *c)
{
	ERR_clear_error();
	must(SSL_key_update(c->ssl, SSL_KEY_UPDATE_NOT_REQUESTED) == 1 &&
	    SSL_do_handshake(c->ssl) == 1, "no new key");
}

void
tls_client_renegotiate(struct tls_client *c)
{
	ERR_clear_error();
	must(SSL_renegotiate(c->ssl) == 1, "no new handshake");
	(void)SSL_do_handshake(c->ssl);
}

bool
tls_client_may_resume(const struct tls_client *c)
{
	SSL_SESSION *session = SSL_get0_session(c->ssl);

	return session != NULL && SSL_SESSION_is_resumable(session) == 1;
}

int
tls_client_certificates(const struct tls_client *c)
{
	return sk_X509_num(SSL_get_peer_cert_chain(c->ssl));
}

/* --- Certificates --------------------------------------------------------- */

static EVP_PKEY *
new_key(void)
{
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_id(EVP_PKEY_EC, NULL);
	EVP_PKEY *key = NULL;

	must(context != NULL && EVP_PKEY_keygen_init(context) == 1 &&
	    EVP_PKEY_CTX_set_ec_paramgen_curve_nid(context,
	    NID_X9_62_prime256v1) == 1 &&
	    EVP_PKEY_keygen(context, &key) == 1, "no new key");
	EVP_PKEY_CTX_free(context);
	return key;
}

/* A certificate that NAME's key is KEY, by ISSUER, whose key SIGNER is. */
static X509 *
new_certificate(const char *name, EVP_PKEY *key, X509 *issuer,
    EVP_PKEY *signer)
{
	X509 *x = X509_new();

	must(x != NULL && X509_set_version(x, 2) == 1 &&
	    ASN1_INTEGER_set(X509_get_serialNumber(x), 1) == 1 &&
	    X509_gmtime_adj(X509_getm_notBefore(x), -3600) != NULL &&
	    X509_gmtime_adj(X509_getm_notAfter(x), 86400) != NULL &&
	    X509_set_pubkey(x, key) == 1 &&
	    X509_NAME_add_entry_by_txt(X509_get_subject_name(x), "CN",
	    MBSTRING_ASC, (const unsigned char *)name, -1, -1, 0) == 1 &&
	    X509_set_issuer_name(x,
	    X509_get_subject_name(issuer != NULL ? issuer : x)) == 1 &&
	    X509_sign(x, signer, EVP_sha256()) != 0, "no certificate");
	return x;
}

static void
write_key(const char *path, EVP_PKEY *key, const char *passphrase)
{
	FILE *out = fopen(path, "w");

	must(out != NULL && chmod(path, S_IRUSR | S_IWUSR) == 0 &&
	    PEM_write_PKCS8PrivateKey(out, key,
	    passphrase != NULL ? EVP_aes_256_cbc() : NULL, NULL, 0, NULL,
	    (void *)passphrase) == 1, "cannot write the key");
	must(fclose(out) == 0, "cannot write the key");
}

void
tls_write_certificate(const char *certificate, const char *key, bool chain,
    const char *passphrase)
{
	EVP_PKEY *own = new_key(), *signer = new_key();
	X509 *issuer = new_certificate("issuer.example", signer, NULL, signer);
	X509 *x = new_certificate("mx.example", own, issuer, signer);
	FILE *out = fopen(certificate, "w");

	must(out != NULL && PEM_write_X509(out, x) == 1 &&
	    (!chain || PEM_write_X509(out, issuer) == 1),
	    "cannot write the certificate");
	must(fclose(out) == 0, "cannot write the certificate");
	write_key(key, own, passphrase);
	X509_free(x);
	X509_free(issuer);
	EVP_PKEY_free(own);
	EVP_PKEY_free(signer);
}
