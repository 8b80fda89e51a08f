/*
 * check_table.h - tables and lists on standard output, for reports on a policy.
 *
 * Names come from rule files; whatever of them a terminal may obey is printed
 * as '?'.
 */
#ifndef MILLGATE_CHECK_TABLE_H
#define MILLGATE_CHECK_TABLE_H

#include "buffer.h"
#include "policy.h"

#define CHECK_COLUMNS_MAX 8

/* As wide as what stands in it, so each cell is asked for twice. */
struct check_table {
	size_t columns;
	size_t rows;
	const char *(*title)(size_t column);
	void (*cell)(const struct policy *p, size_t row, size_t column,
	    struct buffer *out);
};

void check_table_print(const struct check_table *t, const struct policy *p);

/* Words behind a title, in lines that fit a terminal. */
struct check_list {
	const char *title;
	size_t at;		/* characters in the line so far */
	bool any;
};

void check_list_add(struct check_list *l, struct span word);

/* The end of its line; "-" stands for no words. */
void check_list_end(struct check_list *l);

#endif
