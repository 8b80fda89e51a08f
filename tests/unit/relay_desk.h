/*
 * relay_desk.h - a relay with a queue of its own and a server to send to.
 *
 * All of it runs in one loop, in the thread of the test. Waits are for something
 * to become so; where nothing may be tried again the first wait is so long that
 * a test would end before.
 */
#ifndef MILLGATE_RELAY_DESK_H
#define MILLGATE_RELAY_DESK_H

#include "milter/smtpd/queue_entry.h"
#include "milter/smtpd/relay.h"
#include "tests/support/next_server.h"

#define LONG 3600		/* seconds in which nothing is tried again */

struct relay_desk {
	char folder[32];
	struct error error;
	struct loop *loop;
	struct workers *workers;
	struct queue *queue;
	struct relay *relay;		/* NULL before desk_start() */
	struct relay_config config;
	struct next_server server;	/* not listening yet */
	char log[1 << 16];
};

extern struct relay_desk desk;

void desk_begin(void);
void desk_start(void);
void desk_end(void);

/* The process ends; and begins again, but for the relay. */
void desk_close(void);
void desk_open(void);

/* Put a message with these RECIPIENTS, divided by commas, into the queue. */
void desk_put(const char *sender, const char *recipients, const char *text);

/* Run until CONDITION; else a check fails. */
void desk_until(bool (*condition)(void));

bool desk_is_empty(void);
bool desk_state_is_written(void);
bool desk_server_has_failed(void);

/* Of the queue's folder PART: a file; the name of one, "" when there is none,
 * and how many there are; the same number; and the text of that one. Static. */
const char *desk_path(const char *part, const char *name);
const char *desk_name(const char *part, size_t *count);
size_t desk_files(const char *part);
const char *desk_text(const char *part);

/* How often PART is in TEXT. */
size_t desk_count(const char *text, const char *part);

#endif
