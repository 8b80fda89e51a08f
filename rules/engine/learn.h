/*
 * learn.h - from events to facts.
 *
 * Only what some rule reads is kept. A learner is called once for its slot at
 * the phase that knows it (a header learner for each field), with whatever
 * event came then; when that is not the one it needs, the fact has no value.
 */
#ifndef MILLGATE_LEARN_H
#define MILLGATE_LEARN_H

#include "rules/engine/session.h"

struct learning {
	struct engine *engine;
	const struct event *event;
	const struct slot *slot;
	const struct recipient *recipient;	/* at EVENT_RCPT */
	struct arena *arena;
	struct values *out;
};

/*
 * Learn all facts that are known from PHASE on and belong to no recipient,
 * from EVENT. Running out of memory shows in the arena's flag.
 */
void learn_phase(struct engine *e, enum phase phase, const struct event *event);

/* Learn the facts of recipient R from its EVENT_RCPT. */
void learn_recipient_facts(struct engine *e, struct recipient *r,
    const struct event *event);

/* Count the header field of EVENT, and keep it if a rule reads or edits it. */
void learn_header(struct engine *e, const struct event *event);

/*
 * Count some bytes of the body and keep them, up to limits.body, if a rule
 * reads it.
 */
void learn_body(struct engine *e, struct span bytes);

/* Give the facts that are known at an unknown command, EVENT, their value. */
void learn_commands(struct engine *e, const struct event *event);

/* The learners, for the rows of the fact table. */
void learn_client_ip(struct learning *l);
void learn_client_name(struct learning *l);
void learn_client_port(struct learning *l);
void learn_helo(struct learning *l);
void learn_sender(struct learning *l);
void learn_sender_local(struct learning *l);
void learn_sender_domain(struct learning *l);
void learn_sender_params(struct learning *l);
void learn_sender_size(struct learning *l);
void learn_macro(struct learning *l);
void learn_tls_verified(struct learning *l);
void learn_recipient(struct learning *l);
void learn_recipient_local(struct learning *l);
void learn_recipient_domain(struct learning *l);
void learn_recipient_params(struct learning *l);
void learn_recipient_position(struct learning *l);
void learn_recipients(struct learning *l);
void learn_recipients_domain(struct learning *l);
void learn_recipients_count(struct learning *l);
void learn_header_raw(struct learning *l);
void learn_header_names(struct learning *l);
void learn_header_count(struct learning *l);
void learn_body_raw(struct learning *l);
void learn_size(struct learning *l);
void learn_queue_id(struct learning *l);
void learn_now_hour(struct learning *l);
void learn_now_weekday(struct learning *l);
void learn_command(struct learning *l);

/* The value of macro NAME in EVENT; empty when it is not there. */
struct span event_macro(const struct event *event, struct span name);

#endif
