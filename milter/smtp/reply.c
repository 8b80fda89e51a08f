/*
 * reply.c - what a client is told.
 *
 * A reply that is shown as it came from a filter could end early and begin
 * another one (a line end in its text), or say yes where no was meant (a 2xx
 * code). So nothing is shown that was not looked at, byte for byte.
 *
 * Failure: a reply that is none is not mended but replaced by 451 4.3.5.
 */
#include "config.h"

#include <stdarg.h>
#include <stdio.h>

#include "milter/smtp/reply.h"

/* What Postfix says where a milter gave no reply of its own. */
static const struct {
	enum verdict_kind kind;
	unsigned low, high;		/* codes that go with it */
	struct reply reply;
} kinds[] = {
	{ VERDICT_REJECT, 500, 599,
	    { 550, { "5.7.1", 5 }, { "Command rejected", 16 } } },
	{ VERDICT_TEMPFAIL, 400, 499,
	    { 451, { "4.7.1", 5 },
		{ "Service unavailable - try again later", 37 } } },
	{ VERDICT_CLOSE, 421, 421,
	    { 421, { "4.7.0", 5 }, { "Server closing connection", 25 } } },
};

#define KINDS (sizeof kinds / sizeof kinds[0])

void
smtp_say(struct buffer *out, const char *format, ...)
{
	char text[1024];
	va_list ap;

	va_start(ap, format);
	vsnprintf(text, sizeof text, format, ap);
	va_end(ap);
	for (size_t i = 0; text[i] != '\0'; i++)
		if ((unsigned char)text[i] < ' ' || text[i] == 0x7f)
			text[i] = '?';
	buffer_addf(out, "%s\r\n", text);
}

/* Printable lines, divided by LF, as many and as long as verdict.h says. */
static bool
text_fits(struct span text)
{
	size_t lines = 1;
	size_t len = 0;

	for (size_t i = 0; i < text.len; i++) {
		char c = text.ptr[i];

		len = c == '\n' ? 0 : len + 1;
		lines += c == '\n';
		if (len > REPLY_LINE_MAX || lines > REPLY_LINES_MAX)
			return false;
		if (c != '\n' && c != '\t' &&
		    ((unsigned char)c < ' ' || c == 0x7f))
			return false;
	}
	return true;
}

/* One line: "550-5.7.1 text" or, the last, "550 5.7.1 text". */
static void
say_line(struct buffer *out, const struct reply *r, char mark,
    struct span text)
{
	buffer_addf(out, "%03u%c", r->code, mark);
	buffer_add(out, r->status);
	if (r->status.len > 0)
		buffer_add_char(out, ' ');
	buffer_add(out, text);
	buffer_add_text(out, "\r\n");
}

static void
say_reply(struct buffer *out, const struct reply *r)
{
	struct span rest = r->text;
	size_t end = span_find(rest, '\n');

	while (end < rest.len) {
		say_line(out, r, '-', span_head(rest, end));
		rest = span_skip(rest, end + 1);
		end = span_find(rest, '\n');
	}
	say_line(out, r, ' ', rest);
}

int
smtp_say_verdict(struct buffer *out, const struct verdict *verdict)
{
	struct reply r = verdict->reply;
	size_t i = 0;

	while (i < KINDS && kinds[i].kind != verdict->kind)
		i++;
	if (i < KINDS && r.code == 0)
		r = kinds[i].reply;
	if (i == KINDS || r.code < kinds[i].low || r.code > kinds[i].high ||
	    (r.status.len > 0 && !reply_status_is_valid(r.status,
	    (char)('0' + r.code / 100))) ||
	    !text_fits(r.text)) {
		smtp_say(out, "451 4.3.5 Server configuration problem"
		    " - try again later");
		return -1;
	}
	if (r.text.len == 0)
		r.text = kinds[i].reply.text;
	say_reply(out, &r);
	return 0;
}
