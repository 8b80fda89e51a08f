/*
 * decoded_text.c - put decoded text into a buffer that it may be too long for.
 *
 * Failure: none but a full buffer, which the buffer itself remembers.
 */
#include "config.h"

#include "rules/base/utf8.h"
#include "rules/mail/decode/decoded_text.h"

struct span
text_keep(struct arena *a, struct span s)
{
	s = arena_copy(a, s);
	return s.ptr != NULL ? s : span_make("", 0);
}

void
text_add(struct buffer *out, struct span s)
{
	size_t room;

	if (out->overflow)
		return;
	room = out->limit - out->len;
	if (s.len <= room) {
		buffer_add(out, s);
		return;
	}
	buffer_add(out, utf8_head(s, room));
	out->overflow = true;
}

void
text_add_char(struct buffer *out, uint32_t u)
{
	char c[UTF8_MAX];

	text_add(out, span_make(c, utf8_encode(u, c)));
}

/* Length of the control character that S, which is not empty, begins with; 0:
 * it begins with none. */
static size_t
control_len(struct span s)
{
	unsigned char c = (unsigned char)s.ptr[0];

	if (c < ' ' || c == 0x7f)
		return 1;
	/* U+0080 to U+009F */
	if (c == 0xc2 && s.len > 1 && utf8_is_continuation(s.ptr[1]) &&
	    (unsigned char)s.ptr[1] < 0xa0)
		return 2;
	return 0;
}

void
text_add_printable(struct buffer *out, struct span s)
{
	size_t start = 0, i = 0;

	while (i < s.len) {
		size_t control = control_len(span_skip(s, i));

		if (control == 0) {
			i++;
			continue;
		}
		text_add(out, span_make(s.ptr + start, i - start));
		text_add(out, span_of(" "));
		i += control;
		start = i;
	}
	text_add(out, span_skip(s, start));
}

size_t
text_find_control(struct span s)
{
	size_t i = 0;

	while (i < s.len && (s.ptr[i] == '\t' ||
	    control_len(span_skip(s, i)) == 0))
		i++;
	return i;
}
