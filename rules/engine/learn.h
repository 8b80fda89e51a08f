/*
 * learn.h - from events to facts.
 *
 * Only what some rule reads is kept. A learner is called once for its slot at
 * the phase that knows it (a header learner for each field), with whatever
 * event came then; when that is not the one it needs, the fact has no value.
 * That of a FACT_LAZY fact is called when somebody asks for it, without an
 * event, and may learn other slots that have not been asked for as well.
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
 * from EVENT; those that are FACT_LAZY wait. Running out of memory shows in the
 * arena's flag.
 */
void learn_phase(struct engine *e, enum phase phase, const struct event *event);

/* Learn the fact of SLOT, which waits. */
void learn_slot(struct engine *e, unsigned slot);

/* Learn the facts of recipient R from its EVENT_RCPT. */
void learn_recipient_facts(struct engine *e, struct recipient *r,
    const struct event *event);

/* Count the header field of EVENT, and keep it if a rule reads or edits it. */
void learn_header(struct engine *e, const struct event *event);

/*
 * Count some bytes of the body and keep them, as far as somebody may read them:
 * see life_body_limit().
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
void learn_decoded_header(struct learning *l);
void learn_address(struct learning *l);
void learn_auth_results(struct learning *l);
void learn_body_text(struct learning *l);
void learn_url(struct learning *l);
void learn_attachment_name(struct learning *l);
void learn_attachment_extension(struct learning *l);
void learn_attachment_type(struct learning *l);
void learn_attachment_size(struct learning *l);
void learn_attachment_sha256(struct learning *l);
void learn_attachment_disposition(struct learning *l);
void learn_part_type(struct learning *l);
void learn_part_count(struct learning *l);
void learn_mime_depth(struct learning *l);
void learn_mime_defect(struct learning *l);

/* For learners: append VALUE, which lives as long as the fact does; a copy. */
void learn_kept(struct learning *l, struct span value);
void learn_value(struct learning *l, struct span value);
void learn_number(struct learning *l, size_t number);

/* The value of macro NAME in EVENT; empty when it is not there. */
struct span event_macro(const struct event *event, struct span name);

#endif
