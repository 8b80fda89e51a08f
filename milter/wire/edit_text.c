/*
 * edit_text.c - what a filter wants to write into a message, made sound.
 *
 * A value is mended, for a line end in the wrong place is common and what is
 * meant is plain. A name or an address is not: the caller leaves that edit out.
 */
#include "config.h"

#include "event.h"
#include "milter/wire/edit_text.h"
#include "rules/base/utf8.h"

#define LINE_MAX_BYTES 998	/* RFC 5322 2.1.1, without CRLF */
#define ADDRESS_MAX 1024	/* more than RFC 5321 4.5.3.1 has room for */

bool
edit_name_is_sound(struct span name)
{
	for (size_t i = 0; i < name.len; i++)
		if (name.ptr[i] <= ' ' || name.ptr[i] > '~' ||
		    name.ptr[i] == ':')
			return false;
	/* Its line, with the colon and a blank. */
	return name.len > 0 && name.len <= LINE_MAX_BYTES - 2;
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/*
 * Bytes of S, which begins a line of which ROOM are left, up to where it is to
 * be folded: before its last blank that fits, else where there is no room. All
 * of S when it fits.
 */
static size_t
fold_at(struct span s, size_t room)
{
	struct span head = span_head(s, room + 1);
	size_t end = span_find(head, '\n');

	if (end < head.len || end <= room)
		return end;
	for (size_t i = room; i > 1; i--)
		if (is_blank(s.ptr[i]) && !is_blank(s.ptr[i - 1]))
			return i;
	return room;
}

static void
add_without_cr(struct buffer *out, struct span s)
{
	while (s.len > 0) {
		size_t cr = span_find(s, '\r');

		buffer_add(out, span_head(s, cr));
		s = span_skip(s, cr + 1);
	}
}

void
edit_add_value(struct buffer *out, struct span value, size_t name_len)
{
	size_t room = LINE_MAX_BYTES - name_len - 2;

	while (value.len > 0) {
		size_t len = fold_at(value, room);

		add_without_cr(out, span_head(value, len));
		value = span_skip(value, len);
		if (value.len == 0)
			break;
		buffer_add_char(out, '\n');
		if (value.ptr[0] == '\n')
			value = span_skip(value, 1);
		if (value.len == 0 || !is_blank(value.ptr[0]))
			buffer_add_char(out, '\t');
		/* A tab may stand before it. */
		room = LINE_MAX_BYTES - 1;
	}
}

void
edit_add_line(struct buffer *out, struct span text)
{
	for (size_t i = 0; i < text.len; i++) {
		char c = text.ptr[i];

		buffer_add_char(out, (unsigned char)c < ' ' || c == 0x7f ?
		    ' ' : c);
	}
}

struct span
edit_bare_address(struct span path)
{
	return event_rcpt(path, NULL, 0).envelope.path;
}

/* Length of the printable character that S begins with; 0: it is none. */
static size_t
printable(struct span s)
{
	size_t len;

	if ((unsigned char)s.ptr[0] < 0x80)
		return s.ptr[0] > ' ' && s.ptr[0] < 0x7f;
	len = utf8_length(s);
	/* U+0080 to U+009F are control characters. */
	return len > 0 && utf8_decode(s) >= 0xa0 ? len : 0;
}

/*
 * Take a run of characters off S, none of STOP unless in quotes; quotes only if
 * QUOTES. False when there was none, or a quote is not closed.
 */
static bool
take_run(struct span *s, const char *stop, bool quotes)
{
	size_t before = s->len;
	bool quoted = false;
	size_t len;

	while (s->len > 0) {
		char c = s->ptr[0];

		if (quoted && c == '\\' && s->len > 1) {
			*s = span_skip(*s, 1);
			c = 'x';
		}
		len = quoted && s->ptr[0] == ' ' ? 1 : printable(*s);
		if (len == 0 || (!quoted && strchr(stop, c) != NULL))
			break;
		if (c == '"' && !quotes)
			break;
		quoted = quoted != (c == '"');
		*s = span_skip(*s, len);
	}
	return s->len < before && !quoted;
}

bool
edit_address_is_sound(struct span address, bool needs_domain)
{
	struct span rest = address;

	if (address.len > ADDRESS_MAX || !take_run(&rest, "@<>()[],;:\\",
	    true))
		return false;
	if (rest.len == 0)
		return !needs_domain;
	if (rest.ptr[0] != '@')
		return false;
	rest = span_skip(rest, 1);
	if (rest.len > 0 && rest.ptr[0] == '[') {
		rest = span_skip(rest, 1);
		return take_run(&rest, "@<>()[],;\\", false) &&
		    span_is(rest, "]");
	}
	return take_run(&rest, "@<>()[],;:\\", false) && rest.len == 0;
}

bool
edit_params_are_sound(struct span text)
{
	while (text.len > 0) {
		size_t i = 0;

		while (i < text.len && !is_blank(text.ptr[i])) {
			char c = text.ptr[i++];

			if (c <= ' ' || c > '~' || (c == '=' && i == 1))
				return false;
		}
		text = span_skip(text, i + 1);
	}
	return true;
}
