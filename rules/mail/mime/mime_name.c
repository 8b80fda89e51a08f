/*
 * mime_name.c - what a part is called, and whether it is offered as a file.
 *
 * A name comes from the sender, and is what a reader's machine makes of it: a
 * path is its last component, and what cannot be seen hides no extension.
 */
#include "config.h"

#include "rules/base/utf8.h"
#include "rules/mail/mime/mime.h"

bool
mime_is_text(const struct mime *m, size_t i)
{
	const struct mime_part *p = &m->parts[i];

	return p->plain || (p->kind == MIME_LEAF &&
	    span_starts_with(p->media.type, span_of("text/")));
}

bool
mime_is_attachment(const struct mime *m, size_t i)
{
	const struct mime_part *p = &m->parts[i];

	if (p->kind == MIME_MULTIPART)
		return false;
	/* RFC 2183 2.8: what is not known is treated as "attachment". */
	if (p->disposition.kind.len > 0 &&
	    !span_is(p->disposition.kind, "inline"))
		return true;
	return p->disposition.names.count > 0 || p->media.names.count > 0 ||
	    (!mime_is_text(m, i) &&
	    !span_starts_with(p->media.type, span_of("message/")));
}

static bool
is_separator(char c)
{
	return c == '/' || c == '\\';
}

/* The last component of path NAME; NAME itself when it has none. */
static struct span
last_component(struct span name)
{
	size_t begin, end = name.len;

	while (end > 0 && is_separator(name.ptr[end - 1]))
		end--;
	for (begin = end; begin > 0; begin--) {
		if (is_separator(name.ptr[begin - 1]))
			break;
	}
	return end > 0 ? span_skip(span_head(name, end), begin) : name;
}

/* Add the names N to the COUNT in OUT; returns how many they are then. */
static size_t
add_names(const struct file_names *n, struct span *out, size_t count)
{
	for (size_t i = 0; i < n->count; i++) {
		struct span name = last_component(n->at[i]);
		size_t k = 0;

		while (k < count && !span_equal(out[k], name))
			k++;
		if (k == count)
			out[count++] = name;
	}
	return count;
}

size_t
mime_names(const struct mime *m, size_t i, struct span out[MIME_NAMES_MAX])
{
	const struct mime_part *p = &m->parts[i];

	return add_names(&p->media.names, out,
	    add_names(&p->disposition.names, out, 0));
}

/* Characters that nobody sees, or that turn what is around them; not the space,
 * which may be inside of an extension. */
static const struct {
	uint32_t first, last;
} unseen_table[] = {
	{ 0x00, 0x1f },
	{ 0x7f, 0xa0 },		/* to the no-break space */
	{ 0xad, 0xad },		/* soft hyphen */
	{ 0x34f, 0x34f },	/* combining grapheme joiner */
	{ 0x61c, 0x61c },	/* Arabic letter mark */
	{ 0x115f, 0x1160 },	/* Hangul fillers */
	{ 0x180b, 0x180f },	/* Mongolian selectors */
	{ 0x2000, 0x200f },	/* blanks, joiners, direction marks */
	{ 0x2028, 0x202f },	/* U+202E writes from right to left */
	{ 0x205f, 0x206f },
	{ 0x3000, 0x3000 },	/* ideographic space */
	{ 0x3164, 0x3164 },
	{ 0xfe00, 0xfe0f },	/* variation selectors */
	{ 0xfeff, 0xfeff },
	{ 0xffa0, 0xffa0 },
	{ 0xfff9, 0xfffb },
	{ 0xe0000, 0xe0fff },	/* tags */
};

#define UNSEEN (sizeof unseen_table / sizeof unseen_table[0])

static bool
is_unseen(uint32_t c)
{
	for (size_t i = 0; i < UNSEEN; i++) {
		if (c >= unseen_table[i].first && c <= unseen_table[i].last)
			return true;
	}
	return false;
}

/* Copy what is seen of NAME to OUT, in small letters; returns its length. */
static size_t
copy_seen(struct span name, char *out)
{
	size_t length, n = 0;

	for (; name.len > 0; name = span_skip(name, length)) {
		length = utf8_length(name);
		if (length > 0 && is_unseen(utf8_decode(name)))
			continue;
		length = length > 0 ? length : 1;
		memcpy(out + n, name.ptr, length);
		out[n] = ascii_lower(out[n]);
		n += length;
	}
	return n;
}

struct span
mime_extension(struct arena *a, struct span name)
{
	size_t dot;
	char *copy;

	/* To whom a NUL is the end, the rest is no name. */
	name = span_head(name, span_find(name, '\0'));
	copy = arena_alloc(a, name.len);
	if (copy == NULL)
		return span_make(NULL, 0);
	name = span_make(copy, copy_seen(name, copy));
	while (name.len > 0 && (name.ptr[name.len - 1] == '.' ||
	    name.ptr[name.len - 1] == ' '))
		name.len--;
	dot = span_find_last(name, '.');
	return span_trim(span_skip(name, dot + 1));
}
