/*
 * tls_stage.h - a stream of the server's under TLS and a client at its other
 * end, both in the hands of a test.
 *
 * Nothing is carried between them but by the functions here, which never wait.
 * Used by one thread; SIGPIPE is ignored from the first tls_stage_open() on.
 */
#ifndef MILLGATE_TESTS_TLS_STAGE_H
#define MILLGATE_TESTS_TLS_STAGE_H

#include "milter/smtpd/stream.h"
#include "tests/support/tls_client.h"

struct tls_stage {
	struct stream server;
	struct tls_client *client;
	int wire;		/* the client's end; -1: it has hung up */
};

/* A server with a certificate of its own; its files are removed again. CHAIN as
 * for tls_write_certificate(). */
struct tls_server *tls_stage_server(bool chain);

/* A client of AGE has connected, and TLS begins. */
void tls_stage_open(struct tls_stage *s, struct tls_server *server,
    enum tls_age age);

/* All that is left is given back. */
void tls_stage_close(struct tls_stage *s);

/* What the server has sent, to the client. */
void tls_stage_carry_back(struct tls_stage *s);

/* At most MOST bytes, and no more than 4096, of what the client wants to send,
 * to the server; returns how many. */
size_t tls_stage_carry(struct tls_stage *s, size_t most);
void tls_stage_carry_all(struct tls_stage *s);

/*
 * The whole handshake, the client's bytes in pieces of at most PIECE. Returns
 * how many calls of stream_handshake() it took; 0: it did not end well.
 */
int tls_stage_shake_hands(struct tls_stage *s, size_t piece);

/* After that: does a line go each way, and is then nothing left? */
bool tls_stage_talk(struct tls_stage *s);

/* The client is gone, without a word. */
void tls_stage_hang_up(struct tls_stage *s);

#endif
