/*
 * tls_client.h - a TLS client whose bytes the test carries itself, and
 * certificates for its server.
 *
 * The client has no socket: what it wants to send is taken from it, and what it
 * should receive is given to it, in pieces of any size. It trusts everybody.
 * Used by one thread. What cannot happen ends the program.
 */
#ifndef MILLGATE_TESTS_TLS_CLIENT_H
#define MILLGATE_TESTS_TLS_CLIENT_H

#include <stdbool.h>
#include <stddef.h>

#include "span.h"

struct tls_client;

enum tls_age {
	TLS_TODAY,		/* 1.3 */
	TLS_BEFORE,		/* 1.2 and nothing newer */
	TLS_LONG_AGO,		/* 1.1 and nothing newer */
};

struct tls_client *tls_client_new(enum tls_age age);
void tls_client_free(struct tls_client *c);

/* One step of the handshake: is it done? */
bool tls_client_handshake(struct tls_client *c);

/* BYTES came from the server. */
void tls_client_take(struct tls_client *c, struct span bytes);

/* Up to SIZE bytes for the server; returns how many. */
size_t tls_client_output(struct tls_client *c, char *to, size_t size);

/* Send TEXT; what the server sent, decrypted: how many bytes of it. */
void tls_client_say(struct tls_client *c, struct span text);
size_t tls_client_hear(struct tls_client *c, char *to, size_t size);

/* Say goodbye; has the server said it? */
void tls_client_goodbye(struct tls_client *c);
bool tls_client_dismissed(const struct tls_client *c);

/* Ask for new keys without a word (TLS 1.3), or for a new handshake (1.2). */
void tls_client_update_key(struct tls_client *c);
void tls_client_renegotiate(struct tls_client *c);

/* Is there a session that could be resumed? */
bool tls_client_may_resume(const struct tls_client *c);

/* How many certificates the server has shown. */
int tls_client_certificates(const struct tls_client *c);

/*
 * Write a new certificate and its key to the two files, the key for its owner
 * alone. CHAIN: below the certificate stands that of its issuer. PASSPHRASE,
 * when it is not NULL, encrypts the key.
 */
void tls_write_certificate(const char *certificate, const char *key,
    bool chain, const char *passphrase);

#endif
