/*
 * relay_lines.c - a message as it goes over the line after DATA.
 *
 * Failure: none but the buffer's.
 */
#include "config.h"

#include "milter/smtpd/relay_lines.h"

void
relay_lines_add(struct relay_lines *l, struct span bytes, struct buffer *out)
{
	size_t from = 0;

	for (size_t i = 0; i < bytes.len; i++) {
		char c = bytes.ptr[i];

		if (l->after_cr && c != '\n') {
			buffer_add_char(out, ' ');
			l->inside = true;
		}
		l->after_cr = c == '\r';
		if (c == '\r' || c == '\n' || (c == '.' && !l->inside)) {
			buffer_add(out, span_make(bytes.ptr + from, i - from));
			buffer_add_text(out, c == '\n' ? "\r\n" :
			    c == '.' ? ".." : "");
			from = i + 1;
		}
		if (c != '\r')
			l->inside = c != '\n';
	}
	buffer_add(out, span_skip(bytes, from));
}

void
relay_lines_end(struct relay_lines *l, struct buffer *out)
{
	if (l->after_cr || l->inside)
		buffer_add_text(out, "\r\n");
	buffer_add_text(out, ".\r\n");
	*l = (struct relay_lines){ .inside = false };
}
