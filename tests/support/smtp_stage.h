/*
 * smtp_stage.h - an SMTP session, with sinks and a mailbox that write down what
 * they are given.
 *
 * The sinks answer as the test tells them, else they let all pass. For one
 * thread; a stage is zeroed, then its config and answers may be set, then it
 * opens.
 */
#ifndef MILLGATE_TEST_SMTP_STAGE_H
#define MILLGATE_TEST_SMTP_STAGE_H

#include "smtp_session.h"

#define STAGE_ANSWERS 6

/* What a sink says to the NTH event of KIND, 0: to each. */
struct stage_answer {
	size_t sink;
	enum event_kind kind;
	unsigned nth;
	struct verdict verdict;
};

struct stage {
	struct smtp_config config;
	struct stage_answer answers[STAGE_ANSWERS];
	size_t answer_count;
	bool show_macros;		/* in events, behind each event */
	bool show_times;
	bool local;			/* a client without an address */
	bool stranger;			/* one that may not say XCLIENT */
	bool sink_fails;		/* though it answers */
	bool refuse_mail;		/* deliver() fails */
	size_t more_sinks;		/* beside the first */
	bool later;			/* sinks and deliver() answer later, but
					 * before the next step of the test */
	bool hold;			/* not before stage_go_on() */

	struct smtp_session *session;
	enum smtp_want want;
	struct stage_sink {
		struct stage *stage;
		unsigned seen[EVENT_COUNT];
	} sinks[SMTP_SINKS_MAX];
	struct verdict owed;
	struct buffer rest;		/* that the session did not take */
	struct buffer out;		/* what the client was told */
	struct buffer events;		/* a line for each event; with its
					 * number from the second sink on */
	struct buffer mail;		/* what was delivered */
};

/* Let the sink say VERDICT to the NTH event of KIND. */
void stage_answer(struct stage *st, enum event_kind kind, unsigned nth,
    enum verdict_kind verdict);

/* The same for sink number SINK, which counts from 0. */
void stage_answer_of(struct stage *st, size_t sink, enum event_kind kind,
    unsigned nth, enum verdict_kind verdict);

/* The same as stage_answer() with a reply; TEXT and STATUS must live as long as
 * the stage. */
void stage_answer_reply(struct stage *st, enum event_kind kind, unsigned nth,
    enum verdict_kind verdict, unsigned code, const char *status,
    const char *text);

/* mx.example.org [192.0.2.8]:40112, or nobody, connects at time 1000. */
void stage_open(struct stage *st);

/* The client sends BYTES. The reply to them, and to no others, is in out. */
const char *stage_send(struct stage *st, struct span bytes);
const char *stage_say(struct stage *st, const char *text);

/* The same, PIECE bytes at a time. */
const char *stage_send_in_pieces(struct stage *st, struct span bytes,
    size_t piece);

/* What is owed is brought, until nothing is; the session goes on. Its reply is
 * in out. */
const char *stage_go_on(struct stage *st);

/* MAIL from bob@example.org to alice@example.com, both let pass. */
void stage_begin_message(struct stage *st);

/* End it, and free all. */
void stage_close(struct stage *st);

/* Everything in BYTES but printable ASCII as \n, \r, \xNN. */
void stage_escape(struct buffer *to, struct span bytes);

#endif
