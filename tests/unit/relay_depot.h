/*
 * relay_depot.h - a relay with a queue of its own and a server to send to.
 *
 * All of it runs in one loop, in the thread of the test. Waits are for
 * something to become so; where nothing may be tried again the first wait is so
 * long that a test would end before.
 */
#ifndef MILLGATE_RELAY_DEPOT_H
#define MILLGATE_RELAY_DEPOT_H

#include "milter/smtpd/queue_entry.h"
#include "milter/smtpd/relay.h"
#include "tests/support/next_server.h"

#define LONG 3600		/* seconds in which nothing is tried again */

struct relay_depot {
	char folder[32];
	struct error error;
	struct loop *loop;
	struct workers *workers;
	struct queue *queue;
	struct relay *relay;		/* NULL before depot_start() */
	struct relay_config config;
	struct next_server server;	/* not listening yet */
	char log[1 << 16];
};

extern struct relay_depot depot;

void depot_begin(void);
void depot_start(void);
void depot_end(void);

/* The process ends; and begins again, but for the relay. */
void depot_close(void);
void depot_open(void);

/* Put a message with these RECIPIENTS, divided by commas, into the queue. */
void depot_put(const char *sender, const char *recipients, const char *text);

/* Run until CONDITION; else a check fails. */
void depot_until(bool (*condition)(void));

bool depot_is_empty(void);
bool depot_state_is_written(void);
bool depot_server_has_failed(void);

/* Of the queue's folder PART: a file; the name of one, "" when there is none,
 * and how many there are; the same number; and the text of that one. Static. */
const char *depot_path(const char *part, const char *name);
const char *depot_name(const char *part, size_t *count);
size_t depot_files(const char *part);
const char *depot_text(const char *part);

/* How often PART is in TEXT. */
size_t depot_count(const char *text, const char *part);

#endif
