/*
 * recipients.c - whom a message is for, each once.
 *
 * Failure: NULL, when there is no memory.
 */
#include "config.h"

#include <stdlib.h>

#include "milter/smtpd/recipients.h"

static int
compare_nocase(struct span a, struct span b)
{
	size_t shorter = a.len < b.len ? a.len : b.len;

	for (size_t i = 0; i < shorter; i++) {
		int less = (unsigned char)ascii_lower(a.ptr[i]) -
		    (unsigned char)ascii_lower(b.ptr[i]);

		if (less != 0)
			return less;
	}
	return (a.len > b.len) - (a.len < b.len);
}

/* For qsort(), as the message has them. */
static int
by_place(const void *left, const void *right)
{
	const struct span *const *a = left, *const *b = right;

	return (*a > *b) - (*a < *b);
}

/* For qsort(); of equal addresses the first one comes first. */
static int
by_address(const void *left, const void *right)
{
	const struct span *const *a = left, *const *b = right;
	int less = compare_nocase(**a, **b);

	return less != 0 ? less : by_place(left, right);
}

const struct span **
recipients_once(const struct smtp_message *m, size_t *count)
{
	const struct span **list = calloc(m->recipient_count + 1, sizeof *list);

	*count = 0;
	if (list == NULL)
		return NULL;
	for (size_t i = 0; i < m->recipient_count; i++)
		list[i] = &m->recipients[i];
	qsort(list, m->recipient_count, sizeof *list, by_address);
	for (size_t i = 0; i < m->recipient_count; i++)
		if (*count == 0 ||
		    !span_equal_nocase(*list[i], *list[*count - 1]))
			list[(*count)++] = list[i];
	qsort(list, *count, sizeof *list, by_place);
	return list;
}
