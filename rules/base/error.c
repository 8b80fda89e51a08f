/*
 * error.c - gathering what is wrong, and printing it as a compiler does.
 *
 * The list copies everything it is given. Problems are printed in the order of
 * their places, those of one place in the order in which they were found.
 * Rule files come from people, and messages, hints and even names of files may
 * quote them: whatever is printed shows control characters as '?'. A long
 * source line is cut around the column that matters.
 *
 * Failure: beyond ERROR_LIST_MAX problems are only counted. Copies are made
 * with xmalloc, for lists are filled at load time.
 */
#include "config.h"

#include <stdarg.h>
#include <stdlib.h>

#include "error.h"
#include "rules/base/utf8.h"
#include "rules/base/xmalloc.h"

#define SOURCE_MAX 160    /* bytes of a line that are shown whole */
#define SOURCE_BEFORE 100 /* of a longer one: before the caret */
#define SOURCE_AFTER 40   /* and behind it */

int
error_set(struct error *e, const char *format, ...)
{
	va_list ap;

	if (e != NULL) {
		va_start(ap, format);
		vsnprintf(e->text, sizeof e->text, format, ap);
		va_end(ap);
	}
	return -1;
}

/* A formatted text in memory of its own. */
static char *__attribute__((format(printf, 1, 0)))
format_text(const char *format, va_list ap)
{
	char *text;

	if (vasprintf(&text, format, ap) < 0)
		return xstrdup("(a message that could not be formatted)");
	return text;
}

struct problem *
error_list_add(struct error_list *l, struct place place, struct span source,
    const char *format, ...)
{
	struct problem *p;
	va_list ap;

	if (l->count == ERROR_LIST_MAX) {
		l->dropped++;
		return NULL;
	}
	p = &l->at[l->count++];
	p->file = xstrdup(place.file);
	p->line = place.line;
	p->column = place.column;
	p->source = source.len > 0 ? xspandup(source) : NULL;
	p->hint = NULL;
	va_start(ap, format);
	p->text = format_text(format, ap);
	va_end(ap);
	return p;
}

void
problem_hint(struct problem *p, const char *format, ...)
{
	va_list ap;

	if (p == NULL)
		return;
	free(p->hint);
	va_start(ap, format);
	p->hint = format_text(format, ap);
	va_end(ap);
}

/* The offset in S of its COLUMN-th character, counted from 1. */
static size_t
column_offset(struct span s, unsigned column)
{
	size_t i = 0;

	while (column > 1 && i < s.len) {
		i++;
		while (i < s.len && utf8_is_continuation(s.ptr[i]))
			i++;
		column--;
	}
	return i;
}

/* Part of a source line, and where in that part the caret belongs. */
struct excerpt {
	struct span text;
	size_t caret;
	bool cut_left;
	bool cut_right;
};

static struct excerpt
excerpt_make(struct span line, unsigned column)
{
	size_t caret = column_offset(line, column);
	size_t from = caret > SOURCE_BEFORE ? caret - SOURCE_BEFORE : 0;
	size_t to = caret + SOURCE_AFTER;

	if (line.len <= SOURCE_MAX)
		from = 0;
	if (line.len <= SOURCE_MAX || to > line.len)
		to = line.len;
	while (from < caret && utf8_is_continuation(line.ptr[from]))
		from++;
	while (to < line.len && utf8_is_continuation(line.ptr[to]))
		to++;
	return (struct excerpt){
		.text = span_make(line.ptr + from, to - from),
		.caret = caret - from,
		.cut_left = from > 0,
		.cut_right = to < line.len,
	};
}

/* C0 but the tab, DEL and, in UTF-8, C1: a terminal may obey them. */
static bool
is_control(struct span s)
{
	unsigned char c = (unsigned char)s.ptr[0];

	if (c == 0xc2 && s.len > 1)
		return (unsigned char)s.ptr[1] < 0xa0;
	return (c < 0x20 && c != '\t') || c == 0x7f;
}

/* Write S for a terminal: control characters and broken UTF-8 as '?'. */
static void
print_safely(struct span s, FILE *out)
{
	size_t n;

	for (; s.len > 0; s = span_skip(s, n)) {
		n = utf8_length(s);
		if (n == 0 || is_control(s))
			putc('?', out);
		else
			fwrite(s.ptr, 1, n, out);
		if (n == 0)
			n = 1;
	}
}

static void
print_source(const struct problem *p, FILE *out)
{
	struct excerpt e = excerpt_make(span_of(p->source), p->column);

	fprintf(out, "%5u | %s", p->line, e.cut_left ? "..." : "");
	print_safely(e.text, out);
	fputs(e.cut_right ? "...\n" : "\n", out);
	if (p->column == 0)
		return;

	/* A tab stays a tab, so that the caret is below its character. */
	fprintf(out, "%5s | %s", "", e.cut_left ? "   " : "");
	for (size_t i = 0; i < e.caret; i++)
		if (!utf8_is_continuation(e.text.ptr[i]))
			putc(e.text.ptr[i] == '\t' ? '\t' : ' ', out);
	fputs("^\n", out);
}

static void
print_problem(const struct problem *p, FILE *out)
{
	print_safely(span_of(p->file), out);
	if (p->line > 0)
		fprintf(out, ":%u", p->line);
	if (p->line > 0 && p->column > 0)
		fprintf(out, ":%u", p->column);
	fputs(": error: ", out);
	print_safely(span_of(p->text), out);
	putc('\n', out);
	if (p->line > 0 && p->source != NULL)
		print_source(p, out);
	if (p->hint == NULL)
		return;
	fprintf(out, "%5s = ", "");
	print_safely(span_of(p->hint), out);
	putc('\n', out);
}

static bool
is_before(const struct problem *a, const struct problem *b)
{
	return a->line != b->line ? a->line < b->line : a->column < b->column;
}

void
error_list_print(const struct error_list *l, FILE *out)
{
	const struct problem *order[ERROR_LIST_MAX];

	/* Insertion keeps the order of those at one place. */
	for (size_t i = 0; i < l->count; i++) {
		size_t j = i;

		for (; j > 0 && is_before(&l->at[i], order[j - 1]); j--)
			order[j] = order[j - 1];
		order[j] = &l->at[i];
	}
	for (size_t i = 0; i < l->count; i++)
		print_problem(order[i], out);
	if (l->dropped > 0)
		fprintf(out, "%zu more %s not shown\n", l->dropped,
		    l->dropped == 1 ? "error is" : "errors are");
}

void
error_list_release(struct error_list *l)
{
	for (size_t i = 0; i < l->count; i++) {
		free(l->at[i].file);
		free(l->at[i].text);
		free(l->at[i].hint);
		free(l->at[i].source);
	}
	*l = (struct error_list){ .count = 0 };
}
