/*
 * receive.c - what the client sends, cut into commands and content.
 *
 * What the session waits for decides who gets the next byte, so it does not
 * matter how the network cut the input. The two functions for whole commands
 * and messages go the same way: they add what a client would have added.
 *
 * Failure: a command line that is too long is dropped to its end and answered
 * 500; one that ends in a bare LF closes the session, for another server may
 * have read it as part of a longer one. When an answer does not fit into the
 * caller's buffer the session closes.
 */
#include "config.h"

#include "milter/smtp/command.h"
#include "milter/smtp/content.h"
#include "milter/smtp/pool.h"
#include "milter/smtp/reply.h"

/* RFC 4954 4: that ends an AUTH, too; what follows is a command again. */
static void
refuse_line(struct smtp_session *s, const char *why, struct buffer *out)
{
	s->auth = AUTH_NONE;
	smtp_say(out, "500 5.5.2 Error: %s", why);
}

/* A whole line is there, without its end. */
static void
end_line(struct smtp_session *s, struct buffer *out)
{
	struct span line = buffer_span(&s->line);

	s->line_whole = true;
	if (s->line.overflow)
		refuse_line(s, "line too long", out);
	else if (span_find(line, '\0') < line.len ||
	    span_find(line, '\r') < line.len)
		refuse_line(s, "bad syntax", out);
	else
		smtp_command(s, line, out);
}

/* The command is carried out, and its line may have been a password. */
static void
forget_line(struct smtp_session *s)
{
	if (s->line.len > 0)
		explicit_bzero(s->line.ptr, s->line.len);
	buffer_clear(&s->line);
	s->line_cr = false;
	s->line_whole = false;
}

/* Take a command line off BYTES, as far as it is there. */
static void
take_line(struct smtp_session *s, struct span *bytes, struct buffer *out)
{
	size_t lf = span_find(*bytes, '\n');
	bool whole = lf < bytes->len;

	if (lf > 0)
		s->line_cr = bytes->ptr[lf - 1] == '\r';
	buffer_add(&s->line, span_head(*bytes, lf));
	*bytes = span_skip(*bytes, lf + 1);
	if (!whole)
		return;
	if (!s->line_cr && !s->config.normalize) {
		content_refuse(s, CONTENT_BARE_LF, out);
		return;
	}
	if (s->line_cr && !s->line.overflow)
		s->line.len--;
	s->pipelined = bytes->len > 0;
	end_line(s, out);
}

static void
take_data(struct smtp_session *s, struct span *bytes, struct buffer *out)
{
	enum content_result result = content_take(s, bytes);

	if (result == CONTENT_END)
		smtp_end_of_message(s, out);
	else if (result != CONTENT_MORE)
		content_refuse(s, result, out);
}

bool
smtp_is_waiting(const struct smtp_session *s)
{
	return s->want == SMTP_WANT_VERDICT || s->want == SMTP_WANT_DELIVERY;
}

/*
 * REPLY is what the client was told in this step. As Postfix does, the last
 * error that is borne is answered twice.
 */
static void
count_errors(struct smtp_session *s, struct span reply, struct buffer *out)
{
	if (reply.len > 0 && (reply.ptr[0] == '4' || reply.ptr[0] == '5'))
		s->errors++;
	if (s->config.errors_max == 0 || s->errors < s->config.errors_max ||
	    s->want == SMTP_CLOSED || smtp_is_waiting(s))
		return;
	smtp_say(out, "421 4.7.0 %s Error: too many errors", s->config.host);
	s->want = SMTP_CLOSED;
}

enum smtp_want
smtp_step_end(struct smtp_session *s, size_t start, struct buffer *out)
{
	(void)smtp_charge(s);
	count_errors(s, span_skip(buffer_span(out), start), out);
	if (smtp_is_waiting(s))
		return s->want;
	if (s->line_whole)
		forget_line(s);
	if (s->want == SMTP_CLOSED || out->overflow)
		smtp_session_disconnect(s);
	return s->want;
}

/* One step: a command, or some of the content. */
static void
take_step(struct smtp_session *s, struct span *bytes, struct buffer *out)
{
	switch (s->want) {
	case SMTP_WANT_COMMAND:
		take_line(s, bytes, out);
		break;
	case SMTP_WANT_DATA:
		take_data(s, bytes, out);
		break;
	case SMTP_WANT_CHUNK:
		chunk_take(s, bytes, out);
		break;
	case SMTP_WANT_TLS:
		/* RFC 3207 4.2: they were not protected. */
	case SMTP_CLOSED:
		bytes->len = 0;
		break;
	case SMTP_WANT_VERDICT:
	case SMTP_WANT_DELIVERY:
		break;
	}
}

enum smtp_want
smtp_session_take(struct smtp_session *s, struct span *bytes,
    struct buffer *out)
{
	while (bytes->len > 0 && !smtp_is_waiting(s)) {
		size_t start = out->len;

		take_step(s, bytes, out);
		smtp_step_end(s, start, out);
	}
	return s->want;
}

enum smtp_want
smtp_session_feed(struct smtp_session *s, struct span bytes,
    struct buffer *out)
{
	return smtp_session_take(s, &bytes, out);
}

enum smtp_want
smtp_session_verdict(struct smtp_session *s, const struct verdict *v,
    struct buffer *out)
{
	size_t start = out->len;

	if (s->want != SMTP_WANT_VERDICT)
		return s->want;
	s->want = SMTP_WANT_COMMAND;
	s->answered(s, v, out);
	return smtp_step_end(s, start, out);
}

size_t
smtp_session_asked(const struct smtp_session *s)
{
	return s->asked;
}

enum smtp_want
smtp_session_delivered(struct smtp_session *s, enum smtp_delivery result,
    struct buffer *out)
{
	size_t start = out->len;

	if (s->want != SMTP_WANT_DELIVERY)
		return s->want;
	s->want = SMTP_WANT_COMMAND;
	smtp_end_delivery(s, result, out);
	return smtp_step_end(s, start, out);
}

enum smtp_want
smtp_session_command(struct smtp_session *s, struct span line,
    struct buffer *out)
{
	if (s->want != SMTP_WANT_COMMAND)
		return s->want;
	smtp_session_feed(s, line, out);
	return smtp_session_feed(s, span_of("\r\n"), out);
}

/* RFC 5321 4.5.2: a dot before each line that begins with one. */
static void
feed_stuffed(struct smtp_session *s, struct span bytes, struct buffer *out)
{
	static const char stop[] = "\r\n.";
	const char *dot;

	if (span_starts_with(bytes, span_of(".")))
		smtp_session_feed(s, span_of("."), out);
	while ((dot = bytes.len > 0 ? memmem(bytes.ptr, bytes.len, stop,
	    sizeof stop - 1) : NULL) != NULL) {
		size_t len = (size_t)(dot - bytes.ptr) + 2;

		smtp_session_feed(s, span_head(bytes, len), out);
		smtp_session_feed(s, span_of("."), out);
		bytes = span_skip(bytes, len);
	}
	smtp_session_feed(s, bytes, out);
}

enum smtp_want
smtp_session_message(struct smtp_session *s, struct span bytes,
    struct buffer *out)
{
	bool whole;

	if (s->want == SMTP_WANT_CHUNK)
		return smtp_session_feed(s, span_head(bytes, s->chunk_left),
		    out);
	if (s->want != SMTP_WANT_DATA)
		return s->want;
	whole = bytes.len == 0 || span_ends_with(bytes, span_of("\r\n"));
	/* It ends a line, but no dot behind it would end the message. */
	if (!whole && s->config.normalize &&
	    span_ends_with(bytes, span_of("\n")))
		bytes.len--;
	feed_stuffed(s, bytes, out);
	if (!whole)
		smtp_session_feed(s, span_of("\r\n"), out);
	return smtp_session_feed(s, span_of(".\r\n"), out);
}

size_t
smtp_session_chunk_left(const struct smtp_session *s)
{
	return s->want == SMTP_WANT_CHUNK ? s->chunk_left : 0;
}
