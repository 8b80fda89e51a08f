/*
 * check_table.c - tables and lists on standard output.
 *
 * Failure: none; a cell that is too long is cut.
 */
#include "config.h"

#include <stdio.h>

#include "milter/check_table.h"
#include "rules/base/utf8.h"

#define CELL_MAX 4096
#define LINE_WIDTH 79
#define TITLE_WIDTH 16
#define GAP 2			/* blanks between two columns */

/* Characters of S, as a terminal has columns for them. */
static size_t
width(struct span s)
{
	size_t count = 0;

	for (size_t i = 0; i < s.len; i++)
		count += !utf8_is_continuation(s.ptr[i]);
	return count;
}

static void
print_safely(struct span s)
{
	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.ptr[i];
		bool control = c < ' ' || c == 0x7f || (c == 0xc2 &&
		    i + 1 < s.len && (unsigned char)s.ptr[i + 1] < 0xa0);

		putchar(control ? '?' : c);
		i += control && c == 0xc2;
	}
}

/* S in a column of WIDE characters; the last one ends without blanks. */
static void
print_cell(struct span s, size_t wide, bool last)
{
	print_safely(s);
	if (last)
		putchar('\n');
	else
		printf("%*s", (int)(wide - width(s) + GAP), "");
}

static void
measure(const struct check_table *t, const struct policy *p,
    struct buffer *cell, size_t wide[CHECK_COLUMNS_MAX])
{
	for (size_t c = 0; c < t->columns; c++)
		wide[c] = strlen(t->title(c));
	for (size_t i = 0; i < t->rows; i++) {
		for (size_t c = 0; c < t->columns; c++) {
			buffer_clear(cell);
			t->cell(p, i, c, cell);
			if (width(buffer_span(cell)) > wide[c])
				wide[c] = width(buffer_span(cell));
		}
	}
}

void
check_table_print(const struct check_table *t, const struct policy *p)
{
	size_t wide[CHECK_COLUMNS_MAX];
	struct buffer cell;

	buffer_init(&cell, CELL_MAX);
	measure(t, p, &cell, wide);
	for (size_t c = 0; c < t->columns; c++)
		print_cell(span_of(t->title(c)), wide[c], c + 1 == t->columns);
	for (size_t i = 0; i < t->rows; i++) {
		for (size_t c = 0; c < t->columns; c++) {
			buffer_clear(&cell);
			t->cell(p, i, c, &cell);
			print_cell(buffer_span(&cell), wide[c],
			    c + 1 == t->columns);
		}
	}
	buffer_release(&cell);
}

void
check_list_add(struct check_list *l, struct span word)
{
	size_t need = width(word) + 1;

	if (!l->any)
		l->at = (size_t)printf("%-*s", TITLE_WIDTH - 1, l->title);
	else if (l->at + need > LINE_WIDTH)
		l->at = (size_t)printf("\n%*s", TITLE_WIDTH - 1, "") - 1;
	putchar(' ');
	print_safely(word);
	l->at += need;
	l->any = true;
}

void
check_list_end(struct check_list *l)
{
	if (!l->any)
		check_list_add(l, span_of("-"));
	putchar('\n');
}
