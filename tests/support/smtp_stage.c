/*
 * smtp_stage.c - an SMTP session, with sinks and a mailbox that write down what
 * they are given.
 */
#include "config.h"

#include <assert.h>
#include <stdlib.h>

#include "tests/support/smtp_stage.h"

#define STAGE_MAX ((size_t)64 << 20)

static const char *const event_names[EVENT_COUNT] = {
	[EVENT_CONNECT] = "connect",
	[EVENT_HELO] = "helo",
	[EVENT_MAIL] = "mail",
	[EVENT_RCPT] = "rcpt",
	[EVENT_DATA] = "data",
	[EVENT_HEADER] = "header",
	[EVENT_EOH] = "eoh",
	[EVENT_BODY] = "body",
	[EVENT_EOM] = "eom",
	[EVENT_ABORT] = "abort",
	[EVENT_CLOSE] = "close",
	[EVENT_UNKNOWN] = "unknown",
};

void
stage_escape(struct buffer *to, struct span bytes)
{
	for (size_t i = 0; i < bytes.len; i++) {
		unsigned char c = (unsigned char)bytes.ptr[i];

		if (c == '\n')
			buffer_add_text(to, "\\n");
		else if (c == '\r')
			buffer_add_text(to, "\\r");
		else if (c < ' ' || c >= 0x7f)
			buffer_addf(to, "\\x%02x", c);
		else
			buffer_add_char(to, (char)c);
	}
}

static void
write_path(struct stage *st, const struct event *e)
{
	stage_escape(&st->events, e->envelope.path);
	for (size_t i = 0; i < e->envelope.param_count; i++) {
		buffer_add_char(&st->events, ' ');
		stage_escape(&st->events, e->envelope.params[i]);
	}
}

static void
write_connect(struct stage *st, const struct event *e)
{
	char ip[IP_TEXT_MAX];

	ip_format(&e->connect.ip, ip);
	stage_escape(&st->events, e->connect.name);
	buffer_addf(&st->events, " %s %u", ip, e->connect.port);
}

static void
write_details(struct stage *st, const struct event *e)
{
	switch (e->kind) {
	case EVENT_CONNECT:
		write_connect(st, e);
		break;
	case EVENT_HELO:
		stage_escape(&st->events, e->helo.name);
		break;
	case EVENT_MAIL:
	case EVENT_RCPT:
		write_path(st, e);
		break;
	case EVENT_HEADER:
		stage_escape(&st->events, e->header.name);
		buffer_add_char(&st->events, '|');
		stage_escape(&st->events, e->header.value);
		break;
	case EVENT_BODY:
		stage_escape(&st->events, e->body.bytes);
		break;
	case EVENT_UNKNOWN:
		stage_escape(&st->events, e->unknown.line);
		break;
	case EVENT_DATA:
	case EVENT_EOH:
	case EVENT_EOM:
	case EVENT_ABORT:
	case EVENT_CLOSE:
	case EVENT_COUNT:
		break;
	}
}

static void
write_event(struct stage *st, size_t number, const struct event *e)
{
	size_t start;

	if (number > 0)
		buffer_addf(&st->events, "%zu ", number);
	start = st->events.len + strlen(event_names[e->kind]) + 1;
	buffer_addf(&st->events, "%s ", event_names[e->kind]);
	write_details(st, e);
	if (st->events.len == start)
		st->events.len--;
	for (size_t i = 0; st->show_macros && i < e->macro_count; i++) {
		buffer_add_char(&st->events, ' ');
		stage_escape(&st->events, e->macros[i].name);
		buffer_add_char(&st->events, '=');
		stage_escape(&st->events, e->macros[i].value);
	}
	if (st->show_times)
		buffer_addf(&st->events, " at %lld", (long long)e->time);
	buffer_add_char(&st->events, '\n');
}

static int
sink(void *self, const struct event *event, struct verdict *verdict)
{
	struct stage_sink *me = self;
	struct stage *st = me->stage;
	size_t number = (size_t)(me - st->sinks);
	unsigned nth = ++me->seen[event->kind];
	struct verdict v = { .kind = VERDICT_CONTINUE };

	write_event(st, number, event);
	for (size_t i = 0; i < st->answer_count; i++) {
		const struct stage_answer *a = &st->answers[i];

		if (a->sink == number && a->kind == event->kind &&
		    (a->nth == 0 || a->nth == nth))
			v = a->verdict;
	}
	if (st->later && event->kind != EVENT_ABORT &&
	    event->kind != EVENT_CLOSE) {
		st->owed = v;
		return EVENT_LATER;
	}
	*verdict = v;
	return st->sink_fails ? -1 : 0;
}

static enum smtp_delivery
deliver(void *self, const struct smtp_message *m, struct error *error)
{
	struct stage *st = self;
	struct buffer *b = &st->mail;

	if (st->refuse_mail) {
		error_set(error, "the disk is full");
		return st->later ? SMTP_DELIVERY_LATER : SMTP_NOT_NOW;
	}
	buffer_addf(b, "%s", m->discarded ? "discarded " : "");
	if (m->quarantined)
		buffer_addf(b, "quarantined(%.*s) ", (int)m->quarantine.len,
		    m->quarantine.ptr);
	buffer_addf(b, "%s%s", m->smtputf8 ? "smtputf8 " : "",
	    m->eight_bit ? "8bit " : "");
	stage_escape(b, m->queue_id);
	buffer_add_text(b, " from ");
	stage_escape(b, m->sender);
	buffer_add_text(b, " to");
	for (size_t i = 0; i < m->recipient_count; i++) {
		buffer_add_char(b, ' ');
		stage_escape(b, m->recipients[i]);
	}
	buffer_add_char(b, '\n');
	buffer_add(b, m->header);
	buffer_add(b, m->body);
	return st->later ? SMTP_DELIVERY_LATER : SMTP_DELIVERED;
}

void
stage_answer_reply(struct stage *st, enum event_kind kind, unsigned nth,
    enum verdict_kind verdict, unsigned code, const char *status,
    const char *text)
{
	assert(st->answer_count < STAGE_ANSWERS);
	st->answers[st->answer_count++] = (struct stage_answer){ 0, kind, nth,
		{ .kind = verdict,
		    .reply = { code, span_of(status), span_of(text) } } };
}

void
stage_answer(struct stage *st, enum event_kind kind, unsigned nth,
    enum verdict_kind verdict)
{
	stage_answer_reply(st, kind, nth, verdict, 0, NULL, NULL);
}

void
stage_answer_of(struct stage *st, size_t sink, enum event_kind kind,
    unsigned nth, enum verdict_kind verdict)
{
	stage_answer(st, kind, nth, verdict);
	st->answers[st->answer_count - 1].sink = sink;
}

/* The session left REST. */
static void
keep_rest(struct stage *st, struct span rest)
{
	struct buffer kept;

	buffer_init(&kept, STAGE_MAX);
	buffer_add(&kept, rest);
	buffer_release(&st->rest);
	st->rest = kept;
}

static void
bring_what_is_owed(struct stage *st)
{
	struct verdict v = st->owed;
	struct span rest;

	if (st->want == SMTP_WANT_VERDICT)
		st->want = smtp_session_verdict(st->session, &v, &st->out);
	else
		st->want = smtp_session_delivered(st->session,
		    st->refuse_mail ? SMTP_NOT_NOW : SMTP_DELIVERED, &st->out);
	rest = buffer_span(&st->rest);
	st->want = smtp_session_take(st->session, &rest, &st->out);
	keep_rest(st, rest);
}

static bool
is_owed(const struct stage *st)
{
	return st->want == SMTP_WANT_VERDICT || st->want == SMTP_WANT_DELIVERY;
}

const char *
stage_go_on(struct stage *st)
{
	buffer_clear(&st->out);
	while (is_owed(st))
		bring_what_is_owed(st);
	return buffer_text(&st->out);
}

static void
send_bytes(struct stage *st, struct span bytes)
{
	st->want = smtp_session_take(st->session, &bytes, &st->out);
	if (is_owed(st) || bytes.len > 0)
		keep_rest(st, bytes);
	while (!st->hold && is_owed(st))
		bring_what_is_owed(st);
}

void
stage_open(struct stage *st)
{
	struct smtp_client client = { .port = 0 };

	if (!st->local) {
		client.name = span_of("mx.example.org");
		client.port = 40112;
		ip_parse(span_of("192.0.2.8"), &client.ip);
	}
	buffer_init(&st->out, STAGE_MAX);
	buffer_init(&st->events, STAGE_MAX);
	buffer_init(&st->mail, STAGE_MAX);
	buffer_init(&st->rest, STAGE_MAX);
	st->config.self = st;
	st->config.deliver = deliver;
	if (st->config.host == NULL)
		st->config.host = "mx.example.com";
	client.xclient = !st->stranger;
	st->session = smtp_session_new(&st->config, sink, &st->sinks[0]);
	assert(st->session != NULL);
	for (size_t i = 0; i <= st->more_sinks; i++) {
		st->sinks[i].stage = st;
		if (i > 0 && smtp_session_add_sink(st->session, sink,
		    &st->sinks[i]) < 0)
			abort();
	}
	st->want = smtp_session_connect(st->session, &client, 1000, &st->out);
	while (!st->hold && is_owed(st))
		bring_what_is_owed(st);
}

const char *
stage_send(struct stage *st, struct span bytes)
{
	buffer_clear(&st->out);
	send_bytes(st, bytes);
	return buffer_text(&st->out);
}

const char *
stage_say(struct stage *st, const char *text)
{
	return stage_send(st, span_of(text));
}

const char *
stage_send_in_pieces(struct stage *st, struct span bytes, size_t piece)
{
	buffer_clear(&st->out);
	for (; bytes.len > 0; bytes = span_skip(bytes, piece)) {
		/* In memory of its own, so that reading beyond it shows. */
		struct buffer copy;

		buffer_init(&copy, piece);
		buffer_add(&copy, span_head(bytes, piece));
		send_bytes(st, buffer_span(&copy));
		buffer_release(&copy);
	}
	return buffer_text(&st->out);
}

void
stage_begin_message(struct stage *st)
{
	stage_say(st, "MAIL FROM:<bob@example.org>\r\n"
	    "RCPT TO:<alice@example.com>\r\n");
}

void
stage_close(struct stage *st)
{
	smtp_session_free(st->session);
	buffer_release(&st->out);
	buffer_release(&st->events);
	buffer_release(&st->mail);
	buffer_release(&st->rest);
	memset(st, 0, sizeof *st);
}
