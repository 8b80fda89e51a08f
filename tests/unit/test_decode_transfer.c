/*
 * test_decode_transfer.c - transfer encodings, there and back.
 */
#include "config.h"

#include <stdlib.h>

#include "rules/mail/decode/decode.h"
#include "tests/unit/unit.h"

/* "begin 644 x" and a line that holds "Cat" */
#define UU_CAT "begin 644 x\n#0V%T\n"

static void
check_decoded(enum transfer t, struct span bytes, struct span want, bool bad)
{
	bool flawed = false;
	struct buffer out;

	buffer_init(&out, bytes.len);
	decode_transfer(t, bytes, &out, &flawed);
	unit_check_span(buffer_span(&out), want, __FILE__, __LINE__);
	check_true(!out.overflow);
	check_int(flawed, bad);
	buffer_release(&out);
}

struct row {
	const char *sentence;
	const char *bytes, *want;
	bool flawed;
};

static void
check_rows(enum transfer t, const struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		unit_case(rows[i].sentence);
		check_decoded(t, span_of(rows[i].bytes),
		    span_of(rows[i].want), rows[i].flawed);
	}
}

static void
test_names(void)
{
	static const struct {
		const char *value;
		enum transfer want;
	} rows[] = {
		{ "7bit", TRANSFER_7BIT },
		{ "8BIT", TRANSFER_8BIT },
		{ "binary", TRANSFER_BINARY },
		{ "Quoted-Printable", TRANSFER_QUOTED_PRINTABLE },
		{ "base64", TRANSFER_BASE64 },
		{ "x-uuencode", TRANSFER_UUENCODE },
		{ " \t(comment) BASE64 (another)", TRANSFER_BASE64 },
		{ "base64; x=y", TRANSFER_BASE64 },
		{ "\"base64\"", TRANSFER_UNKNOWN },
		{ "base64x", TRANSFER_UNKNOWN },
		{ "x-yenc", TRANSFER_UNKNOWN },
		{ "", TRANSFER_UNKNOWN },
		{ "a-name-that-is-longer-than-any-that-there-is",
		  TRANSFER_UNKNOWN },
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		unit_case(rows[i].value);
		check_int(decode_transfer_name(span_of(rows[i].value)),
		    rows[i].want);
	}
}

static void
test_base64(void)
{
	static const struct row rows[] = {
		{ "three bytes", "QUJD", "ABC", false },
		{ "two bytes", "QUI=", "AB", false },
		{ "one byte", "QQ==", "A", false },
		{ "none", "", "", false },
		{ "lines and blanks", " QU\r\nJD\tQ\nUJD\r\n", "ABCABC",
		  false },
		{ "the padding is missing", "QUI", "AB", true },
		{ "… half of it", "QQ=", "A", true },
		{ "… and there are bits too few", "QUJDR", "ABC", true },
		{ "padding too much", "QUJD=", "ABC", true },
		{ "padding at the start hides nothing", "==QUJD", "ABC",
		  true },
		{ "text behind the padding is read", "QQ==QUI=", "AAB", true },
		{ "… when it ends a line, too", "QQ==\r\nQUI=\r\n", "AAB",
		  true },
		{ "other characters hide nothing", "Q*U-J!D", "ABC", true },
		{ "nor do bytes above 127", "QU\xff\xc3JD", "ABC", true },
	};

	check_rows(TRANSFER_BASE64, rows, sizeof rows / sizeof rows[0]);
}

static void
test_quoted_printable(void)
{
	static const struct row rows[] = {
		{ "an escape", "f=C3=BCr", "f\xc3\xbcr", false },
		{ "in small letters", "f=c3=bcr", "f\xc3\xbcr", false },
		{ "text and line ends stay", "a b\r\nc\nd", "a b\r\nc\nd",
		  false },
		{ "a soft line break", "a=\r\nb=\nc", "abc", false },
		{ "blanks behind one (RFC 2045 6.7)", "a= \t\r\nb=  \nc",
		  "abc", false },
		{ "one at the end", "a=", "a", false },
		{ "… with blanks", "a= ", "a", false },
		{ "one in front of an escape", "a=\r\n=41", "aA", false },
		{ "an escape that is none stays", "a=zz=4z", "a=zz=4z", true },
		{ "one that is cut short", "a=4", "a=4", true },
		{ "two '='", "a==41", "a=A", true },
		{ "'=' and CR alone", "a=\rb", "a=\rb", true },
		{ "bytes above 127", "f\xc3\xbcr", "f\xc3\xbcr", true },
	};

	check_rows(TRANSFER_QUOTED_PRINTABLE, rows,
	    sizeof rows / sizeof rows[0]);
}

static void
test_uuencode(void)
{
	static const struct row rows[] = {
		{ "a line", UU_CAT "`\nend\n", "Cat", false },
		{ "with CRLF", "begin 644 x\r\n#0V%T\r\n`\r\nend\r\n", "Cat",
		  false },
		{ "text before it", "hello\nbegin it\n" UU_CAT "`\nend\n",
		  "Cat", false },
		{ "no end", UU_CAT, "Cat", true },
		{ "a line that holds less than it says",
		  "begin 644 x\nM0V%T\n`\nend\n", "Cat", true },
		{ "no beginning", "#0V%T\n`\nend\n", "#0V%T\n`\nend\n", true },
		{ "nothing", "", "", true },
	};

	check_rows(TRANSFER_UUENCODE, rows, sizeof rows / sizeof rows[0]);
}

static void
test_as_it_is(void)
{
	static const enum transfer all[] = {
		TRANSFER_NONE, TRANSFER_7BIT, TRANSFER_8BIT, TRANSFER_BINARY,
		TRANSFER_UNKNOWN,
	};
	struct span bytes = span_make("a=41\0\xff\r\n", 8);

	for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
		check_decoded(all[i], bytes, bytes, false);
}

/* Any length: blocks end anywhere, and so do lines. */
static void
test_back(void)
{
	struct buffer bytes, there, text;
	bool flawed = false;

	buffer_init(&bytes, 20000);
	buffer_init(&there, 100000);
	buffer_init(&text, 20000);
	for (size_t len = 0; len < 10000; len += len < 200 ? 1 : 97) {
		buffer_clear(&bytes);
		for (size_t i = 0; i < len; i++)
			buffer_add_char(&bytes, (char)(i * 7 + i / 256));
		buffer_clear(&there);
		encode_transfer(TRANSFER_BASE64, buffer_span(&bytes), &there);
		buffer_clear(&text);
		decode_transfer(TRANSFER_BASE64, buffer_span(&there), &text,
		    &flawed);
		check_true(span_equal(buffer_span(&text),
		    buffer_span(&bytes)));
	}
	check_true(!flawed);
	buffer_release(&bytes);
	buffer_release(&there);
	buffer_release(&text);
}

static void
test_encode(void)
{
	static const struct {
		const char *sentence;
		enum transfer t;
		const char *bytes, *want;
	} rows[] = {
		{ "base64 ends with a line end", TRANSFER_BASE64, "AB",
		  "QUI=\r\n" },
		{ "nothing has none", TRANSFER_BASE64, "", "" },
		{ "lines of base64 have 76 digits", TRANSFER_BASE64,
		  "012345678901234567890123456789012345678901234567890123456"
		  "A", "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDEyMzQ1Njc4"
		  "OTAxMjM0NTY3ODkwMTIzNDU2\r\nQQ==\r\n" },
		{ "text stays", TRANSFER_QUOTED_PRINTABLE, "a b!\r\n",
		  "a b!\r\n" },
		{ "what is no text is escaped", TRANSFER_QUOTED_PRINTABLE,
		  "f\xc3\xbcr = 1\x7f", "f=C3=BCr =3D 1=7F" },
		{ "an LF is a line end", TRANSFER_QUOTED_PRINTABLE, "a\nb\n",
		  "a\r\nb\r\n" },
		{ "a CR is none", TRANSFER_QUOTED_PRINTABLE, "a\rb",
		  "a=0Db" },
		{ "a blank at a line's end is escaped",
		  TRANSFER_QUOTED_PRINTABLE, "a \r\nb\t", "a=20\r\nb=09" },
		{ "a line of 76 is broken", TRANSFER_QUOTED_PRINTABLE,
		  "0123456789012345678901234567890123456789012345678901234567"
		  "8901234567890123456",
		  "0123456789012345678901234567890123456789012345678901234567"
		  "89012345678901234=\r\n56" },
		{ "no escape is divided", TRANSFER_QUOTED_PRINTABLE,
		  "0123456789012345678901234567890123456789012345678901234567"
		  "890123456789012=b",
		  "0123456789012345678901234567890123456789012345678901234567"
		  "890123456789012=\r\n=3Db" },
		{ "8bit is as it is", TRANSFER_8BIT, "a=\xff\n", "a=\xff\n" },
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct buffer out;

		unit_case(rows[i].sentence);
		buffer_init(&out, 1000);
		encode_transfer(rows[i].t, span_of(rows[i].bytes), &out);
		check_span(buffer_span(&out), rows[i].want);
		buffer_release(&out);
	}
}

static void
test_room(void)
{
	struct buffer out;
	bool flawed = false;

	buffer_init(&out, 2);
	decode_transfer(TRANSFER_BASE64, span_of("QUJD"), &out, &flawed);
	check_span(buffer_span(&out), "AB");
	check_true(out.overflow);
	buffer_release(&out);
}

static const struct unit_test tests[] = {
	{ "an encoding has a name", test_names },
	{ "base64 is read, whatever is wrong with it", test_base64 },
	{ "quoted-printable is read, too", test_quoted_printable },
	{ "so is uuencode", test_uuencode },
	{ "all else is as it is", test_as_it_is },
	{ "what is encoded is decoded to the same", test_back },
	{ "what is encoded has short lines", test_encode },
	{ "a buffer that is too small holds the beginning", test_room },
};

UNIT_MAIN("decode_transfer", tests)
