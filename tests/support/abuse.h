/*
 * abuse.h - what tests that send senseless packets have in common.
 *
 * Rules that read something of every step, a dialogue that tells all of it, and
 * the question whether the daemon is still well. For one thread.
 */
#ifndef MILLGATE_TEST_ABUSE_H
#define MILLGATE_TEST_ABUSE_H

#include <stdbool.h>

#include "buffer.h"
#include "milter/wire/protocol.h"
#include "tests/support/daemon.h"

#define ABUSE_STREAM_MAX (1 << 18)

/* For daemon_start(). */
extern const char abuse_rules[];

/*
 * Does D judge a good and a bad session rightly, in its first attempt? When it
 * does not, the reason is printed as a line of a TAP comment.
 */
bool abuse_healthy(const struct daemon *d);

/* The same, and D still runs, with the process WORKER as its worker? */
bool abuse_is_unharmed(struct daemon *d, long worker);

/*
 * The same for a daemon whose worker has just died, perhaps: a session that is
 * cut off is tried again, for 10 s. That nobody listens is a failure, unless
 * libmilter makes the socket itself.
 */
bool abuse_recovers(const struct daemon *d);

/* Send RAW, alone or behind a negotiation, and wait until D hangs up. */
bool abuse_send(const struct daemon *d, struct span raw, bool negotiated);

/*
 * The steps of a session, from CONNECT to UNKNOWN after the end of a message,
 * and how to write the dialogue up to one of them into OUT, or that one alone.
 */
#define ABUSE_STEPS 15
enum wire_letter abuse_letter(size_t step);
void abuse_add_step(struct buffer *out, size_t step);
void abuse_add_dialogue(struct buffer *out, size_t steps);

/* Process id of D's worker, which is there when D has served a session; D's own
 * when it has none. */
long abuse_worker(const struct daemon *d);

/* Descriptors that the worker of D has open. */
size_t abuse_open_files(const struct daemon *d);

#endif
