/*
 * load_number.c - numbers that facts are compared with.
 *
 *	10	2.5	-1	10M (bytes)	5m (seconds)
 *
 * Kept in thousandths, so that a score of 2.5 is exact.
 */
#include "config.h"

#include "rules/base/number.h"
#include "rules/load/draft.h"

/* Powers of 1024 are written large, times in seconds small. */
static const struct unit {
	char letter;
	int64_t factor;
} unit_table[] = {
	{ 'K', 1ll << 10 },
	{ 'M', 1ll << 20 },
	{ 'G', 1ll << 30 },
	{ 's', 1 },
	{ 'm', 60 },
	{ 'h', 60 * 60 },
	{ 'd', 24 * 60 * 60 },
	{ 'w', 7 * 24 * 60 * 60 },
};

#define UNITS (sizeof unit_table / sizeof unit_table[0])

static int64_t
factor_of(char letter)
{
	size_t i;

	for (i = 0; i < UNITS; i++)
		if (unit_table[i].letter == letter)
			return unit_table[i].factor;
	return 0;
}

/* "007" is octal to some readers, and seven to others. */
static bool
has_leading_zero(struct span s)
{
	if (s.len > 0 && s.ptr[0] == '-')
		s = span_skip(s, 1);
	return s.len > 1 && s.ptr[0] == '0' && s.ptr[1] != '.';
}

static int
not_a_number(const struct node *n, bool is_signed)
{
	struct problem *p = tree_error(n, "'%s' is not a number",
	    quote(n->text).text);

	if (n->text.ptr[0] == '-' && !is_signed)
		problem_hint(p, "nothing here can be below zero");
	else
		problem_hint(p, "write 10 or 2.5, at most three decimals and "
		    "no leading zeros; sizes 10K, 10M or 10G, times 30s, 5m, "
		    "1h, 2d or 1w");
	return -1;
}

static int
check_scalar(const struct node *n)
{
	struct problem *p;

	if (n->kind == NODE_SCALAR)
		return load_missing(n) ? -1 : 0;
	p = tree_error(n, "a number is needed here, not a %s",
	    n->kind == NODE_LIST ? "list" : "mapping");
	if (n->kind == NODE_LIST)
		problem_hint(p, "for one of several write {is: [10, 20]}");
	return -1;
}

int
load_quantity(const struct node *n, bool is_signed, int64_t *thousandths)
{
	struct span text = n->text, digits = text;
	int64_t factor = 0;

	if (check_scalar(n) < 0)
		return -1;
	if (text.len > 1)
		factor = factor_of(text.ptr[text.len - 1]);
	if (factor > 0)
		digits.len--;
	else
		factor = 1;
	if (has_leading_zero(digits) || !number_parse(digits, thousandths) ||
	    (text.ptr[0] == '-' && !is_signed))
		return not_a_number(n, is_signed);
	if (*thousandths != INT64_MAX && *thousandths != INT64_MIN &&
	    !__builtin_mul_overflow(*thousandths, factor, thousandths))
		return 0;
	problem_hint(tree_error(n, "the number '%s' is too large",
	    quote(text).text), "no fact can have such a value");
	return -1;
}

int
load_fact_number(const struct node *n, const struct fact_kind *kind,
    int64_t *thousandths)
{
	bool is_score = span_is(span_of(kind->name), "score");

	if (load_quantity(n, is_score, thousandths) < 0)
		return -1;
	if (!span_is(span_of(kind->name), "now.hour") ||
	    (*thousandths <= 23 * NUMBER_ONE &&
	    *thousandths % NUMBER_ONE == 0))
		return 0;
	problem_hint(tree_error(n, "'%s' is no hour of a day",
	    quote(n->text).text), "hours are 0 to 23");
	return -1;
}
