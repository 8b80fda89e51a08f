/*
 * test_buffer.c - a buffer grows to its limit, and leaves out whole pieces.
 */
#include "config.h"

#include "buffer.h"
#include "tests/unit/unit.h"

static void
test_append(void)
{
	struct buffer b;

	buffer_init(&b, 1000);
	check_text(buffer_text(&b), "");
	check_span(buffer_span(&b), "");
	buffer_add_text(&b, "one");
	buffer_add_char(&b, ' ');
	buffer_add(&b, span_make("two!", 3));
	buffer_addf(&b, " %d%%", 3);
	buffer_add(&b, span_make(NULL, 0));
	check_text(buffer_text(&b), "one two 3%");
	check_span(buffer_span(&b), "one two 3%");
	check_true(!b.overflow);
	buffer_release(&b);
}

static void
test_nul(void)
{
	struct buffer b;

	buffer_init(&b, 10);
	buffer_add(&b, span_make("a\0b", 3));
	buffer_add_char(&b, '\0');
	check_size(buffer_span(&b).len, 4);
	check_true(memcmp(b.ptr, "a\0b\0", 5) == 0);
	buffer_release(&b);
}

static void
test_growth(void)
{
	struct buffer b;

	buffer_init(&b, 100000);
	for (int i = 0; i < 10000; i++)
		buffer_addf(&b, "%04d;", i);
	check_size(b.len, 50000);
	check_span(span_make(b.ptr + 49990, 10), "9998;9999;");
	check_true(!b.overflow);
	buffer_release(&b);
}

static void
test_limit(void)
{
	struct buffer b;

	buffer_init(&b, 5);
	buffer_add_text(&b, "abc");
	buffer_add_text(&b, "def");
	check_text(buffer_text(&b), "abc");
	check_true(b.overflow);
	unit_case("a shorter piece still goes in, and the flag stays");
	buffer_add_text(&b, "de");
	check_text(buffer_text(&b), "abcde");
	check_true(b.overflow);
	unit_case("formatted text is left out whole, too");
	buffer_clear(&b);
	buffer_addf(&b, "%s", "123456");
	check_text(buffer_text(&b), "");
	check_true(b.overflow);
	unit_case("clear takes the flag away and keeps the memory");
	buffer_clear(&b);
	check_true(!b.overflow && b.cap > 0);
	buffer_addf(&b, "%s", "12345");
	check_text(buffer_text(&b), "12345");
	check_true(!b.overflow);
	buffer_release(&b);
}

static void
test_nothing_fits(void)
{
	struct buffer b;

	buffer_init(&b, 0);
	buffer_addf(&b, "%s", "");
	buffer_add(&b, span_make("", 0));
	check_true(!b.overflow);
	check_text(buffer_text(&b), "");
	buffer_add_char(&b, 'x');
	check_true(b.overflow);
	check_text(buffer_text(&b), "");
	buffer_release(&b);
}

static void
test_release(void)
{
	struct buffer zeroed = { 0 };
	struct buffer b;

	buffer_clear(&zeroed);
	buffer_release(&zeroed);
	buffer_release(&zeroed);
	check_text(buffer_text(&zeroed), "");
	buffer_init(&b, 10);
	buffer_add_text(&b, "x");
	buffer_release(&b);
	buffer_release(&b);
	check_text(buffer_text(&b), "");
	unit_case("a released buffer may be used again");
	buffer_add_text(&b, "y");
	check_text(buffer_text(&b), "y");
	buffer_release(&b);
}

static const struct unit_test tests[] = {
	{ "pieces of every kind are appended in order", test_append },
	{ "a NUL is a byte like others, and one stands behind", test_nul },
	{ "a buffer grows without losing a byte", test_growth },
	{ "the limit is exact, and passing it is remembered", test_limit },
	{ "a limit of 0 holds nothing", test_nothing_fits },
	{ "release is idempotent", test_release },
};

UNIT_MAIN("buffer", tests)
