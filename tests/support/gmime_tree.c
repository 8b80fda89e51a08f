/*
 * gmime_tree.c - the parts of a message as GMime's own parser has them.
 */
#include "config.h"

#include <gmime/gmime.h>
#include <stdlib.h>

#include "tests/support/gmime_tree.h"

#define DEPTH_MAX 1000

/* What is yet to be looked at, the next one last. */
struct waiting {
	GMimeObject *object[DEPTH_MAX * 2];
	unsigned depth[DEPTH_MAX * 2];
	size_t count;
};

static void
wait_for(struct waiting *w, GMimeObject *object, unsigned depth)
{
	if (object == NULL || w->count == DEPTH_MAX * 2)
		return;
	w->object[w->count] = object;
	w->depth[w->count++] = depth;
}

static struct span
copy(struct arena *a, const char *text)
{
	struct span s = arena_copy(a, span_of(text));

	if (s.ptr == NULL)
		abort();
	return s;
}

static struct span
content_of(GMimePart *part, struct arena *a)
{
	GMimeDataWrapper *content = g_mime_part_get_content(part);
	GMimeStream *memory = g_mime_stream_mem_new();
	GByteArray *bytes =
	    g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(memory));
	struct span s;

	if (content != NULL)
		g_mime_data_wrapper_write_to_stream(content, memory);
	s = arena_copy(a, span_make((const char *)bytes->data, bytes->len));
	g_object_unref(memory);
	return s;
}

/* S with LF for CRLF, in place. */
static struct span
with_lf(struct span s)
{
	char *text = (char *)s.ptr;
	size_t n = 0;

	for (size_t i = 0; i < s.len; i++) {
		if (text[i] != '\r' || i + 1 == s.len || text[i + 1] != '\n')
			text[n++] = text[i];
	}
	return span_make(text, n);
}

static struct span
text_of(GMimeTextPart *part, struct arena *a)
{
	char *text = g_mime_text_part_get_text(part);
	struct span s = copy(a, text);

	g_free(text);
	return with_lf(s);
}

static void
add_part(struct gmime_tree *t, GMimeObject *object, unsigned depth,
    struct arena *a)
{
	char *type = g_mime_content_type_get_mime_type(
	    g_mime_object_get_content_type(object)), *small;
	struct gmime_part *p;

	if (arena_grow(a, (void **)&t->parts, &t->room, t->count,
	    sizeof *t->parts) < 0)
		abort();
	p = &t->parts[t->count++];
	small = g_ascii_strdown(type, -1);
	*p = (struct gmime_part){ .depth = depth, .type = copy(a, small),
		.leaf = GMIME_IS_PART(object) };
	g_free(small);
	g_free(type);
	if (p->leaf) {
		p->content = content_of(GMIME_PART(object), a);
		p->name = copy(a, g_mime_part_get_filename(GMIME_PART(object)));
	}
	if (p->leaf && GMIME_IS_TEXT_PART(object))
		p->text = text_of(GMIME_TEXT_PART(object), a);
}

/* What is in OBJECT waits to be looked at. */
static void
wait_for_inside(struct waiting *w, GMimeObject *object, unsigned depth)
{
	if (GMIME_IS_MULTIPART(object)) {
		GMimeMultipart *parts = GMIME_MULTIPART(object);

		for (int i = g_mime_multipart_get_count(parts); i > 0; i--)
			wait_for(w, g_mime_multipart_get_part(parts, i - 1),
			    depth);
	}
	if (GMIME_IS_MESSAGE_PART(object)) {
		GMimeMessage *message = g_mime_message_part_get_message(
		    GMIME_MESSAGE_PART(object));

		if (message != NULL)
			wait_for(w, g_mime_message_get_mime_part(message),
			    depth);
	}
}

void
gmime_tree_read(struct gmime_tree *t, struct span raw, struct arena *a)
{
	static struct waiting w;	/* of the one thread */
	GMimeStream *stream;
	GMimeParser *parser;
	GMimeMessage *message;

	*t = (struct gmime_tree){ .count = 0 };
	w.count = 0;
	g_mime_init();
	stream = g_mime_stream_mem_new_with_buffer(raw.ptr, raw.len);
	parser = g_mime_parser_new_with_stream(stream);
	message = g_mime_parser_construct_message(parser, NULL);
	if (message != NULL)
		wait_for(&w, g_mime_message_get_mime_part(message), 1);
	while (w.count > 0) {
		GMimeObject *object = w.object[--w.count];
		unsigned depth = w.depth[w.count];

		add_part(t, object, depth, a);
		wait_for_inside(&w, object, depth + 1);
	}
	if (message != NULL)
		g_object_unref(message);
	g_object_unref(parser);
	g_object_unref(stream);
}
