/*
 * number.c - decimal numbers in thousandths, to and from text.
 *
 * Failure: text that is no number is refused; a number that is too large for
 * its type becomes the largest there is, so that comparisons stay right.
 */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>

#include "rules/base/number.h"

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* VALUE * 10 + DIGIT, which sticks at the largest number. */
static int64_t
append_digit(int64_t value, char digit)
{
	if (__builtin_mul_overflow(value, 10, &value) ||
	    __builtin_add_overflow(value, digit - '0', &value))
		return INT64_MAX;
	return value;
}

bool
number_parse(struct span text, int64_t *thousandths)
{
	bool negative = text.len > 0 && text.ptr[0] == '-';
	struct span s = span_skip(text, negative);
	size_t point = span_find(s, '.'), i;
	int64_t value = 0;

	if (point == 0 || s.len == point + 1 || s.len > point + 4)
		return false;
	for (i = 0; i < point; i++) {
		if (!is_digit(s.ptr[i]))
			return false;
		value = append_digit(value, s.ptr[i]);
	}
	for (i = point + 1; i < point + 4; i++) {
		if (i < s.len && !is_digit(s.ptr[i]))
			return false;
		value = append_digit(value, i < s.len ? s.ptr[i] : '0');
	}
	if (negative)
		value = value == INT64_MAX ? INT64_MIN : -value;
	*thousandths = value;
	return true;
}

void
number_format(int64_t thousandths, char out[NUMBER_TEXT_MAX])
{
	/* As unsigned, for -INT64_MIN is no int64_t. */
	uint64_t size = thousandths < 0 ? 0 - (uint64_t)thousandths :
	    (uint64_t)thousandths;
	unsigned part = (unsigned)(size % NUMBER_ONE);
	const char *sign = thousandths < 0 ? "-" : "";
	int len;

	if (part == 0) {
		(void)snprintf(out, NUMBER_TEXT_MAX, "%s%" PRIu64, sign,
		    size / NUMBER_ONE);
		return;
	}
	len = snprintf(out, NUMBER_TEXT_MAX, "%s%" PRIu64 ".%03u", sign,
	    size / NUMBER_ONE, part);
	while (len > 0 && out[len - 1] == '0')
		out[--len] = '\0';
}

int64_t
number_add(int64_t a, int64_t b)
{
	int64_t sum;

	if (!__builtin_add_overflow(a, b, &sum))
		return sum;
	return a > 0 ? INT64_MAX : INT64_MIN;
}
