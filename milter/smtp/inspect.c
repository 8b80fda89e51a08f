/*
 * inspect.c - the end of a message: show it, edit it, hand it over.
 *
 * As Postfix does, a sink is shown the content when all of it is there, so a
 * client that leaves in the middle, or a message that is too long, is no more
 * than DATA and ABORT to it. The sinks see it one after the other: what one has
 * changed is what the next one is shown. Where they are is kept in the session,
 * so that one that answers later finds its place again, and many fields take no
 * stack.
 *
 * Failure: the client is told 250 only when deliver() has the message. What the
 * machine itself refuses, after the sinks were told of DATA, ends in ABORT.
 */
#include "config.h"

#include "milter/smtp/content.h"
#include "milter/smtp/judge.h"
#include "milter/smtp/pool.h"
#include "milter/smtp/reply.h"
#include "milter/smtp/trace.h"

/* Postfix's hopcount_limit; our own Received counts. */
#define HOPS_MAX 50

/* Carry out what a sink asked for; 0, or -1: there is no memory. */
static int
edit(struct smtp_session *s, const struct verdict *v)
{
	struct smtp_message *to = &s->inspection.result;
	int result = 0;

	for (size_t i = 0; result == 0 && i < v->edit_count; i++) {
		const struct edit *e = &v->edits[i];

		switch (e->kind) {
		case EDIT_ADD_HEADER:
		case EDIT_INSERT_HEADER:
		case EDIT_CHANGE_HEADER:
		case EDIT_REMOVE_HEADER:
			result = message_edit(&s->message, e);
			break;
		case EDIT_SET_SENDER:
		case EDIT_ADD_RECIPIENT:
		case EDIT_REMOVE_RECIPIENT:
			result = envelope_edit(&s->envelope, e);
			break;
		case EDIT_REPLACE_BODY:
			/* The sink's, which is told nothing before this
			 * message is over. */
			s->message.body = e->value;
			break;
		case EDIT_QUARANTINE:
			to->quarantined = true;
			to->quarantine = e->value;
			break;
		}
	}
	message_settle(&s->message);
	return result;
}

/* It is the turn of sink number I. */
static void
begin(struct smtp_session *s, size_t i)
{
	struct inspection *in = &s->inspection;

	in->sink = i;
	in->part = EVENT_HEADER;
	in->field = 0;
	in->body = s->message.body;
}

/* What the sink whose turn it is sees next. */
static struct event
next_event(struct smtp_session *s, struct buffer *scratch)
{
	struct inspection *in = &s->inspection;
	struct event event;

	while (in->field < s->message.count &&
	    s->message.fields[in->field].own)
		in->field++;
	if (in->part == EVENT_HEADER && in->field == s->message.count)
		in->part = EVENT_EOH;
	if (in->part == EVENT_BODY && in->body.len == 0)
		in->part = EVENT_EOM;
	if (in->part == EVENT_HEADER) {
		const struct message_field *f =
		    &s->message.fields[in->field++];

		event = event_header(f->shown.name, f->shown.value, scratch);
		event.header.lead = f->lead;
		return event;
	}
	if (in->part != EVENT_BODY)
		return event_plain(in->part);
	event = event_body(span_head(in->body, s->config.chunk_max));
	in->body = span_skip(in->body, event.body.bytes.len);
	return event;
}

/* V is what the sink whose turn it is says to what it saw last. */
static enum judgement
take_answer(struct smtp_session *s, const struct verdict *v)
{
	struct inspection *in = &s->inspection;
	enum judgement judgement =
	    smtp_take_verdict(s, in->sink, in->part, v);

	if (judgement != JUDGE_PASS)
		return judgement;
	if (in->part == EVENT_EOH)
		in->part = EVENT_BODY;
	else if (in->part == EVENT_BODY && v->enough)
		in->body.len = 0;
	else if (in->part == EVENT_EOM) {
		s->sinks[in->sink].told_mail = false;
		if (edit(s, v) < 0)
			in->state = SMTP_NOT_NOW;
		else if (smtp_charge(s) < 0)
			in->state = SMTP_NO_ROOM;
		begin(s, in->sink + 1);
	}
	return JUDGE_PASS;
}

/* Is there a sink that has to see more? It is its turn then. */
static bool
find_turn(struct smtp_session *s)
{
	struct inspection *in = &s->inspection;

	while (in->sink < s->sink_count &&
	    !smtp_is_asked(s, in->sink, in->part))
		begin(s, in->sink + 1);
	return in->sink < s->sink_count &&
	    in->state == SMTP_DELIVERED;
}

/* The fields in a row, as deliver() is given them. */
static const struct smtp_field *
list_fields(struct message *m)
{
	struct smtp_field *fields = arena_calloc(&m->arena,
	    m->count > 0 ? m->count : 1, sizeof *fields);

	for (size_t i = 0; fields != NULL && i < m->count; i++)
		fields[i] = m->fields[i].shown;
	return fields;
}

static enum smtp_delivery
deliver(struct smtp_session *s)
{
	struct message *m = &s->message;
	struct smtp_message *to = &s->inspection.result;
	struct error error = { "" };

	if (s->config.deliver == NULL)
		return SMTP_DELIVERED;
	message_header(m);
	to->queue_id = smtp_macros_value(&s->macros, MACRO_I);
	to->sender = s->envelope.sender;
	to->recipients = s->envelope.recipients;
	to->recipient_count = s->envelope.count;
	to->smtputf8 = s->envelope.smtputf8;
	to->eight_bit = s->envelope.eight_bit;
	to->header = buffer_span(&m->header);
	to->body = m->body;
	to->fields = list_fields(m);
	to->field_count = m->count;
	to->discarded = s->discarded;
	if (m->header.overflow || to->fields == NULL)
		return SMTP_NOT_NOW;
	if (smtp_charge(s) < 0)
		return SMTP_NO_ROOM;
	return s->config.deliver(s->config.self, to, &error);
}

void
smtp_end_delivery(struct smtp_session *s, enum smtp_delivery result,
    struct buffer *out)
{
	struct span name = smtp_macros_value(&s->macros, MACRO_I);

	if (result == SMTP_DELIVERED)
		s->errors = s->junk = 0;
	if (result == SMTP_NO_ROOM)
		smtp_say(out, "452 4.3.1 Insufficient system storage");
	else if (result != SMTP_DELIVERED)
		smtp_say(out, "451 4.3.0 Error: queue file write error");
	else if (s->stuffed)
		smtp_say(out, "250 2.0.0 Ok: queued as %.*s", (int)name.len,
		    name.ptr);
	else
		smtp_say(out, "250 2.0.0 Ok: %zu bytes queued as %.*s",
		    (size_t)s->received, (int)name.len, name.ptr);
	smtp_transaction_end(s);
}

/* Nobody has anything against the message. */
static void
take_over(struct smtp_session *s, struct buffer *out)
{
	enum smtp_delivery result = s->inspection.state;

	if (result == SMTP_DELIVERED)
		result = deliver(s);
	if (result == SMTP_DELIVERY_LATER)
		s->want = SMTP_WANT_DELIVERY;
	else
		smtp_end_delivery(s, result, out);
}

/* Show what is not shown yet, until a sink refuses or answers later. */
static void
show(struct smtp_session *s, enum judgement judgement, struct buffer *out)
{
	struct buffer scratch;
	struct event event;
	struct verdict v;

	buffer_init(&scratch, MESSAGE_FIELD_MAX);
	while (judgement == JUDGE_PASS && find_turn(s)) {
		event = next_event(s, &scratch);
		if (smtp_feed(s, s->inspection.sink, &event, &v) ==
		    EVENT_LATER)
			break;
		judgement = take_answer(s, &v);
	}
	buffer_release(&scratch);
	if (s->want == SMTP_WANT_VERDICT)
		return;
	if (judgement == JUDGE_PASS) {
		take_over(s, out);
		return;
	}
	smtp_say_refusal(s, out);
	smtp_transaction_end(s);
}

/* smtp_session.answered */
static void
go_on(struct smtp_session *s, const struct verdict *v, struct buffer *out)
{
	show(s, take_answer(s, v), out);
}

/* Has it been around so often that it will never arrive? */
static bool
is_loop(const struct message *m)
{
	size_t hops = 0;

	for (size_t i = 0; i < m->count; i++)
		hops += span_equal_nocase(m->fields[i].shown.name,
		    span_of("Received"));
	return hops >= HOPS_MAX;
}

/* Has the message what the machine itself cannot take, or is all refused, and
 * was not when it began? Then that is said. */
static bool
is_impossible(struct smtp_session *s, struct buffer *out)
{
	bool too_long = s->received > s->config.message_max;

	if (s->message.content.overflow && too_long)
		smtp_say(out, "552 5.3.4 Error: message file too big");
	else if (s->message.content.overflow)
		smtp_say(out, "452 4.3.1 Insufficient system storage");
	else if (smtp_standing(s).len > 0)
		buffer_add(out, smtp_standing(s));
	else if ((s->config.trace && smtp_trace(s) < 0) ||
	    message_read(&s->message) < 0)
		smtp_say(out, "552 5.3.4 Error: message header too large");
	else if (smtp_charge(s) < 0)
		smtp_say(out, "452 4.3.1 Insufficient system storage");
	else if (s->config.trace && is_loop(&s->message))
		smtp_say(out, "554 5.4.0 Error: too many hops");
	else
		return false;
	return true;
}

void
smtp_end_of_message(struct smtp_session *s, struct buffer *out)
{
	s->want = SMTP_WANT_COMMAND;
	if (is_impossible(s, out)) {
		smtp_transaction_end(s);
		return;
	}
	s->inspection = (struct inspection){ .state = SMTP_DELIVERED };
	s->answered = go_on;
	begin(s, 0);
	show(s, JUDGE_PASS, out);
}
