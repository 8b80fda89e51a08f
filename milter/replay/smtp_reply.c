/*
 * smtp_reply.c - SMTP replies as text, and when two of them agree.
 *
 * Failure: a text that is no reply has code 0, which agrees with nothing.
 */
#include "config.h"

#include "milter/replay/smtp_reply.h"
#include "recording.h"

struct reply
smtp_reply_read(struct span text, struct buffer *scratch)
{
	struct reply reply = { .code = 0 }, part;
	struct span line;
	size_t end;

	buffer_clear(scratch);
	for (; text.len > 0; text = span_skip(text, end + 1)) {
		end = span_find(text, '\n');
		line = span_head(text, end);
		if (end > 0 && line.ptr[end - 1] == '\r')
			line.len--;
		if (expect_reply_parse(line, &part) < 0)
			continue;
		if (reply.code == 0)
			reply = part;
		else
			buffer_add_char(scratch, '\n');
		buffer_add(scratch, part.text);
	}
	reply.text = buffer_span(scratch);
	return reply;
}

bool
smtp_reply_refuses(unsigned code)
{
	return code >= 400;
}

bool
smtp_reply_other_class(unsigned a, unsigned b)
{
	return a / 100 != b / 100;
}

bool
smtp_reply_agrees(const struct reply *want, const struct reply *got)
{
	if (want->code != 0 && want->code != got->code)
		return false;
	if (want->status.len > 0 && !span_equal(want->status, got->status))
		return false;
	return want->text.len == 0 || !smtp_reply_refuses(got->code) ||
	    span_equal(want->text, got->text);
}

/* Does what is said of GOT have its status and its text, beside WANT? A refusal
 * that was not expected is told whole. */
static bool
shows_status(const struct reply *got, const struct reply *want)
{
	if (smtp_reply_other_class(got->code, want->code))
		return smtp_reply_refuses(got->code);
	return want->status.len > 0;
}

static bool
shows_text(const struct reply *got, const struct reply *want)
{
	if (smtp_reply_other_class(got->code, want->code))
		return smtp_reply_refuses(got->code);
	return want->text.len > 0 && smtp_reply_refuses(got->code);
}

void
smtp_reply_show(const struct reply *got, const struct reply *want,
    struct buffer *out)
{
	if (got->code == 0) {
		buffer_add_text(out, "no reply");
		return;
	}
	buffer_addf(out, "%u", got->code);
	if (shows_status(got, want) && got->status.len > 0) {
		buffer_add_char(out, ' ');
		buffer_add(out, got->status);
	}
	if (shows_text(got, want) && got->text.len > 0) {
		buffer_add_char(out, ' ');
		buffer_add(out, got->text);
	}
}

/* One line of GOT, that says TEXT; MORE of them follow (RFC 5321 4.2.1). */
static void
write_line(const struct reply *got, struct span status, struct span text,
    bool more, struct buffer *out)
{
	char divider = more ? '-' : ' ';

	buffer_addf(out, "S: %u", got->code);
	if (more || status.len > 0 || text.len > 0)
		buffer_add_char(out, divider);
	buffer_add(out, status);
	if (status.len > 0 && text.len > 0)
		buffer_add_char(out, ' ');
	buffer_add(out, text);
	buffer_add_char(out, '\n');
}

void
smtp_reply_lines(const struct reply *got, const struct reply *want,
    struct buffer *out)
{
	struct span rest = span_make(NULL, 0), status = rest;
	size_t end;
	bool more;

	if (shows_status(got, want))
		status = got->status;
	if (shows_text(got, want))
		rest = got->text;
	do {
		end = span_find(rest, '\n');
		more = end < rest.len;
		write_line(got, status, span_head(rest, end), more, out);
		rest = span_skip(rest, end + 1);
	} while (more);
}
