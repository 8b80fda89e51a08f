/*
 * error.c - gathering what is wrong, and printing it as a compiler does.
 *
 * The list copies everything it is given. Problems are printed file by file, in
 * the order of their places, those of one place in the order in which they were
 * found. Rule files come from people, and messages, hints and even names of
 * files may quote them: whatever is printed shows control characters as '?'. A
 * long source line is cut around the column that matters.
 *
 * Failure: beyond ERROR_LIST_MAX problems of a kind are only counted. Copies
 * are made with xmalloc, for lists are filled at load time.
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

/* Fill P, the next one of L. */
static void __attribute__((format(printf, 5, 0)))
problem_fill(struct problem *p, const struct error_list *l, struct place place,
    struct span source, const char *format, va_list ap)
{
	*p = (struct problem){
		.file = xstrdup(place.file),
		.line = place.line,
		.column = place.column,
		.text = format_text(format, ap),
		.source = source.len > 0 ? xspandup(source) : NULL,
		.number = l->count + l->warning_count,
	};
}

bool
error_list_is_full(const struct error_list *l, enum severity severity)
{
	return (severity == SEVERITY_ERROR ? l->count : l->warning_count) ==
	    ERROR_LIST_MAX;
}

struct problem *
error_list_add(struct error_list *l, struct place place, struct span source,
    const char *format, ...)
{
	va_list ap;

	if (error_list_is_full(l, SEVERITY_ERROR)) {
		l->dropped++;
		return NULL;
	}
	va_start(ap, format);
	problem_fill(&l->at[l->count], l, place, source, format, ap);
	va_end(ap);
	return &l->at[l->count++];
}

struct problem *
error_list_warn(struct error_list *l, struct place place, struct span source,
    const char *format, ...)
{
	va_list ap;

	if (error_list_is_full(l, SEVERITY_WARNING)) {
		l->warnings_dropped++;
		return NULL;
	}
	va_start(ap, format);
	problem_fill(&l->warnings[l->warning_count], l, place, source, format,
	    ap);
	va_end(ap);
	return &l->warnings[l->warning_count++];
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
print_problem(const struct problem *p, const char *severity, FILE *out)
{
	print_safely(span_of(p->file), out);
	if (p->line > 0)
		fprintf(out, ":%u", p->line);
	if (p->line > 0 && p->column > 0)
		fprintf(out, ":%u", p->column);
	fprintf(out, ": %s: ", severity);
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

/* Problems of a list, sorted. */
struct order {
	const struct problem *at[2 * ERROR_LIST_MAX];
	unsigned file[2 * ERROR_LIST_MAX];	/* the first one of that file */
	size_t count;
};

/* The number of the first problem in the file of P. */
static unsigned
first_of_file(const struct error_list *l, const struct problem *p)
{
	unsigned first = p->number;

	for (size_t i = 0; i < l->count; i++)
		if (l->at[i].number < first &&
		    strcmp(l->at[i].file, p->file) == 0)
			first = l->at[i].number;
	for (size_t i = 0; i < l->warning_count; i++)
		if (l->warnings[i].number < first &&
		    strcmp(l->warnings[i].file, p->file) == 0)
			first = l->warnings[i].number;
	return first;
}

static bool
is_before(const struct order *o, size_t j, const struct problem *p,
    unsigned file)
{
	const struct problem *q = o->at[j];

	if (file != o->file[j])
		return file < o->file[j];
	if (p->line != q->line)
		return p->line < q->line;
	if (p->column != q->column)
		return p->column < q->column;
	return p->number < q->number;
}

static void
order_add(struct order *o, const struct error_list *l, const struct problem *p)
{
	unsigned file = first_of_file(l, p);
	size_t j = o->count++;

	for (; j > 0 && is_before(o, j - 1, p, file); j--) {
		o->at[j] = o->at[j - 1];
		o->file[j] = o->file[j - 1];
	}
	o->at[j] = p;
	o->file[j] = file;
}

static bool
is_error(const struct error_list *l, const struct problem *p)
{
	for (size_t i = 0; i < l->count; i++)
		if (p == &l->at[i])
			return true;
	return false;
}

static void
print_dropped(size_t count, const char *severity, FILE *out)
{
	if (count > 0)
		fprintf(out, "%zu more %s%s not shown\n", count, severity,
		    count == 1 ? " is" : "s are");
}

/* All errors of L, in O. */
static void
order_errors(struct order *o, const struct error_list *l)
{
	o->count = 0;
	for (size_t i = 0; i < l->count; i++)
		order_add(o, l, &l->at[i]);
}

const struct problem *
error_list_first(const struct error_list *l)
{
	struct order o;

	order_errors(&o, l);
	return o.count > 0 ? o.at[0] : NULL;
}

void
error_list_print(const struct error_list *l, FILE *out)
{
	struct order o;

	order_errors(&o, l);
	for (size_t i = 0; i < l->warning_count; i++)
		order_add(&o, l, &l->warnings[i]);
	for (size_t i = 0; i < o.count; i++)
		print_problem(o.at[i], is_error(l, o.at[i]) ? "error" :
		    "warning", out);
	print_dropped(l->dropped, "error", out);
	print_dropped(l->warnings_dropped, "warning", out);
}

static void
problems_free(struct problem *at, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		free(at[i].file);
		free(at[i].text);
		free(at[i].hint);
		free(at[i].source);
	}
}

void
error_list_release(struct error_list *l)
{
	problems_free(l->at, l->count);
	problems_free(l->warnings, l->warning_count);
	*l = (struct error_list){ .count = 0 };
}
