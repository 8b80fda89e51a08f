/*
 * chunk.c - BDAT: a message in counted pieces (RFC 3030).
 *
 * Whatever becomes of a chunk, exactly its bytes are taken off the input: they
 * may look like commands. One that is refused is answered when its bytes have
 * gone by, and so are those that follow, up to the last of the message.
 *
 * Failure: a BDAT whose count cannot be read closes the session, for nobody
 * knows then where the next command begins.
 */
#include "config.h"

#include <inttypes.h>

#include "milter/smtp/command.h"
#include "milter/smtp/content.h"
#include "milter/smtp/judge.h"
#include "milter/smtp/path.h"
#include "milter/smtp/reply.h"

/* RFC 3030 2: bdat-cmd = "BDAT" SP chunk-size [ SP "LAST" ]. */
static int
read_count(struct span args, size_t *size, bool *last)
{
	struct span count = smtp_word(&args);
	struct span word = smtp_word(&args);

	*size = 0;
	if (count.len == 0)
		return -1;
	for (size_t i = 0; i < count.len; i++) {
		if (count.ptr[i] < '0' || count.ptr[i] > '9' ||
		    *size > SIZE_MAX / 10 - 1)
			return -1;
		*size = *size * 10 + (size_t)(count.ptr[i] - '0');
	}
	*last = word.len > 0;
	return args.len == 0 &&
	    (!*last || span_equal_nocase(word, span_of("LAST"))) ? 0 : -1;
}

/* Has the machine nothing against a chunk? Otherwise REPLY has the reason. */
static bool
is_welcome(const struct smtp_session *s, size_t size, struct buffer *reply)
{
	if (!(s->config.features & SMTP_CHUNKING))
		smtp_say(reply, "502 5.5.1 Error: command not implemented");
	else if (size == 0 && !s->chunk_last)
		smtp_say(reply, "551 5.7.1 Null BDAT request");
	else if (s->chunk_failed)
		smtp_say(reply,
		    "551 5.0.0 Discarded %zu bytes after earlier error", size);
	else if (s->in_mail && s->envelope.count == 0)
		smtp_say(reply, "554 5.5.1 Error: no valid recipients");
	else if (s->envelope.count == 0)
		smtp_say(reply, "503 5.5.1 Error: need RCPT command");
	else
		return true;
	return false;
}

/* The last byte of a chunk is there. */
static void
end_chunk(struct smtp_session *s, struct buffer *out)
{
	enum content_result result;

	s->want = SMTP_WANT_COMMAND;
	if (s->chunk_reply.len > 0) {
		buffer_add(out, buffer_span(&s->chunk_reply));
		buffer_clear(&s->chunk_reply);
		if (s->chunk_last)
			smtp_transaction_end(s);
		else
			s->chunk_failed = true;
		return;
	}
	if (!s->chunk_last) {
		smtp_say(out, "250 2.0.0 Ok: %" PRIu64 " bytes", s->received);
		return;
	}
	result = content_finish(s);
	if (result == CONTENT_END)
		smtp_end_of_message(s, out);
	else
		content_refuse(s, result, out);
}

static void
begin_chunk(struct smtp_session *s, struct buffer *out)
{
	s->want = SMTP_WANT_CHUNK;
	if (s->chunk_left == 0)
		end_chunk(s, out);
}

/* The first chunk of a message: the sinks have heard of EVENT_DATA. */
static void
after_bdat(struct smtp_session *s, enum judgement judgement,
    struct buffer *out)
{
	if (judgement == JUDGE_CLOSED) {
		smtp_say_refusal(s, out);
		return;
	}
	if (judgement == JUDGE_PASS)
		content_begin(s, false);
	else
		smtp_say_refusal(s, &s->chunk_reply);
	begin_chunk(s, out);
}

void
smtp_bdat(struct smtp_session *s, struct span args, struct buffer *out)
{
	if (read_count(args, &s->chunk_left, &s->chunk_last) < 0) {
		smtp_say(out, "521 5.5.4 Syntax: BDAT count [LAST]");
		s->want = SMTP_CLOSED;
		return;
	}
	buffer_clear(&s->chunk_reply);
	if (is_welcome(s, s->chunk_left, &s->chunk_reply) && !s->in_content)
		smtp_ask(s, event_plain(EVENT_DATA), after_bdat, out);
	else
		begin_chunk(s, out);
}

void
chunk_take(struct smtp_session *s, struct span *bytes, struct buffer *out)
{
	struct span chunk = span_head(*bytes, s->chunk_left);
	enum content_result result = CONTENT_MORE;

	*bytes = span_skip(*bytes, chunk.len);
	s->chunk_left -= chunk.len;
	if (s->chunk_reply.len == 0)
		result = content_take(s, &chunk);
	if (result != CONTENT_MORE)
		content_refuse(s, result, out);
	else if (s->chunk_left == 0)
		end_chunk(s, out);
}
