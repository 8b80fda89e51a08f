/*
 * client.h - one client's connection, from its greeting to its end.
 *
 * A client has a socket, perhaps under TLS, an SMTP session and its milters.
 * Whenever something happens to one of them client_run() does all that can be
 * done without waiting; then it waits for what is missing. A client frees
 * itself there: after client_run() it may be gone. For the loop's thread.
 *
 *	client.c		its life
 *	client_run.c		what it does, step by step
 *	client_bytes.c		its socket
 *	client_time.c		how long that may take
 *	client_message.c	what its messages need of the server
 */
#ifndef MILLGATE_SMTPD_CLIENT_H
#define MILLGATE_SMTPD_CLIENT_H

#include "milter/smtpd/filters.h"
#include "milter/smtpd/server.h"
#include "milter/smtpd/stream.h"

enum client_state {
	CLIENT_WAITING,		/* it has to be silent until it is greeted */
	CLIENT_NEW,		/* still: the filters are asked about it */
	CLIENT_TALKING,
	CLIENT_HANDSHAKE,	/* of TLS */
	CLIENT_CLOSING,		/* when all is sent, that was it */
	CLIENT_LINGERING,	/* it was; what it still sends is dropped */
	CLIENT_GONE,		/* its message may be on its way to the disk */
};

struct client {
	struct server *server;
	struct client *next, *before;
	struct options_place from;
	char name[OPTIONS_PLACE_MAX];		/* the same as text */
	char address[IP_TEXT_MAX];		/* ours */
	enum client_state state;

	struct stream stream;
	enum stream_state reading;	/* what the last one had to wait for */
	enum stream_state writing;
	bool readable;			/* a read is worth a try */
	struct loop_watch watch;

	struct smtp_config config;	/* the server's, for this client */
	struct smtp_session *session;
	enum smtp_want want;
	struct filters filters;
	struct span input;		/* for the session; of the server's
					 * scratch, or of KEPT */
	struct buffer kept;		/* input that has to wait */
	struct buffer out;
	size_t sent;			/* of OUT */
	bool quit;			/* it has said goodbye */

	/* See client_time.c; ms, as loop_now(). */
	struct loop_timer timer;
	int64_t deadline;		/* of what the client has to do now */
	int64_t session_end;		/* INT64_MAX: there is none */
	int64_t paused;			/* since when it waits for us; 0: not */

	struct delivery delivery;
	bool delivering;

	/* For the log. */
	unsigned long accepted;		/* messages */
	unsigned long refusals;		/* replies */
};

/* A client came in by FD, which is adopted, and is counted in the crowd. -1: it
 * is not, there is no memory; FD is still the caller's. */
int client_new(struct server *s, int fd, const struct options_place *from);

/*
 * The server stops: the client is told 421 as soon as it owes us something. One
 * whose message is complete gets its answer first. It may be gone afterwards.
 */
void client_stop(struct client *c);

/* Do what can be done. */
void client_run(struct client *c);

/* What is in C->out is the last that it is told; client_run() tells it. Not
 * while a delivery is under way. */
void client_dismiss(struct client *c);

/* Wait for nothing more, and free it; when a delivery is under way, after
 * that. */
void client_end(struct client *c);

/* --- client_bytes.c ------------------------------------------------------ */

/* Send what there is to send: true when that is all gone. */
bool client_flush(struct client *c);

/* Get some input, which there is none of. False: there is none now. */
bool client_read(struct client *c);

/* Is there a byte that nobody asked for? */
bool client_has_spoken(const struct client *c);

/* The input that was not taken has to wait, beyond the server's scratch. */
void client_keep_input(struct client *c);

/* Begin TLS, and go on with it; false: it has to wait. */
bool client_begin_tls(struct client *c);
bool client_shake_hands(struct client *c);

/* Have the loop tell what the client has to wait for. */
void client_await(struct client *c);

/* --- client_time.c ------------------------------------------------------- */

void client_time_begin(struct client *c);

/* A reply was sent: the next command may take its time. */
void client_time_replied(struct client *c);

/* COUNT bytes of a message came. */
void client_time_received(struct client *c, size_t count);

/* The client has MS for what is left to do. */
void client_time_limit(struct client *c, int64_t ms);

/* Set the clock going, or stop it while the client waits for us. */
void client_time_arm(struct client *c);

/* --- client_message.c ---------------------------------------------------- */

/* Fill in the functions of smtp_config. */
void client_message_config(struct client *c);

/* Log the refusals among what was appended to C->out from FROM on. */
void client_log_replies(struct client *c, size_t from);

#endif
