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
#include "milter/smtp/reply.h"

/* A whole line is there, without its end. */
static void
end_line(struct smtp_session *s, struct buffer *out)
{
	struct span line = buffer_span(&s->line);

	s->data_refused = false;
	if (s->line.overflow)
		smtp_say(out, "500 5.5.2 Error: line too long");
	else if (span_find(line, '\0') < line.len ||
	    span_find(line, '\r') < line.len)
		smtp_say(out, "500 5.5.2 Error: bad syntax");
	else
		smtp_command(s, line, out);
	/* It may have been a password. */
	if (line.len > 0)
		explicit_bzero(s->line.ptr, line.len);
	buffer_clear(&s->line);
	s->line_cr = false;
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
	end_line(s, out);
	/*
	 * RFC 2920 3.1: what comes behind DATA has to wait for the reply. When
	 * it did not, and DATA was refused, it is a message and no commands.
	 */
	if (s->data_refused && bytes->len > 0 && s->want != SMTP_CLOSED) {
		smtp_say(out, "554 5.5.0 Error: SMTP protocol synchronization");
		s->want = SMTP_CLOSED;
	}
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

enum smtp_want
smtp_session_feed(struct smtp_session *s, struct span bytes,
    struct buffer *out)
{
	while (bytes.len > 0 && !out->overflow) {
		switch (s->want) {
		case SMTP_WANT_COMMAND:
			take_line(s, &bytes, out);
			break;
		case SMTP_WANT_DATA:
			take_data(s, &bytes, out);
			break;
		case SMTP_WANT_CHUNK:
			chunk_take(s, &bytes, out);
			break;
		case SMTP_WANT_TLS:
			/* RFC 3207 4.2: they were not protected. */
		case SMTP_CLOSED:
			bytes.len = 0;
			break;
		}
	}
	if (s->want == SMTP_CLOSED || out->overflow)
		smtp_session_disconnect(s);
	return s->want;
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
