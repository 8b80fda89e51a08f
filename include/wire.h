/*
 * wire.h - a filter, spoken to as an MTA speaks to it: the milter protocol,
 * versions 2 to 6, without a socket or a clock.
 *
 * A struct milter is one SMTP connection's conversation with one filter, and an
 * event sink: milter_feed(). It asks what the filter wants to be asked, in the
 * macros that Postfix sends at each step or that the filter has chosen, and
 * turns what it says into verdicts and edits. The caller carries the bytes:
 *
 *	milter_want()	what it needs: a connection, bytes to be carried
 *	milter_output()	bytes for the filter, milter_sent() when they are gone
 *	milter_input()	bytes that came from it
 *	milter_broken()	the connection could not be had, or is lost; or the
 *			time that milter_want() told is up
 *	milter_answer()	the verdict, when it is there
 *
 * As in Postfix, a filter that cannot be reached, hangs up, is too slow or talks
 * nonsense is asked no more on this SMTP connection: on_failure is the answer to
 * everything that follows, and to the message at hand. Each such failure is told
 * to log(), once.
 *
 * Everything a filter sends is checked and bounded; nothing it sends can be
 * shown to a client that is no sound SMTP reply. Used by one thread at a time.
 *
 * A verdict here is what the filter said, at whatever step it said it, where
 * verdict.h tells when the engine says what: a field or a piece of the body may
 * be refused, ACCEPT and DISCARD at EVENT_RCPT are for the message. Its edits
 * are as edit.h promises, but that a value may hold bytes that are not ASCII,
 * that fields may be named in any order and more than once, and that a
 * recipient to be removed may have no domain.
 */
#ifndef MILLGATE_WIRE_H
#define MILLGATE_WIRE_H

#include "buffer.h"
#include "verdict.h"

/* The answer for a filter that failed; Postfix's milter_default_action. */
enum milter_failure {
	MILTER_TEMPFAIL,	/* 451 4.7.1 Service unavailable - try again
				 * later */
	MILTER_ACCEPT,		/* as if there were no filter */
	MILTER_REJECT,		/* 550 5.5.0 Service unavailable */
};

/*
 * Borrowed by its conversations, which never change it. A zero stands for the
 * default that is named beside it.
 */
struct milter_config {
	const char *name;	/* of the filter, for log() */
	enum milter_failure on_failure;
	unsigned version;	/* of the protocol; 6. From 2 on */
	size_t edits_max;	/* bytes of all edits of a message; 64 MiB */
	unsigned connect_ms;	/* to be connected and to agree; 30 000 */
	unsigned command_ms;	/* for the answer to a step; 30 000 */
	unsigned content_ms;	/* the same, from the header on; 300 000 */

	/* A line for the log, printable and whole. NULL: nobody reads it. */
	void (*log)(void *self, const char *text);
	void *self;
};

struct milter;

/* A conversation that has not begun. NULL when there is no memory. */
struct milter *milter_new(const struct milter_config *config);

/* NULL is allowed. A filter that is still there is not told. */
void milter_free(struct milter *m);

/*
 * The event_sink: SELF is a struct milter. 0: the verdict is there. EVENT_LATER:
 * milter_answer() will have it; that may be for no more than to let the filter
 * read what is waiting for it. -1: it failed, before or now, and the verdict is
 * on_failure's.
 *
 * A conversation begins with CONNECT and ends with CLOSE, where it says goodbye
 * to the filter; another CONNECT then begins a new one, over a new connection.
 * On MAIL without CONNECT, or after one that was called off, it fails. So it
 * does on a step that no packet of the protocol can hold (65535 bytes), be it a
 * field or a piece of the body.
 */
int milter_feed(void *self, const struct event *event,
    struct verdict *verdict);

enum milter_want {
	MILTER_NOTHING,		/* it is idle. That the filter hangs up is told
				 * by milter_broken(), or noticed later */
	MILTER_CONNECTION,	/* a new one; milter_connected() or _broken().
				 * One that is there is hung up first */
	MILTER_CARRY,		/* send its output, bring its input */
	MILTER_FAREWELL,	/* send its output, then hang up and call
				 * milter_broken(): nobody waits for that */
};

/*
 * What M needs now. *LIMIT_MS is how long that may take at most, from when
 * *TURN last changed: a filter that reports progress, sends an edit or reads
 * begins a new turn. As in Postfix, nothing bounds how often it reports
 * progress.
 */
enum milter_want milter_want(const struct milter *m, unsigned *limit_ms,
    unsigned long *turn);

/* The connection that was wanted is there. */
void milter_connected(struct milter *m);

/*
 * Bytes for the filter; empty: none. They stay until the next call of another
 * function here but milter_want(). N of them were sent: milter_sent().
 */
struct span milter_output(const struct milter *m);
void milter_sent(struct milter *m, size_t n);

/* BYTES came, any number of them. */
void milter_input(struct milter *m, struct span bytes);

/* WHY, in a few words, there is no connection any more: "Connection refused". */
void milter_broken(struct milter *m, const char *why);

/*
 * Is the verdict there that milter_feed() left open? Then it is in VERDICT,
 * until the next event, and true is returned once. That the filter failed is no
 * difference to the caller.
 */
bool milter_answer(struct milter *m, struct verdict *verdict);

#endif
