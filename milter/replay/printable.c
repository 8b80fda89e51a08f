/*
 * printable.c - text that may hold anything, written so that it does no harm.
 *
 * All three take the text apart into characters; what is not UTF-8 goes byte
 * by byte.
 *
 * Failure: a write that failed shows in the stream.
 */
#include "config.h"

#include "milter/replay/printable.h"
#include "rules/base/utf8.h"

#define NO_CHARACTER UINT32_MAX
#define REPLACEMENT "\xef\xbf\xbd"	/* U+FFFD */

/*
 * The character that *TEXT begins with, which loses it; AT is where it stands.
 * NO_CHARACTER: a byte that is none.
 */
static uint32_t
take_character(struct span *text, struct span *at)
{
	size_t length = utf8_length(*text);
	uint32_t c = length > 0 ? utf8_decode(*text) : NO_CHARACTER;

	*at = span_head(*text, length > 0 ? length : 1);
	*text = span_skip(*text, at->len);
	return c;
}

/* C0, DEL and C1: what terminals obey. */
static bool
is_control(uint32_t c)
{
	return c < 0x20 || (c >= 0x7f && c < 0xa0);
}

static void
write_span(FILE *out, struct span s)
{
	fwrite(s.ptr, 1, s.len, out);
}

void
printable_plain(FILE *out, struct span text)
{
	struct span at;
	uint32_t c;

	while (text.len > 0) {
		c = take_character(&text, &at);
		if (c == '\n')
			fputc(' ', out);
		else if (c != NO_CHARACTER && !is_control(c))
			write_span(out, at);
		else
			for (size_t i = 0; i < at.len; i++)
				fprintf(out, "\\x%02x",
				    (unsigned char)at.ptr[i]);
	}
}

void
printable_json(FILE *out, struct span text)
{
	struct span at;
	uint32_t c;

	fputc('"', out);
	while (text.len > 0) {
		c = take_character(&text, &at);
		if (c == NO_CHARACTER)
			fputs(REPLACEMENT, out);
		else if (c == '"' || c == '\\')
			fprintf(out, "\\%c", (char)c);
		else if (is_control(c))
			fprintf(out, "\\u%04x", (unsigned)c);
		else
			write_span(out, at);
	}
	fputc('"', out);
}

static const char *
xml_name(uint32_t c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\t':
		return "&#9;";
	case '\n':
		return "&#10;";
	case '\r':
		return "&#13;";
	}
	return NULL;
}

void
printable_xml(FILE *out, struct span text)
{
	struct span at;
	uint32_t c;

	while (text.len > 0) {
		c = take_character(&text, &at);
		if (xml_name(c) != NULL)
			fputs(xml_name(c), out);
		else if (c == NO_CHARACTER || is_control(c) || c == 0xfffe ||
		    c == 0xffff)
			fputs(REPLACEMENT, out);
		else
			write_span(out, at);
	}
}
