/*
 * part_join.c - how lines are added to a text.
 *
 * Failure: none but a full buffer, which the buffer itself remembers.
 */
#include "config.h"

#include "rules/base/utf8.h"
#include "rules/mail/url/html_end.h"
#include "rules/mail/mime/part_join.h"

void
part_add_crlf(struct buffer *out, struct span text)
{
	size_t len;

	while (text.len > 0) {
		len = span_find(text, '\n');
		buffer_add(out, span_head(text, len));
		if (len < text.len)
			buffer_add_text(out, "\r\n");
		text = span_skip(text, len + 1);
	}
}

void
part_add_ascii(struct buffer *out, struct span text)
{
	size_t len;

	for (; text.len > 0; text = span_skip(text, len)) {
		len = utf8_length(text);
		if (text.ptr[0] == '\n')
			buffer_add_text(out, "\r\n");
		else if (len > 1)
			buffer_addf(out, "&#%lu;",
			    (unsigned long)utf8_decode(text));
		else
			buffer_add_char(out, text.ptr[0]);
	}
}

/* The last line of TEXT, which ENDS or not, without its line end. */
static struct span
last_line(struct span text, bool ends)
{
	if (ends)
		text.len--;
	if (text.len > 0 && text.ptr[text.len - 1] == '\r')
		text.len--;
	return span_skip(text, span_find_last(text, '\n') < text.len ?
	    span_find_last(text, '\n') + 1 : 0);
}

/* RFC 3676 4.3: a line before a signature ends in a blank and is not flowed. */
static bool
is_flowed(struct span line)
{
	return line.len > 0 && line.ptr[line.len - 1] == ' ' &&
	    !span_is(line, "-- ");
}

/* Append LINE of flowed text as one that stands for itself. */
static void
add_fixed(struct buffer *out, struct span line)
{
	/* RFC 3676 4.4: what may be taken for something else is stuffed. */
	if (span_starts_with(line, span_of(" ")) ||
	    span_starts_with(line, span_of(">")) ||
	    span_starts_with(line, span_of("From ")))
		buffer_add_char(out, ' ');
	while (is_flowed(line))
		line.len--;
	buffer_add(out, line);
}

static void
add_lines(struct buffer *out, struct span text, bool flowed)
{
	struct span line;

	if (!flowed) {
		buffer_add(out, text);
		return;
	}
	while (text.len > 0) {
		line = span_head(text, span_find(text, '\n'));
		add_fixed(out, line);
		if (line.len < text.len)
			buffer_add_char(out, '\n');
		text = span_skip(text, line.len + 1);
	}
}

void
part_join(struct part_joint *j, const struct part_text *t, struct span before,
    struct span text)
{
	bool ends = before.len > 0 && before.ptr[before.len - 1] == '\n';
	bool ended = ends || t->ends;
	char close[HTML_CLOSE_MAX] = "";

	j->at = t->html ? html_end(before, close) : before.len;
	buffer_init(&j->text, 2 * text.len + HTML_CLOSE_MAX + sizeof "\n\n\n");
	if (j->at < before.len) {
		ended = true;
	} else if (before.len > 0) {
		buffer_add_text(&j->text, close);
		if (!ends || close[0] != '\0')
			buffer_add_char(&j->text, '\n');
		if (t->flowed && is_flowed(last_line(before, ends)))
			buffer_add_char(&j->text, '\n');
	}
	/* The line end that TEXT has is made anew. */
	if (text.len > 0 && text.ptr[text.len - 1] == '\n')
		text.len--;
	add_lines(&j->text, text, t->flowed);
	if (ended)
		buffer_add_char(&j->text, '\n');
}
