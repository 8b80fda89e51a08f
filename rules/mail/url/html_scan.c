/*
 * html_scan.c - where HTML's tags, comments and raw texts end.
 *
 * As HTML 13.2.5 ends them: what a browser takes for text, for a tag or for
 * nothing decides what its user sees.
 *
 * Failure: none.
 */
#include "config.h"

#include "rules/mail/url/html_scan.h"
#include "rules/mail/url/url_parts.h"

/* Elements whose content is text up to their end tag, whatever it holds. */
static const struct html_raw raw_table[] = {
	{ "iframe", false },
	{ "noembed", false },
	{ "noframes", false },
	{ "script", false },
	{ "style", false },
	{ "textarea", true },
	{ "title", true },
	{ "xmp", false },
};

static bool
ends_name(char c)
{
	return url_is_html_blank(c) || c == '/' || c == '>';
}

/* Does S, which begins with '<', open something, rather than being text? */
static bool
opens_markup(struct span s)
{
	char c = s.len > 1 ? ascii_lower(s.ptr[1]) : ' ';

	return (c >= 'a' && c <= 'z') || memchr("/!?", c, 3) != NULL;
}

size_t
html_text_length(struct span s)
{
	size_t len = span_find(s, '<');

	while (len < s.len && !opens_markup(span_skip(s, len)))
		len += 1 + span_find(span_skip(s, len + 1), '<');
	return len;
}

/* Take the value of an attribute, behind its '='. NUL, or the quote that never
 * ends. */
static char
take_value(struct span *s, struct span *value)
{
	size_t len = 0;
	char quote;

	*value = span_make("", 0);
	*s = url_skip_blanks(*s);
	if (s->len == 0)
		return '\0';
	quote = s->ptr[0];
	if (quote == '"' || quote == '\'') {
		*s = span_skip(*s, 1);
		len = span_find(*s, quote);
		if (len == s->len)
			return quote;
		*value = url_take(s, len);
		*s = span_skip(*s, 1);
		return '\0';
	}
	while (len < s->len && !url_is_html_blank(s->ptr[len]) &&
	    s->ptr[len] != '>')
		len++;
	*value = url_take(s, len);
	return '\0';
}

void
html_attributes_begin(struct html_attributes *a, struct span *s)
{
	size_t len = 0;

	while (len < s->len && !ends_name(s->ptr[len]))
		len++;
	*a = (struct html_attributes){ .tag = url_take(s, len) };
	a->rest = *s;
}

bool
html_attribute_next(struct html_attributes *a)
{
	struct span *s = &a->rest;
	size_t len = 1;

	while (s->len > 0 && s->ptr[0] != '>' && ends_name(s->ptr[0]))
		*s = span_skip(*s, 1);
	if (s->len == 0 || s->ptr[0] == '>') {
		a->open = s->len == 0;
		*s = span_skip(*s, 1);
		return false;
	}
	while (len < s->len && !ends_name(s->ptr[len]) && s->ptr[len] != '=')
		len++;
	a->name = url_take(s, len);
	a->value = span_make("", 0);
	*s = url_skip_blanks(*s);
	if (s->len == 0 || s->ptr[0] != '=')
		return true;
	*s = span_skip(*s, 1);
	a->quote = take_value(s, &a->value);
	if (a->quote == '\0')
		return true;
	a->open = true;
	*s = span_make("", 0);
	return false;
}

const struct html_raw *
html_raw_of(struct span tag)
{
	for (size_t i = 0; i < sizeof raw_table / sizeof raw_table[0]; i++)
		if (span_equal_nocase(tag, span_of(raw_table[i].name)))
			return &raw_table[i];
	return NULL;
}

static bool
is_tag(struct span s, const char *begin, struct span name)
{
	size_t len = strlen(begin);

	if (!url_begins_with(s, begin) ||
	    !span_starts_with_nocase(span_skip(s, len), name))
		return false;
	s = span_skip(s, len + name.len);
	return s.len == 0 || ends_name(s.ptr[0]);
}

/* HTML 13.2.5.20: in a script, a script inside of a comment hides the next end
 * tag. */
size_t
html_raw_length(struct span s, struct span name)
{
	bool script = span_equal_nocase(name, span_of("script"));
	int hidden = 0;		/* 1: behind "<!--", 2: "<script" in it */

	for (size_t i = 0; i < s.len; i++) {
		struct span rest = span_skip(s, i);

		if (rest.ptr[0] != '<' && rest.ptr[0] != '-')
			continue;
		if (is_tag(rest, "</", name)) {
			if (hidden < 2)
				return i;
			hidden = 1;
		} else if (script && hidden == 0 &&
		    url_begins_with(rest, "<!--")) {
			hidden = 1;
			i += 1;		/* "<!-->" ends, too */
		} else if (hidden > 0 && url_begins_with(rest, "-->")) {
			hidden = 0;
		} else if (hidden == 1 && is_tag(rest, "<", name)) {
			hidden = 2;
		}
	}
	return s.len;
}

/* HTML 13.2.5.43 to 51: "-->", "--!>", and at once ">" and "->". */
size_t
html_comment_length(struct span s, size_t *end)
{
	*end = 0;
	if (url_begins_with(s, ">") || url_begins_with(s, "->")) {
		*end = s.ptr[0] == '>' ? 1 : 2;
		return 0;
	}
	for (size_t i = 0; i < s.len; i++) {
		struct span rest = span_skip(s, i);

		if (rest.ptr[0] != '-')
			continue;
		if (url_begins_with(rest, "-->"))
			*end = 3;
		else if (url_begins_with(rest, "--!>"))
			*end = 4;
		if (*end > 0)
			return i;
	}
	return s.len;
}
