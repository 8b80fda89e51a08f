/*
 * conversation.h - what the parts of a conversation with a filter share.
 *
 * One event is dealt with at a time: told (steps.c), answered (answers.c,
 * edits.c), or not to be answered any more (failure.c). milter.c and carry.c
 * decide which. All of it is for the thread that has the conversation.
 */
#ifndef MILLGATE_WIRE_CONVERSATION_H
#define MILLGATE_WIRE_CONVERSATION_H

#include "arena.h"
#include "milter/wire/packet.h"
#include "milter/wire/reply.h"
#include "wire.h"

/* Bytes that may wait for a filter without the client having to wait, too. */
#define MILTER_WAITING_MAX (256u << 10)

enum milter_state {
	MILTER_IDLE,		/* nobody is connected to us */
	MILTER_DIALLING,	/* a connection to the filter is wanted */
	MILTER_AGREEING,	/* our options are sent */
	MILTER_TALKING,
	MILTER_FAILED,		/* until the client is gone */
};

/* Why an event is not answered yet. */
enum milter_pending {
	MILTER_PENDING_NONE,
	MILTER_PENDING_FILTER,	/* it is not there, or has not agreed */
	MILTER_PENDING_ANSWER,
	MILTER_PENDING_ROOM,	/* it has to read first */
};

struct milter {
	struct milter_config config;	/* defaults filled in */
	enum milter_state state;
	bool linked;			/* the caller has a connection */
	unsigned long turn;

	/* Agreed with this filter, for this connection. */
	struct wire_options options;	/* macros are in kept */
	uint32_t unknown;		/* steps its version does not have */
	struct arena kept;
	struct event client;		/* CONNECT, in kept */

	/* To and from the filter. */
	struct buffer out;
	size_t sent;			/* of out */
	struct buffer scratch;		/* a string that is put together */
	struct packet_reader in;
	size_t stale;			/* answers that nobody waits for */

	/* The event at hand. */
	enum event_kind kind;
	enum milter_pending pending;
	bool answered;			/* later, and not fetched yet */
	struct verdict verdict;
	struct arena text;		/* what the verdict points to */
	struct edit *edits;		/* in text */
	size_t edit_count;
	size_t edit_room;
	size_t edit_bytes;		/* of all of them */
	struct buffer body;		/* another one; of edit body_edit - 1 */
	size_t body_edit;
	size_t complaints;		/* about edits */

	/* The message and the connection at hand. */
	bool in_message;		/* an ABORT would mean something */
	bool over;			/* it has decided about all of it */
	bool skipping;			/* WIRE_SKIP: no more events of kind */
	enum event_kind skipped;
};

/* milter.c */

/* Ask the filter about EVENT, when it has agreed: the verdict is there, or
 * m->pending says what it waits for. */
void milter_ask(struct milter *m, const struct event *event);

/* negotiate.c */

/* Offer what the configured version has. */
void milter_offer(struct milter *m);

/* The filter's answer: m->options is what holds, or it has failed. */
void milter_agree(struct milter *m, const struct wire_options *answer);

/* steps.c */

/* The letter of events of KIND that are told as steps. */
enum wire_letter milter_letter(enum event_kind kind);

/*
 * Write what the filter is to know of EVENT, with its macros; perhaps nothing.
 * True when it will answer.
 */
bool milter_tell(struct milter *m, const struct event *event);

/* answers.c */

/* R, of WIRE_ROLE_ANSWER, answers the event at hand: fill in the verdict. */
void milter_take_answer(struct milter *m, const struct wire_reply *r);

/* edits.c */

/* R, of WIRE_ROLE_EDIT, belongs to the event at hand. */
void milter_take_edit(struct milter *m, const struct wire_reply *r);

/* All edits are there: put them into the verdict, unless it refuses. */
void milter_finish_edits(struct milter *m);

/* failure.c */

/*
 * The filter has failed, for the reason that FORMAT makes: tell the log, and
 * answer what is open and all that follows with the configured action.
 */
void milter_fail(struct milter *m, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Give the verdict of a filter that has failed. */
void milter_give_up(struct milter *m);

/* A line for the log. */
void milter_log(struct milter *m, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
