/*
 * auth_results.c - Authentication-Results fields, RFC 8601 2.2.
 *
 * A field is read from its beginning to its end, one result at a call. What
 * stands behind a result ("reason", properties) is passed over up to the next
 * semicolon that no comment and no quotes hold: MTAs write more there than the
 * grammar has.
 *
 * Failure: what does not follow the grammar ends the field there.
 */
#include "config.h"

#include "rules/mail/auth_results.h"

static const struct span nothing = { "", 0 };

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* RFC 5321 4.1.2, Keyword; with '_', which the names of some methods have. */
static bool
is_keyword(char c)
{
	return (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z') ||
	    (c >= '0' && c <= '9') || c == '-' || c == '_';
}

/* RFC 2045 5.1, token: no controls, blanks or tspecials; UTF-8 by RFC 6532. */
static bool
is_token(char c)
{
	return ((unsigned char)c > ' ' && c != 0x7f) &&
	    memchr("()<>@,;:\\\"/[]?=", c, 15) == NULL;
}

/* Take off *S what IS says, from its beginning on. */
static struct span
take(struct span *s, bool (*is)(char))
{
	size_t len = 0;
	struct span head;

	while (len < s->len && is(s->ptr[len]))
		len++;
	head = span_head(*s, len);
	*s = span_skip(*s, len);
	return head;
}

/*
 * Pass over the comment that *S begins with, those inside of it, too. RFC 5322
 * 3.2.2. One that does not end takes all that is left.
 */
static void
skip_comment(struct span *s)
{
	size_t depth = 0, i = 0;

	for (; i < s->len; i++) {
		if (s->ptr[i] == '\\')
			i++;
		else if (s->ptr[i] == '(')
			depth++;
		else if (s->ptr[i] == ')' && --depth == 0)
			break;
	}
	*s = span_skip(*s, i < s->len ? i + 1 : s->len);
}

/* Pass over blanks and comments, CFWS. */
static void
skip_cfws(struct span *s)
{
	for (;;) {
		(void)take(s, is_blank);
		if (s->len == 0 || s->ptr[0] != '(')
			return;
		skip_comment(s);
	}
}

/* Take the quoted string that *S begins with, without its quotes. False: it
 * does not end, and nothing is left. */
static bool
take_quoted(struct span *s, struct span *inside)
{
	size_t i = 1;

	while (i < s->len && s->ptr[i] != '"')
		i += s->ptr[i] == '\\' ? 2 : 1;
	if (i >= s->len) {
		*s = nothing;
		return false;
	}
	*inside = span_make(s->ptr + 1, i - 1);
	*s = span_skip(*s, i + 1);
	return true;
}

/* Take C off *S and what may stand on both sides of it. */
static bool
take_sign(struct span *s, char c)
{
	skip_cfws(s);
	if (s->len == 0 || s->ptr[0] != c)
		return false;
	*s = span_skip(*s, 1);
	skip_cfws(s);
	return true;
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Is S a version that we know, 1 with any zeroes before it? */
static bool
is_version_1(struct span s)
{
	while (s.len > 1 && s.ptr[0] == '0')
		s = span_skip(s, 1);
	return span_is(s, "1");
}

bool
auth_results_begin(struct auth_results *r, struct span value,
    struct span *authserv)
{
	struct span s = value;

	r->rest = nothing;
	skip_cfws(&s);
	if (s.len > 0 && s.ptr[0] == '"') {
		if (!take_quoted(&s, authserv))
			return false;
	} else {
		*authserv = take(&s, is_token);
	}
	if (authserv->len == 0)
		return false;
	skip_cfws(&s);
	if (s.len > 0 && s.ptr[0] != ';' &&
	    !is_version_1(take(&s, is_digit)))
		return false;
	skip_cfws(&s);
	if (s.len > 0 && s.ptr[0] != ';')
		return false;
	r->rest = s;
	return true;
}

/* Pass over what is left of a result, up to the semicolon that ends it. */
static void
skip_properties(struct span *s)
{
	struct span inside;

	while (s->len > 0 && s->ptr[0] != ';') {
		if (s->ptr[0] == '(')
			skip_comment(s);
		else if (s->ptr[0] == '"')
			(void)take_quoted(s, &inside);
		else
			*s = span_skip(*s, 1);
	}
}

/*
 * Take methodspec off *S. *KNOWN: its version is one whose results mean what we
 * think. False: it is none.
 */
static bool
take_method(struct span *s, struct span *method, struct span *result,
    bool *known)
{
	*known = true;
	*method = take(s, is_keyword);
	if (method->len == 0)
		return false;
	if (take_sign(s, '/'))
		*known = is_version_1(take(s, is_digit));
	if (!take_sign(s, '='))
		return false;
	*result = take(s, is_keyword);
	return result->len > 0 && (s->len == 0 || is_blank(s->ptr[0]) ||
	    s->ptr[0] == ';' || s->ptr[0] == '(');
}

bool
auth_results_next(struct auth_results *r, struct span *method,
    struct span *result)
{
	struct span *s = &r->rest;
	bool known;

	for (;;) {
		skip_properties(s);
		while (take_sign(s, ';'))
			;
		if (s->len == 0)
			return false;
		if (!take_method(s, method, result, &known)) {
			*s = nothing;
			return false;
		}
		if (known)
			return true;
	}
}
