/*
 * tls.h - the airlock to the TLS library (OpenSSL), for stream.c alone but for
 * the server's own key and what macros tell of a connection.
 *
 * A build without the library has tls_none.c: tls_server_new() fails and says
 * so.
 */
#ifndef MILLGATE_SMTPD_TLS_H
#define MILLGATE_SMTPD_TLS_H

#include <stdbool.h>
#include <stddef.h>

#include "error.h"

struct tls_server;
struct tls;

/* "OpenSSL" and its version, as it runs; NULL: built without. */
const char *tls_library(void);

/* The server's certificate, with its chain, and key: files in PEM. NULL: see
 * ERROR. TLS 1.2 and newer. */
struct tls_server *tls_server_new(const char *certificate, const char *key,
    struct error *error);
void tls_server_free(struct tls_server *s);

/* As stream.h's functions of these names; FD is borrowed. */
struct tls *tls_new(struct tls_server *server, int fd, struct error *error);
void tls_free(struct tls *t);
int tls_handshake(struct tls *t);	/* an enum stream_state, as the others */
int tls_read(struct tls *t, char *to, size_t size, size_t *count);
int tls_write(struct tls *t, const char *from, size_t size, size_t *count);
bool tls_has_more(const struct tls *t);

/* For the macros {tls_version}, {cipher} and {cipher_bits}, when the handshake
 * is done: "TLSv1.3", "TLS_AES_256_GCM_SHA384". Static or T's own. */
const char *tls_version(const struct tls *t);
const char *tls_cipher(const struct tls *t);
int tls_cipher_bits(const struct tls *t);

#endif
