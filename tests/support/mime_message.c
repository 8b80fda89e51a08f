/*
 * mime_message.c - a message given as text, and its parts as text.
 */
#include "config.h"

#include <stdint.h>
#include <stdlib.h>

#include "rules/mail/mime/mime_line.h"
#include "tests/support/mime_message.h"

#define ARENA_LIMIT (256u << 20)

const struct mime_bounds mime_message_bounds = {
	.depth = 32, .parts = 1000, .text = 1u << 20
};

struct fields {
	struct mime_field *at;
	size_t count;
	size_t room;
};

/* Copy VALUE, which may be folded, to A. */
static struct span
unfolded(struct arena *a, struct span value)
{
	char *copy = arena_alloc(a, value.len + 1);
	struct span line;
	size_t at = 0, len = 0;

	if (copy == NULL)
		abort();
	while (mime_line_take(value, &at, &line)) {
		memcpy(copy + len, line.ptr, line.len);
		len += line.len;
	}
	return span_trim(span_make(copy, len));
}

static bool
is_continued(struct span raw, size_t at)
{
	return at < raw.len && (raw.ptr[at] == ' ' || raw.ptr[at] == '\t');
}

/* Read the fields of RAW; returns where its body begins. */
static size_t
read_fields(struct span raw, struct arena *a, struct fields *f)
{
	struct span line, field;
	size_t at = 0, colon;

	while (mime_line_take(raw, &at, &line) && line.len > 0) {
		field = line;
		while (is_continued(raw, at) && mime_line_take(raw, &at, &line))
			field.len = (size_t)(line.ptr + line.len - field.ptr);
		colon = span_find(field, ':');
		if (colon == field.len)
			continue;
		if (arena_grow(a, (void **)&f->at, &f->room, f->count,
		    sizeof *f->at) < 0)
			abort();
		f->at[f->count++] = (struct mime_field){
			.name = span_trim(span_head(field, colon)),
			.value = unfolded(a, span_skip(field, colon + 1)) };
	}
	return at;
}

void
mime_message_read(struct mime_message *mm, struct span raw,
    const struct mime_bounds *bounds)
{
	struct fields f = { .count = 0 };
	size_t body;

	*mm = (struct mime_message){ .status = 0 };
	arena_init(&mm->arena, ARENA_LIMIT);
	body = read_fields(raw, &mm->arena, &f);
	mm->body = span_skip(raw, body);
	mm->status = mime_read(&mm->mime, f.at, f.count, mm->body, true, bounds,
	    &mm->arena);
}

void
mime_message_release(struct mime_message *mm)
{
	arena_release(&mm->arena);
}

void
mime_message_shape(const struct mime *m, struct buffer *out)
{
	unsigned depth = 0;
	size_t i;

	for (i = 0; i < m->count; i++) {
		const struct mime_part *p = &m->parts[i];

		for (; depth >= p->depth; depth--) {
			if (depth > p->depth)
				buffer_add_char(out, ')');
		}
		if (i > 0)
			buffer_add_char(out, p->parent + 1 == i ? '(' : ' ');
		buffer_add(out, p->media.type);
		if (p->opaque)
			buffer_add_char(out, '!');
		depth = p->depth;
	}
	for (; depth > 1; depth--)
		buffer_add_char(out, ')');
}

void
mime_message_defects(const struct mime *m, struct buffer *out)
{
	for (int d = 0; d < DEFECT_COUNT; d++) {
		if ((m->defects & DEFECT_BIT(d)) == 0)
			continue;
		if (out->len > 0)
			buffer_add_char(out, ' ');
		buffer_add_text(out, mime_defect_row(d)->name);
	}
}
