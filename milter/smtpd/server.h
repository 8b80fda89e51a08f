/*
 * server.h - all that the sessions of one server share.
 *
 * For the loop's thread.
 */
#ifndef MILLGATE_SMTPD_SERVER_H
#define MILLGATE_SMTPD_SERVER_H

#include "milter/smtpd/crowd.h"
#include "milter/smtpd/filters.h"
#include "milter/smtpd/loop.h"
#include "milter/smtpd/options.h"
#include "milter/smtpd/store.h"
#include "milter/smtpd/tls.h"
#include "milter/smtpd/users.h"
#include "milter/smtpd/workers.h"

/* Bytes read from a client at a time. */
#define SERVER_READ 65536

struct client;
struct listener;
struct relay;

struct server {
	const struct options *options;
	struct loop *loop;

	/* Clients. */
	struct smtp_config smtp;	/* what all sessions have in common */
	struct smtp_pool pool;
	struct filter_place filters[OPTIONS_MILTERS_MAX];
	struct tls_server *tls;		/* NULL: no STARTTLS */
	struct users *users;		/* NULL: no AUTH */
	struct client *clients;		/* a list */
	size_t client_count;
	size_t clients_max;
	struct crowd *crowd;
	bool stopping;			/* no client begins anything */
	char scratch[SERVER_READ];	/* of whoever reads just now */

	/* Where messages go. */
	struct workers *workers;
	struct store *store;
	struct queue *queue;
	struct relay *relay;

	/* Where clients come from. */
	struct listener *listeners;
	size_t listener_count;
	struct loop_timer pause;	/* there was no descriptor */
	int64_t pause_told;		/* when that was last logged */

	/* The end. */
	struct loop_watch signals;
	struct loop_timer stop_limit;
};

/* Serve until a signal ends it. Returns a status of sysexits(3); what went
 * wrong before it served is in ERROR. */
int server_run(const struct options *options, struct error *error);

/* A client is gone. */
void server_client_gone(struct server *s);

#endif
