/*
 * decide.c - what the MTA is told, and when.
 *
 * A reading that ends at a rule which holds is certain: all rules above it are
 * known not to give a verdict. Refusals are told at once, unless their rule has
 * `at`. ACCEPT and DISCARD end the message for the filter, so they are told
 * only when every reading ends so and no rule above can act any more; until
 * then the MTA hears CONTINUE.
 */
#include "config.h"

#include <stdint.h>

#include "rules/engine/decide.h"
#include "rules/engine/edits.h"
#include "rules/engine/evaluate.h"
#include "rules/engine/expand.h"
#include "rules/engine/reading.h"
#include "rules/engine/report.h"
#include "rules/engine/written.h"

struct reply
decide_error_reply(void)
{
	return (struct reply){ 451, span_of("4.3.0"),
		span_of("The mail filter cannot judge this message now") };
}

bool
verdict_is_refusal(enum verdict_kind k)
{
	return k == VERDICT_REJECT || k == VERDICT_TEMPFAIL ||
	    k == VERDICT_CLOSE;
}

/* Where the reading for R ends; a failure that ends it is logged. */
static struct outcome
outcome_of(struct engine *e, struct reading *r)
{
	struct outcome o = reading_outcome(e, r);

	if (o.answer == ANSWER_FAILED)
		session_log_unjudged(e, o.rule, "on_error decides");
	return o;
}

/* May what O says be told at this phase? */
static bool
is_due(const struct engine *e, const struct outcome *o)
{
	return o->answer != ANSWER_UNKNOWN &&
	    (o->rule == NULL || o->rule->at <= e->phase);
}

static enum decision_scope
scope_of_phase(enum phase p)
{
	switch (p) {
	case PHASE_CONNECT:
	case PHASE_HELO:
		return DECISION_CONNECTION;
	case PHASE_RCPT:
		return DECISION_RECIPIENT;
	case PHASE_UNKNOWN:
		return DECISION_COMMAND;
	case PHASE_MAIL:
	case PHASE_DATA:
	case PHASE_EOH:
	case PHASE_EOM:
	case PHASE_COUNT:
		break;
	}
	return DECISION_MESSAGE;
}

static void
decision_score(struct engine *e, struct decision *d, struct reading *r,
    const struct outcome *o)
{
	d->scored = e->policy->score_slot != SLOT_NONE;
	if (d->scored)
		d->score = written_score(e, r, o->index < SIZE_MAX ?
		    o->index + 1 : SIZE_MAX);
}

/* Word the refusal that outcome O is, for recipient R. */
static int
word(struct engine *e, const struct outcome *o, const struct recipient *r,
    struct reply *reply)
{
	if (o->answer != ANSWER_FAILED)
		return expand_reply(e, o->rule, r, reply);
	*reply = decide_error_reply();
	return 0;
}

/* Tell the refusal in V that outcome O of reading R is, worded already. */
static int
tell(struct engine *e, const struct outcome *o, struct reading *r,
    struct verdict *v)
{
	struct decision *d;

	v->kind = outcome_verdict(e, o);
	e->told = o->rule;
	d = session_decide(e, scope_of_phase(e->phase), o->rule);
	if (d == NULL)
		return -1;	/* the arena's flag says why */
	d->kind = v->kind;
	d->reply = v->reply;
	if (e->phase != PHASE_UNKNOWN)
		decision_score(e, d, r, o);
	return 0;
}

static int
refuse(struct engine *e, const struct outcome *o, struct reading *r,
    struct verdict *v)
{
	return word(e, o, r->first, &v->reply) < 0 ? -1 : tell(e, o, r, v);
}

/* Tell that the message, or all that may come, is accepted or discarded. */
static int
let_pass(struct engine *e, const struct outcome *o, struct reading *r,
    struct verdict *v)
{
	struct decision *d;
	size_t i;

	d = session_decide(e, scope_of_phase(e->phase), o->rule);
	if (d == NULL)
		return -1;	/* the arena's flag says why */
	e->told = o->rule;
	v->kind = d->kind = outcome_verdict(e, o);
	d->edits = v->edit_count;
	for (i = 0; i < v->edit_count; i++)
		d->quarantined |= v->edits[i].kind == EDIT_QUARANTINE;
	decision_score(e, d, r, o);
	return 0;
}

/* Does a rule of LIST above number LIMIT end the reading already? */
static bool
ends_above(struct engine *e, const struct rule_list *list, size_t limit)
{
	size_t i;

	for (i = 0; i < list->count && list->at[i]->index < limit; i++)
		if (reading_answer(e, list->at[i], &e->general) == ANSWER_YES)
			return true;
	return false;
}

/*
 * An early rule does not wait for those above it; but one of them that is known
 * to hold ends the reading as ever, so that allow-rules protect.
 */
int
decide_early(struct engine *e, struct verdict *v)
{
	const struct view *view = &e->policy->views[VIEW_ENFORCED];
	const struct rule_list *list = &e->policy->early;
	struct outcome o = { .answer = ANSWER_YES };
	size_t i;

	for (i = 0; i < list->count; i++) {
		o.rule = list->at[i];
		o.index = o.rule->index;
		if (ends_above(e, &view->common, o.index) ||
		    ends_above(e, &view->personal, o.index))
			return 0;
		if (o.rule->at > e->phase || reading_answer(e, o.rule,
		    &e->general) != ANSWER_YES)
			continue;
		return report_rule(e, o.rule, &e->general) < 0 ? -1 :
		    refuse(e, &o, &e->general, v);
	}
	return 0;
}

/*
 * Can no rule act any more that R reads before it ends at O, in any view? One
 * about unknown commands can until the end: none would be shown after ACCEPT.
 */
static bool
is_quiet(struct engine *e, struct reading *r, const struct outcome *o)
{
	return e->policy->commands.count == 0 &&
	    reading_is_quiet(e, r, o->index) && report_shadow_is_over(e, r);
}

int
decide_connection(struct engine *e, struct verdict *v)
{
	struct outcome o = reading_outcome(e, &e->general);

	if (!is_due(e, &o) || o.answer == ANSWER_FAILED ||
	    outcome_verdict(e, &o) != VERDICT_ACCEPT)
		return 0;	/* refusals wait for MAIL, to be heard */
	/* What a rule in shadow has to say is said of each message. */
	if (!is_quiet(e, &e->general, &o) ||
	    !report_shadow_agrees(e, &e->general, &o))
		return 0;
	return let_pass(e, &o, &e->general, v);
}

int
decide_sender(struct engine *e, struct verdict *v)
{
	struct reading *r = &e->general;
	struct outcome o = outcome_of(e, r);

	if (!is_due(e, &o))
		return 0;
	if (verdict_is_refusal(outcome_verdict(e, &o))) {
		if (report_logs(e, r, o.index) < 0 ||
		    report_shadow(e, r, &o) < 0)
			return -1;
		return refuse(e, &o, r, v);
	}
	if (!is_quiet(e, r, &o))
		return 0;
	return report_shadow(e, r, &o) < 0 ? -1 : let_pass(e, &o, r, v);
}

int
decide_recipient(struct engine *e, struct recipient *r, struct verdict *v)
{
	struct outcome o = outcome_of(e, r->reading);
	struct decision *d;

	if (!is_due(e, &o) || !verdict_is_refusal(outcome_verdict(e, &o)))
		return 0;
	r->refused = r->reading->refused = true;
	if (report_logs(e, r->reading, o.index) < 0 ||
	    report_shadow(e, r->reading, &o) < 0 ||
	    word(e, &o, r, &v->reply) < 0 || tell(e, &o, r->reading, v) < 0)
		return -1;
	d = &e->decisions[e->decision_count - 1];
	d->recipient = r->address;
	return 0;
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
	struct reading *reading;	/* the first recipient's */
	struct outcome first;		/* its outcome */
	struct outcome refusal;		/* the topmost rule that refuses */
	struct reading *refused;	/* the first that it applies to */
	size_t unknown;			/* the topmost open rule */
	bool accepted;			/* some recipient's mail is accepted */
	bool waits;			/* what is known may not be told yet */
};

/* The readings that are left, one by one; the general one if there is none. */
static struct reading *
next_left(struct engine *e, struct reading *r)
{
	if (r == NULL && e->readings == NULL)
		return &e->general;
	for (r = r == NULL ? e->readings : r->next; r != NULL; r = r->next)
		if (!r->refused)
			return r;
	return NULL;
}

static void
survey_one(struct engine *e, struct reading *r, bool at_end, struct survey *s)
{
	struct outcome o = outcome_of(e, r);

	/* An accepted one stands for the message before a discarded one. */
	if (s->reading == NULL || (!s->accepted && o.answer !=
	    ANSWER_UNKNOWN && outcome_verdict(e, &o) == VERDICT_ACCEPT)) {
		s->reading = r;
		s->first = o;
	}
	if (o.answer == ANSWER_UNKNOWN) {
		if (o.index < s->unknown)
			s->unknown = o.index;
	} else if (verdict_is_refusal(outcome_verdict(e, &o))) {
		if (o.index < s->refusal.index) {
			s->refusal = o;
			s->refused = r;
		}
	} else {
		s->accepted |= outcome_verdict(e, &o) == VERDICT_ACCEPT;
		if (!at_end && !s->waits)
			s->waits = !is_due(e, &o) || !is_quiet(e, r, &o);
	}
}

static struct survey
survey_all(struct engine *e, bool at_end)
{
	struct survey s = { .refusal.index = SIZE_MAX, .unknown = SIZE_MAX };
	struct reading *r;

	for (r = next_left(e, NULL); r != NULL; r = next_left(e, r))
		survey_one(e, r, at_end, &s);
	return s;
}

/* What the rules have to say now that every reading has its answer. */
static int
report_all(struct engine *e)
{
	struct outcome o;
	struct reading *r;

	for (r = next_left(e, NULL); r != NULL; r = next_left(e, r)) {
		o = reading_outcome(e, r);
		if (report_logs(e, r, o.index) < 0 ||
		    report_shadow(e, r, &o) < 0)
			return -1;
	}
	return 0;
}

/*
 * Is there a rule that quarantines and could not be judged, for someone whose
 * mail is accepted? Then nobody knows whether it should be held.
 */
static const struct rule *
unsure_quarantine(struct engine *e)
{
	const struct rule_list *list =
	    &e->policy->views[VIEW_ENFORCED].editing;
	struct outcome o;
	struct reading *r;
	size_t i;

	for (i = 0; i < list->count; i++) {
		if (!list->at[i]->quarantines)
			continue;
		for (r = next_left(e, NULL); r != NULL; r = next_left(e, r)) {
			o = reading_outcome(e, r);
			if (list->at[i]->index <= o.index &&
			    outcome_verdict(e, &o) == VERDICT_ACCEPT &&
			    reading_answer(e, list->at[i], r) ==
			    ANSWER_FAILED)
				return list->at[i];
		}
	}
	return NULL;
}

/* The end of a message that no reading refuses. */
static int
finish(struct engine *e, const struct survey *s, struct verdict *v)
{
	struct outcome o = s->first;
	const struct rule *unsure = NULL;

	if (s->accepted)
		unsure = unsure_quarantine(e);
	if (unsure != NULL) {
		session_log_unjudged(e, unsure, "on_error decides");
		o = (struct outcome){ unsure, ANSWER_FAILED, unsure->index };
		if (verdict_is_refusal(outcome_verdict(e, &o)))
			return report_all(e) < 0 ? -1 :
			    refuse(e, &o, s->reading, v);
	}
	if (s->accepted && edits_resolve(e, v) < 0)
		return -1;	/* the arena's flag says why */
	if (report_all(e) < 0)
		return -1;
	return let_pass(e, &s->first, s->reading, v);
}

/* Answer early, if all that are left are accepted or all are discarded. */
static int
answer_early(struct engine *e, const struct survey *s, struct verdict *v)
{
	struct outcome o;
	struct reading *r;

	if (s->waits)
		return 0;
	for (r = next_left(e, NULL); r != NULL; r = next_left(e, r)) {
		o = reading_outcome(e, r);
		if ((outcome_verdict(e, &o) == VERDICT_ACCEPT) != s->accepted)
			return 0;	/* some are to be removed at the end */
	}
	return report_all(e) < 0 ? -1 :
	    let_pass(e, &s->first, s->reading, v);
}

int
decide_message(struct engine *e, bool at_end, struct verdict *v)
{
	struct survey s = survey_all(e, at_end);

	/*
	 * An open rule at the same place might still hold for an earlier
	 * recipient, whom the reply would then have to be worded for.
	 */
	if (s.refused != NULL && s.refusal.index < s.unknown) {
		if (!is_due(e, &s.refusal))
			return 0;
		return report_all(e) < 0 ? -1 :
		    refuse(e, &s.refusal, s.refused, v);
	}
	/* In `mode: shadow` an MTA goes on although nobody is left. */
	if (s.reading == NULL && e->policy->settings.shadow)
		return 0;
	if (s.unknown != SIZE_MAX || s.reading == NULL) {
		if (at_end)
			return error_set(&e->trouble, "the message ended "
			    "without a recipient");
		return 0;
	}
	return at_end ? finish(e, &s, v) : answer_early(e, &s, v);
}

/* The first rule from the top that does not come to NO decides. */
int
decide_command(struct engine *e, struct verdict *v)
{
	const struct rule_list *list = &e->policy->commands;
	struct outcome o = { .answer = ANSWER_NO };
	size_t i;

	for (i = 0; i < list->count && o.answer == ANSWER_NO; i++) {
		o.rule = list->at[i];
		o.index = o.rule->index;
		e->why.text[0] = '\0';
		o.answer = rule_holds(e, o.rule, NULL);
	}
	if (o.answer == ANSWER_NO || o.answer == ANSWER_UNKNOWN)
		return 0;
	if (o.answer == ANSWER_FAILED) {
		session_note_unjudged(e, o.rule);
		session_log_unjudged(e, o.rule, "on_error decides");
	}
	if (!verdict_is_refusal(outcome_verdict(e, &o)))
		return 0;
	return report_rule(e, o.rule, &e->general) < 0 ? -1 :
	    refuse(e, &o, &e->general, v);
}
