/*
 * judge.c - all that the sinks are told, and what their verdicts lead to.
 *
 * A question goes from sink to sink until one refuses; the others are not asked
 * then. A sink that has decided is not asked again: not for the connection when
 * it accepted that, not for the message when it accepted or discarded it, and a
 * refusal stands. Of a message that one has discarded the others hear no more.
 * This is what Postfix 3.7 makes of milters' answers, seen on the wire:
 *
 *		connect, helo	mail, data	rcpt		content
 *	accept	no more of the	no more of the	the same	the same
 *		connection	message
 *	reject	stands		refused		that recipient	refused at the
 *	tempf.	stands		refused		is refused	message's end
 *	discard	nothing		drop the	the same	the same
 *				message
 *	close	closed		closed		closed		closed there
 *
 * A refusal that stands is the answer to MAIL, VRFY and unknown commands. The
 * greeting is 554 when it is a 5xx one, HELO is answered as ever and EHLO
 * offers ENHANCEDSTATUSCODES alone then; NOOP, RSET and QUIT never change. A
 * refused DATA leaves the transaction as it is. At an unknown command, accept
 * is for the message it is in, and discard is nothing. (When a milter closes
 * without a reply of its own while it looks at the content, Postfix takes the
 * message. Here that closes too.)
 *
 * Failure: a sink that returns -1 has filled its safe answer, which is taken
 * like any other. A reply that is none becomes 451 4.3.5, and stands, for a
 * sink that speaks so is not to be asked again.
 */
#include "config.h"

#include "milter/smtp/judge.h"
#include "milter/smtp/reply.h"

static bool
of_connection(enum event_kind kind)
{
	return kind == EVENT_CONNECT || kind == EVENT_HELO;
}

static bool
of_content(enum event_kind kind)
{
	return kind == EVENT_HEADER || kind == EVENT_EOH ||
	    kind == EVENT_BODY || kind == EVENT_EOM;
}

/* Has the sink nothing to say any more, on the message at least? */
static bool
has_decided(const struct smtp_sink *sink)
{
	return sink->deaf || sink->message_deaf || sink->standing.len > 0;
}

bool
smtp_is_asked(const struct smtp_session *s, size_t i, enum event_kind kind)
{
	const struct smtp_sink *sink = &s->sinks[i];

	if (of_connection(kind))
		return !sink->deaf && sink->standing.len == 0;
	return !has_decided(sink) && !s->discarded;
}

static int
tell(struct smtp_session *s, struct smtp_sink *sink, struct event *event,
    struct verdict *v)
{
	smtp_macros_update(&s->macros);
	event->macros = s->macros.at;
	event->macro_count = s->macros.count;
	event->time = s->time;
	*v = (struct verdict){ .kind = VERDICT_CONTINUE };
	return sink->feed(sink->self, event, v);
}

int
smtp_feed(struct smtp_session *s, size_t i, struct event *event,
    struct verdict *v)
{
	struct smtp_sink *sink = &s->sinks[i];

	if (event->kind == EVENT_CONNECT)
		sink->told_connect = true;
	if (event->kind == EVENT_MAIL)
		sink->told_mail = true;
	/* A failed sink has given its safe answer. */
	if (tell(s, sink, event, v) != EVENT_LATER)
		return 0;
	s->asked = i;
	s->want = SMTP_WANT_VERDICT;
	return EVENT_LATER;
}

/*
 * At CONNECT and HELO a refusal stands, for those are answered otherwise, but
 * one that closes. MAIL and the content are over with it.
 */
static enum judgement
refuse(struct smtp_session *s, struct smtp_sink *sink, enum event_kind kind,
    const struct verdict *v)
{
	bool sound;

	buffer_clear(&s->refusal);
	sound = smtp_say_verdict(&s->refusal, v) == 0;
	if (kind == EVENT_MAIL || of_content(kind))
		sink->told_mail = false;
	if (sound && (v->kind == VERDICT_CLOSE || v->reply.code == 421)) {
		s->want = SMTP_CLOSED;
		return JUDGE_CLOSED;
	}
	if (!sound || of_connection(kind))
		buffer_add(&sink->standing, buffer_span(&s->refusal));
	return JUDGE_REFUSED;
}

enum judgement
smtp_take_verdict(struct smtp_session *s, size_t i, enum event_kind kind,
    const struct verdict *v)
{
	struct smtp_sink *sink = &s->sinks[i];

	switch (v->kind) {
	case VERDICT_CONTINUE:
		return JUDGE_PASS;
	case VERDICT_ACCEPT:
		if (of_connection(kind))
			sink->deaf = true;
		else
			sink->message_deaf = s->in_mail || kind == EVENT_MAIL;
		return JUDGE_PASS;
	case VERDICT_DISCARD:
		if (of_connection(kind) || kind == EVENT_UNKNOWN)
			return JUDGE_PASS;
		sink->message_deaf = true;
		s->discarded = true;
		return JUDGE_PASS;
	case VERDICT_REJECT:
	case VERDICT_TEMPFAIL:
	case VERDICT_CLOSE:
		break;
	}
	return refuse(s, sink, kind, v);
}

/* Ask the sinks from question.sink on, until one refuses or answers later. */
static void
ask(struct smtp_session *s, enum judgement judgement, struct buffer *out)
{
	struct question *q = &s->question;
	struct verdict v;

	for (; judgement == JUDGE_PASS && q->sink < s->sink_count; q->sink++) {
		struct buffer *standing = &s->sinks[q->sink].standing;

		if (standing->len > 0) {
			buffer_clear(&s->refusal);
			buffer_add(&s->refusal, buffer_span(standing));
			judgement = JUDGE_REFUSED;
		} else if (smtp_is_asked(s, q->sink, q->event.kind)) {
			if (smtp_feed(s, q->sink, &q->event, &v) ==
			    EVENT_LATER)
				return;
			judgement = smtp_take_verdict(s, q->sink,
			    q->event.kind, &v);
		}
	}
	q->then(s, judgement, out);
}

/* smtp_session.answered */
static void
go_on(struct smtp_session *s, const struct verdict *v, struct buffer *out)
{
	struct question *q = &s->question;

	ask(s, smtp_take_verdict(s, q->sink++, q->event.kind, v), out);
}

void
smtp_ask(struct smtp_session *s, struct event event, smtp_then *then,
    struct buffer *out)
{
	s->question = (struct question){ .event = event, .then = then };
	s->answered = go_on;
	ask(s, JUDGE_PASS, out);
}

void
smtp_say_refusal(const struct smtp_session *s, struct buffer *out)
{
	buffer_add(out, buffer_span(&s->refusal));
}

void
smtp_notify(struct smtp_session *s, enum event_kind kind)
{
	struct event event = event_plain(kind);
	struct verdict v;

	for (size_t i = 0; i < s->sink_count; i++) {
		struct smtp_sink *sink = &s->sinks[i];
		bool *due = kind == EVENT_CLOSE ? &sink->told_connect :
		    &sink->told_mail;

		if (*due && (kind == EVENT_CLOSE || !has_decided(sink)))
			(void)tell(s, sink, &event, &v);
		*due = false;
	}
}

void
smtp_forget_decisions(struct smtp_session *s)
{
	for (size_t i = 0; i < s->sink_count; i++) {
		s->sinks[i].deaf = false;
		s->sinks[i].message_deaf = false;
		buffer_clear(&s->sinks[i].standing);
	}
}

struct span
smtp_standing(const struct smtp_session *s)
{
	size_t i = 0;

	while (i < s->sink_count && s->sinks[i].standing.len == 0)
		i++;
	return i < s->sink_count ? buffer_span(&s->sinks[i].standing) :
	    span_make("", 0);
}

bool
smtp_refused_for_good(const struct smtp_session *s)
{
	return span_starts_with(smtp_standing(s), span_of("5"));
}
