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

#include <stdint.h>
#include <stdlib.h>

#include "ip.h"
#include "rules/engine/decide.h"
#include "rules/engine/expand.h"
#include "rules/engine/learn.h"
#include "rules/engine/reading.h"
#include "rules/engine/recipients.h"
#include "rules/mail/address.h"

/* What a client can say before MAIL is at most a few lines of 64 KiB, the most
 * that a milter packet holds. */
#define CONNECTION_MEMORY (256u << 10)
/* Beside header fields and recipients: the envelope, edits and replies. */
#define MESSAGE_MEMORY (1u << 20)
/* Address, parameters and what rules read of them, for one recipient. */
#define RECIPIENT_MEMORY 2048u

struct engine *
engine_new(struct policy *policy)
{
	struct engine *e = calloc(1, sizeof *e);
	const struct limits *l = &policy->settings.limits;

	if (e == NULL)
		return NULL;
	e->policy = policy_ref(policy);
	arena_init(&e->connection, CONNECTION_MEMORY);
	arena_init(&e->greeting, CONNECTION_MEMORY);
	arena_init(&e->message, MESSAGE_MEMORY + 2 * l->header_bytes +
	    l->recipients * RECIPIENT_MEMORY);
	buffer_init(&e->text, EXPANDED_MAX);
	buffer_init(&e->encoded, ENCODED_MAX);
	e->learnt = -1;
	e->values = calloc(policy->slot_count + 1, sizeof *e->values);
	e->memo = calloc(policy->memo_count + 1, sizeof *e->memo);
	if (e->values == NULL || e->memo == NULL) {
		engine_free(e);
		return NULL;
	}
	memset(e->memo, ANSWER_UNKNOWN, policy->memo_count);
	reading_reset(e);
	return e;
}

void
engine_free(struct engine *e)
{
	if (e == NULL)
		return;
	arena_release(&e->connection);
	arena_release(&e->greeting);
	arena_release(&e->message);
	buffer_release(&e->text);
	buffer_release(&e->encoded);
	free(e->values);
	free(e->memo);
	policy_unref(e->policy);
	free(e);
}

/* Forget the values of all facts that are known from FIRST on. */
static void
forget_facts(struct engine *e, enum phase first)
{
	size_t i;

	for (i = 0; i < e->policy->slot_count; i++)
		if (e->policy->slots[i].known >= first)
			e->values[i] = (struct values){ NULL, 0, 0 };
	i = first == PHASE_CONNECT ? 0 : e->policy->connect_memos;
	memset(e->memo + i, ANSWER_UNKNOWN, e->policy->memo_count - i);
	if (e->learnt >= (int)first)
		e->learnt = (int)first - 1;
	reading_reset(e);
}

static void
forget_message(struct engine *e)
{
	arena_reset(&e->message);
	forget_facts(e, PHASE_MAIL);
	e->sender = e->queue_id = span_make(NULL, 0);
	recipients_forget(e);
	e->header_bytes = 0;
	e->regex_failures = 0;
	e->regex_refused = false;
	e->too_many = false;
	e->decisions = NULL;
	e->decision_room = 0;
	e->failed = NULL;
	e->failed_count = e->failed_room = 0;
	e->answered = false;
}

static void
forget_greeting(struct engine *e)
{
	forget_message(e);
	arena_reset(&e->greeting);
	forget_facts(e, PHASE_HELO);
	e->helo = span_make(NULL, 0);
}

static void
forget_connection(struct engine *e)
{
	forget_greeting(e);
	arena_reset(&e->connection);
	forget_facts(e, PHASE_CONNECT);
	e->client = e->client_name = span_make(NULL, 0);
	e->client_ip.len = 0;
}

/* Learn what is known by PHASE; an MTA may have left out steps before it. */
static void
learn_until(struct engine *e, enum phase phase, const struct event *event)
{
	struct span id;

	while (e->learnt < (int)phase)
		learn_phase(e, (enum phase)++e->learnt, event);
	if (phase < PHASE_MAIL || e->queue_id.len > 0)
		return;
	id = event_macro(event, span_make("i", 1));
	if (id.len > 0)
		e->queue_id = arena_copy(&e->message, id);
}

static int
on_connect(struct engine *e, const struct event *event, struct verdict *v)
{
	char text[IP_TEXT_MAX];

	forget_connection(e);
	ip_format(&event->connect.ip, text);
	e->client_ip = event->connect.ip;
	e->client = arena_copy(&e->connection, span_of(text));
	e->client_name = arena_copy(&e->connection, event->connect.name);
	learn_until(e, PHASE_CONNECT, event);
	return decide_connection(e, v);
}

static int
on_helo(struct engine *e, const struct event *event, struct verdict *v)
{
	(void)v;	/* another HELO may follow: nothing is answered here */
	forget_greeting(e);
	e->helo = arena_copy(&e->greeting, event->helo.name);
	learn_until(e, PHASE_HELO, event);
	return 0;
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

	forget_message(e);
	e->sender = arena_copy(&e->message, plain.envelope.path);
	learn_until(e, PHASE_MAIL, &plain);
	return decide_sender(e, v);
}

static int
on_rcpt(struct engine *e, const struct event *event, struct verdict *v)
{
	struct event plain = plain_envelope(e, event);
	struct span address = plain.envelope.path;
	struct recipient *r;

	learn_until(e, PHASE_RCPT, event);
	r = recipients_find(e, address);
	if (r != NULL) {
		v->kind = r->given.kind;
		v->reply = r->given.reply;
		return 0;
	}
	if (e->recipient_count >= e->policy->settings.limits.recipients)
		return decide_too_many(e, address, v);
	r = recipients_add(e, &plain);
	if (r == NULL)
		return 0;	/* engine_feed() looks at the arena */
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
	learn_until(e, PHASE_EOH, event);
	return decide_message(e, false, v);
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
	forget_message(e);
	return 0;
}

static int
on_close(struct engine *e, const struct event *event, struct verdict *v)
{
	(void)event;
	(void)v;
	forget_connection(e);
	return 0;
}

/* Body bytes and unknown commands: no rule of this version reads them. */
static int
on_nothing(struct engine *e, const struct event *event, struct verdict *v)
{
	(void)e;
	(void)event;
	(void)v;
	return 0;
}

static const struct step {
	enum phase phase;
	int (*handle)(struct engine *, const struct event *, struct verdict *);
	bool begins;		/* what went wrong before is over */
	bool answers;		/* a message's answer can be given here */
} step_table[EVENT_COUNT] = {
	[EVENT_CONNECT] = { PHASE_CONNECT, on_connect, true, false },
	[EVENT_HELO] = { PHASE_HELO, on_helo, true, false },
	[EVENT_MAIL] = { PHASE_MAIL, on_mail, true, true },
	[EVENT_RCPT] = { PHASE_RCPT, on_rcpt, false, true },
	[EVENT_DATA] = { PHASE_DATA, on_data, false, true },
	[EVENT_HEADER] = { PHASE_EOH, on_header, false, false },
	[EVENT_EOH] = { PHASE_EOH, on_eoh, false, true },
	[EVENT_BODY] = { PHASE_EOM, on_nothing, false, false },
	[EVENT_EOM] = { PHASE_EOM, on_eom, false, true },
	[EVENT_ABORT] = { PHASE_EOM, on_abort, true, false },
	[EVENT_CLOSE] = { PHASE_EOM, on_close, true, false },
	[EVENT_UNKNOWN] = { PHASE_UNKNOWN, on_nothing, false, false },
};

/* The answer that is already certain, again; RCPT never hears ACCEPT. */
static void
repeat_answer(const struct engine *e, const struct step *step,
    struct verdict *v)
{
	if (!step->answers)
		return;
	if (step->phase == PHASE_RCPT && e->final.kind == VERDICT_ACCEPT)
		return;
	v->kind = e->final.kind;
	v->reply = e->final.reply;
}

/* From here on the message has the answer of settings.on_error. */
static void
give_up(struct engine *e, const struct step *step, struct verdict *v)
{
	e->answered = true;
	e->final = (struct given){ .kind = e->policy->settings.on_error };
	if (e->final.kind == VERDICT_TEMPFAIL)
		e->final.reply = decide_error_reply();
	e->failure = session_decision(e, DECISION_MESSAGE);
	e->failure.kind = e->final.kind;
	e->failure.reply = e->final.reply;
	e->failure.detail = span_of(e->trouble.text);
	memset(v, 0, sizeof *v);
	v->error = e->trouble;
	v->decisions = &e->failure;
	v->decision_count = 1;
	repeat_answer(e, step, v);
}

/* Remember an answer that is one for the whole message. */
static void
keep_answer(struct engine *e, const struct step *step, const struct verdict *v)
{
	if (v->kind == VERDICT_CONTINUE || step->phase == PHASE_RCPT ||
	    step->phase == PHASE_CONNECT)
		return;
	e->answered = true;
	e->final = (struct given){ v->kind, v->reply };
}

int
engine_feed(void *self, const struct event *event, struct verdict *verdict)
{
	struct engine *e = self;
	const struct step *step = &step_table[event->kind];
	int result;

	memset(verdict, 0, sizeof *verdict);
	e->phase = step->phase;
	e->decision_count = 0;
	if (e->answered && !step->begins) {
		repeat_answer(e, step, verdict);
		return 0;
	}
	result = step->handle(e, event, verdict);
	if (result == 0 && e->regex_refused)
		result = error_set(&e->trouble, "too many patterns were given "
		    "up in this message");
	if (session_is_exhausted(e))
		result = error_set(&e->trouble, "the session needs more "
		    "memory than it may have");
	if (result < 0) {
		give_up(e, step, verdict);
		return -1;
	}
	keep_answer(e, step, verdict);
	verdict->decisions = e->decisions;
	verdict->decision_count = e->decision_count;
	return 0;
}
