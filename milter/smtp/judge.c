/*
 * judge.c - all that the sink is told, and what its verdicts lead to.
 *
 * A sink that has decided is not asked again: not for the connection when it
 * accepted that, not for the message when it accepted or discarded it, and a
 * refusal stands. This is what Postfix 3.7 makes of a milter's answers, seen on
 * the wire:
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

/* May the sink be told of an event of KIND? */
static bool
is_asked(const struct smtp_session *s, enum event_kind kind)
{
	if (s->deaf || s->standing.len > 0)
		return false;
	return of_connection(kind) || !s->message_deaf;
}

static void
feed(struct smtp_session *s, struct event *event, struct verdict *v)
{
	smtp_macros_update(&s->macros);
	event->macros = s->macros.at;
	event->macro_count = s->macros.count;
	event->time = s->time;
	/* A failed sink has given its safe answer. */
	(void)s->sink(s->self, event, v);
}

/*
 * The reply goes to OUT, but at CONNECT and HELO it only stands, for those are
 * answered otherwise; unless it closes, at HELO.
 */
static enum judgement
refuse(struct smtp_session *s, enum event_kind kind, const struct verdict *v,
    struct buffer *out)
{
	struct buffer *to = of_connection(kind) ? &s->standing : out;
	size_t start = to->len;
	bool sound = smtp_say_verdict(to, v) == 0;
	struct span reply = span_skip(buffer_span(to), start);

	if (sound && (v->kind == VERDICT_CLOSE || v->reply.code == 421)) {
		if (kind == EVENT_HELO)
			buffer_add(out, reply);
		s->want = SMTP_CLOSED;
		return JUDGE_CLOSED;
	}
	if (!sound && to == out)
		buffer_add(&s->standing, reply);
	return JUDGE_REFUSED;
}

static enum judgement
take(struct smtp_session *s, enum event_kind kind, const struct verdict *v,
    struct buffer *out)
{
	switch (v->kind) {
	case VERDICT_CONTINUE:
		return JUDGE_PASS;
	case VERDICT_ACCEPT:
		if (of_connection(kind))
			s->deaf = true;
		else
			s->message_deaf = s->in_mail || kind == EVENT_MAIL;
		return JUDGE_PASS;
	case VERDICT_DISCARD:
		if (of_connection(kind) || kind == EVENT_UNKNOWN)
			return JUDGE_PASS;
		s->message_deaf = true;
		s->discarded = true;
		return JUDGE_PASS;
	case VERDICT_REJECT:
	case VERDICT_TEMPFAIL:
	case VERDICT_CLOSE:
		break;
	}
	return refuse(s, kind, v, out);
}

enum judgement
smtp_judge(struct smtp_session *s, struct event event, struct buffer *out,
    struct verdict *verdict)
{
	struct verdict v = { .kind = VERDICT_CONTINUE };
	enum judgement judgement = JUDGE_PASS;

	if (s->standing.len > 0) {
		if (!of_connection(event.kind))
			buffer_add(out, buffer_span(&s->standing));
		judgement = JUDGE_REFUSED;
	} else if (is_asked(s, event.kind)) {
		feed(s, &event, &v);
		judgement = take(s, event.kind, &v, out);
	}
	if (verdict != NULL)
		*verdict = v;
	return judgement;
}

void
smtp_notify(struct smtp_session *s, enum event_kind kind)
{
	struct event event = event_plain(kind);
	struct verdict v = { .kind = VERDICT_CONTINUE };

	if (kind == EVENT_CLOSE || is_asked(s, kind))
		feed(s, &event, &v);
}

bool
smtp_refused_for_good(const struct smtp_session *s)
{
	return s->standing.len > 0 && s->standing.ptr[0] == '5';
}
