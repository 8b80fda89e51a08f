/*
 * make_body.c - the new body of a message, and what it asks of the header.
 *
 * When it is made its parts are read again: they must be those that were there,
 * all but the changed ones with the content that they had.
 *
 * Failure: the body stays as it is, which is logged.
 */
#include "config.h"

#include <stdint.h>

#include "rules/engine/content.h"
#include "rules/engine/edit_body.h"
#include "rules/mail/mime/content_type.h"
#include "rules/mail/mime/mime_write.h"

#define TYPE "Content-Type"
#define TRANSFER "Content-Transfer-Encoding"

/* What is to change, in order, and the contents that it borrows. */
struct making {
	struct body_model *model;
	struct mime_change *changes;
	struct buffer *contents;
	size_t count;
};

/* Encode text T of part I (of no part: M is NULL) into C and CONTENT. */
static void
encode(const struct part_text *t, const struct mime *m, size_t i,
    struct mime_change *c, struct buffer *content)
{
	buffer_init(content, SIZE_MAX);
	*c = (struct mime_change){ .part = i,
		.transfer = part_text_encode(t, m, i, content) };
	c->content = buffer_span(content);
	if (t->recoded)
		c->charset = t->charset;
}

/* Gather the texts that changed. -1: no memory. */
static int
gather(struct making *k)
{
	struct body_model *m = k->model;
	struct arena *a = &m->engine->message;
	size_t i;

	k->changes = arena_calloc(a, m->mime->count, sizeof *k->changes);
	k->contents = arena_calloc(a, m->mime->count, sizeof *k->contents);
	if (k->changes == NULL || k->contents == NULL)
		return -1;
	for (i = 0; i < m->mime->count; i++) {
		if (m->texts[i] == NULL)
			continue;
		encode(m->texts[i], m->mime, i, &k->changes[k->count],
		    &k->contents[k->count]);
		if (k->contents[k->count++].overflow)
			return -1;
	}
	return 0;
}

/* Are the parts of NEW those that there were? */
static bool
are_same_parts(const struct making *k, const struct mime *new)
{
	const struct mime *old = k->model->mime;
	const struct mime_part *a, *b;
	size_t i, next = 0;
	bool changed;

	for (i = 0; i < old->count && i < new->count; i++) {
		a = &old->parts[i];
		b = &new->parts[i];
		changed = next < k->count && k->changes[next].part == i;
		next += changed;
		if (a->kind != b->kind || a->parent != b->parent ||
		    !span_equal(a->media.type, b->media.type) ||
		    (a->kind == MIME_LEAF && !changed &&
		    !span_equal(a->content, b->content)))
			return false;
	}
	return i == old->count && i == new->count && !new->lost;
}

/* Is BODY one of the same parts? A message that is no multipart has but one. */
static bool
is_same_message(const struct making *k, struct span body)
{
	struct engine *e = k->model->engine;
	const struct mime *old = k->model->mime;
	const struct mime_field *fields;
	struct mime new;
	size_t count;

	if (old->count == 1)
		return true;
	fields = content_fields(e, &count);
	return fields != NULL && mime_read(&new, fields, count, body, true,
	    &old->bounds, &e->message) == 0 && are_same_parts(k, &new);
}

/* The type that the body's text is of if no field says so. */
static struct span
type_of(const struct body_model *m)
{
	if (m->whole == NULL)
		return m->mime->parts[0].media.type;
	return span_of(m->whole->html ? "text/html" : "text/plain");
}

/* Tell the message's own header of C, a change of all its body. */
static void
describe(struct body_model *m, const struct mime_change *c)
{
	struct header_model *h = m->header;
	struct buffer type;
	size_t count;

	/* RFC 2045 4: without it none of these would count. */
	if ((c->charset.ptr != NULL || c->transfer != TRANSFER_NONE) &&
	    header_value(h, "MIME-Version", &count).ptr == NULL)
		header_put(h, "MIME-Version", span_of("1.0"));
	/* What replaced it is in UTF-8, whatever rules wrote since. */
	if (c->charset.ptr != NULL || m->whole != NULL) {
		buffer_init(&type, 2 * CONTENT_TYPE_MAX);
		content_type_set(&type, header_value(h, TYPE, &count),
		    type_of(m), m->whole != NULL ? span_of("utf-8") :
		    c->charset, " ");
		header_put(h, TYPE, buffer_span(&type));
		buffer_release(&type);
	}
	if (c->transfer != TRANSFER_NONE)
		header_put(h, TRANSFER,
		    span_of(mime_transfer_name(c->transfer)));
}

/* Where is the next LF in S without a CR before it? S.len: there is none. */
static size_t
find_bare_lf(struct span s)
{
	size_t i, at = 0;

	for (;;) {
		i = at + span_find(span_skip(s, at), '\n');
		if (i >= s.len || i == 0 || s.ptr[i - 1] != '\r')
			return i < s.len ? i : s.len;
		at = i + 1;
	}
}

/* Make all lines of BODY end in CRLF: of such an MTA knows what it gets. */
static void
end_lines(struct buffer *body)
{
	struct span rest = buffer_span(body);
	struct buffer lines;
	size_t at = find_bare_lf(rest);

	if (at < rest.len) {
		buffer_init(&lines, body->limit);
		while (at < rest.len) {
			buffer_add(&lines, span_head(rest, at));
			buffer_add_text(&lines, "\r\n");
			rest = span_skip(rest, at + 1);
			at = find_bare_lf(rest);
		}
		buffer_add(&lines, rest);
		lines.overflow |= body->overflow;
		buffer_release(body);
		*body = lines;
	}
	rest = buffer_span(body);
	if (rest.len > 0 && rest.ptr[rest.len - 1] != '\n')
		buffer_add_text(body, rest.ptr[rest.len - 1] == '\r' ? "\n" :
		    "\r\n");
}

/* May BODY be delivered? It is told when not. */
static bool
may_be(const struct making *k, const struct buffer *body)
{
	struct body_model *m = k->model;
	const char *why = "with its change the message would have other parts, "
	    "and its body stays as it is";

	if (body->overflow)
		why = "with its change the message would be too long, and its "
		    "body stays as it is";
	else if (is_same_message(k, buffer_span(body)))
		return true;
	session_log_failure(m->engine, m->rule, why);
	return false;
}

/* Write the body with all that changes into OUT. False: it is to stay. */
static bool
make_parts(struct body_model *m, struct buffer *out)
{
	struct making k = { .model = m };
	struct span body = span_head(buffer_span(&m->engine->body),
	    m->engine->policy->settings.limits.message);
	bool made = gather(&k) == 0;
	size_t i;

	if (made && k.count > 0) {
		mime_write(m->mime, body, k.changes, k.count, out);
		end_lines(out);
	} else if (!made) {
		m->engine->message.exhausted = true;	/* no memory */
	}
	made = made && k.count > 0 && may_be(&k, out);
	if (made && k.changes[0].part == 0)
		describe(m, &k.changes[0]);
	for (i = 0; i < k.count; i++)
		buffer_release(&k.contents[i]);
	return made;
}

static bool
make_whole(struct body_model *m, struct buffer *out)
{
	struct mime_change c;
	struct buffer content;

	encode(m->whole, NULL, 0, &c, &content);
	buffer_add(out, c.content);
	end_lines(out);
	if (content.overflow || out->overflow)
		m->engine->message.exhausted = true;	/* no memory */
	describe(m, &c);
	buffer_release(&content);
	return true;
}

bool
body_operation(struct body_model *m, struct span *body)
{
	struct buffer *out = &m->engine->new_body;
	bool made;

	buffer_clear(out);
	if (m->whole == NULL && m->texts == NULL)
		return false;	/* nobody has asked */
	made = m->whole != NULL ? make_whole(m, out) : make_parts(m, out);
	if (!made)
		return false;
	/* They say how long it was, and its digest. */
	header_drop(m->header, "Content-Length");
	header_drop(m->header, "Content-MD5");
	*body = span_make(buffer_text(out), out->len);
	return true;
}
