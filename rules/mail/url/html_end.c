/*
 * html_end.c - where what is put into HTML is shown below all else.
 *
 * Failure: none.
 */
#include "config.h"

#include <stdio.h>

#include "rules/base/utf8.h"
#include "rules/mail/url/html_end.h"
#include "rules/mail/url/html_scan.h"

struct ending {
	struct span rest;	/* to be read */
	size_t body;		/* bytes from the last end tag on; 0: none */
	size_t html;
	char *close;		/* what ends that which is open */
};

/* Read up to the next '>'. */
static void
read_to_end(struct ending *e)
{
	size_t len = span_find(e->rest, '>');

	if (len == e->rest.len)
		(void)snprintf(e->close, HTML_CLOSE_MAX, ">");
	e->rest = span_skip(e->rest, len + 1);
}

static void
read_comment(struct ending *e)
{
	size_t end, len = html_comment_length(e->rest, &end);

	if (end == 0)
		(void)snprintf(e->close, HTML_CLOSE_MAX, "-->");
	e->rest = span_skip(e->rest, len + end);
}

static void
read_raw(struct ending *e, const struct html_raw *raw)
{
	size_t len = html_raw_length(e->rest, span_of(raw->name));

	/* In a script a comment may hide the end tag. */
	if (len == e->rest.len)
		(void)snprintf(e->close, HTML_CLOSE_MAX, "%s</%s>",
		    strcmp(raw->name, "script") == 0 ? "-->" : "", raw->name);
	e->rest = span_skip(e->rest, len);
}

/* Read a tag, whose name e->rest begins with; AT bytes began at its '<'. */
static void
read_tag(struct ending *e, size_t at, bool end)
{
	struct html_attributes a;
	const struct html_raw *raw;

	html_attributes_begin(&a, &e->rest);
	while (html_attribute_next(&a))
		continue;
	e->rest = a.rest;
	raw = html_raw_of(a.tag);
	if (a.open)
		(void)snprintf(e->close, HTML_CLOSE_MAX, "%.1s>", &a.quote);
	else if (end && span_equal_nocase(a.tag, span_of("body")))
		e->body = at;
	else if (end && span_equal_nocase(a.tag, span_of("html")))
		e->html = at;
	else if (!end && raw != NULL)
		read_raw(e, raw);
}

/* Read what opens at the '<' that e->rest begins with. */
static void
read_markup(struct ending *e)
{
	size_t at = e->rest.len;
	bool end = at > 1 && e->rest.ptr[1] == '/';
	char c;

	e->rest = span_skip(e->rest, 1 + (size_t)end);
	c = ascii_lower(e->rest.len > 0 ? e->rest.ptr[0] : ' ');
	if (c >= 'a' && c <= 'z') {
		read_tag(e, at, end);
	} else if (!end && span_starts_with(e->rest, span_of("!--"))) {
		e->rest = span_skip(e->rest, 3);
		read_comment(e);
	} else {
		read_to_end(e);
	}
}

size_t
html_end(struct span html, char close[HTML_CLOSE_MAX])
{
	struct ending e = { .rest = html, .close = close };

	close[0] = '\0';
	while (e.rest.len > 0) {
		e.rest = span_skip(e.rest, html_text_length(e.rest));
		if (e.rest.len > 0)
			read_markup(&e);
	}
	if (e.body == 0)
		e.body = e.html;
	if (e.body > 0)
		close[0] = '\0';
	return html.len - e.body;
}
