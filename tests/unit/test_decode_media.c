/*
 * test_decode_media.c - what Content-Type and Content-Disposition say.
 */
#include "config.h"

#include <stdlib.h>

#include "rules/mail/decode/decode.h"
#include "tests/unit/unit.h"

#define ARENA (8u << 20)
#define REPLACEMENT "\xef\xbf\xbd"

/* What a row wants; "" and false go without saying. */
struct row {
	const char *sentence;
	const char *value;
	const char *type, *charset, *boundary;
	const char *name;	/* those that differ, a '|' between */
	bool two_boundaries, repeated, flawed;
};

static void
check_names(const struct file_names *names, const char *want)
{
	struct buffer all;

	buffer_init(&all, 4u << 20);
	for (size_t i = 0; i < names->count; i++) {
		if (i > 0)
			buffer_add_char(&all, '|');
		buffer_add(&all, names->at[i]);
	}
	check_span(buffer_span(&all), want);
	buffer_release(&all);
}

static void
check_media(const struct row *row)
{
	bool flawed = false;
	struct arena arena;
	struct media m;

	unit_case(row->sentence);
	arena_init(&arena, ARENA);
	decode_media(span_of(row->value), &arena, &m, &flawed);
	check_span(m.type, row->type);
	check_span(m.charset, row->charset);
	check_span(m.boundary, row->boundary);
	check_names(&m.names, row->name != NULL ? row->name : "");
	check_int(m.two_boundaries, row->two_boundaries);
	check_int(m.repeated, row->repeated);
	check_int(flawed, row->flawed);
	arena_release(&arena);
}

#define CHECK_ROWS(rows) \
	for (size_t i = 0; i < sizeof (rows) / sizeof (rows)[0]; i++) \
		check_media(&(rows)[i])

static void
test_type(void)
{
	static const struct row rows[] = {
		{ "a type alone", "text/plain", .type = "text/plain" },
		{ "letters become small", "TEXT/Html", .type = "text/html" },
		{ "blanks and comments stand anywhere",
		  " (a) text (b (c)) / plain (d;e=f) ; charset = (g) x",
		  .type = "text/plain", .charset = "x" },
		{ "a charset, in small letters", "text/plain; Charset=UTF-8",
		  .type = "text/plain", .charset = "utf-8" },
		{ "a charset in quotes", "text/plain;charset=\"UTF-8\"",
		  .type = "text/plain", .charset = "utf-8" },
		{ "a comment behind a charset (RFC 2045 5.1)",
		  "text/plain; charset=us-ascii (Plain text)",
		  .type = "text/plain", .charset = "us-ascii" },
		{ "a boundary keeps its letters",
		  "multipart/mixed; boundary=\"=_Ab C\"",
		  .type = "multipart/mixed", .boundary = "=_Ab C" },
		{ "a boundary is no encoded word",
		  "multipart/mixed; boundary=\"=?utf-8?q?a?=\"",
		  .type = "multipart/mixed", .boundary = "=?utf-8?q?" "a?=" },
		{ "semicolons too many", "a/b;; charset=x;", .type = "a/b",
		  .charset = "x" },
		{ "parameters that nobody looks for", "a/b; c=d; e=\"f\"",
		  .type = "a/b" },
	};

	CHECK_ROWS(rows);
}

static void
test_bad_type(void)
{
	static const struct row rows[] = {
		{ "nothing", "", .flawed = true },
		{ "one word", "text", .flawed = true },
		{ "no subtype", "text/; charset=x", .charset = "x",
		  .flawed = true },
		{ "no type", "; name=x.exe", .name = "x.exe", .flawed = true },
		{ "something behind it", "text/plain, x", .flawed = true },
		{ "bytes above 127", "text/pl\xc3\xa4in", .flawed = true },
		{ "a semicolon is missing", "text/plain charset=x",
		  .type = "text/plain", .charset = "x", .flawed = true },
		{ "… behind a value in quotes",
		  "multipart/mixed; charset=\"x\" boundary=y",
		  .type = "multipart/mixed", .charset = "x", .boundary = "y",
		  .flawed = true },
		{ "a parameter without a value", "a/b; name; charset=x",
		  .type = "a/b", .charset = "x", .flawed = true },
		{ "a quote that is never closed hides nothing",
		  "a/b; name=\"x; charset=y", .type = "a/b", .name = "x",
		  .charset = "y", .flawed = true },
		{ "a comment that is never closed", "a/b; (x; charset=y",
		  .type = "a/b", .flawed = true },
	};

	CHECK_ROWS(rows);
}

static void
test_name(void)
{
	static const struct row rows[] = {
		{ "a token", "a/b; name=x.exe", .type = "a/b",
		  .name = "x.exe" },
		{ "blanks without quotes", "a/b; name=a b (1).pdf ; c=d",
		  .type = "a/b", .name = "a b (1).pdf" },
		{ "a comment behind it is none of it",
		  "a/b; name=a.exe (b (c)) (d) ; charset=x", .type = "a/b",
		  .name = "a.exe", .charset = "x" },
		{ "… without a blank before it", "a/b; name=a.exe(b)",
		  .type = "a/b", .name = "a.exe" },
		{ "… that is never closed is part of it", "a/b; name=a (b.exe",
		  .type = "a/b", .name = "a (b.exe" },
		{ "quotes and backslashes", "a/b; name=\"a\\\"b\\\\;c\"",
		  .type = "a/b", .name = "a\"b\\;c" },
		{ "encoded words in quotes",
		  "a/b; name=\"=?utf-8?q?f=C3=BC?= =?utf-8?b?cg==?=\"",
		  .type = "a/b", .name = "f\xc3\xbcr" },
		{ "… and without", "a/b; name==?iso-8859-1?q?f=FCr?=",
		  .type = "a/b", .name = "f\xc3\xbcr" },
		{ "RFC 2231", "a/b; name*=iso-8859-1'de'f%FCr%20x",
		  .type = "a/b", .name = "f\xc3\xbcr x" },
		{ "an encoded word that was cut to pieces",
		  "a/b; name*0=\"=?utf-8?Q?evil\"; name*1=\"=2Eexe?=\"",
		  .type = "a/b", .name = "evil.exe" },
		{ "… in pieces", "a/b; name*0=\"a b\"; name*1=c; name*2=.exe",
		  .type = "a/b", .name = "a bc.exe" },
		{ "… out of order", "a/b; name*2=c; name*0=a; name*1=b",
		  .type = "a/b", .name = "abc" },
		{ "… some of them extended, one character divided",
		  "a/b; name*0*=utf-8''f%C3; name*1*=%BC; name*2=\"%41\"",
		  .type = "a/b", .name = "f\xc3\xbc%41" },
		{ "UTF-8 as it is", "a/b; name=f\xc3\xbcr", .type = "a/b",
		  .name = "f\xc3\xbcr" },
		{ "a TAB, too, which folding leaves", "a/b; name=\"a\tb\"",
		  .type = "a/b", .name = "a b" },
		{ "two forms that say the same",
		  "a/b; name=\"f\xc3\xbcr\"; name*=utf-8''f%C3%BCr",
		  .type = "a/b", .name = "f\xc3\xbcr" },
	};

	CHECK_ROWS(rows);
}

static void
test_bad_name(void)
{
	static const struct row rows[] = {
		{ "a semicolon in a comment behind it",
		  "a/b; name=a.txt (; name=b.exe)", .type = "a/b",
		  .name = "a.txt", .flawed = true },
		{ "Windows-1252", "a/b; name=f\xfcr", .type = "a/b",
		  .name = "f\xc3\xbcr", .flawed = true },
		{ "a charset that nobody knows", "a/b; name*=x''f%FCr",
		  .type = "a/b", .name = "f\xc3\xbcr", .flawed = true },
		{ "no charset at all", "a/b; name*=a%20b", .type = "a/b",
		  .name = "a b", .flawed = true },
		{ "bytes that the charset does not have",
		  "a/b; name*=utf-8''a%FFb", .type = "a/b",
		  .name = "a" REPLACEMENT "b", .flawed = true },
		{ "a percent sign that is none", "a/b; name*=utf-8''a%zz%4",
		  .type = "a/b", .name = "a%zz%4", .flawed = true },
		{ "a piece is missing", "a/b; name*0=a; name*2=c",
		  .type = "a/b", .name = "ac", .flawed = true },
		{ "a piece far away", "a/b; name*0=a; name*1000000=b",
		  .type = "a/b", .name = "ab", .flawed = true },
		{ "a piece beyond all numbers",
		  "a/b; name*99999999999999999999=b; name*0=a", .type = "a/b",
		  .name = "ab", .flawed = true },
		{ "a control character: what is before it is a name, too",
		  "a/b; name=\"a.exe\1.txt\"", .type = "a/b",
		  .name = "a.exe .txt|a.exe", .flawed = true },
		{ "… from an escape", "a/b; name*=utf-8''a.exe%00.t%0Axt",
		  .type = "a/b", .name = "a.exe .t xt|a.exe", .flawed = true },
		{ "… of the C1", "a/b; name*=utf-8''a%C2%80b", .type = "a/b",
		  .name = "a b|a", .flawed = true },
		{ "… from an encoded word",
		  "a/b; name=\"=?utf-8?q?a.exe=00.txt?=\"", .type = "a/b",
		  .name = "a.exe .txt|a.exe", .flawed = true },
		{ "… at the beginning", "a/b; name*=utf-8''%00a",
		  .type = "a/b", .name = " a", .flawed = true },
		{ "a piece without a number", "a/b; name*x=b; name*0=a",
		  .type = "a/b", .name = "ab", .flawed = true },
	};

	CHECK_ROWS(rows);
}

/* Where readers may choose. */
static void
test_twice(void)
{
	static const struct row rows[] = {
		{ "two boundaries", "a/b; boundary=x; boundary=y",
		  .type = "a/b", .boundary = "x", .two_boundaries = true },
		{ "… that are the same", "a/b; boundary=x; boundary=\"x\"",
		  .type = "a/b", .boundary = "x" },
		{ "… in other letters", "a/b; boundary=x; BOUNDARY=X",
		  .type = "a/b", .boundary = "x", .two_boundaries = true },
		{ "one extended", "a/b; boundary*=us-ascii''y; boundary=x",
		  .type = "a/b", .boundary = "x", .two_boundaries = true },
		{ "… that is the same",
		  "a/b; boundary*=us-ascii''%78; boundary=x", .type = "a/b",
		  .boundary = "x" },
		{ "one in pieces",
		  "a/b; boundary=xy; boundary*0=x; boundary*1=z",
		  .type = "a/b", .boundary = "xy", .two_boundaries = true },
		{ "one piece twice", "a/b; boundary*0=x; boundary*0=y",
		  .type = "a/b", .boundary = "x", .two_boundaries = true },
		{ "three forms",
		  "a/b; boundary*0=z; boundary*=''y; boundary=x",
		  .type = "a/b", .boundary = "x", .two_boundaries = true },
		{ "in one form only", "a/b; boundary*0=x; boundary*1=y",
		  .type = "a/b", .boundary = "xy" },
		{ "two charsets", "a/b; charset=x; charset=y", .type = "a/b",
		  .charset = "x", .repeated = true },
		{ "two names", "a/b; name=x; name=y", .type = "a/b",
		  .name = "x|y", .repeated = true },
		{ "of more the first and the last",
		  "a/b; name=x; name=y; name=z", .type = "a/b",
		  .name = "x|z", .repeated = true },
		{ "of each form", "a/b; name=a; name=b; name*=''c; name*=''d; "
		  "name*0=e; name*0=f; name*1=g", .type = "a/b",
		  .name = "c|d|eg|fg|a|b", .repeated = true },
		{ "two forms of a name: the extended one is taken",
		  "a/b; name=x.txt; name*=utf-8''x.exe", .type = "a/b",
		  .name = "x.exe|x.txt", .repeated = true },
		{ "another parameter says nothing", "a/b; c=x; c=y",
		  .type = "a/b" },
	};

	CHECK_ROWS(rows);
}

static void
test_disposition(void)
{
	static const struct {
		const char *sentence;
		const char *value;
		const char *kind, *name;
		bool repeated, flawed;
	} rows[] = {
		{ "a kind, in small letters", "ATTACHMENT", "attachment", "",
		  false, false },
		{ "a name", "attachment; filename=x.exe", "attachment", "x.exe",
		  false, false },
		{ "a name in pieces",
		  "inline; filename*0*=utf-8''f%C3%BC; " "filename*1=\"r.exe\"",
		  "inline", "f\xc3\xbcr.exe", false, false },
		{ "two names", "attachment; filename=x.txt; filename=x.exe",
		  "attachment", "x.txt|x.exe", true, false },
		{ "two forms",
		  "attachment; filename=x.txt; " "filename*=utf-8''x.exe",
		  "attachment", "x.exe|x.txt", true, false },
		{ "no kind", "filename=x.exe", "", "x.exe", false, true },
		{ "no kind, but a semicolon", "; filename=x.exe", "", "x.exe",
		  false, true },
		{ "no semicolon", "attachment filename=x.exe", "attachment",
		  "x.exe", false, true },
		{ "nothing", "", "", "", false, true },
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct disposition d;
		bool flawed = false;
		struct arena arena;

		unit_case(rows[i].sentence);
		arena_init(&arena, ARENA);
		decode_disposition(span_of(rows[i].value), &arena, &d,
		    &flawed);
		check_span(d.kind, rows[i].kind);
		check_names(&d.names, rows[i].name);
		check_int(d.repeated, rows[i].repeated);
		check_int(flawed, rows[i].flawed);
		arena_release(&arena);
	}
}

/* FRONT and UNIT as often as it fits a megabyte. */
static struct span
repeat(const char *front, const char *unit)
{
	struct buffer b;

	buffer_init(&b, 2u << 20);
	buffer_add_text(&b, front);
	while (b.len < 1u << 20)
		buffer_add_text(&b, unit);
	return buffer_span(&b);
}

static void
test_long(void)
{
	static const struct {
		const char *front, *unit;
	} rows[] = {
		{ "a/b", "; name*0=x" }, { "a/b", "; name*=x" },
		{ "a/b", "; boundary=x" }, { "a/b", "; name=\"\\" },
		{ "a/b", "(" }, { "a/b; ", "=" }, { "a/b; name=x", "(" },
		{ "a/b; name=x", "(y)" }, { "a/b; name", "*" },
		{ "a/b; name*=''", "%" }, { "a/b; name=\"", "\\" },
		{ "a/b; name=\"", "=?u?q?x " }, { "a/b", ";" },
		{ "", "a" }, { "", "/" }, { "a/b;", " " },
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct span value = repeat(rows[i].front, rows[i].unit);
		struct disposition d;
		bool flawed = false;
		struct arena arena;
		struct media m;

		unit_case(rows[i].unit);
		arena_init(&arena, ARENA);
		decode_media(value, &arena, &m, &flawed);
		decode_disposition(value, &arena, &d, &flawed);
		check_true(!arena.exhausted);
		arena_release(&arena);
		free((char *)value.ptr);
	}
}

static const struct unit_test tests[] = {
	{ "a media type and its parameters", test_type },
	{ "a type that cannot be read is none, and is told", test_bad_type },
	{ "a name is text", test_name },
	{ "a name that is wrong is guessed, and is told", test_bad_name },
	{ "two that differ are told", test_twice },
	{ "a disposition", test_disposition },
	{ "a megabyte is read in one pass", test_long },
};

UNIT_MAIN("decode_media", tests)
