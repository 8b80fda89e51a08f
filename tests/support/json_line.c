/*
 * json_line.c - a line of the log as a JSON object, read back.
 *
 * Failure: false at the first byte that is not as it must be.
 */
#include "config.h"

#include <stdlib.h>

#include "rules/base/utf8.h"
#include "tests/support/json_line.h"

static bool
take(struct span *s, const char *text)
{
	if (!span_starts_with(*s, span_of(text)))
		return false;
	*s = span_skip(*s, strlen(text));
	return true;
}

/* Append the character U below 0x10000. */
static void
put_character(struct buffer *out, unsigned u)
{
	if (u >= 0x800) {
		buffer_add_char(out, (char)(0xe0 | u >> 12));
		buffer_add_char(out, (char)(0x80 | (u >> 6 & 0x3f)));
		buffer_add_char(out, (char)(0x80 | (u & 0x3f)));
	} else if (u >= 0x80) {
		buffer_add_char(out, (char)(0xc0 | u >> 6));
		buffer_add_char(out, (char)(0x80 | (u & 0x3f)));
	} else {
		buffer_add_char(out, (char)u);
	}
}

static bool
take_escape(struct span *s, struct buffer *out)
{
	char digits[5] = "", *end;
	unsigned long u;

	if (take(s, "\\\"") || take(s, "\\\\")) {
		buffer_add_char(out, s->ptr[-1]);
		return true;
	}
	if (!take(s, "\\u") || s->len < 4)
		return false;
	memcpy(digits, s->ptr, 4);
	u = strtoul(digits, &end, 16);
	*s = span_skip(*s, 4);
	if (*end != '\0' || (u >= 0xd800 && u < 0xe000))
		return false;
	put_character(out, (unsigned)u);
	return true;
}

static bool
take_string(struct span *s, struct buffer *out)
{
	if (!take(s, "\""))
		return false;
	while (s->len > 0 && s->ptr[0] != '"') {
		size_t len = utf8_length(*s);

		if (len == 0 || (unsigned char)s->ptr[0] < ' ')
			return false;
		if (s->ptr[0] == '\\') {
			if (!take_escape(s, out))
				return false;
			continue;
		}
		buffer_add(out, span_head(*s, len));
		*s = span_skip(*s, len);
	}
	return take(s, "\"");
}

static size_t
digits_in(struct span s)
{
	size_t n = 0;

	while (n < s.len && s.ptr[n] >= '0' && s.ptr[n] <= '9')
		n++;
	return n;
}

static bool
take_number(struct span *s, struct buffer *out)
{
	struct span all = *s;
	size_t whole, part = 1;

	(void)take(s, "-");
	whole = digits_in(*s);
	if (whole == 0 || (whole > 1 && s->ptr[0] == '0'))
		return false;
	*s = span_skip(*s, whole);
	if (take(s, ".")) {
		part = digits_in(*s);
		*s = span_skip(*s, part);
	}
	buffer_add(out, span_head(all, all.len - s->len));
	return part > 0;
}

static bool
take_value(struct span *s, struct buffer *out)
{
	if (s->len > 0 && s->ptr[0] == '"')
		return take_string(s, out);
	if (take(s, "true")) {
		buffer_add_text(out, "true");
		return true;
	}
	return take_number(s, out);
}

/* The member that begins at FROM in OUT: has none before it its name? */
static bool
is_new(const struct buffer *out, size_t from)
{
	struct span name = span_skip(buffer_span(out), from);
	char text[64];

	name = span_head(name, span_find(name, '=') + 1);
	if (name.len + 2 > sizeof text)
		return false;
	text[0] = '\n';
	memcpy(text + 1, name.ptr, name.len);
	return memmem(out->ptr, from, text, name.len + 1) == NULL;
}

bool
json_line_read(struct span line, struct buffer *out)
{
	buffer_clear(out);
	buffer_add_char(out, '\n');
	if (!take(&line, "{"))
		return false;
	do {
		size_t from = out->len;

		if (!take_string(&line, out) || !take(&line, ": "))
			return false;
		buffer_add_char(out, '=');
		if (!is_new(out, from) || !take_value(&line, out))
			return false;
		buffer_add_char(out, '\n');
	} while (take(&line, ", "));
	return take(&line, "}") && line.len == 0 && !out->overflow;
}
