/*
 * test_mime_defects.c - what is wrong with a message, by name.
 *
 * For each defect there is a message that has it and no other, and one near by
 * that has none. Messages are written with CRLF.
 */
#include "config.h"

#include <stdlib.h>

#include "tests/support/mime_message.h"
#include "tests/unit/unit.h"

#define COUNT(a) (sizeof(a) / sizeof(a)[0])
#define LIT(s) { (s), sizeof(s) - 1 }
#define TEXT_MAX (1u << 20)

#define E "\r\n"
#define MIXED "Content-Type: multipart/mixed; boundary=b" E E
#define MIXED_C "Content-Type: multipart/mixed; boundary=c" E E
#define TEXT "Content-Type: text/plain"
#define FILE_NAMED "Content-Disposition: attachment; filename="
#define ENCODING "Content-Transfer-Encoding: "
#define X10 "xxxxxxxxxx"
#define X100 X10 X10 X10 X10 X10 X10 X10 X10 X10 X10
#define X998 X100 X100 X100 X100 X100 X100 X100 X100 X100 X10 X10 X10 X10 X10 \
	X10 X10 X10 X10 "xxxxxxxx"

static const struct {
	enum mime_defect defect;
	struct span with;
	struct span without;
} rows[] = {
	{ DEFECT_TWO_CONTENT_TYPES,
	    LIT(TEXT E TEXT E E "x"), LIT(TEXT E "Content-Typo: x" E E "x") },
	{ DEFECT_TWO_CONTENT_TYPES,
	    LIT(MIXED "--b" E TEXT E TEXT E E "x" E "--b--"),
	    LIT(MIXED "--b" E TEXT E E TEXT E E "x" E "--b--") },
	{ DEFECT_TWO_ENCODINGS,
	    LIT(ENCODING "7bit" E ENCODING "8bit" E E "x"),
	    LIT(ENCODING "7bit" E E ENCODING "8bit" E E "x") },
	{ DEFECT_TWO_DISPOSITIONS,
	    LIT(FILE_NAMED "a" E FILE_NAMED "a" E E "x"),
	    LIT(FILE_NAMED "a" E E FILE_NAMED "a" E E "x") },
	{ DEFECT_TWO_BOUNDARIES,
	    LIT("Content-Type: multipart/mixed; boundary=b; boundary=c" E E
	    "--b" E E "x" E "--b--"),
	    LIT("Content-Type: multipart/mixed; boundary=b; x=c" E E
	    "--b" E E "x" E "--b--") },
	{ DEFECT_TWO_PARAMETERS,
	    LIT(TEXT "; charset=utf-8; charset=us-ascii" E E "x"),
	    LIT(TEXT "; charset=utf-8; charsets=us-ascii" E E "x") },
	{ DEFECT_TWO_PARAMETERS,
	    LIT(FILE_NAMED "a; filename=b" E E "x"),
	    LIT(FILE_NAMED "a; filenames=b" E E "x") },
	{ DEFECT_TWO_NAMES,
	    LIT(TEXT "; name=a" E FILE_NAMED "b" E E "x"),
	    LIT(TEXT "; name=a" E FILE_NAMED "\"a\"" E E "x") },
	{ DEFECT_BAD_CONTENT_TYPE,
	    LIT("Content-Type: text" E E "x"), LIT(TEXT ";" E E "x") },
	{ DEFECT_BAD_CONTENT_TYPE,
	    LIT("Content-Type:" E E "x"), LIT("Content-Type: a/b" E E "x") },
	{ DEFECT_BAD_DISPOSITION,
	    LIT("Content-Disposition: ; filename=a" E E "x"),
	    LIT("Content-Disposition: x; filename=a" E E "x") },
	{ DEFECT_NO_BOUNDARY,
	    LIT("Content-Type: multipart/mixed" E E "--b" E E "x" E "--b--"),
	    LIT("Content-Type: multipart/mixed; BOUNDARY=b" E E
	    "--b" E E "x" E "--b--") },
	{ DEFECT_SAME_BOUNDARY,
	    LIT(MIXED "--b" E MIXED "--b" E E "x" E "--b--" E "--b--"),
	    LIT(MIXED "--b" E MIXED_C "--c" E E "x" E "--c--" E "--b--") },
	{ DEFECT_SAME_BOUNDARY,
	    LIT("Content-Type: multipart/mixed; boundary=bc" E E "--bc" E
	    MIXED "--b" E E "x" E "--b--" E "--bc--" E),
	    LIT("Content-Type: multipart/mixed; boundary=cb" E E "--cb" E
	    MIXED "--b" E E "x" E "--b--" E "--cb--" E) },
	{ DEFECT_DOUBTFUL_BOUNDARY,
	    LIT(MIXED "--b" E E "x" E "--bc" E "y" E "--b--"),
	    LIT(MIXED "--b" E E "x" E "--cb" E "-- b" E "--b" E E "--b--") },
	{ DEFECT_DOUBTFUL_BOUNDARY,
	    LIT(MIXED "--b" E MIXED_C "--c" E E "x" E "--bx" E "--c--" E
	    "--b--"),
	    LIT(MIXED "--b" E MIXED_C "--c" E E "x" E "--c--" E "--cx" E
	    "--b" E E "--cx" E "--b--" E "--c") },
	{ DEFECT_BEHIND_END,
	    LIT(MIXED "--b" E E "x" E "--b--" E "--b" E E "y" E "--b--"),
	    LIT(MIXED "--b" E E "x" E "--b--" E "--c" E "--" E) },
	{ DEFECT_UNCLOSED,
	    LIT(MIXED "--b" E E "x" E), LIT(MIXED "--b" E E "x" E "--b--") },
	{ DEFECT_UNCLOSED,
	    LIT(MIXED "--b" E MIXED_C "--c" E E "x" E "--b--"),
	    LIT(MIXED "--b" E MIXED_C "--c" E E "x" E "--c--" E "--b--") },
	{ DEFECT_NO_PARTS,
	    LIT(MIXED "x" E "--b--"), LIT(MIXED "x" E "--b" E "--b--") },
	{ DEFECT_NO_PARTS, LIT(MIXED), LIT(TEXT E E) },
	{ DEFECT_ENCODED_CONTAINER,
	    LIT(ENCODING "base64" E MIXED "--b" E E "x" E "--b--"),
	    LIT(ENCODING "8bit" E MIXED "--b" E E "x" E "--b--") },
	{ DEFECT_ENCODED_CONTAINER,
	    LIT(ENCODING "quoted-printable" E "Content-Type: message/rfc822" E
	    E "Subject: s" E E "x"),
	    LIT(ENCODING "quoted-printable" E "Content-Type: message/partial" E
	    E "Subject: s" E E "x") },
	{ DEFECT_UNKNOWN_ENCODING,
	    LIT(ENCODING "x-y" E E "x"), LIT(ENCODING " BINARY " E E "x") },
	{ DEFECT_BAD_PART_HEADER,
	    LIT(MIXED "--b" E "x" E E "y" E "--b--"),
	    LIT(MIXED "--b" E "x:" E E "y" E "--b--") },
	{ DEFECT_BAD_PART_HEADER,
	    LIT(MIXED "--b" E " x: y" E E "y" E "--b--"),
	    LIT(MIXED "--b" E "x: y" E " z" E E "y" E "--b--") },
	{ DEFECT_BAD_PART_HEADER,
	    LIT(MIXED "--b" E "x: y" E " " E "z: y" E E "y" E "--b--"),
	    LIT(MIXED "--b" E "x: y" E " z" E "z: y" E E "y" E "--b--") },
	{ DEFECT_NUL, LIT("Content-Type: a/b" E E "x\0y"),
	    LIT("Content-Type: a/b" E E "x\1y") },
	{ DEFECT_BARE_CR, LIT(E "x\ry"), LIT(E "x" E "y") },
	{ DEFECT_BARE_LF, LIT(E "x\ny"), LIT(E "x" E "y") },
	{ DEFECT_LONG_LINE, LIT(E X998 "x" E), LIT(E X998 E) },
	{ DEFECT_EIGHT_BIT, LIT(E "\xc3\xa4"),
	    LIT(ENCODING "8bit" E E "\xc3\xa4") },
	{ DEFECT_EIGHT_BIT,
	    LIT(ENCODING "8bit" E MIXED "--b" E ENCODING "7bit" E E "\xc3\xa4"
	    E "--b--"),
	    LIT(MIXED "\xc3\xa4" E "--b" E "x: \xc3\xa4" E ENCODING "binary" E
	    E "\xc3\xa4" E "--b--" E "\xc3\xa4") },
	{ DEFECT_BAD_BASE64,
	    LIT(ENCODING "base64" E E "eH!k=" E), LIT(ENCODING "base64" E E
	    "eHk=" E) },
	{ DEFECT_BAD_BASE64,
	    LIT("Content-Type: a/b" E ENCODING "base64" E E "eHk" E),
	    LIT("Content-Type: a/b" E ENCODING "base64" E E E "eH" E "k=" E) },
	{ DEFECT_BAD_QUOTED_PRINTABLE,
	    LIT(ENCODING "quoted-printable" E E "x=Xy" E),
	    LIT(ENCODING "quoted-printable" E E "x=3Dy" E) },
	{ DEFECT_BAD_UUENCODE,
	    LIT(ENCODING "x-uuencode" E E "#>'EZ" E),
	    LIT(ENCODING "x-uuencode" E E "begin 644 n" E "#>'EZ" E "`" E "end"
	    E) },
	{ DEFECT_UNKNOWN_CHARSET,
	    LIT(TEXT "; charset=x-y" E E "x" E),
	    LIT(TEXT "; charset=UTF-8" E E "x" E) },
	{ DEFECT_BAD_CHARSET,
	    LIT(TEXT "; charset=utf-8" E ENCODING "8bit" E E "\xe4" E),
	    LIT(TEXT "; charset=utf-8" E ENCODING "8bit" E E "\xc3\xa4" E) },
	{ DEFECT_BAD_CHARSET,
	    LIT(TEXT "; charset=utf-16be" E ENCODING "base64" E E "2AA=" E),
	    LIT(TEXT "; charset=utf-16be" E ENCODING "base64" E E "AGE=" E) },
};

/* The defects of MESSAGE, all of them, by name. */
static void
check_defects(struct span message, const char *want)
{
	struct mime_message mm;
	struct buffer names;

	buffer_init(&names, TEXT_MAX);
	mime_message_read(&mm, message, &mime_message_bounds);
	check_int(mm.status, 0);
	mime_check(&mm.mime);
	mime_message_defects(&mm.mime, &names);
	check_text(buffer_text(&names), want);
	buffer_release(&names);
	mime_message_release(&mm);
}

static void
test_rows(void)
{
	for (size_t i = 0; i < COUNT(rows); i++) {
		const char *name = mime_defect_row(rows[i].defect)->name;

		unit_case(name);
		check_defects(rows[i].with, name);
		check_defects(rows[i].without, "");
	}
}

/* Content defects are found by mime_check(), the others before. */
static void
test_when(void)
{
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct mime_defect_row *row =
		    mime_defect_row(rows[i].defect);
		struct mime_message mm;

		unit_case(row->name);
		mime_message_read(&mm, rows[i].with, &mime_message_bounds);
		check_int((mm.mime.defects & DEFECT_BIT(rows[i].defect)) == 0,
		    row->content);
		mime_message_release(&mm);
	}
}

/* Those of bounds, which have a test of their own, and of facts. */
static bool
is_tested_elsewhere(enum mime_defect d)
{
	return d >= DEFECT_TRUNCATED;
}

static void
test_names(void)
{
	for (int d = 0; d < DEFECT_COUNT; d++) {
		const char *name = mime_defect_row(d)->name;
		bool tested = is_tested_elsewhere((enum mime_defect)d);

		unit_case(name);
		check_true(name[0] != '\0' && name[strspn(name,
		    "abcdefghijklmnopqrstuvwxyz0123456789-")] == '\0');
		for (int e = 0; e < d; e++)
			check_true(strcmp(mime_defect_row(e)->name, name) != 0);
		for (size_t i = 0; i < COUNT(rows); i++)
			tested = tested || (int)rows[i].defect == d;
		check_true(tested);
	}
}

/* What is not there is not missing: it was not looked at. */
static void
test_not_whole(void)
{
	struct mime_field field = { span_of("Content-Type"),
		span_of("multipart/mixed; boundary=b") };
	struct arena arena;
	struct mime m;

	for (int whole = 0; whole <= 1; whole++) {
		arena_init(&arena, TEXT_MAX);
		check_int(mime_read(&m, &field, 1, span_of("--b" E E "x" E),
		    whole, &mime_message_bounds, &arena), 0);
		check_size(m.defects, DEFECT_BIT(whole ? DEFECT_UNCLOSED :
		    DEFECT_TOO_LARGE));
		check_int(m.lost, !whole);
		check_int(m.parts[0].opaque, !whole);
		arena_release(&arena);
	}
}

static const struct unit_test tests[] = {
	{ "each defect is found, and not where it is not", test_rows },
	{ "those of contents are found when all is decoded", test_when },
	{ "each has a name of its own, and a test", test_names },
	{ "nothing is unclosed in a message that goes on", test_not_whole },
};

UNIT_MAIN("mime_defects", tests)
