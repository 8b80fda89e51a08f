/*
 * relay_reply.c - what a server answers (RFC 5321 4.2), read line by line.
 *
 * Failure: what is no reply is not mended: who speaks wrongly once may mean
 * anything with what follows.
 */
#include "config.h"

#include "milter/smtpd/relay_reply.h"

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Append S to the text; a blank stands between two lines. */
static void
add_text(struct relay_reply *r, struct span s)
{
	size_t len = strlen(r->text);

	if (len > 0 && s.len > 0 && len < sizeof r->text - 1)
		r->text[len++] = ' ';
	for (size_t i = 0; i < s.len && len < sizeof r->text - 1; i++)
		r->text[len++] = s.ptr[i] >= ' ' && s.ptr[i] <= '~' ?
		    s.ptr[i] : '?';
	r->text[len] = '\0';
}

/* Read LINE, without its end. -1: it is none, or none of this reply. */
static int
read_line(struct relay_reply *r, struct span line)
{
	unsigned code = 0;

	if (r->whole)
		r->lines = 0;
	r->whole = false;
	for (size_t i = 0; i < 3; i++) {
		if (i == line.len || !is_digit(line.ptr[i]))
			return -1;
		code = 10 * code + (unsigned)(line.ptr[i] - '0');
	}
	if (code < 200 || code > 599 || (r->lines > 0 && code != r->code) ||
	    (line.len > 3 && line.ptr[3] != ' ' && line.ptr[3] != '-'))
		return -1;
	if (r->lines++ == 0)
		r->text[0] = '\0';
	r->code = code;
	r->more = line.len > 3 && line.ptr[3] == '-';
	r->said = span_skip(line, 4);
	add_text(r, r->lines == 1 ? span_head(line, 3) : span_make("", 0));
	add_text(r, r->said);
	return r->lines <= RELAY_LINES_MAX ? 0 : -1;
}

enum relay_read
relay_reply_take(struct relay_reply *r, struct span *bytes)
{
	size_t end = span_find(*bytes, '\n');
	struct span line = span_head(*bytes, end);

	if (line.len > sizeof r->line - r->len)
		return RELAY_READ_BAD;
	memcpy(r->line + r->len, line.ptr, line.len);
	r->len += line.len;
	if (end == bytes->len) {
		*bytes = span_skip(*bytes, end);
		return RELAY_READ_MORE;
	}
	*bytes = span_skip(*bytes, end + 1);
	line = span_make(r->line, r->len);
	r->len = 0;
	if (line.len > 0 && line.ptr[line.len - 1] == '\r')
		line.len--;
	if (read_line(r, line) < 0)
		return RELAY_READ_BAD;
	if (r->more)
		return RELAY_READ_LINE;
	r->whole = true;
	return RELAY_READ_REPLY;
}
