/*
 * url_attribute.c - the URLs in attributes of HTML, and in CSS.
 *
 * Each attribute that makes a reader fetch or follow something is a row: its
 * name, and the form in which it holds a URL or more.
 *
 * Failure: the arena is exhausted; what was found till then is in the list.
 */
#include "config.h"

#include "rules/mail/url/html_reference.h"
#include "rules/mail/url/url_parts.h"

/* What an attribute holds. */
enum holds {
	HOLDS_URL,
	HOLDS_LIST,		/* "a b" */
	HOLDS_SET,		/* "a 1x, b 2x" */
	HOLDS_CSS,
	HOLDS_HTML,
};

static const struct attribute_row {
	const char *name;
	enum holds holds;
} attribute_table[] = {
	{ "action", HOLDS_URL },
	{ "archive", HOLDS_LIST },
	{ "background", HOLDS_URL },
	{ "cite", HOLDS_URL },
	{ "classid", HOLDS_URL },
	{ "codebase", HOLDS_URL },
	{ "data", HOLDS_URL },
	{ "dynsrc", HOLDS_URL },
	{ "formaction", HOLDS_URL },
	{ "href", HOLDS_URL },
	{ "icon", HOLDS_URL },
	{ "imagesrcset", HOLDS_SET },
	{ "longdesc", HOLDS_URL },
	{ "lowsrc", HOLDS_URL },
	{ "manifest", HOLDS_URL },
	{ "ping", HOLDS_LIST },
	{ "poster", HOLDS_URL },
	{ "profile", HOLDS_URL },
	{ "src", HOLDS_URL },
	{ "srcdoc", HOLDS_HTML },
	{ "srcset", HOLDS_SET },
	{ "style", HOLDS_CSS },
	{ "usemap", HOLDS_URL },
	{ "xlink:href", HOLDS_URL },
};

/* URL as a browser reads it: WHATWG URL 4.4, steps 1 to 3. */
static struct span
clean(struct span url, struct arena *a)
{
	size_t n = 0, i;
	char *out;

	while (url.len > 0 && (unsigned char)url.ptr[0] <= ' ')
		url = span_skip(url, 1);
	while (url.len > 0 && (unsigned char)url.ptr[url.len - 1] <= ' ')
		url.len--;
	for (i = 0; i < url.len && memchr("\t\r\n", url.ptr[i], 3) == NULL;)
		i++;
	if (i == url.len)
		return url;
	out = arena_alloc(a, url.len);
	if (out == NULL)
		return span_make("", 0);
	for (i = 0; i < url.len; i++)
		if (memchr("\t\r\n", url.ptr[i], 3) == NULL)
			out[n++] = url.ptr[i];
	return span_make(out, n);
}

/* Add URL if it is absolute. */
static void
use_url(struct span url, struct arena *a, struct urls *list)
{
	url = clean(url, a);
	if (url_scheme_length(url) > 0 || url_is_www(url) ||
	    (url.len > 2 && url_is_slash(url.ptr[0]) &&
	    url_is_slash(url.ptr[1])))
		url_add(list, a, url);
}

/* Each up to a blank or the commas at its end; in a set (HTML 4.8.4.2.1) what
 * is said of it up to a comma follows, if there was none. */
static void
use_list(struct span s, bool is_set, struct arena *a, struct urls *list)
{
	while (s.len > 0) {
		size_t len = 0;
		struct span url;

		if (url_is_html_blank(s.ptr[0]) || s.ptr[0] == ',') {
			s = span_skip(s, 1);
			continue;
		}
		while (len < s.len && !url_is_html_blank(s.ptr[len]))
			len++;
		url = url_take(&s, len);
		if (is_set && url.ptr[url.len - 1] != ',')
			s = span_skip(s, span_find(s, ','));
		while (url.len > 0 && url.ptr[url.len - 1] == ',')
			url.len--;
		use_url(url, a, list);
	}
}

/*
 * Write the character of CSS that *S, which is not empty, begins with, to OUT,
 * its escape resolved, and take it off *S; returns its length. CSS Syntax
 * 4.3.7: a backslash, and up to six hexadecimal digits, of which a blank may be
 * the end, or any character; none is a backslash before a line end.
 */
static size_t
take_character(struct span *s, char out[UTF8_MAX])
{
	uint32_t c = 0;
	size_t n = 0;
	int digit;

	out[0] = url_take(s, 1).ptr[0];
	if (out[0] != '\\' || s->len == 0)
		return 1;
	while (n < 6 && n < s->len && (digit = url_digit(s->ptr[n])) >= 0) {
		c = c << 4 | (uint32_t)digit;
		n++;
	}
	if (n == 0) {
		out[0] = url_take(s, 1).ptr[0];
		return memchr("\n\r\f", out[0], 3) == NULL;
	}
	*s = span_skip(*s, n);
	*s = span_skip(*s, s->len > 0 && url_is_html_blank(s->ptr[0]));
	if (c == 0 || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		c = '?';	/* U+FFFD, in as many bytes as there were */
	return utf8_encode(c, out);
}

/* CSS without its escapes; none is shorter than its character. */
static struct span
resolve_css(struct span css, struct arena *a)
{
	char one[UTF8_MAX], *out;
	size_t n = 0, length;

	if (span_find(css, '\\') == css.len)
		return css;
	out = arena_alloc(a, css.len);
	if (out == NULL)
		return span_make("", 0);
	while (css.len > 0) {
		length = take_character(&css, one);
		memcpy(out + n, one, length);
		n += length;
	}
	return span_make(out, n);
}

/* Take NAME off *S if it stands there, in letters of any case. */
static bool
take_name(struct span *s, const char *name)
{
	struct span rest = *s;
	char c[UTF8_MAX];

	for (; *name != '\0'; name++)
		if (rest.len == 0 || take_character(&rest, c) != 1 ||
		    ascii_lower(c[0]) != *name)
			return false;
	*s = rest;
	return true;
}

/* Take the value off *S, which is behind "url(" or "@import". */
static struct span
take_css_value(struct span *s)
{
	char quote = s->len > 0 && memchr("\"'", s->ptr[0], 2) != NULL ?
	    s->ptr[0] : '\0';
	struct span value, rest;
	char c[UTF8_MAX];

	*s = span_skip(*s, quote != '\0');
	rest = *s;
	while (rest.len > 0 && (quote != '\0' ? rest.ptr[0] != quote :
	    !url_is_html_blank(rest.ptr[0]) && rest.ptr[0] != ')'))
		take_character(&rest, c);
	value = span_head(*s, s->len - rest.len);
	*s = rest;
	return value;
}

void
url_find_in_css(struct span css, struct arena *a, struct urls *list)
{
	struct span value;

	url_find_in_text(resolve_css(css, a), a, list);
	while (css.len > 0) {
		if (memchr("uU@\\", css.ptr[0], 4) == NULL) {
			css = span_skip(css, 1);
			continue;
		}
		if (take_name(&css, "@import")) {
			css = url_skip_blanks(css);
			if (take_name(&css, "url("))
				css = url_skip_blanks(css);
		} else if (take_name(&css, "url(")) {
			css = url_skip_blanks(css);
		} else {
			css = span_skip(css, 1);
			continue;
		}
		value = take_css_value(&css);
		use_url(resolve_css(value, a), a, list);
	}
}

/* HTML 4.2.5.3, "refresh": "0; url='http://…'". */
static void
use_refresh(struct span s, struct arena *a, struct urls *list)
{
	size_t i = 0;
	char quote;

	s = url_skip_blanks(s);
	while (i < s.len && ((s.ptr[i] >= '0' && s.ptr[i] <= '9') ||
	    s.ptr[i] == '.'))
		i++;
	s = url_skip_blanks(span_skip(s, i));
	if (i == 0 || s.len == 0)
		return;
	if (s.ptr[0] == ';' || s.ptr[0] == ',')
		s = url_skip_blanks(span_skip(s, 1));
	if (url_begins_with(s, "url")) {
		struct span value = url_skip_blanks(span_skip(s, 3));

		if (value.len > 0 && value.ptr[0] == '=')
			s = url_skip_blanks(span_skip(value, 1));
	}
	if (s.len > 0 && (s.ptr[0] == '"' || s.ptr[0] == '\'')) {
		quote = s.ptr[0];
		s = span_skip(s, 1);
		s = span_head(s, span_find(s, quote));
	}
	use_url(s, a, list);
}

/* The row of NAME; NULL: there is none. */
static const struct attribute_row *
row_of(struct span name)
{
	const struct attribute_row *row = attribute_table;
	const struct attribute_row *end = row +
	    sizeof attribute_table / sizeof attribute_table[0];

	for (; row < end && name.len > 0; row++)
		if (ascii_lower(name.ptr[0]) == row->name[0] &&
		    span_equal_nocase(name, span_of(row->name)))
			return row;
	return NULL;
}

void
url_find_in_attribute(const struct url_attribute *at, struct arena *a,
    struct urls *list)
{
	const struct attribute_row *row = row_of(at->name);
	struct span value;

	if (span_equal_nocase(at->tag, span_of("meta")) &&
	    span_equal_nocase(at->name, span_of("content"))) {
		use_refresh(html_resolve(at->value, true, a), a, list);
		return;
	}
	if (row == NULL)
		return;
	value = html_resolve(at->value, true, a);
	switch (row->holds) {
	case HOLDS_URL:
		use_url(value, a, list);
		break;
	case HOLDS_LIST:
	case HOLDS_SET:
		use_list(value, row->holds == HOLDS_SET, a, list);
		break;
	case HOLDS_CSS:
		url_find_in_css(value, a, list);
		break;
	case HOLDS_HTML:
		/* A document of its own, which mail readers do not show. */
		url_find_in_text(value, a, list);
		break;
	}
}
