/*
 * tree_place.c - from a node of the tree back to the text it was read from.
 *
 * An error about the third character of a regex should point at that character
 * in the file, though YAML has taken quotes and escapes away. So the scalar is
 * read once more, as it stands, up to the byte that is asked for.
 */
#include "config.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include "rules/base/utf8.h"
#include "rules/load/tree.h"

#define NO_OFFSET SIZE_MAX	/* the error is about the node as a whole */

/* Take the first line off REST; it may end in LF, CR LF or CR. */
static struct span
next_line(struct span *rest)
{
	struct span line = span_head(*rest, span_find(*rest, '\n'));
	size_t cr = span_find(line, '\r');
	size_t end = line.len + 1;

	if (cr < line.len) {
		end = cr + 1 < line.len ? cr + 1 : end;
		line = span_head(line, cr);
	}
	*rest = span_skip(*rest, end);
	return line;
}

struct span
tree_line(const struct tree *t, unsigned number)
{
	struct span rest = t->text, line = span_make(NULL, 0);

	while (number-- > 0) {
		if (rest.len == 0)
			return rest;
		line = next_line(&rest);
	}
	return line;
}

struct span
tree_next_line(struct line_cursor *c, const struct tree *t, unsigned number)
{
	if (c->tree != t || number < c->number)
		*c = (struct line_cursor){ .tree = t, .rest = t->text };
	while (c->number < number) {
		c->line = c->rest.len > 0 ? next_line(&c->rest) : c->rest;
		c->number++;
	}
	return c->line;
}

struct span
line_from(struct span line, unsigned column)
{
	size_t i = 0;

	while (i < line.len && column > 1) {
		do
			i++;
		while (i < line.len && utf8_is_continuation(line.ptr[i]));
		column--;
	}
	return span_skip(line, i);
}

/*
 * How many bytes of SOURCE stand for one byte of the scalar's text. \x, \u and
 * \U give one character in UTF-8, so the first of its bytes takes them all.
 */
static size_t
source_width(struct span source, enum node_style style)
{
	if (source.len < 2)
		return 1;
	if (style == NODE_SINGLE_QUOTED)
		return source.ptr[0] == '\'' ? 2 : 1;
	if (style != NODE_DOUBLE_QUOTED || source.ptr[0] != '\\')
		return 1;
	switch (source.ptr[1]) {
	case 'x':
		return 4;
	case 'u':
		return 6;
	case 'U':
		return 10;
	default:
		return 2;
	}
}

struct span
tree_line_from(const struct tree *t, struct place place)
{
	return line_from(tree_line(t, place.line), place.column);
}

struct place
tree_place(const struct node *n, size_t offset)
{
	struct place at = { n->tree->file, n->line, n->column };
	struct span source = tree_line_from(n->tree, at);
	size_t done = 0, width;

	if (n->kind != NODE_SCALAR || n->style == NODE_BLOCK ||
	    span_find(span_head(n->text, offset), '\n') < offset)
		return at;
	if (n->style != NODE_PLAIN) {
		source = span_skip(source, 1);
		at.column++;
	}
	while (done < offset && source.len > 0) {
		width = source_width(source, n->style);
		if (width > 2)	/* skip the rest of that character's bytes */
			while (done + 1 < n->text.len &&
			    utf8_is_continuation(n->text.ptr[done + 1]))
				done++;
		while (width-- > 0 && source.len > 0) {
			at.column += !utf8_is_continuation(source.ptr[0]);
			source = span_skip(source, 1);
		}
		done++;
	}
	if (done < offset || (source.len > 0 &&
	    utf8_is_continuation(source.ptr[0])))
		return (struct place){ n->tree->file, n->line, n->column };
	return at;
}

static struct problem *__attribute__((format(printf, 4, 0)))
add_problem(enum severity severity, const struct node *n, size_t offset,
    const char *format, va_list ap)
{
	const struct tree *t = n->tree;
	char text[ERROR_TEXT_MAX] = "";
	struct span line = span_make(NULL, 0);
	struct place at = { t->file, n->line, n->column };

	if (n->cut)
		return NULL;
	/* Beyond the limit it is counted; to look for its line is dear. */
	if (!error_list_is_full(t->errors, severity)) {
		if (offset != NO_OFFSET)
			at = tree_place(n, offset);
		line = tree_line(t, at.line);
		(void)vsnprintf(text, sizeof text, format, ap);
	}
	return severity == SEVERITY_ERROR ?
	    error_list_add(t->errors, at, line, "%s", text) :
	    error_list_warn(t->errors, at, line, "%s", text);
}

struct problem *
tree_error(const struct node *n, const char *format, ...)
{
	struct problem *p;
	va_list ap;

	va_start(ap, format);
	p = add_problem(SEVERITY_ERROR, n, NO_OFFSET, format, ap);
	va_end(ap);
	return p;
}

struct problem *
tree_error_at(const struct node *n, size_t offset, const char *format, ...)
{
	struct problem *p;
	va_list ap;

	va_start(ap, format);
	p = add_problem(SEVERITY_ERROR, n, offset, format, ap);
	va_end(ap);
	return p;
}

struct problem *
tree_warn(const struct node *n, const char *format, ...)
{
	struct problem *p;
	va_list ap;

	va_start(ap, format);
	p = add_problem(SEVERITY_WARNING, n, NO_OFFSET, format, ap);
	va_end(ap);
	return p;
}

struct problem *
tree_warn_at(const struct node *n, size_t offset, const char *format, ...)
{
	struct problem *p;
	va_list ap;

	va_start(ap, format);
	p = add_problem(SEVERITY_WARNING, n, offset, format, ap);
	va_end(ap);
	return p;
}

struct node *
node_get(const struct node *n, const char *key)
{
	struct node *child;

	if (n->kind != NODE_MAP)
		return NULL;
	for (child = n->child; child != NULL; child = child->next)
		if (span_is(child->key->text, key))
			return child;
	return NULL;
}
