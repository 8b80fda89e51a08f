/*
 * content.c - the bytes of a message on their way in.
 *
 * A line ends in CRLF and nothing else (RFC 5321 2.3.8), and only a line that
 * is one dot, between two CRLF, ends DATA. A server that takes other bytes for
 * that end can be made to read a second message out of the text of the first
 * ("SMTP smuggling"), so a LF or CR that stands alone refuses the message, or
 * with config.normalize is made a line end or a space that ends nothing.
 *
 * Failure: what is refused inside the content cannot be followed by a reply and
 * another command, for client and server do not agree where those begin: the
 * session closes. A message that is too long is read to its end and dropped.
 */
#include "config.h"

#include "milter/smtp/command.h"
#include "milter/smtp/content.h"
#include "milter/smtp/judge.h"
#include "milter/smtp/pool.h"
#include "milter/smtp/reply.h"

/* A buffer begins with so much. */
#define SPARE 64

/* Once something was left out all of it is of no use. */
static void
drop(struct smtp_session *s)
{
	message_drop(&s->message);
	s->message.content.overflow = true;
}

/* BYTES belong to the content. */
static void
keep(struct smtp_session *s, struct span bytes)
{
	struct buffer *to = &s->message.content;
	size_t cap = to->cap;

	if (to->overflow)
		return;
	/* A buffer that grows doubles, until it has what it needs. */
	if (bytes.len > cap - to->len &&
	    !smtp_has_room(s, cap + 2 * bytes.len + SPARE)) {
		drop(s);
		return;
	}
	buffer_add(to, bytes);
	if (to->overflow)
		drop(s);
	else if (to->cap != cap)
		(void)smtp_charge(s);
}

/* Offset of the first CR or LF in S, or S.len. */
static size_t
find_line_end(struct span s)
{
	size_t i = 0;

	while (i < s.len && s.ptr[i] != '\r' && s.ptr[i] != '\n')
		i++;
	return i;
}

/* A LF alone: a line end when that is allowed, but no place for a dot. */
static enum content_result
bare_lf(struct smtp_session *s)
{
	if (!s->config.normalize)
		return CONTENT_BARE_LF;
	keep(s, span_of("\r\n"));
	s->place = PLACE_LINE;
	return CONTENT_MORE;
}

static enum content_result
bare_cr(struct smtp_session *s)
{
	if (!s->config.normalize)
		return CONTENT_BARE_CR;
	keep(s, span_of(" "));
	s->place = PLACE_LINE;
	return CONTENT_MORE;
}

/* The rest of a line, as far as it is there. */
static enum content_result
take_line(struct smtp_session *s, struct span *bytes)
{
	size_t len = find_line_end(*bytes);
	bool lf = len < bytes->len && bytes->ptr[len] == '\n';

	keep(s, span_head(*bytes, len));
	if (len < bytes->len)
		s->place = PLACE_CR;
	*bytes = span_skip(*bytes, len + 1);
	return lf ? bare_lf(s) : CONTENT_MORE;
}

/* One step from s->place; it takes a byte or more, or moves on. */
static enum content_result
step(struct smtp_session *s, struct span *bytes)
{
	char c = bytes->ptr[0];

	switch (s->place) {
	case PLACE_START:
		s->place = s->stuffed && c == '.' ? PLACE_DOT : PLACE_LINE;
		if (s->place == PLACE_DOT)
			*bytes = span_skip(*bytes, 1);
		return CONTENT_MORE;
	case PLACE_DOT:
		/* RFC 5321 4.5.2: one leading dot is the client's, remove it.
		 * A dot before a LF is no line that SMTP knows; it stays. */
		s->place = c == '\r' ? PLACE_DOT_CR : PLACE_LINE;
		if (c == '\r')
			*bytes = span_skip(*bytes, 1);
		if (c == '\n')
			keep(s, span_of("."));
		return CONTENT_MORE;
	case PLACE_DOT_CR:
		if (c != '\n')
			return bare_cr(s);
		*bytes = span_skip(*bytes, 1);
		return CONTENT_END;
	case PLACE_LINE:
		return take_line(s, bytes);
	case PLACE_CR:
		if (c != '\n')
			return bare_cr(s);
		keep(s, span_of("\r\n"));
		*bytes = span_skip(*bytes, 1);
		s->place = PLACE_START;
		return CONTENT_MORE;
	}
	return CONTENT_MORE;
}

void
content_begin(struct smtp_session *s, bool stuffed)
{
	s->in_content = true;
	s->stuffed = stuffed;
	s->place = PLACE_START;
}

enum content_result
content_take(struct smtp_session *s, struct span *bytes)
{
	enum content_result result = CONTENT_MORE;
	size_t before = bytes->len;

	while (result == CONTENT_MORE && bytes->len > 0)
		result = step(s, bytes);
	s->received += before - bytes->len;
	return result;
}

enum content_result
content_finish(struct smtp_session *s)
{
	if (s->place == PLACE_CR && bare_cr(s) != CONTENT_MORE)
		return CONTENT_BARE_CR;
	if (s->place != PLACE_START)
		keep(s, span_of("\r\n"));
	return CONTENT_END;
}

void
content_refuse(struct smtp_session *s, enum content_result result,
    struct buffer *out)
{
	smtp_say(out, "550 5.5.2 Error: bare <%s> received",
	    result == CONTENT_BARE_LF ? "LF" : "CR");
	s->want = SMTP_CLOSED;
}

/*
 * RFC 2920 3.1: what comes behind DATA has to wait for the reply. When it did
 * not, and DATA was refused, it is a message and no commands.
 */
static void
end_refused(struct smtp_session *s, struct buffer *out)
{
	if (!s->pipelined || s->want == SMTP_CLOSED)
		return;
	smtp_say(out, "554 5.5.0 Error: SMTP protocol synchronization");
	s->want = SMTP_CLOSED;
}

static void
after_data(struct smtp_session *s, enum judgement judgement,
    struct buffer *out)
{
	if (judgement != JUDGE_PASS) {
		smtp_say_refusal(s, out);
		end_refused(s, out);
		return;
	}
	content_begin(s, true);
	s->want = SMTP_WANT_DATA;
	smtp_say(out, "354 End data with <CR><LF>.<CR><LF>");
}

void
smtp_data(struct smtp_session *s, struct span args, struct buffer *out)
{
	if (s->in_content || s->chunk_failed)
		smtp_say(out, "503 5.5.1 Error: DATA after BDAT");
	else if (s->in_mail && s->envelope.count == 0)
		smtp_say(out, "554 5.5.1 Error: no valid recipients");
	else if (s->envelope.count == 0)
		smtp_say(out, "503 5.5.1 Error: need RCPT command");
	else if (args.len > 0)
		smtp_say(out, "501 5.5.4 Syntax: DATA");
	else if (!s->config.strict_order || !s->pipelined) {
		smtp_ask(s, event_plain(EVENT_DATA), after_data, out);
		return;
	}
	end_refused(s, out);
}
