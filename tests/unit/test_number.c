/*
 * test_number.c - decimal numbers in thousandths.
 */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>

#include "rules/base/number.h"
#include "tests/unit/unit.h"

static void
test_parse(void)
{
	static const struct {
		const char *sentence;
		const char *text;
		bool right;
		int64_t value;
		const char *again;	/* as it is written */
	} rows[] = {
		{ "nothing", "0", true, 0, "0" },
		{ "a count", "12", true, 12000, "12" },
		{ "one decimal", "2.5", true, 2500, "2.5" },
		{ "three decimals", "0.125", true, 125, "0.125" },
		{ "decimals that say nothing", "7.500", true, 7500, "7.5" },
		{ "below nothing", "-1.25", true, -1250, "-1.25" },
		{ "between nothing and minus one", "-0.5", true, -500, "-0.5" },
		{ "minus nothing", "-0", true, 0, "0" },
		{ "leading zeros", "007", true, 7000, "7" },
		{ "too large", "99999999999999999999", true, INT64_MAX,
		  "9223372036854775.807" },
		{ "too small", "-99999999999999999999", true, INT64_MIN,
		  "-9223372036854775.808" },
		{ "four decimals", "1.0001", false, 0, NULL },
		{ "no digits", "", false, 0, NULL },
		{ "a sign alone", "-", false, 0, NULL },
		{ "a point alone", ".", false, 0, NULL },
		{ "no digit before the point", ".5", false, 0, NULL },
		{ "no digit behind the point", "5.", false, 0, NULL },
		{ "two points", "1.2.3", false, 0, NULL },
		{ "a unit", "10M", false, 0, NULL },
		{ "a blank", "1 ", false, 0, NULL },
		{ "a plus", "+1", false, 0, NULL },
		{ "hexadecimal", "0x10", false, 0, NULL },
	};
	char text[NUMBER_TEXT_MAX];
	int64_t value;

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		unit_case(rows[i].sentence);
		value = 0;
		check_true(number_parse(span_of(rows[i].text), &value) ==
		    rows[i].right);
		check_true(value == rows[i].value);
		if (!rows[i].right)
			continue;
		number_format(value, text);
		check_text(text, rows[i].again);
	}
}

static void
test_add(void)
{
	unit_case("a sum stops at the ends");
	check_true(number_add(2500, -500) == 2000);
	check_true(number_add(INT64_MAX, 1) == INT64_MAX);
	check_true(number_add(INT64_MIN, -1) == INT64_MIN);
	check_true(number_add(INT64_MAX, -1) == INT64_MAX - 1);
}

static const struct unit_test tests[] = {
	{ "text becomes a number and a number text", test_parse },
	{ "sums do not wrap", test_add },
};

UNIT_MAIN("number", tests)
