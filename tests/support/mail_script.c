/*
 * mail_script.c - a whole message as a script of play.h.
 */
#include "config.h"

#include <stdint.h>

#include "buffer.h"
#include "tests/support/mail_script.h"

#define ENVELOPE \
	"connect 192.0.2.1 mx.example.org|helo mx|mail s@x|rcpt a@x|data"

/* What means something in a script, or is no text, by its number. */
static void
add_bytes(struct buffer *out, struct span s)
{
	size_t i;

	for (i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.ptr[i];

		if (c < ' ' || c > '~' || c == '|' || c == '\\')
			buffer_addf(out, "\\%02x", (unsigned)c);
		else
			buffer_add_char(out, s.ptr[i]);
	}
}

/* Where the field that S begins with ends: folds belong to it. */
static size_t
field_length(struct span s)
{
	size_t len = span_find(s, '\n');

	while (len + 1 < s.len && (s.ptr[len + 1] == ' ' ||
	    s.ptr[len + 1] == '\t'))
		len += 1 + span_find(span_skip(s, len + 1), '\n');
	return len;
}

static void
add_body(struct buffer *out, struct span body)
{
	size_t len;

	while (body.len > 0) {
		len = span_find(body, '\n');
		add_bytes(out, span_head(body, len));
		if (len < body.len)
			buffer_add_text(out, "\\0d\\0a");
		body = span_skip(body, len + 1);
	}
}

const char *
mail_script(struct span message)
{
	static struct buffer out;
	struct span field;
	size_t len, colon;

	buffer_release(&out);
	buffer_init(&out, SIZE_MAX);
	buffer_add_text(&out, ENVELOPE);
	while (message.len > 0 && message.ptr[0] != '\n') {
		len = field_length(message);
		field = span_head(message, len);
		colon = span_find(field, ':');
		buffer_add_text(&out, "|header ");
		buffer_add(&out, span_head(field, colon));
		buffer_add_char(&out, ' ');
		field = span_skip(field, colon + 1);
		if (field.len > 0 && field.ptr[0] == ' ')
			field = span_skip(field, 1);
		add_bytes(&out, field);
		message = span_skip(message, len + 1);
	}
	message = span_skip(message, 1);
	buffer_add_text(&out, "|eoh");
	if (message.len > 0) {
		buffer_add_text(&out, "|body ");
		add_body(&out, message);
	}
	buffer_add_text(&out, "|eom");
	return buffer_text(&out);
}

const char *
mail_script_of(const char *message)
{
	return mail_script(span_of(message));
}
