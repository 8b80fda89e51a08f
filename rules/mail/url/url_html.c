/*
 * url_html.c - the URLs in HTML, found as a browser finds them.
 *
 * Not a parser: tags are read, no tree is made of them. What decides is where a
 * browser takes a byte for text, for a tag, or for nothing; where we differed a
 * link could hide: so comments, raw text elements and attribute values end
 * where HTML 13.2.5 ends them.
 *
 * Failure: the arena is exhausted; what was found till then is in the list.
 */
#include "config.h"

#include "rules/mail/url/html_reference.h"
#include "rules/mail/url/html_scan.h"
#include "rules/mail/url/url_parts.h"

struct html {
	struct span rest;	/* to be read */
	bool inside;		/* of a comment that is read; behind it … */
	struct span after;	/* … is this */
	struct arena *arena;
	struct urls *list;
};

/* Use the attributes of the tag that A has begun; returns what follows it. A
 * tag that does not end is none, to browsers; nothing follows it. */
static struct span
read_attributes(struct html *h, struct html_attributes *a)
{
	struct url_attribute at = { .tag = a->tag };

	while (html_attribute_next(a)) {
		at.name = a->name;
		at.value = a->value;
		url_find_in_attribute(&at, h->arena, h->list);
	}
	return a->rest;
}

static void
use_text(struct html *h, struct span text)
{
	text = html_resolve(text, false, h->arena);
	url_find_in_text(text, h->arena, h->list);
}

static void
read_raw(struct html *h, const struct html_raw *row)
{
	struct span name = span_of(row->name);
	struct span text = url_take(&h->rest, html_raw_length(h->rest, name));

	if (row->references)
		use_text(h, text);
	else if (span_is(name, "style"))
		url_find_in_css(text, h->arena, h->list);
	else
		url_find_in_text(text, h->arena, h->list);
}

/* Read a tag; h->rest is behind its '<', or "</". */
static void
read_tag(struct html *h, bool end)
{
	const struct html_raw *row;
	struct html_attributes a;

	html_attributes_begin(&a, &h->rest);
	h->rest = read_attributes(h, &a);
	row = html_raw_of(a.tag);
	if (!end && row != NULL)
		read_raw(h, row);
}

/* Read what begins with "<!" or "<?"; h->rest is behind the '<'. */
static void
read_declaration(struct html *h)
{
	struct span comment;
	size_t end;

	if (url_begins_with(h->rest, "![CDATA[")) {
		/* Text in XHTML, a comment in HTML: the stricter reading. */
		h->rest = span_skip(h->rest, 8);
		return;
	}
	if (!url_begins_with(h->rest, "!--")) {
		h->rest = span_skip(h->rest, span_find(h->rest, '>') + 1);
		return;
	}
	h->rest = span_skip(h->rest, 3);
	comment = url_take(&h->rest, html_comment_length(h->rest, &end));
	h->rest = span_skip(h->rest, end);
	/* Outlook reads what is in "<!--[if mso]> … <![endif]-->". No comment
	 * ends inside of one, so none is read inside of another. */
	if (url_begins_with(comment, "[if") && !h->inside) {
		h->inside = true;
		h->after = h->rest;
		h->rest = span_skip(comment, span_find(comment, '>') + 1);
	}
}

/* Read what opens at the '<' that h->rest begins with. */
static void
read_markup(struct html *h)
{
	struct span s = span_skip(h->rest, 1);
	bool end = s.ptr[0] == '/';
	char first = ascii_lower(s.len > (size_t)end ? s.ptr[end] : ' ');

	h->rest = span_skip(s, end);
	if (first >= 'a' && first <= 'z')
		read_tag(h, end);
	else if (end)	/* "</ >" and the like are comments */
		h->rest = span_skip(h->rest, span_find(h->rest, '>') + 1);
	else
		read_declaration(h);
}

void
url_find_in_html(struct span html, struct arena *a, struct urls *list)
{
	struct html h = { .rest = html, .arena = a, .list = list };

	while ((h.rest.len > 0 || h.inside) && !list->lost && !a->exhausted) {
		use_text(&h, url_take(&h.rest, html_text_length(h.rest)));
		if (h.rest.len > 0) {
			read_markup(&h);
		} else if (h.inside) {
			h.rest = h.after;
			h.inside = false;
		}
	}
}
