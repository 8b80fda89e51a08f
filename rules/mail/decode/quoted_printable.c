/*
 * quoted_printable.c - text in quoted-printable, a line at a time.
 *
 * Failure: none but a full buffer, which the buffer itself remembers.
 */
#include "config.h"

#include <stdbool.h>

#include "rules/mail/decode/quoted_printable.h"

#define LINE_MAX_BYTES 76

/* May C, which LAST says is the last of its line, stand for itself? */
static bool
is_plain(char c, bool last)
{
	if (c == ' ' || c == '\t')
		return !last;
	return c > ' ' && c <= '~' && c != '=';
}

static void
add_line(struct buffer *out, struct span line)
{
	size_t column = 0;

	for (size_t i = 0; i < line.len; i++) {
		char c = line.ptr[i];
		bool plain = is_plain(c, i + 1 == line.len);
		size_t len = plain ? 1 : 3;

		/* There must be room for the '=' of a soft line break. */
		if (column + len >= LINE_MAX_BYTES) {
			buffer_add_text(out, "=\r\n");
			column = 0;
		}
		if (plain)
			buffer_add_char(out, c);
		else
			buffer_addf(out, "=%02X", (unsigned char)c);
		column += len;
	}
}

void
quoted_printable_add(struct buffer *out, struct span text)
{
	while (text.len > 0) {
		struct span line = span_head(text, span_find(text, '\n'));
		bool ended = line.len < text.len;

		text = span_skip(text, line.len + 1);
		if (ended && line.len > 0 && line.ptr[line.len - 1] == '\r')
			line.len--;
		add_line(out, line);
		if (ended)
			buffer_add_text(out, "\r\n");
	}
}
