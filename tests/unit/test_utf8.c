/*
 * test_utf8.c - where one character of UTF-8 ends.
 */
#include "config.h"

#include "rules/base/utf8.h"
#include "tests/unit/unit.h"

static void
test_length(void)
{
	static const struct {
		const char *sentence;
		const char *bytes;
		size_t len, want;
	} rows[] = {
		{ "a letter is one byte", "a\x80", 2, 1 },
		{ "NUL is a character", "\0", 1, 1 },
		{ "two bytes", "\xc3\xbc", 2, 2 },
		{ "three bytes", "\xe2\x82\xac", 3, 3 },
		{ "four bytes", "\xf0\x9f\x98\x80", 4, 4 },
		{ "the last character there is", "\xf4\x8f\xbf\xbf", 4, 4 },
		{ "beyond it is none", "\xf4\x90\x80\x80", 4, 0 },
		{ "a lone continuation is none", "\x80", 1, 0 },
		{ "an overlong slash is none", "\xc0\xaf", 2, 0 },
		{ "an overlong form of three is none", "\xe0\x9f\xbf", 3, 0 },
		{ "an overlong form of four is none", "\xf0\x8f\xbf\xbf", 4,
		  0 },
		{ "a surrogate is none", "\xed\xa0\x80", 3, 0 },
		{ "one cut short is none", "\xe2\x82", 2, 0 },
		{ "one broken off is none", "\xe2\x82" "a", 3, 0 },
		{ "0xff is none", "\xff", 1, 0 },
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		unit_case(rows[i].sentence);
		check_size(utf8_length(span_make(rows[i].bytes, rows[i].len)),
		    rows[i].want);
	}
}

static void
test_decode(void)
{
	check_size(utf8_decode(span_of("a")), 'a');
	check_size(utf8_decode(span_of("\xc3\xbc")), 0xfc);
	check_size(utf8_decode(span_of("\xe2\x82\xac")), 0x20ac);
	check_size(utf8_decode(span_of("\xf0\x9f\x98\x80")), 0x1f600);
}

static void
test_encode(void)
{
	static const uint32_t all[] = {
		0, 'a', 0x7f, 0x80, 0xfc, 0x7ff, 0x800, 0x20ac, 0xd7ff, 0xe000,
		0xffff, 0x10000, 0x1f600, 0x10ffff,
	};
	char out[UTF8_MAX];

	for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
		size_t len = utf8_encode(all[i], out);

		check_size(utf8_length(span_make(out, len)), len);
		check_size(utf8_decode(span_make(out, len)), all[i]);
	}
}

static void
test_head(void)
{
	static const struct {
		const char *sentence;
		const char *text;
		size_t max;
		const char *want;
	} rows[] = {
		{ "what fits stays", "\xc3\xbc", 2, "\xc3\xbc" },
		{ "a character is not cut", "a\xc3\xbc", 2, "a" },
		{ "four bytes are not cut", "\xf0\x9f\x98\x80", 3, "" },
		{ "what is no UTF-8 is cut anywhere", "\x80\x80\x80\x80\x80\x80",
		  5, "\x80\x80" },
		{ "nothing fits into nothing", "abc", 0, "" },
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		unit_case(rows[i].sentence);
		check_span(utf8_head(span_of(rows[i].text), rows[i].max),
		    rows[i].want);
	}
}

static const struct unit_test tests[] = {
	{ "a character's length is known, or that it is none", test_length },
	{ "a character has a number", test_decode },
	{ "a number is written and read back", test_encode },
	{ "text is cut between characters", test_head },
};

UNIT_MAIN("utf8", tests)
