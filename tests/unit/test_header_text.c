/*
 * test_header_text.c - any text becomes one safe header field.
 */
#include "config.h"

#include <stdint.h>

#include "rules/mail/header/header_text.h"
#include "tests/unit/unit.h"

#define COUNT(array) (sizeof (array) / sizeof (array)[0])

/* Ten times TEN, a string literal. */
#define TEN(ten) ten ten ten ten ten ten ten ten ten ten

#define A10 "aaaaaaaaaa"
#define B10 "bbbbbbbbbb"
#define U10 TEN("\xc3\xbc")
#define BYTES(text) { "" text, sizeof text - 1 }

static const struct {
	const char *sentence;
	size_t name_len;
	struct span text;
	const char *want;
} rows[] = {
	{ "ASCII stays as it is", 7, BYTES("Hello, world"), "Hello, world" },
	{ "nothing stays nothing", 7, BYTES(""), "" },
	{ "an empty text need not be anywhere", 7, { NULL, 0 }, "" },
	{ "blanks alone are nothing", 7, BYTES(" \t\r\n "), "" },
	{ "blanks at both ends go", 7, BYTES("  a \n"), "a" },
	{ "blanks inside stay", 7, BYTES("a  b"), "a  b" },
	{ "a new field is not begun", 7, BYTES("a\r\nBcc: b"), "a  Bcc: b" },
	{ "the header is not ended", 7, BYTES("a\n\nb"), "a  b" },
	{ "a bare CR is a space", 7, BYTES("a\rb"), "a b" },
	{ "a NUL is a space", 7, BYTES("a\0b"), "a b" },
	{ "a tab is a space", 7, BYTES("a\tb"), "a b" },
	{ "other control characters are spaces", 7, BYTES("a\x1b\x7f" "b"),
	    "a  b" },
	{ "a word that is not ASCII is encoded", 7, BYTES("f\xc3\xbcr dich"),
	    "=?UTF-8?Q?f=C3=BCr?= dich" },
	{ "only that word is", 7, BYTES("es ist f\xc3\xbcr dich"),
	    "es ist =?UTF-8?Q?f=C3=BCr?= dich" },
	{ "a blank between two such words is encoded", 7,
	    BYTES("f\xc3\xbcr \xc3\x96se"), "=?UTF-8?B?ZsO8ciDDlnNl?=" },
	{ "one blank before such a word is not, others are", 7,
	    BYTES("a  fl\xc3\xbcgge"), "a =?UTF-8?Q?_fl=C3=BCgge?=" },
	{ "much that is not ASCII is base64", 7,
	    BYTES("\xe6\x97\xa5\xe6\x9c\xac"), "=?UTF-8?B?5pel5pys?=" },
	{ "base64 ends with one =", 7,
	    BYTES("\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc"),
	    "=?UTF-8?B?w7zDvMO8w7w=?=" },
	{ "base64 ends with two =", 7, BYTES("\xc3\xbc\xc3\xbc"),
	    "=?UTF-8?B?w7zDvA==?=" },
	{ "what means something in Q is encoded", 7,
	    BYTES("a=b?c_d\"\xc3\xbc" "efghijklmnopqrstuvwxyz"),
	    "=?UTF-8?Q?a=3Db=3Fc=5Fd=22=C3=BCefghijklmnopqrstuvwxyz?=" },
	{ "an invalid byte is U+FFFD", 7, BYTES("abcdefg\xff"),
	    "=?UTF-8?Q?abcdefg=EF=BF=BD?=" },
	{ "an overlong form is invalid", 7, BYTES("ab\xc0\x8a"),
	    "=?UTF-8?B?YWLvv73vv70=?=" },
	{ "a surrogate is invalid", 7, BYTES("\xed\xa0\x80"),
	    "=?UTF-8?B?77+977+977+9?=" },
	{ "half a character is invalid", 7, BYTES("abcdefg\xe6\x97"),
	    "=?UTF-8?B?YWJjZGVmZ++/ve+/vQ==?=" },
	{ "a control character of Latin-1 is a space", 7,
	    BYTES("abcdefg\xc2\x9bm"), "=?UTF-8?Q?abcdefg_m?=" },
	{ "an encoded word from outside stays as it is", 7,
	    BYTES("=?utf-8?q?=00?= =?x"), "=?utf-8?q?=00?= =?x" },
	{ "a line is folded at 78", 7,
	    BYTES(TEN("aaaaaa") "aaaaaaaa b c"),
	    TEN("aaaaaa") "aaaaaaaa\n b c" },
	{ "and not before", 7, BYTES(TEN("aaaaaa") "aaaaaaa b c"),
	    TEN("aaaaaa") "aaaaaaa b\n c" },
	{ "a fold keeps all blanks", 7, BYTES(TEN("aaaaaa") "aaaaaaaa   b"),
	    TEN("aaaaaa") "aaaaaaaa\n   b" },
	{ "a long word has a line of its own", 7,
	    BYTES("a " TEN(A10) " b"), "a\n " TEN(A10) "\n b" },
	{ "a long first word stays in the first line", 7,
	    BYTES(TEN(A10) " b"), TEN(A10) "\n b" },
	{ "an encoded word has 75 bytes at most", 1, BYTES(U10 U10 U10),
	    "=?UTF-8?B?"
	    "w7zDvMO8w7zDvMO8w7zDvMO8w7zDvMO8w7zDvMO8w7zDvMO8w7zDvMO8w7w=?=\n"
	    " =?UTF-8?B?w7zDvMO8w7zDvMO8w7zDvA==?=" },
	{ "a line with one has 76 at most", 7,
	    BYTES("f\xc3\xbcr " TEN("aaaa") " bbbbbb"),
	    "=?UTF-8?Q?f=C3=BCr?= " TEN("aaaa") "\n bbbbbb" },
	{ "one begins on a new line where there is no room", 7,
	    BYTES(TEN("aaaa") "aaa f\xc3\xbcr"),
	    TEN("aaaa") "aaa\n =?UTF-8?Q?f=C3=BCr?=" },
	{ "and not where there is", 7,
	    BYTES(TEN("aaaa") "aa f\xc3\xbcr"),
	    TEN("aaaa") "aa =?UTF-8?Q?f=C3=BCr?=" },
	{ "a long name leaves little room", 60, BYTES(U10),
	    "=?UTF-8?B?w7zDvMO8w7w=?=\n =?UTF-8?B?w7zDvMO8w7zDvMO8?=" },
};

static void
makes_values(void)
{
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct buffer out;

		unit_case(rows[i].sentence);
		buffer_init(&out, 65536);
		check_true(header_text_add(
		    &out, rows[i].name_len, rows[i].text));
		check_span(buffer_span(&out), rows[i].want);
		buffer_release(&out);
	}
}

/* What every value must be, whatever it was made from. */
static bool
is_safe(size_t name_len, struct span value)
{
	size_t line = name_len + 2;
	bool blank = value.len > 0;

	for (size_t i = 0; i < value.len; i++) {
		unsigned char c = (unsigned char)value.ptr[i];

		if (c == '\n') {
			if (blank || i + 1 == value.len ||
			    value.ptr[i + 1] != ' ')
				return false;
			blank = true;
			line = 0;
			continue;
		}
		if (c < ' ' || c > '~' || ++line > 998)
			return false;
		blank = blank && c == ' ';
	}
	return !blank;
}

static bool
made_safe(size_t name_len, struct span text)
{
	struct buffer out;
	bool safe;

	buffer_init(&out, 65536);
	header_text_add(&out, name_len, text);
	safe = !out.overflow && is_safe(name_len, buffer_span(&out));
	buffer_release(&out);
	return safe;
}

static void
long_texts(void)
{
	static char text[HEADER_TEXT_MAX];
	struct buffer out;

	buffer_init(&out, 65536);
	memset(text, 'a', 900);
	unit_case("a word of 900 bytes stays as it is");
	check_true(header_text_add(&out, 76, span_make(text, 900)));
	check_size(out.len, 900);
	buffer_clear(&out);

	unit_case("a word too long for a line is encoded");
	memset(text, 'a', sizeof text);
	check_true(header_text_add(&out, 76, span_make(text, 901)));
	check_true(is_safe(76, buffer_span(&out)));
	check_true(span_starts_with(buffer_span(&out),
	    span_of("=?UTF-8?Q?aaaaaaaaaaaa?=\n =?UTF-8?Q?aaa")));
	buffer_clear(&out);

	unit_case("blanks too many for a line are encoded");
	memset(text + 10, ' ', 2000);
	check_true(header_text_add(&out, 7, span_make(text, 2020)));
	check_true(is_safe(7, buffer_span(&out)));
	check_true(span_starts_with(
	    buffer_span(&out), span_of("aaaaaaaaaa =?UTF-8?Q?___")));
	buffer_release(&out);
}

static void
cuts_texts(void)
{
	static char text[HEADER_TEXT_MAX + 10];
	struct buffer out;

	memset(text, 'a', sizeof text);
	for (size_t i = 50; i < sizeof text; i += 50)
		text[i] = ' ';
	buffer_init(&out, 65536);
	check_true(header_text_add(
	    &out, 7, span_make(text, HEADER_TEXT_MAX)));
	buffer_clear(&out);

	unit_case("what is too long is cut");
	check_true(!header_text_add(
	    &out, 7, span_make(text, HEADER_TEXT_MAX + 1)));
	check_true(is_safe(7, buffer_span(&out)));
	buffer_clear(&out);

	unit_case("but not inside a character");
	memset(text, ' ', sizeof text);
	memcpy(text + HEADER_TEXT_MAX - 4, "ab\xf0\x9f\x98\x80", 6);
	text[0] = 'x';
	check_true(!header_text_add(&out, 7, span_make(text, sizeof text)));
	check_true(span_ends_with(buffer_span(&out), span_of("_ab?=")));
	buffer_release(&out);
}

/* A generator of our own: the same numbers on every system. */
static uint32_t
random_next(uint32_t *state)
{
	*state = *state * 1664525u + 1013904223u;
	return *state >> 16;
}

static const struct span parts[] = {
	BYTES("\n"), BYTES("\r\n"), BYTES("\0"), BYTES("\t"), BYTES(" "),
	BYTES("      "), BYTES("a"), BYTES("word"), BYTES("=?UTF-8?Q?"),
	BYTES("?="), BYTES("\xc3\xbc"), BYTES("\xe2\x82\xac"),
	BYTES("\xf0\x9f\x98\x80"), BYTES("\xff"), BYTES("\xe2\x82"),
	BYTES(TEN(A10)), BYTES(TEN(TEN("          "))), BYTES("\xc2\x85"),
};

static void
always_safe(void)
{
	static char text[HEADER_TEXT_MAX + 2000];
	uint32_t state = 1;

	for (int i = 0; i < 5000; i++) {
		size_t size = random_next(&state) %
		    (i % 20 == 0 ? sizeof text : 300);
		/* Few kinds of parts each time: long runs of a kind. */
		size_t kinds = 1 + random_next(&state) % 4;
		size_t first = random_next(&state), len = 0;

		for (;;) {
			struct span part = parts[(first +
			    random_next(&state) % kinds * 7) % COUNT(parts)];

			if (len + part.len > size)
				break;
			memcpy(text + len, part.ptr, part.len);
			len += part.len;
		}
		check_true(made_safe(1 + random_next(&state) % HEADER_NAME_MAX,
		    span_make(text, len)));
	}
}

static void
safe_random_bytes(void)
{
	char text[400];
	uint32_t state = 2;

	for (int i = 0; i < 5000; i++) {
		size_t len = random_next(&state) % sizeof text;

		for (size_t k = 0; k < len; k++)
			text[k] = (char)random_next(&state);
		check_true(made_safe(7, span_make(text, len)));
	}
}

static void
keeps_what_is_there(void)
{
	struct buffer out;

	buffer_init(&out, 100);
	buffer_add_text(&out, "before ");
	check_true(header_text_add(&out, 7, span_of("text")));
	check_span(buffer_span(&out), "before text");
	unit_case("a full buffer says so");
	header_text_add(&out, 7, span_of(TEN(B10)));
	check_true(out.overflow);
	check_span(buffer_span(&out), "before text");
	buffer_release(&out);
}

static const struct {
	const char *sentence;
	struct span name;
	bool want;
} name_rows[] = {
	{ "letters and hyphens", BYTES("X-Spam-Flag"), true },
	{ "all of ftext", BYTES("!\"#$%&'()*+,-./09;<=>?@AZ[\\]^_`az{|}~"),
	    true },
	{ "no name", BYTES(""), false },
	{ "a colon", BYTES("X:"), false },
	{ "a space", BYTES("X Y"), false },
	{ "a tab", BYTES("X\tY"), false },
	{ "a line feed", BYTES("X\nY"), false },
	{ "a NUL", BYTES("X\0"), false },
	{ "DEL", BYTES("X\x7f"), false },
	{ "a byte above 127", BYTES("X\xc3\xbc"), false },
	{ "76 bytes", BYTES(A10 A10 A10 A10 A10 A10 A10 "aaaaaa"), true },
	{ "77 bytes", BYTES(A10 A10 A10 A10 A10 A10 A10 "aaaaaaa"), false },
};

static void
knows_names(void)
{
	for (size_t i = 0; i < COUNT(name_rows); i++) {
		unit_case(name_rows[i].sentence);
		check_int(header_name_is_valid(name_rows[i].name),
		    name_rows[i].want);
	}
}

static const struct unit_test tests[] = {
	{ "text becomes a value", makes_values },
	{ "what fits no line is encoded", long_texts },
	{ "text beyond the limit is cut, and said to be", cuts_texts },
	{ "no mixture of parts makes an unsafe value", always_safe },
	{ "no bytes make an unsafe value", safe_random_bytes },
	{ "a value is added to what is there", keeps_what_is_there },
	{ "a field name is known by its bytes", knows_names },
};

UNIT_MAIN("header_text", tests)
