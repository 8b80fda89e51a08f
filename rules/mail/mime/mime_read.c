/*
 * mime_read.c - find the parts of a message.
 *
 * One pass over the lines of the body. The part that the lines belong to is the
 * current one; all parts that are open are its parents, so that they need no
 * list. A line is either of a part's header or of its content, and wherever it
 * is, a delimiter of an open boundary ends all parts inside of that multipart.
 *
 * Failure: -1 when the arena is exhausted. Whatever the bytes, there is a
 * message; what is wrong with it are its defects.
 */
#include "config.h"

#include <stdint.h>

#include "rules/mail/mime/mime.h"
#include "rules/mail/mime/mime_boundary.h"
#include "rules/mail/mime/mime_header.h"
#include "rules/mail/mime/mime_line.h"

struct reader {
	struct mime *m;
	struct span body;
	bool whole;
	size_t room;			/* of m->parts */
	size_t current;
	bool in_header;			/* … of the current part */
	bool full;			/* no more parts may be */
	struct boundaries boundaries;
};

static struct mime_part *
current_part(const struct reader *r)
{
	return &r->m->parts[r->current];
}

static struct span
body_between(const struct reader *r, size_t begin, size_t end)
{
	return span_head(span_skip(r->body, begin), end - begin);
}

static size_t
offset_of(const struct reader *r, struct span s)
{
	return (size_t)(s.ptr - r->body.ptr);
}

static void
defect(struct reader *r, enum mime_defect d)
{
	r->m->defects |= DEFECT_BIT(d);
}

/* A bound of ours, D, keeps what is in part I, and so in those that it is in,
 * from being read. */
static void
leave_unread(struct reader *r, size_t i, enum mime_defect d)
{
	for (; i != MIME_NO_PART; i = r->m->parts[i].parent)
		r->m->parts[i].opaque = true;
	r->m->lost = true;
	defect(r, d);
}

/* Part I, a multipart, has none, as D says: then it is text. */
static void
has_no_parts(struct reader *r, size_t i, enum mime_defect d)
{
	r->m->parts[i].kind = MIME_LEAF;
	r->m->parts[i].plain = true;
	defect(r, d);
}

/* Add a part of PARENT, which begins at offset BEGIN with its header. -1: the
 * arena is exhausted. */
static int
part_begin(struct reader *r, size_t parent, size_t begin)
{
	struct mime *m = r->m;
	struct mime_part *p;

	if (arena_grow(m->arena, (void **)&m->parts, &r->room, m->count,
	    sizeof *m->parts) < 0)
		return -1;
	p = &m->parts[m->count];
	*p = (struct mime_part){ .parent = parent, .depth = 1 };
	if (parent != MIME_NO_PART)
		p->depth = m->parts[parent].depth + 1;
	if (p->depth > m->depth)
		m->depth = p->depth;
	p->header = body_between(r, begin, begin);
	r->current = m->count++;
	r->in_header = true;
	return 0;
}

/* The content of the current part, a multipart, begins. */
static int
multipart_begin(struct reader *r)
{
	struct mime_part *p = current_part(r);
	struct span text = p->media.boundary;
	bool same = false;

	/* RFC 2046 5.1.1: it has no blank at its end, or none that counts. */
	while (text.len > 0 &&
	    span_trim(span_skip(text, text.len - 1)).len == 0)
		text.len--;
	if (text.len == 0) {
		p->opaque = true;
		has_no_parts(r, r->current, DEFECT_NO_BOUNDARY);
		return 0;
	}
	if (boundaries_open(&r->boundaries, r->m->arena, text, r->current,
	    &same) < 0)
		return -1;
	if (same)
		defect(r, DEFECT_SAME_BOUNDARY);
	return 0;
}

/* The content of the current part begins at offset AT. */
static int
content_begin(struct reader *r, size_t at)
{
	struct mime *m = r->m;
	struct mime_part *p = current_part(r);

	r->in_header = false;
	p->content = body_between(r, at, at);
	if (p->kind == MIME_LEAF)
		return 0;
	if (p->depth >= m->bounds.depth) {
		p->kind = MIME_LEAF;
		leave_unread(r, r->current, DEFECT_TOO_DEEP);
		return 0;
	}
	if (p->kind == MIME_MULTIPART)
		return multipart_begin(r);
	if (m->count >= m->bounds.parts) {
		p->kind = MIME_LEAF;
		leave_unread(r, r->current, DEFECT_TOO_MANY_PARTS);
		return 0;
	}
	return part_begin(r, r->current, at);
}

/* The media type of a part whose header says none, RFC 2046 5.1.5. */
static const char *
default_type(const struct mime *m, const struct mime_part *p)
{
	if (p->parent != MIME_NO_PART &&
	    span_is(m->parts[p->parent].media.type, "multipart/digest"))
		return "message/rfc822";
	return "text/plain";
}

/* What the header H of the current part is not. */
static void
header_told(struct reader *r, const struct mime_header *h)
{
	r->m->defects |= h->defects;
	if (h->lost)
		leave_unread(r, r->current, DEFECT_LONG_PART_HEADER);
}

/* The header of the current part is what is there up to offset AT. */
static int
header_end(struct reader *r, size_t at)
{
	struct mime_part *p = current_part(r);
	struct mime_header h = { .part = p, .arena = r->m->arena,
		.room = &r->m->fields_left };
	struct span header = body_between(r, offset_of(r, p->header), at);

	p->header = header;
	if (header.len > MIME_HEADER_MAX) {
		header = span_head(header, MIME_HEADER_MAX);
		header = span_head(header, span_find_last(header, '\n'));
		h.lost = true;
	}
	mime_header_lines(&h, header);
	mime_header_end(&h, default_type(r->m, p));
	header_told(r, &h);
	return content_begin(r, at);
}

/* The same where the body, or what the part is in, ends; a message whose header
 * that was has a message in it, which is empty. */
static int
header_cut(struct reader *r, size_t at)
{
	while (r->in_header) {
		size_t begin = offset_of(r, current_part(r)->header);

		if (header_end(r, at > begin ? at : begin) < 0)
			return -1;
	}
	return 0;
}

/* All parts from the current one up to, and without, PART end at offset END; or
 * where a header ends whose empty line is the line end before the delimiter. */
static void
parts_end(struct reader *r, size_t part, size_t end)
{
	while (r->current != part) {
		struct mime_part *p = current_part(r);
		size_t begin = offset_of(r, p->content);

		end = end > begin ? end : begin;
		p->content = body_between(r, begin, end);
		r->current = p->parent;
	}
}

/* The boundaries but the first KEEP end with their multiparts. */
static void
boundaries_end(struct reader *r, size_t keep)
{
	while (r->boundaries.count > keep) {
		const struct boundary *b =
		    &r->boundaries.open[--r->boundaries.count];

		if (!b->opened)
			has_no_parts(r, b->part, DEFECT_NO_PARTS);
		else if (!b->closed)
			defect(r, DEFECT_UNCLOSED);
	}
}

/* LINE is a delimiter of open boundary WHICH; the next line is at NEXT. */
static int
delimiter(struct reader *r, struct span line, size_t which, bool closes,
    size_t next)
{
	size_t end = offset_of(r, line);
	struct boundary *b;

	/* RFC 2046 5.1.1: the line end before it belongs to it. */
	end -= mime_line_end(span_head(r->body, end));
	if (header_cut(r, end) < 0)
		return -1;
	b = &r->boundaries.open[which];
	parts_end(r, b->part, end);
	boundaries_end(r, which + 1);
	if (closes) {
		b->closed = true;
		return 0;
	}
	b->opened = true;
	if (r->m->count < r->m->bounds.parts)
		return part_begin(r, b->part, next);
	leave_unread(r, b->part, DEFECT_TOO_MANY_PARTS);
	r->full = true;
	return 0;
}

static int
lines_read(struct reader *r)
{
	struct span line;
	size_t at = 0, which;

	/* Without a boundary nothing ends what is there. */
	while (!r->full && (r->in_header || r->boundaries.count > 0) &&
	    mime_line_take(r->body, &at, &line)) {
		enum mime_line_kind kind =
		    boundaries_look(&r->boundaries, line, &which);
		int rc = 0;

		if (kind == LINE_OPENS || kind == LINE_CLOSES)
			rc = delimiter(r, line, which, kind == LINE_CLOSES, at);
		else if (r->in_header && line.len == 0)
			rc = header_end(r, at);
		if (kind == LINE_DOUBTFUL)
			defect(r, DEFECT_DOUBTFUL_BOUNDARY);
		if (kind == LINE_BEHIND_END)
			defect(r, DEFECT_BEHIND_END);
		if (rc < 0)
			return -1;
	}
	if (header_cut(r, r->body.len) < 0)
		return -1;
	if (!r->whole)
		leave_unread(r, r->current, DEFECT_TOO_LARGE);
	else if (!r->full)
		boundaries_end(r, 0);
	parts_end(r, MIME_NO_PART, r->body.len);
	return 0;
}

/* RFC 2045 6.2, 6.3: 7bit, and no such field at all, promise this. */
static bool
has_eight_bit(const struct mime *m)
{
	for (size_t i = 0; i < m->count; i++) {
		const struct mime_part *p = &m->parts[i];

		if (p->kind == MIME_LEAF && (p->transfer == TRANSFER_NONE ||
		    p->transfer == TRANSFER_7BIT) &&
		    mime_line_eight_bit(p->content))
			return true;
	}
	return false;
}

/* Files have one each, for none is in another; messages while there is room. */
static void
choose_digests(struct reader *r)
{
	size_t left = MIME_NESTED_MAX + 2 * r->body.len;

	for (size_t i = 0; i < r->m->count; i++) {
		struct mime_part *p = &r->m->parts[i];

		if (p->kind != MIME_MESSAGE || !mime_is_attachment(r->m, i))
			continue;
		p->undigested = p->content.len > left;
		if (p->undigested)
			defect(r, DEFECT_UNDIGESTED);
		else
			left -= p->content.len;
	}
}

int
mime_read(struct mime *m, const struct mime_field *fields, size_t count,
    struct span body, bool whole, const struct mime_bounds *bounds,
    struct arena *arena)
{
	struct reader r = { .m = m, .body = body, .whole = whole };
	struct mime_header h = { .arena = arena, .room = &m->fields_left };

	*m = (struct mime){ .arena = arena, .bounds = *bounds,
		.text_left = bounds->text,
		.fields_left = MIME_FIELDS_MAX +
		    MIME_FIELDS_PER_PART * bounds->parts };
	if (part_begin(&r, MIME_NO_PART, 0) < 0)
		return -1;
	h.part = current_part(&r);
	for (size_t i = 0; i < count; i++)
		mime_header_field(&h, fields[i].name, fields[i].value);
	mime_header_end(&h, "text/plain");
	header_told(&r, &h);
	m->defects |= mime_line_defects(body);
	if (content_begin(&r, 0) < 0 || lines_read(&r) < 0)
		return -1;
	if (has_eight_bit(m))
		defect(&r, DEFECT_EIGHT_BIT);
	choose_digests(&r);
	return arena->exhausted ? -1 : 0;
}
