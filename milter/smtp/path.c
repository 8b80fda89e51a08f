/*
 * path.c - the grammar of MAIL and RCPT arguments.
 *
 * Each take_… function removes from the front of a span what its rule of RFC
 * 5321 4.1.2 and 4.1.3 describes, and says whether it was there. Nothing goes
 * back, so the time is that of one look at the line.
 *
 * Failure: what the grammar does not know is no path; the caller says 501.
 */
#include "config.h"

#include "ip.h"
#include "milter/smtp/path.h"
#include "rules/base/utf8.h"

#define LABEL_MAX 63

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* Is C one of the bytes of TEXT? NUL never is. */
static bool
is_one_of(char c, const char *text)
{
	return c != '\0' && strchr(text, c) != NULL;
}

/* Length of the printable character that S begins with; 0: it is none. */
static size_t
printable(struct span s)
{
	if (s.len == 0)
		return 0;
	if ((unsigned char)s.ptr[0] >= 0x80)
		return utf8_length(s);
	return s.ptr[0] > ' ' && s.ptr[0] < 0x7f;
}

/* Take printable characters that are none of STOP; false: there was none. */
static bool
take_run(struct span *s, const char *stop)
{
	size_t before = s->len;
	size_t len;

	while ((len = printable(*s)) > 0 && !is_one_of(s->ptr[0], stop))
		*s = span_skip(*s, len);
	return s->len < before;
}

/* What was taken between BEFORE and AFTER, its later state. */
static struct span
taken(struct span before, struct span after)
{
	return span_head(before, before.len - after.len);
}

static void
skip_blanks(struct span *s)
{
	while (s->len > 0 && is_blank(s->ptr[0]))
		*s = span_skip(*s, 1);
}

static bool
take_char(struct span *s, char c)
{
	if (s->len == 0 || s->ptr[0] != c)
		return false;
	*s = span_skip(*s, 1);
	return true;
}

/* RFC 5321: Quoted-string, with quoted pairs and spaces. */
static bool
take_quoted(struct span *s)
{
	struct span rest = *s;

	if (!take_char(&rest, '"'))
		return false;
	while (!take_char(&rest, '"')) {
		take_char(&rest, '\\');
		if (rest.len == 0)
			return false;
		if (rest.ptr[0] == ' ')
			rest = span_skip(rest, 1);
		else if (printable(rest) > 0)
			rest = span_skip(rest, printable(rest));
		else
			return false;
	}
	*s = rest;
	return true;
}

/* RFC 5321: Dot-string or Quoted-string; dots may stand anywhere. */
static bool
take_local(struct span *s)
{
	size_t before = s->len;

	while (take_quoted(s) || take_run(s, "<>()[]\\,;:@\""))
		continue;
	return s->len < before && (s->len == 0 || s->ptr[0] != '"');
}

/* RFC 5321 4.1.3: an IP address; no other kind of literal is in use. */
static bool
take_literal(struct span *s)
{
	size_t end = span_find(*s, ']');
	struct ip ip;

	if (end == s->len || ip_parse(span_head(*s, end), &ip) < 0)
		return false;
	*s = span_skip(*s, end + 1);
	return true;
}

/* RFC 1035 2.3.4 and RFC 5321 4.1.2: no hyphen at either end of a label. */
static bool
take_label(struct span *s)
{
	struct span label = *s;

	if (!take_run(s, "<>()[]\\,;:@\"."))
		return false;
	label = taken(label, *s);
	return label.len <= LABEL_MAX && label.ptr[0] != '-' &&
	    label.ptr[label.len - 1] != '-';
}

/* RFC 5321: Domain, which may have a dot at its end, or address-literal. */
static bool
take_domain(struct span *s)
{
	if (take_char(s, '['))
		return take_literal(s);
	do {
		if (!take_label(s))
			return false;
	} while (take_char(s, '.') && printable(*s) > 0 &&
	    !is_one_of(s->ptr[0], ">,:"));
	return true;
}

/* RFC 5321 4.1.1.3: a source route, "@a,@b:", is read and ignored. */
static bool
take_route(struct span *s)
{
	do {
		if (!take_char(s, '@') || !take_domain(s))
			return false;
	} while (take_char(s, ','));
	return take_char(s, ':');
}

static bool
take_mailbox(struct span *s, struct smtp_path *path)
{
	struct span start = *s;
	struct span domain;

	if (!take_local(s))
		return false;
	path->domain = span_make(s->ptr, 0);
	if (take_char(s, '@')) {
		domain = *s;
		if (!take_domain(s))
			return false;
		path->domain = taken(domain, *s);
	}
	path->address = taken(start, *s);
	return path->address.len <= SMTP_ADDRESS_MAX;
}

/* What stands between the angle brackets. */
static bool
take_inside(struct span *s, struct smtp_path *path)
{
	skip_blanks(s);
	if (s->len > 0 && s->ptr[0] == '>')
		return true;
	if (s->len > 0 && s->ptr[0] == '@' && !take_route(s))
		return false;
	if (!take_mailbox(s, path))
		return false;
	skip_blanks(s);
	return true;
}

int
smtp_path_read(struct span *rest, struct smtp_path *path)
{
	struct span s = *rest;
	struct span start;

	skip_blanks(&s);
	start = s;
	*path = (struct smtp_path){ .address = span_make(s.ptr, 0) };
	if (take_char(&s, '<')) {
		if (!take_inside(&s, path) || !take_char(&s, '>'))
			return -1;
	} else if (!take_mailbox(&s, path))
		return -1;
	if (s.len > 0 && !is_blank(s.ptr[0]))
		return -1;
	path->text = taken(start, s);
	*rest = s;
	return 0;
}

struct span
smtp_word(struct span *rest)
{
	struct span word;
	size_t len = 0;

	skip_blanks(rest);
	while (len < rest->len && !is_blank(rest->ptr[len]))
		len++;
	word = span_head(*rest, len);
	*rest = span_skip(*rest, len);
	skip_blanks(rest);
	return word;
}

static bool
is_keyword(struct span s)
{
	for (size_t i = 0; i < s.len; i++) {
		char c = ascii_lower(s.ptr[i]);

		if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') &&
		    (c != '-' || i == 0))
			return false;
	}
	return s.len > 0;
}

int
smtp_param_next(struct span *rest, struct smtp_param *param)
{
	struct span word = smtp_word(rest);
	struct span value;
	size_t equals = span_find(word, '=');

	if (word.len == 0)
		return 0;
	param->text = word;
	param->name = span_head(word, equals);
	param->value = span_skip(word, equals + 1);
	value = param->value;
	if (!is_keyword(param->name))
		return -1;
	if (equals == word.len)
		return 1;
	/* RFC 5321: an esmtp-value is not empty, and has no '='. */
	return take_run(&value, "=") && value.len == 0 ? 1 : -1;
}
