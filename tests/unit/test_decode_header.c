/*
 * test_decode_header.c - a field's text, as rules read it.
 */
#include "config.h"

#include <stdlib.h>

#include "rules/mail/decode/decode.h"
#include "tests/unit/unit.h"

#define REPLACEMENT "\xef\xbf\xbd"

/* Decode VALUE with room for LIMIT bytes and compare. */
static void
check_header(struct span value, size_t limit, const char *want, bool bad)
{
	bool flawed = false;
	struct buffer out;

	buffer_init(&out, limit);
	decode_header(value, &out, &flawed);
	check_span(buffer_span(&out), want);
	check_int(flawed, bad);
	buffer_release(&out);
}

static void
test_words(void)
{
	static const struct {
		const char *sentence;
		const char *value, *want;
	} rows[] = {
		{ "text without words stays", "Hello, world", "Hello, world" },
		{ "nothing is nothing", "", "" },
		{ "blanks stay where they are", "  a  b  ", "  a  b  " },
		{ "Q is decoded, _ is a blank", "=?utf-8?Q?f=C3=BCr_uns?=",
		  "f\xc3\xbcr uns" },
		{ "B is decoded", "=?UTF-8?B?ZsO8cg==?=", "f\xc3\xbcr" },
		{ "hexadecimal digits may be small", "=?utf-8?q?f=c3=bcr?=",
		  "f\xc3\xbcr" },
		{ "a blank between words goes",
		  "=?utf-8?q?a?= =?utf-8?q?b?=", "ab" },
		{ "so does one between two charsets",
		  "=?utf-8?q?a?=\t =?iso-8859-1?q?b?=", "ab" },
		{ "a blank beside other text stays",
		  "x =?utf-8?q?a?= y =?utf-8?q?b?= ", "x a y b " },
		{ "a character may be divided between words",
		  "=?utf-8?q?=C3?= =?utf-8?q?=BC?=", "\xc3\xbc" },
		{ "one of them in Q, the other in B",
		  "=?utf-8?q?=C3?= =?UTF-8?b?vA==?=", "\xc3\xbc" },
		{ "each word has its own padding",
		  "=?utf-8?b?TXk=?= =?utf-8?b?LmM=?= =?utf-8?b?b20=?=",
		  "My.com" },
		{ "a word touches what is beside it",
		  "x=?utf-8?q?a?==?utf-8?q?b?=y", "xaby" },
		{ "a word stands in quotes and brackets",
		  "\"=?utf-8?q?a?=\" (=?utf-8?q?b?=)", "\"a\" (b)" },
		{ "blanks inside of a word are part of it",
		  "=?utf-8?q?a b?=", "a b" },
		{ "an empty word is empty", "x =?utf-8?q?" "?= y",
		  "x  y" },
		{ "its language says nothing", "=?iso-8859-1*de?q?f=FCr?=",
		  "f\xc3\xbcr" },
		{ "a word that never ends is none", "=?utf-8?q?a b",
		  "=?utf-8?q?a b" },
		{ "nor is one that another interrupts",
		  "=?utf-8?q?a =?utf-8?q?b?=", "=?utf-8?q?a b" },
		{ "nor one in an encoding of its own", "=?utf-8?x?a?=",
		  "=?utf-8?x?a?=" },
		{ "nor one without a charset", "=??q?a?= =?*en?q?a?=",
		  "=??q?a?= =?*en?q?a?=" },
		{ "what a word holds is not decoded again",
		  "=?utf-8?q?=3D=3Futf-8=3Fq=3Fa=3F=3D?=", "=?utf-8?q?a?=" },
		{ "NUL, CR and LF in a word are blanks",
		  "=?utf-8?q?=00a=0D=0Ab=7F=1B?=", " a  b  " },
		{ "so are U+0080 to U+009F", "=?utf-8?q?a=C2=85b?=", "a b" },
		{ "controls outside are, too", "a\tb\x01" "c\x7f", "a b c " },
		{ "a fold that is left is", "a\r\n b", "a   b" },
		{ "UTF-8 stands for itself", "f\xc3\xbcr", "f\xc3\xbcr" },
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		unit_case(rows[i].sentence);
		check_header(span_of(rows[i].value), 1000, rows[i].want,
		    false);
	}
}

static void
test_charsets(void)
{
	static const struct {
		const char *sentence;
		const char *value, *want;
	} rows[] = {
		{ "Latin-1", "=?iso-8859-1?q?f=FCr?=", "f\xc3\xbcr" },
		{ "Latin-1 is Windows-1252", "=?iso-8859-1?q?=80?=",
		  "\xe2\x82\xac" },
		{ "Koi8", "=?koi8-r?q?=F0=D2=C9?=",
		  "\xd0\x9f\xd1\x80\xd0\xb8" },
		{ "two bytes divided between words",
		  "=?gb2312?b?1g==?= =?GB2312?b?0A==?=", "\xe4\xb8\xad" },
		{ "ISO-2022-JP, whose state goes on over words",
		  "=?iso-2022-jp?b?GyRCRnw=?= =?iso-2022-jp?b?S1wbKEI=?=",
		  "\xe6\x97\xa5\xe6\x9c\xac" },
		{ "UTF-7 hides nothing", "=?utf-7?q?+AHY-iagra?=", "viagra" },
		{ "UTF-16", "=?utf-16be?b?AGEA/A==?=", "a\xc3\xbc" },
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		unit_case(rows[i].sentence);
		check_header(span_of(rows[i].value), 1000, rows[i].want,
		    false);
	}
}

static void
test_flawed(void)
{
	static const struct {
		const char *sentence;
		const char *value, *want;
	} rows[] = {
		{ "a charset that nobody knows", "=?x-none?q?abc?=",
		  "=?x-none?q?abc?=" },
		{ "one that iconv knows and mail does not",
		  "=?utf-8//IGNORE?q?a?= =?wchar_t?q?b?=",
		  "=?utf-8//IGNORE?q?a?= =?wchar_t?q?b?=" },
		{ "blanks beside such a word stay",
		  "=?utf-8?q?a?= =?x-none?q?b?= =?utf-8?q?c?=",
		  "a =?x-none?q?b?= c" },
		{ "base64 without its padding", "=?utf-8?b?w7w?=",
		  "\xc3\xbc" },
		{ "base64 with something else in it", "=?utf-8?b?Q*UI=?=",
		  "AB" },
		{ "an escape that is none", "=?utf-8?q?a=zz=?=", "a=zz=" },
		{ "a byte that is no UTF-8 in a word", "=?utf-8?q?a=FFb?=",
		  "a" REPLACEMENT "b" },
		{ "… hides nothing of what is beside it",
		  "=?utf-8?q?=FFf=C3=BCr?=", REPLACEMENT "f\xc3\xbcr" },
		{ "Windows-1252 that nobody announced", "f\xfcr \x80",
		  "f\xc3\xbcr \xe2\x82\xac" },
		{ "… beside UTF-8", "f\xc3\xbcr \xff", "f\xc3\xbcr \xc3\xbf" },
		{ "bytes above 127 in a word of US-ASCII",
		  "=?us-ascii?q?f=FCr?=", "f\xc3\xbcr" },
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		unit_case(rows[i].sentence);
		check_header(span_of(rows[i].value), 1000, rows[i].want, true);
	}
}

static void
test_nul(void)
{
	check_header(span_make("a\0b", 3), 10, "a b", false);
	check_header(span_make("\0=?utf-8?q?a?=", 14), 10, " a", false);
}

static void
test_room(void)
{
	bool flawed = false;
	struct buffer out;

	buffer_init(&out, 4);
	decode_header(span_of("abc=?utf-8?q?=C3=BC?= d"), &out, &flawed);
	check_span(buffer_span(&out), "abc");
	check_true(out.overflow);
	buffer_release(&out);

	unit_case("what was in the buffer stays");
	buffer_init(&out, 100);
	buffer_add_text(&out, "x: ");
	decode_header(span_of("=?utf-8?q?a?="), &out, &flawed);
	check_span(buffer_span(&out), "x: a");
	check_true(!out.overflow);
	buffer_release(&out);
}

/* FRONT, UNIT as often as it fits SIZE, and END. */
static struct span
repeat(const char *front, const char *unit, const char *end, size_t size)
{
	struct buffer b;

	buffer_init(&b, size * 2 + 100);
	buffer_add_text(&b, front);
	while (b.len < size)
		buffer_add_text(&b, unit);
	buffer_add_text(&b, end);
	return buffer_span(&b);
}

/* What takes a decoder long, in a size at which quadratic time is minutes. */
static void
test_long(void)
{
	static const struct {
		const char *front, *unit, *end;
	} rows[] = {
		{ "", "=?", "" },
		{ "", "=?utf-8?q?x ", "" },
		{ "", "=?utf-8?q?=C3?= =?utf-8?q?=BC?= ", "" },
		{ "", "=?u?q?x", " =?u?q?" "?=" },
		{ "", "=?koi8-r?q?x?= =?utf-7?q?y?= ", "" },
		{ "", "=?x-none?q?x?= ", "" },
		{ "=?utf-8?b?", "QUJD", "?=" },
		{ "=?gb18030?q?", "\xff", "?=" },
		{ "=?", "a", "?q?x?=" },
		{ "", "\xff", "" },
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct span value = repeat(rows[i].front, rows[i].unit,
		    rows[i].end, 1u << 20);
		bool flawed = false;
		struct buffer out;

		unit_case(rows[i].unit);
		buffer_init(&out, value.len * 4);
		decode_header(value, &out, &flawed);
		check_true(!out.overflow);
		check_true(out.len > 0);
		buffer_release(&out);
		free((char *)value.ptr);
	}
}

static const struct unit_test tests[] = {
	{ "encoded words are read as readers read them", test_words },
	{ "charsets are read", test_charsets },
	{ "what is wrong is guessed or stays, and is told", test_flawed },
	{ "a NUL is a blank", test_nul },
	{ "a buffer that is too small holds whole characters", test_room },
	{ "a megabyte of words is read in one pass", test_long },
};

UNIT_MAIN("decode_header", tests)
