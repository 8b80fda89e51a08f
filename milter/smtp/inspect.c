/*
 * inspect.c - the end of a message: show it, edit it, hand it over.
 *
 * As Postfix does, the sink is shown the content when all of it is there, so a
 * client that leaves in the middle, or a message that is too long, is no more
 * than DATA and ABORT to it.
 *
 * Failure: the client is told 250 only when deliver() has the message. What the
 * machine itself refuses, after the sink was told of DATA, ends in ABORT.
 */
#include "config.h"

#include "milter/smtp/content.h"
#include "milter/smtp/judge.h"
#include "milter/smtp/reply.h"

/* The fields, then the end of the header; PASS, or what was made of it. */
static enum judgement
show_header(struct smtp_session *s, struct buffer *out)
{
	enum judgement judgement = JUDGE_PASS;
	struct buffer scratch;

	buffer_init(&scratch, MESSAGE_FIELD_MAX);
	for (size_t i = 0; i < s->message.count; i++) {
		const struct smtp_field *f = &s->message.fields[i].shown;

		judgement = smtp_judge(s,
		    event_header(f->name, f->value, &scratch), out, NULL);
		if (judgement != JUDGE_PASS)
			break;
	}
	buffer_release(&scratch);
	return judgement != JUDGE_PASS ? judgement :
	    smtp_judge(s, event_plain(EVENT_EOH), out, NULL);
}

/* Down to where the sink has enough of it. */
static enum judgement
show_body(struct smtp_session *s, struct buffer *out)
{
	struct verdict v = { .enough = false };
	struct span rest = s->message.body;
	enum judgement judgement = JUDGE_PASS;

	while (judgement == JUDGE_PASS && rest.len > 0 && !v.enough) {
		struct span chunk = span_head(rest, s->config.chunk_max);

		judgement = smtp_judge(s, event_body(chunk), out, &v);
		rest = span_skip(rest, chunk.len);
	}
	return judgement;
}

static enum judgement
show(struct smtp_session *s, struct buffer *out, struct verdict *edits)
{
	enum judgement judgement = show_header(s, out);

	if (judgement == JUDGE_PASS)
		judgement = show_body(s, out);
	if (judgement == JUDGE_PASS)
		judgement = smtp_judge(s, event_plain(EVENT_EOM), out, edits);
	return judgement;
}

/* Carry out what the sink asked for; 0, or -1: there is no memory. */
static int
edit(struct smtp_session *s, const struct verdict *v,
    struct smtp_message *to)
{
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
			/* The sink's, which is not asked again before this
			 * message is delivered. */
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

static int
deliver(struct smtp_session *s, struct smtp_message *to)
{
	struct message *m = &s->message;
	struct error error = { "" };
	struct buffer header;
	int result = -1;

	if (s->config.deliver == NULL)
		return 0;
	buffer_init(&header, m->content.limit + m->arena.limit);
	message_header(m, &header);
	to->queue_id = smtp_macros_value(&s->macros, MACRO_I);
	to->sender = s->envelope.sender;
	to->recipients = s->envelope.recipients;
	to->recipient_count = s->envelope.count;
	to->smtputf8 = s->envelope.smtputf8;
	to->eight_bit = s->envelope.eight_bit;
	to->header = buffer_span(&header);
	to->body = m->body;
	to->fields = list_fields(m);
	to->field_count = m->count;
	to->discarded = s->discarded;
	if (!header.overflow && to->fields != NULL)
		result = s->config.deliver(s->config.self, to, &error);
	buffer_release(&header);
	return result;
}

/* Nobody has anything against the message. */
static void
take_over(struct smtp_session *s, const struct verdict *edits,
    struct buffer *out)
{
	struct smtp_message to = { .discarded = false };
	struct span name = smtp_macros_value(&s->macros, MACRO_I);

	if (edit(s, edits, &to) < 0 || deliver(s, &to) < 0)
		smtp_say(out, "451 4.3.0 Error: queue file write error");
	else if (s->stuffed)
		smtp_say(out, "250 2.0.0 Ok: queued as %.*s", (int)name.len,
		    name.ptr);
	else
		smtp_say(out, "250 2.0.0 Ok: %zu bytes queued as %.*s",
		    (size_t)s->received, (int)name.len, name.ptr);
}

/* Has the message what the machine itself cannot take? Then that is said. */
static bool
is_impossible(struct smtp_session *s, struct buffer *out)
{
	bool too_long = s->received > s->config.message_max;

	if (s->message.content.overflow && too_long)
		smtp_say(out, "552 5.3.4 Error: message file too big");
	else if (s->message.content.overflow)
		smtp_say(out, "452 4.3.1 Insufficient system storage");
	else if (message_read(&s->message) == 0)
		return false;
	else
		smtp_say(out, "552 5.3.4 Error: message header too large");
	return true;
}

void
smtp_end_of_message(struct smtp_session *s, struct buffer *out)
{
	struct verdict edits;

	if (s->want != SMTP_CLOSED)
		s->want = SMTP_WANT_COMMAND;
	if (is_impossible(s, out)) {
		smtp_transaction_abort(s);
		return;
	}
	if (show(s, out, &edits) == JUDGE_PASS)
		take_over(s, &edits, out);
	smtp_transaction_end(s);
}
