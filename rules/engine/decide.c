/*
 * decide.c - what the MTA is told, and when.
 *
 * A reading that ends at a rule which holds is certain: all rules above it are
 * known not to give a verdict. Refusals are told at once. ACCEPT ends the
 * message for the filter, so it is told only when every reading ends so and no
 * rule above can edit any more; until then the MTA hears CONTINUE.
 */
#include "config.h"

#include <stdint.h>

#include "rules/engine/decide.h"
#include "rules/engine/edits.h"
#include "rules/engine/expand.h"
#include "rules/engine/reading.h"

struct reply
decide_error_reply(void)
{
	return (struct reply){ 451, span_of("4.3.0"),
		span_of("The mail filter cannot judge this message now") };
}

static bool
is_refusal(enum verdict_kind k)
{
	return k == VERDICT_REJECT || k == VERDICT_TEMPFAIL;
}

/* Where the reading for R ends; a failure that ends it is logged. */
static struct outcome
outcome_of(struct engine *e, struct recipient *r)
{
	struct outcome o = reading_outcome(e, r);

	if (o.answer == ANSWER_FAILED)
		session_log_unjudged(e, o.rule, "on_error decides");
	return o;
}

/* Tell the refusal that outcome O is, worded for R. */
static int
refuse(struct engine *e, const struct outcome *o, const struct recipient *r,
    struct verdict *v)
{
	bool personal = e->phase == PHASE_RCPT;
	struct decision *d;

	v->kind = outcome_verdict(e, o);
	if (o->answer == ANSWER_FAILED)
		v->reply = decide_error_reply();
	else if (expand_reply(e, o->rule, r, &v->reply) < 0)
		return -1;	/* the arena's flag says why */
	d = session_decide(e, personal ? DECISION_RECIPIENT :
	    DECISION_MESSAGE, o->rule);
	if (d == NULL)
		return -1;	/* the arena's flag says why */
	d->kind = v->kind;
	d->reply = v->reply;
	if (personal)
		d->recipient = r->address;
	return 0;
}

/* Tell that the message, or all that may come, is accepted by RULE. */
static int
accept_by(struct engine *e, enum decision_scope scope, const struct outcome *o,
    struct verdict *v)
{
	struct decision *d;

	d = session_decide(e, scope, o->rule);
	if (d == NULL)
		return -1;	/* the arena's flag says why */
	v->kind = d->kind = VERDICT_ACCEPT;
	d->edits = v->edit_count;
	return 0;
}

int
decide_connection(struct engine *e, struct verdict *v)
{
	struct outcome o = reading_outcome(e, NULL);

	if (o.answer == ANSWER_UNKNOWN || o.answer == ANSWER_FAILED ||
	    outcome_verdict(e, &o) != VERDICT_ACCEPT)
		return 0;	/* refusals wait for MAIL, to be heard */
	if (!edits_are_ruled_out(e, o.index, NULL))
		return 0;
	return accept_by(e, DECISION_CONNECTION, &o, v);
}

int
decide_sender(struct engine *e, struct verdict *v)
{
	struct outcome o = outcome_of(e, NULL);

	if (o.answer == ANSWER_UNKNOWN)
		return 0;
	if (is_refusal(outcome_verdict(e, &o)))
		return refuse(e, &o, NULL, v);
	if (!edits_are_ruled_out(e, o.index, NULL))
		return 0;
	return accept_by(e, DECISION_MESSAGE, &o, v);
}

int
decide_recipient(struct engine *e, struct recipient *r, struct verdict *v)
{
	struct outcome o = outcome_of(e, r);

	if (o.answer == ANSWER_UNKNOWN ||
	    !is_refusal(outcome_verdict(e, &o)))
		return 0;
	r->refused = true;
	return refuse(e, &o, r, v);
}

int
decide_too_many(struct engine *e, struct span address, struct verdict *v)
{
	struct decision *d;

	/* RFC 5321 4.5.3.1.10 */
	v->reply = (struct reply){ 452, span_of("4.5.3"),
		span_of("Too many recipients") };
	v->kind = VERDICT_TEMPFAIL;
	if (e->too_many)
		return 0;	/* one line tells it */
	e->too_many = true;
	d = session_decide(e, DECISION_RECIPIENT, NULL);
	if (d == NULL)
		return -1;	/* the arena's flag says why */
	d->kind = v->kind;
	d->reply = v->reply;
	d->recipient = arena_copy(&e->message, address);
	return 0;
}

/* All recipients that are left, seen together. */
struct survey {
	struct outcome first;		/* the first recipient's */
	struct outcome refusal;		/* the topmost rule that refuses */
	const struct recipient *refused;	/* the first it applies to */
	size_t unknown;			/* the topmost open rule */
	bool may_edit;			/* some rule above may still edit */
	bool any;
};

static void
survey_one(struct engine *e, struct recipient *r, bool at_end,
    struct survey *s)
{
	struct outcome o = outcome_of(e, r);

	if (!s->any)
		s->first = o;
	s->any = true;
	if (o.answer == ANSWER_UNKNOWN) {
		if (o.index < s->unknown)
			s->unknown = o.index;
	} else if (is_refusal(outcome_verdict(e, &o))) {
		if (o.index < s->refusal.index) {
			s->refusal = o;
			s->refused = r;
		}
	} else if (!at_end && !s->may_edit)
		s->may_edit = !edits_are_ruled_out(e, o.index, r);
}

static struct survey
survey_recipients(struct engine *e, bool at_end)
{
	struct survey s = { .refusal.index = SIZE_MAX, .unknown = SIZE_MAX };
	struct recipient *r;

	for (r = e->recipients; r != NULL; r = r->next)
		if (!r->refused)
			survey_one(e, r, at_end, &s);
	/* An MTA that names no recipient is judged by what is common to all. */
	if (e->recipients == NULL)
		survey_one(e, NULL, at_end, &s);
	return s;
}

int
decide_message(struct engine *e, bool at_end, struct verdict *v)
{
	struct survey s = survey_recipients(e, at_end);

	/*
	 * An open rule at the same place might still hold for an earlier
	 * recipient, whom the reply would then have to be worded for.
	 */
	if (s.refusal.rule != NULL && s.refusal.index < s.unknown)
		return refuse(e, &s.refusal, s.refused, v);
	if (s.unknown != SIZE_MAX || !s.any || s.refusal.rule != NULL) {
		if (at_end)
			return error_set(&e->trouble, "the message ended "
			    "without a recipient");
		return 0;
	}
	if (!at_end && s.may_edit)
		return 0;
	if (at_end && edits_resolve(e, v) < 0)
		return -1;	/* the arena's flag says why */
	return accept_by(e, DECISION_MESSAGE, &s.first, v);
}
