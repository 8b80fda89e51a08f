/*
 * engine.c - the sink: an event comes in, facts are learnt, a verdict goes out.
 *
 * Each event has a row: the phase it belongs to and what is done. What is known
 * of a message begins anew at MAIL and ends at ABORT; MAIL, HELO and CONNECT
 * forget all that they replace, so that no order of events can let one message
 * see another's.
 *
 * Failure: when memory or a limit is used up, engine_feed() returns -1 once and
 * settings.on_error is the answer for the rest of that message.
 */
#include "config.h"

#include "ip.h"
#include "rules/engine/branch.h"
#include "rules/engine/decide.h"
#include "rules/engine/enough.h"
#include "rules/engine/learn.h"
#include "rules/engine/life.h"
#include "rules/engine/recipients.h"
#include "rules/mail/address.h"

/* Learn what is known by PHASE; an MTA may have left out steps before it. */
static void
learn_until(struct engine *e, enum phase phase, const struct event *event)
{
	struct span id;

	if (phase >= PHASE_MAIL && e->queue_id.len == 0) {
		id = event_macro(event, span_make("i", 1));
		if (id.len > 0)
			e->queue_id = arena_copy(&e->message, id);
	}
	while (e->learnt < (int)phase)
		learn_phase(e, (enum phase)++e->learnt, event);
}

static int
on_connect(struct engine *e, const struct event *event, struct verdict *v)
{
	char text[IP_TEXT_MAX];

	life_forget_connection(e);
	e->now = event->time;
	ip_format(&event->connect.ip, text);
	e->client_ip = event->connect.ip;
	e->client = arena_copy(&e->connection, span_of(text));
	e->client_name = arena_copy(&e->connection, event->connect.name);
	learn_until(e, PHASE_CONNECT, event);
	if (decide_early(e, v) < 0)
		return -1;
	return v->kind != VERDICT_CONTINUE ? 0 : decide_connection(e, v);
}

/* Another HELO may follow: only an `early` rule is answered here. */
static int
on_helo(struct engine *e, const struct event *event, struct verdict *v)
{
	life_forget_greeting(e);
	e->now = event->time;
	e->helo = arena_copy(&e->greeting, event->helo.name);
	learn_until(e, PHASE_HELO, event);
	return decide_early(e, v);
}

/* EVENT with its address in the one form that rules see. */
static struct event
plain_envelope(struct engine *e, const struct event *event)
{
	struct event plain = *event;

	plain.envelope.path = address_plain(&e->text, event->envelope.path);
	return plain;
}

static int
on_mail(struct engine *e, const struct event *event, struct verdict *v)
{
	struct event plain = plain_envelope(e, event);

	life_forget_message(e);
	e->now = event->time;
	e->sender = arena_copy(&e->message, plain.envelope.path);
	learn_until(e, PHASE_MAIL, &plain);
	return decide_sender(e, v);
}

/*
 * A recipient that has been named before, perhaps in another way. One that was
 * refused need not be found again.
 */
static int
on_repeated_rcpt(struct engine *e, struct recipient *r, struct span path,
    struct verdict *v)
{
	if (!r->refused && recipients_spell(e, r, path) < 0)
		return decide_too_many(e, path, v);
	v->kind = r->given.kind;
	v->reply = r->given.reply;
	return 0;
}

static int
on_rcpt(struct engine *e, const struct event *event, struct verdict *v)
{
	struct event plain = plain_envelope(e, event);
	struct span address = plain.envelope.path;
	struct recipient *r;

	learn_until(e, PHASE_RCPT, event);
	r = recipients_find(e, address);
	if (r != NULL)
		return on_repeated_rcpt(e, r, event->envelope.path, v);
	if (e->recipient_count >= e->policy->settings.limits.recipients)
		return decide_too_many(e, address, v);
	r = recipients_add(e, &plain);
	if (r == NULL)
		return 0;	/* engine_feed() looks at the arena */
	(void)recipients_spell(e, r, event->envelope.path);
	if (decide_recipient(e, r, v) < 0)
		return -1;
	r->given = (struct given){ v->kind, v->reply };
	e->live += !r->refused;
	return 0;
}

static int
on_data(struct engine *e, const struct event *event, struct verdict *v)
{
	learn_until(e, PHASE_DATA, event);
	return decide_message(e, false, v);
}

static int
on_header(struct engine *e, const struct event *event, struct verdict *v)
{
	(void)v;
	learn_header(e, event);
	if (e->header_bytes > e->policy->settings.limits.header_bytes)
		return error_set(&e->trouble, "the header fields that rules "
		    "read are larger than limits.header_bytes");
	return 0;
}

static int
on_eoh(struct engine *e, const struct event *event, struct verdict *v)
{
	e->size += sizeof "\r\n" - 1;	/* the empty line */
	learn_until(e, PHASE_EOH, event);
	return decide_message(e, false, v);
}

static int
on_body(struct engine *e, const struct event *event, struct verdict *v)
{
	learn_body(e, event->body.bytes);
	v->enough = body_is_enough(e);
	return 0;
}

static int
on_eom(struct engine *e, const struct event *event, struct verdict *v)
{
	learn_until(e, PHASE_EOM, event);
	return decide_message(e, true, v);
}

static int
on_abort(struct engine *e, const struct event *event, struct verdict *v)
{
	(void)event;
	(void)v;
	life_forget_message(e);
	return 0;
}

static int
on_close(struct engine *e, const struct event *event, struct verdict *v)
{
	(void)event;
	(void)v;
	life_forget_connection(e);
	return 0;
}

/*
 * Judged apart from the message that may be under way: what a command costs is
 * not counted against it, and its own time is that of the command.
 */
static int
on_unknown(struct engine *e, const struct event *event, struct verdict *v)
{
	unsigned failures = e->regex_failures;
	int64_t now = e->now;
	int result;

	/* A flood of them between messages must not use up the next one's. */
	if (e->learnt < (int)PHASE_MAIL)
		life_forget_message(e);
	learn_commands(e, event);
	e->command_known = true;
	e->regex_failures = 0;
	e->now = event->time;
	branch_forget(e);
	result = decide_command(e, v);
	branch_forget(e);	/* the line is gone with the event */
	e->command_known = false;
	e->regex_failures = failures;
	e->regex_refused = false;
	e->now = now;
	return result;
}

static const struct step {
	enum phase phase;
	int (*handle)(struct engine *, const struct event *, struct verdict *);
	bool begins;		/* what went wrong before is over */
	bool answers;		/* a message's answer can be given here */
	bool hears;		/* that of a connection can be given here */
} step_table[EVENT_COUNT] = {
	[EVENT_CONNECT] = { PHASE_CONNECT, on_connect, true, false, true },
	[EVENT_HELO] = { PHASE_HELO, on_helo, true, false, true },
	[EVENT_MAIL] = { PHASE_MAIL, on_mail, true, true, true },
	[EVENT_RCPT] = { PHASE_RCPT, on_rcpt, false, true, true },
	[EVENT_DATA] = { PHASE_DATA, on_data, false, true, true },
	[EVENT_HEADER] = { PHASE_EOH, on_header, false, false, false },
	[EVENT_EOH] = { PHASE_EOH, on_eoh, false, true, true },
	[EVENT_BODY] = { PHASE_EOM, on_body, false, false, false },
	[EVENT_EOM] = { PHASE_EOM, on_eom, false, true, true },
	[EVENT_ABORT] = { PHASE_EOM, on_abort, true, false, false },
	[EVENT_CLOSE] = { PHASE_EOM, on_close, true, false, false },
	[EVENT_UNKNOWN] = { PHASE_UNKNOWN, on_unknown, true, false, true },
};

/* The answer that is already certain, again; some never come at RCPT. */
static void
repeat_answer(const struct engine *e, const struct step *step,
    struct verdict *v)
{
	if (!step->answers)
		return;
	if (step->phase == PHASE_RCPT && !verdict_is_refusal(e->final.kind))
		return;
	v->kind = e->final.kind;
	v->reply = e->final.reply;
}

/* Verdicts of this event are void; what rules ran into stays worth a line. */
static void
void_verdicts(struct engine *e)
{
	size_t i, n = 0;

	for (i = 0; i < e->decision_count; i++)
		if (e->decisions[i].scope == DECISION_FAILURE ||
		    e->decisions[i].scope == DECISION_LOG)
			e->decisions[n++] = e->decisions[i];
	e->decision_count = n;
}

/* Say that the engine failed, behind what else is worth a line. */
static void
tell_failure(struct engine *e, const struct given *safe, struct verdict *v)
{
	struct decision *d;

	void_verdicts(e);
	d = session_decide(e, DECISION_MESSAGE, NULL);
	v->decisions = e->decisions;
	v->decision_count = e->decision_count;
	if (d == NULL) {	/* no memory: the one that is always there */
		e->failure = session_decision(e, DECISION_MESSAGE);
		d = &e->failure;
		v->decisions = d;
		v->decision_count = 1;
	}
	d->kind = safe->kind;
	d->reply = safe->reply;
	d->detail = span_of(e->trouble.text);
}

/*
 * From here on the message has the answer of settings.on_error. An unknown
 * command has it for itself.
 */
static void
give_up(struct engine *e, const struct step *step, struct verdict *v)
{
	struct given safe = { .kind = e->policy->settings.on_error };

	if (safe.kind == VERDICT_TEMPFAIL)
		safe.reply = decide_error_reply();
	memset(v, 0, sizeof *v);
	v->error = e->trouble;
	tell_failure(e, &safe, v);
	if (step->phase == PHASE_UNKNOWN) {
		/* ACCEPT would be the whole message's. */
		if (verdict_is_refusal(safe.kind)) {
			v->kind = safe.kind;
			v->reply = safe.reply;
		}
		return;
	}
	e->answered = true;
	e->final = safe;
	repeat_answer(e, step, v);
}

/* A connection that is over keeps its answer in its own memory. */
static int
end_connection(struct engine *e, const struct verdict *v)
{
	e->over = true;
	e->last = (struct given){ v->kind, v->reply };
	e->last.reply.text = arena_copy(&e->connection, v->reply.text);
	return e->last.reply.text.ptr != NULL ? 0 : -1;
}

/* Remember an answer that is one for the whole message, or more. */
static int
keep_answer(struct engine *e, const struct step *step, const struct verdict *v)
{
	bool early = step->phase == PHASE_CONNECT || step->phase == PHASE_HELO;

	if (v->kind == VERDICT_CLOSE ||
	    (early && verdict_is_refusal(v->kind)))
		return end_connection(e, v);
	if (v->kind == VERDICT_CONTINUE || !step->answers ||
	    step->phase == PHASE_RCPT)
		return 0;
	e->answered = true;
	e->final = (struct given){ v->kind, v->reply };
	return 0;
}

static void
shade(struct decision *d)
{
	if (d->shadow == SHADOW_NONE && (d->edits > 0 ||
	    verdict_is_refusal(d->kind) || d->kind == VERDICT_DISCARD))
		d->shadow = SHADOW_POLICY;
}

/* In `mode: shadow` the MTA hears nothing of what was decided. */
static void
withhold(struct engine *e, struct verdict *v)
{
	size_t i;

	for (i = 0; i < e->decision_count; i++)
		shade(&e->decisions[i]);
	shade(&e->failure);
	v->kind = VERDICT_CONTINUE;
	v->reply = (struct reply){ .code = 0 };
	v->edits = NULL;
	v->edit_count = 0;
}

/* Has EVENT been answered before it came? Then V says so again. */
static bool
is_answered(const struct engine *e, const struct event *event,
    const struct step *step, struct verdict *v)
{
	if (e->over && event->kind != EVENT_CONNECT &&
	    event->kind != EVENT_CLOSE) {
		if (step->hears) {
			v->kind = e->last.kind;
			v->reply = e->last.reply;
		}
		return true;
	}
	if (!e->answered || step->begins)
		return false;
	repeat_answer(e, step, v);
	return true;
}

static int
judge(struct engine *e, const struct event *event, const struct step *step,
    struct verdict *v)
{
	int result = step->handle(e, event, v);

	if (result == 0 && e->regex_refused)
		result = error_set(&e->trouble, "too many patterns were given "
		    "up in this message");
	if (result == 0)
		result = keep_answer(e, step, v);
	/* Nothing is decided when all is over; what begins then says it. */
	if (event->kind != EVENT_ABORT && event->kind != EVENT_CLOSE &&
	    session_is_exhausted(e))
		result = error_set(&e->trouble, "the session needs more "
		    "memory than it may have");
	return result;
}

int
engine_feed(void *self, const struct event *event, struct verdict *verdict)
{
	struct engine *e = self;
	const struct step *step = &step_table[event->kind];
	bool shadow = e->policy->settings.shadow;
	int result = 0;

	memset(verdict, 0, sizeof *verdict);
	e->phase = step->phase;
	e->decision_count = 0;
	if (!is_answered(e, event, step, verdict)) {
		result = judge(e, event, step, verdict);
		if (result < 0)
			give_up(e, step, verdict);
		else {
			verdict->decisions = e->decisions;
			verdict->decision_count = e->decision_count;
		}
	}
	/* What has its answer is not looked at. */
	if (event->kind == EVENT_BODY && (e->answered || e->over))
		verdict->enough = true;
	if (shadow)
		withhold(e, verdict);
	return result;
}
