/*
 * parameter.c - the parameters of a field, as they stand there.
 *
 * Failure: what is no parameter is passed over to the next semicolon, and is
 * FLAWED.
 */
#include "config.h"

#include <limits.h>

#include "rules/mail/header/encoded_word.h"
#include "rules/mail/decode/parameter.h"
#include "rules/mail/decode/quoted.h"

#define PIECE_DIGITS 6

/* RFC 2045 5.1 */
static bool
is_token(char c)
{
	return c > ' ' && c <= '~' &&
	    strchr("()<>@,;:\\\"/[]?=", c) == NULL;
}

static void
skip_blanks(struct span *rest, bool *flawed)
{
	while (rest->len > 0) {
		size_t len = 1;

		if (rest->ptr[0] == '(') {
			len = comment_len(*rest);
			if (len == 0) {
				len = rest->len;
				*flawed = true;
			}
		} else if (!is_gap(rest->ptr[0])) {
			return;
		}
		*rest = span_skip(*rest, len);
	}
}

struct span
field_token(struct span *rest, bool *flawed)
{
	struct span token;
	size_t len = 0;

	skip_blanks(rest, flawed);
	while (len < rest->len && is_token(rest->ptr[len]))
		len++;
	token = span_head(*rest, len);
	*rest = span_skip(*rest, len);
	return token;
}

bool
field_char(struct span *rest, char c, bool *flawed)
{
	skip_blanks(rest, flawed);
	if (rest->len == 0 || rest->ptr[0] != c)
		return false;
	*rest = span_skip(*rest, 1);
	return true;
}

/* What is in quoted string S, quotes included. */
static struct span
unquote(struct span s, struct arena *a)
{
	struct span text = span_make(s.ptr + 1, s.len - 2);
	struct buffer plain;

	if (span_find(text, '\\') == text.len)
		return text;
	buffer_init(&plain, text.len);
	quoted_add(&plain, text);
	text = arena_copy(a, buffer_span(&plain));
	if (plain.overflow)
		a->exhausted = true;
	buffer_release(&plain);
	return text;
}

/*
 * Take a value that has no quotes, or one too few: all up to the semicolon but
 * the blanks and comments at its end. A comment with a semicolon inside is
 * FLAWED, for it is the end to many readers.
 */
static struct span
take_bare(struct span *rest, bool *flawed)
{
	struct span s = *rest, comment;
	bool open = false;		/* no comment behind here is closed */
	size_t i = 0, end = 0;

	while (i < s.len && s.ptr[i] != ';') {
		comment = span_skip(s, i);
		comment.len = !open && s.ptr[i] == '(' ?
		    comment_len(comment) : 0;
		open = open || (s.ptr[i] == '(' && comment.len == 0);
		if (span_find(comment, ';') < comment.len)
			*flawed = true;
		if (comment.len == 0 && !is_gap(s.ptr[i]))
			end = i + 1;
		i += comment.len > 0 ? comment.len : 1;
	}
	*rest = span_skip(s, i);
	return span_head(s, end);
}

static void
take_value(struct span *rest, struct arena *a, struct parameter *p,
    bool *flawed)
{
	size_t len = 0;

	skip_blanks(rest, flawed);
	p->quoted = false;
	if (rest->len > 0 && rest->ptr[0] == '"') {
		len = quoted_len(*rest);
		if (len == 0) {
			*rest = span_skip(*rest, 1);
			*flawed = true;
		}
	}
	if (len > 0) {
		p->value = unquote(span_head(*rest, len), a);
		p->quoted = true;
		*rest = span_skip(*rest, len);
		return;
	}
	p->value = take_bare(rest, flawed);
}

/* Divide P's name at its stars: name*3* */
static void
divide_name(struct parameter *p, bool *flawed)
{
	size_t star = span_find(p->name, '*');
	struct span rest = span_skip(p->name, star + 1);

	p->extended = star < p->name.len && (rest.len == 0 ||
	    rest.ptr[rest.len - 1] == '*');
	p->piece = PARAMETER_WHOLE;
	p->name = span_head(p->name, star);
	if (rest.len > 0 && p->extended)
		rest.len--;
	if (rest.len == 0)
		return;
	p->piece = 0;
	for (size_t i = 0; i < rest.len; i++) {
		if (rest.ptr[i] < '0' || rest.ptr[i] > '9' ||
		    i == PIECE_DIGITS) {
			*flawed = true;
			p->piece = PARAMETER_WHOLE - 1;
			return;
		}
		p->piece = p->piece * 10 + (unsigned)(rest.ptr[i] - '0');
	}
}

bool
parameter_take(struct span *rest, struct arena *a, struct parameter *p,
    bool *flawed)
{
	for (;;) {
		bool divided = field_char(rest, ';', flawed);

		while (field_char(rest, ';', flawed))
			;
		if (rest->len == 0)
			return false;
		if (!divided)
			*flawed = true;
		p->name = field_token(rest, flawed);
		if (p->name.len > 0 && field_char(rest, '=', flawed)) {
			take_value(rest, a, p, flawed);
			divide_name(p, flawed);
			return true;
		}
		*flawed = true;
		*rest = span_skip(*rest, span_find(*rest, ';'));
	}
}
