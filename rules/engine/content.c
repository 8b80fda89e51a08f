/*
 * content.c - the parts of the message at hand, read when first asked for.
 *
 * Failure: no memory, or more than the message may take; see content.h.
 */
#include "config.h"

#include "rules/engine/content.h"

bool
content_is_field(struct span name)
{
	return span_starts_with_nocase(name, span_of("Content-"));
}

struct mime_field *
content_fields(struct engine *e, size_t *count)
{
	struct mime_field *fields = arena_calloc(&e->message,
	    e->field_count + 1, sizeof *fields);
	size_t i;

	*count = 0;
	for (i = 0; fields != NULL && i < e->field_count; i++)
		if (content_is_field(e->fields[i].name))
			fields[(*count)++] = (struct mime_field){
			    e->fields[i].name, e->fields[i].unfolded };
	return fields;
}

static int
read_content(struct engine *e)
{
	const struct limits *l = &e->policy->settings.limits;
	struct mime_bounds bounds = { .depth = (unsigned)l->mime_depth,
		.parts = l->mime_parts, .text = l->body };
	size_t count;
	const struct mime_field *fields = content_fields(e, &count);

	if (fields == NULL)
		return -1;
	return mime_read(&e->content, fields, count,
	    span_head(buffer_span(&e->body), l->message),
	    e->body_size <= l->message, &bounds, &e->message);
}

/* One part, which nothing can be got out of. */
static void
make_empty(struct engine *e)
{
	e->no_part = (struct mime_part){ .parent = MIME_NO_PART, .depth = 1,
		.media.type = span_of("text/plain"), .opaque = true };
	e->content = (struct mime){ .parts = &e->no_part, .count = 1,
		.depth = 1, .lost = true, .arena = &e->message };
}

struct mime *
content_of(struct engine *e)
{
	if (!e->content_read && read_content(e) < 0)
		make_empty(e);
	e->content_read = true;
	return &e->content;
}
