/*
 * milter.c - a conversation with a filter: its life, and what it is asked.
 *
 * This is the client's side: events come in, verdicts go out. One event is open
 * at a time. It is closed by the filter's answer, by its reading what waits for
 * it, or by its failure (carry.c).
 *
 * Failure: milter_fail(), from wherever it is noticed, leaves a verdict and
 * drops all that is under way.
 */
#include "config.h"

#include <stdlib.h>

#include "milter/wire/conversation.h"

/* More than any step has: two packets on top of that. */
#define OUT_MAX (MILTER_WAITING_MAX + (1u << 20))
#define KEPT_MAX (4u << 20)	/* CONNECT and lists of macros */
#define TEXT_EXTRA (4u << 20)	/* beside edits: replies, parameters */
#define SCRATCH_MAX (1u << 20)	/* a string of an edit, or of a packet */
#define PAYLOAD_AT_EOM(m) ((m)->config.edits_max + WIRE_PAYLOAD_MAX)

static void
set_defaults(struct milter_config *c)
{
	if (c->name == NULL)
		c->name = "filter";
	if (c->version == 0 || c->version > WIRE_VERSION)
		c->version = WIRE_VERSION;
	if (c->edits_max == 0)
		c->edits_max = (size_t)64 << 20;
	if (c->connect_ms == 0)
		c->connect_ms = 30000;
	if (c->command_ms == 0)
		c->command_ms = 30000;
	if (c->content_ms == 0)
		c->content_ms = 300000;
}

struct milter *
milter_new(const struct milter_config *config)
{
	struct milter *m = calloc(1, sizeof *m);

	if (m == NULL)
		return NULL;
	m->config = *config;
	set_defaults(&m->config);
	arena_init(&m->kept, KEPT_MAX);
	/* The row of edits grows by doubling. */
	arena_init(&m->text, 2 * m->config.edits_max + TEXT_EXTRA);
	buffer_init(&m->out, OUT_MAX);
	buffer_init(&m->scratch, SCRATCH_MAX);
	buffer_init(&m->body, m->config.edits_max + 2);
	packet_reader_init(&m->in, PAYLOAD_AT_EOM(m));
	return m;
}

void
milter_free(struct milter *m)
{
	if (m == NULL)
		return;
	arena_release(&m->kept);
	arena_release(&m->text);
	buffer_release(&m->out);
	buffer_release(&m->scratch);
	buffer_release(&m->body);
	packet_reader_release(&m->in);
	free(m);
}

/* Forget the event before, and what its verdict pointed to. */
static void
begin_event(struct milter *m, const struct event *event)
{
	size_t limit = m->body.limit;

	arena_reset(&m->text);
	if (m->body.cap > WIRE_PAYLOAD_MAX) {
		buffer_release(&m->body);
		buffer_init(&m->body, limit);
	}
	buffer_clear(&m->body);
	m->edits = NULL;
	m->edit_count = m->edit_room = m->edit_bytes = 0;
	m->body_edit = 0;
	m->complaints = 0;
	m->kind = event->kind;
	m->answered = false;
	if (m->state != MILTER_FAILED)
		m->verdict = (struct verdict){ .kind = VERDICT_CONTINUE };
}

/* A copy of EVENT, a CONNECT, that lasts until it can be told. */
static void
keep_client(struct milter *m, const struct event *event)
{
	struct macro *macros = arena_calloc(&m->kept, event->macro_count + 1,
	    sizeof *macros);

	m->client = *event;
	m->client.connect.name = arena_copy(&m->kept, event->connect.name);
	m->client.macros = macros;
	for (size_t i = 0; macros != NULL && i < event->macro_count; i++) {
		macros[i].name = arena_copy(&m->kept, event->macros[i].name);
		macros[i].value = arena_copy(&m->kept, event->macros[i].value);
	}
	if (m->kept.exhausted)
		milter_fail(m, "there is no room for what it has to be told");
}

/* Whatever was before, a new client is there. */
static void
connect_client(struct milter *m, const struct event *event)
{
	arena_reset(&m->kept);
	m->options = (struct wire_options){ .version = 0 };
	m->linked = false;
	m->in_message = m->over = m->skipping = false;
	m->stale = 0;
	buffer_clear(&m->out);
	m->sent = 0;
	packet_reader_reset(&m->in);
	m->verdict = (struct verdict){ .kind = VERDICT_CONTINUE };
	m->state = MILTER_DIALLING;
	m->pending = MILTER_PENDING_FILTER;
	m->turn++;
	keep_client(m, event);
}

void
milter_ask(struct milter *m, const struct event *event)
{
	bool body = event->kind == EVENT_BODY;

	m->turn++;
	if ((m->unknown & wire_kind((char)milter_letter(event->kind))->unsent)
	    != 0)
		return;
	m->verdict.enough = body &&
	    !wire_is_sent(&m->options, WIRE_BODY);
	if (m->skipping && m->skipped == event->kind) {
		m->verdict.enough = body;
		return;
	}
	m->skipping = false;
	if (event->kind == EVENT_MAIL)
		m->in_message = true;
	if (m->stale == 0 && packet_reader_has_more(&m->in)) {
		milter_fail(m, "it speaks when it was not asked");
		return;
	}
	if (milter_tell(m, event))
		m->pending = MILTER_PENDING_ANSWER;
	else if (m->state != MILTER_FAILED && milter_output(m).len > MILTER_WAITING_MAX)
		m->pending = MILTER_PENDING_ROOM;
	packet_reader_bound(&m->in, event->kind == EVENT_EOM ?
	    PAYLOAD_AT_EOM(m) : WIRE_PAYLOAD_MAX);
}

/* What is open is not to be answered any more; a client that the filter has not
 * been told of is none. */
static void
call_off(struct milter *m)
{
	if (m->pending == MILTER_PENDING_FILTER)
		m->state = MILTER_IDLE;
	m->stale += m->pending == MILTER_PENDING_ANSWER;
	m->pending = MILTER_PENDING_NONE;
}

static void
abort_message(struct milter *m)
{
	call_off(m);
	if (m->state == MILTER_TALKING && m->in_message) {
		packet_add(&m->out, WIRE_ABORT, span_of(""));
		if (m->out.overflow)
			milter_fail(m, "it does not read what it is told");
	}
	m->in_message = false;
	m->skipping = false;
}

static void
close_client(struct milter *m)
{
	call_off(m);
	if (m->state == MILTER_TALKING)
		packet_add(&m->out, WIRE_QUIT, span_of(""));
	m->state = MILTER_IDLE;
	m->turn++;
}

static void
take_event(struct milter *m, const struct event *event)
{
	switch (event->kind) {
	case EVENT_CONNECT:
		connect_client(m, event);
		break;
	case EVENT_ABORT:
		abort_message(m);
		break;
	case EVENT_CLOSE:
		close_client(m);
		break;
	default:
		if (m->state == MILTER_IDLE)
			milter_fail(m, "it was not told of the client before "
			    "its commands");
		else if (m->state == MILTER_TALKING)
			milter_ask(m, event);
		break;
	}
}

int
milter_feed(void *self, const struct event *event, struct verdict *verdict)
{
	struct milter *m = self;
	bool notice = event->kind == EVENT_ABORT || event->kind == EVENT_CLOSE;

	begin_event(m, event);
	take_event(m, event);
	*verdict = m->verdict;
	if (notice)
		*verdict = (struct verdict){ .kind = VERDICT_CONTINUE };
	m->answered = false;
	if (m->pending != MILTER_PENDING_NONE)
		return EVENT_LATER;
	return m->state == MILTER_FAILED && !notice ? -1 : 0;
}

bool
milter_answer(struct milter *m, struct verdict *verdict)
{
	if (!m->answered)
		return false;
	m->answered = false;
	*verdict = m->verdict;
	return true;
}
