/*
 * test_mime_text.c - what is in a part: its text, its bytes, its size.
 */
#include "config.h"

#include <stdlib.h>

#include "rules/base/utf8.h"
#include "tests/support/mime_message.h"
#include "tests/unit/unit.h"

#define COUNT(a) (sizeof(a) / sizeof(a)[0])
#define LIT(s) { (s), sizeof(s) - 1 }
#define OUT_MAX (1u << 20)

#define BASE64 "Content-Transfer-Encoding: base64\n"
#define QUOTED "Content-Transfer-Encoding: quoted-printable\n"
#define UUENCODE "Content-Transfer-Encoding: x-uuencode\n"
#define LATIN_1 "Content-Type: text/plain; charset=iso-8859-1\n"
#define UTF8 "Content-Type: text/plain; charset=utf-8\n"

static const struct {
	const char *sentence;
	struct span message;
	struct span text;
} texts[] = {
	{ "as it stands", LIT("\nx\ny\n"), LIT("x\ny\n") },
	{ "nothing", LIT("\n"), LIT("") },
	{ "LF for CRLF", LIT("\nx\r\n\r\ny\r\n"), LIT("x\n\ny\n") },
	{ "a CR alone stays", LIT("\nx\ry\r\r\nz\r"), LIT("x\ry\r\nz\r") },
	{ "a NUL is no text", LIT("\nx\0y\n"), LIT("x\xef\xbf\xbdy\n") },
	{ "base64", LIT(BASE64 "\neA0KeQ==\n"), LIT("x\ny") },
	{ "base64 on several lines", LIT(BASE64 "\neA0K\r\neQ==\r\n"),
	    LIT("x\ny") },
	{ "quoted-printable", LIT(QUOTED "\nx=3Dy=\nz\n"), LIT("x=yz\n") },
	{ "uuencode", LIT(UUENCODE "\nbegin 644 n\n#>'EZ\n`\nend\n"),
	    LIT("xyz") },
	{ "an encoding that nobody knows",
	    LIT("Content-Transfer-Encoding: x-y\n\nx=3D\n"),
	    LIT("x=3D\n") },
	{ "a charset", LIT(LATIN_1 "\n\xe4\n"), LIT("\xc3\xa4\n") },
	{ "a charset behind an encoding", LIT(LATIN_1 QUOTED "\n=E4=\n"),
	    LIT("\xc3\xa4") },
	{ "one with two bytes a character", LIT("Content-Type: text/html; "
	    "charset=utf-16le\n" BASE64 "\n5AANAAoA\n"), LIT("\xc3\xa4\n") },
	{ "UTF-8 as it is", LIT(UTF8 "\n\xc3\xa4\n"), LIT("\xc3\xa4\n") },
	{ "no UTF-8 where it should be", LIT(UTF8 "\nx\xe4y\n"),
	    LIT("x\xef\xbf\xbdy\n") },
	{ "a byte order mark is no text", LIT(UTF8 "\n\xef\xbb\xbfx\n"),
	    LIT("x\n") },
	{ "… only at the beginning, and once",
	    LIT(UTF8 "\n\xef\xbb\xbf\xef\xbb\xbfx\n"),
	    LIT("\xef\xbb\xbfx\n") },
	{ "… of another charset", LIT("Content-Type: text/plain; "
	    "charset=utf-16le\n" BASE64 "\n//54AA==\n"), LIT("x") },
	{ "a charset with blanks around it", LIT("Content-Type: text/plain; "
	    "charset=\" koi8-r\t\"\n\n\xf0\n"), LIT("\xd0\x9f\n") },
	{ "a multipart without a boundary",
	    LIT("Content-Type: multipart/mixed\n\nx\n"), LIT("x\n") },
	{ "… without a delimiter", LIT("Content-Type: multipart/mixed; "
	    "boundary=b\n\nx\n"), LIT("x\n") },
	{ "no charset, but UTF-8", LIT("\n\xc3\xa4\n"), LIT("\xc3\xa4\n") },
	{ "no charset, and no UTF-8", LIT("\n\xe4\n"), LIT("\xc3\xa4\n") },
	{ "a charset that nobody knows", LIT("Content-Type: text/plain; "
	    "charset=x-y\n\nx\n"), LIT("x\n") },
};

static void
test_texts(void)
{
	for (size_t i = 0; i < COUNT(texts); i++) {
		struct mime_message mm;
		struct span text;

		unit_case(texts[i].sentence);
		mime_message_read(&mm, texts[i].message,
		    &mime_message_bounds);
		check_true(mime_is_text(&mm.mime, 0));
		text = mime_text(&mm.mime, 0);
		unit_check_span(text, texts[i].text, __FILE__, __LINE__);
		check_true(mime_text(&mm.mime, 0).ptr == text.ptr);
		check_true(!mm.mime.cut);
		mime_message_release(&mm);
	}
}

static void
test_which(void)
{
	static const struct {
		const char *type;
		bool text;
	} rows[] = {
		{ "text/plain", true }, { "text/x-y", true },
		{ "text", true },	/* what is no type is text/plain */
		{ "application/xml", false }, { "message/rfc822", false },
		{ "message/partial", false }, { "multipart/mixed", true },
		{ "textile/x", false },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct mime_message mm;
		struct buffer raw;

		unit_case(rows[i].type);
		buffer_init(&raw, OUT_MAX);
		buffer_addf(&raw, "Content-Type: %s\n\n\n", rows[i].type);
		mime_message_read(&mm, buffer_span(&raw),
		    &mime_message_bounds);
		check_int(mime_is_text(&mm.mime, 0), rows[i].text);
		mime_message_release(&mm);
		buffer_release(&raw);
	}
}

/* Four texts and a picture. */
static const char several[] = "Content-Type: multipart/mixed; boundary=b\n\n"
    "--b\n\n12345\n--b\n" QUOTED "\n=C3=A4=C3=A4=\n\n--b\n"
    "Content-Type: image/png\n\nxyz\n--b\n\n\n--b\n\na\r\nb\n--b--\n";

static const struct {
	const char *sentence;
	size_t room;
	const char *first, *second, *third, *fourth;
	bool cut;
} budgets[] = {
	{ "room for all", 12, "12345", "\xc3\xa4\xc3\xa4", "", "a\nb", false },
	{ "one byte less", 11, "12345", "\xc3\xa4\xc3\xa4", "", "a\n", true },
	{ "not for the last one", 9, "12345", "\xc3\xa4\xc3\xa4", "", "",
	    true },
	{ "no half characters", 8, "12345", "\xc3\xa4", "", "a", true },
	{ "for some of the first", 3, "123", "", "", "", true },
	{ "for nothing", 0, "", "", "", "", true },
};

static void
test_budget(void)
{
	for (size_t i = 0; i < COUNT(budgets); i++) {
		struct mime_bounds bounds = mime_message_bounds;
		struct mime_message mm;

		unit_case(budgets[i].sentence);
		bounds.text = budgets[i].room;
		mime_message_read(&mm, span_of(several), &bounds);
		check_size(mm.mime.count, 6);
		check_span(mime_text(&mm.mime, 1), budgets[i].first);
		check_span(mime_text(&mm.mime, 2), budgets[i].second);
		check_span(mime_text(&mm.mime, 4), budgets[i].third);
		check_span(mime_text(&mm.mime, 5), budgets[i].fourth);
		check_int(mm.mime.cut, budgets[i].cut);
		check_int((mm.mime.defects & DEFECT_BIT(DEFECT_TRUNCATED)) != 0,
		    budgets[i].cut);
		/* What there was no room for is measured all the same. */
		check_size(mime_size(&mm.mime, 1), 5);
		check_size(mime_size(&mm.mime, 2), 4);
		mime_message_release(&mm);
	}
}

static const struct {
	const char *sentence;
	struct span message;
	struct span content;
	const char *sha256;
} contents[] = {
	{ "as it stands", LIT("Content-Type: a/b\n\nabc"), LIT("abc"),
	    "ba7816bf8f01cfea414140de5dae2223"
	    "b00361a396177a9cb410ff61f20015ad" },
	{ "encoded", LIT("Content-Type: a/b\n" BASE64 "\nYWJj\n"), LIT("abc"),
	    "ba7816bf8f01cfea414140de5dae2223"
	    "b00361a396177a9cb410ff61f20015ad" },
	{ "nothing", LIT("Content-Type: a/b\n\n"), LIT(""),
	    "e3b0c44298fc1c149afbf4c8996fb924"
	    "27ae41e4649b934ca495991b7852b855" },
	{ "with a NUL and line ends", LIT("Content-Type: a/b\n" BASE64
	    "\nAA0K\n"), LIT("\0\r\n"),
	    "5016d27e02b85de4602313289699acbf"
	    "145b3b1e47d8f94320cce8ded4a6ceef" },
	{ "of an encoding that nobody knows", LIT("Content-Type: a/b\n"
	    "Content-Transfer-Encoding: x-y\n\nabc"), LIT("abc"),
	    "ba7816bf8f01cfea414140de5dae2223"
	    "b00361a396177a9cb410ff61f20015ad" },
	{ "of a message its bytes",
	    LIT("Content-Type: message/rfc822\n\nabc"), LIT("abc"),
	    "ba7816bf8f01cfea414140de5dae2223"
	    "b00361a396177a9cb410ff61f20015ad" },
	{ "of an encoded message, too",
	    LIT("Content-Type: message/rfc822\n" BASE64 "\nYWJj"), LIT("abc"),
	    "ba7816bf8f01cfea414140de5dae2223"
	    "b00361a396177a9cb410ff61f20015ad" },
	{ "of a multipart its bytes, whatever it says",
	    LIT("Content-Type: multipart/mixed; boundary=abc\n" BASE64
	    "\n--abc"), LIT("--abc"), "670335066a689622ce1f8328bcab2b1a"
	    "f6c1f5f21227145dc93f474d37c3ee56" },
};

static void
test_contents(void)
{
	for (size_t i = 0; i < COUNT(contents); i++) {
		struct mime_message mm;
		struct buffer out;
		const char *digest;

		unit_case(contents[i].sentence);
		buffer_init(&out, OUT_MAX);
		mime_message_read(&mm, contents[i].message,
		    &mime_message_bounds);
		unit_check_span(mime_content(&mm.mime, 0, &out),
		    contents[i].content, __FILE__, __LINE__);
		check_size(mime_size(&mm.mime, 0), contents[i].content.len);
		digest = mime_sha256(&mm.mime, 0);
		check_text(digest, contents[i].sha256);
		check_true(mime_sha256(&mm.mime, 0) == digest);
		mime_message_release(&mm);
		buffer_release(&out);
	}
}

/* Texts of all kinds of charsets are UTF-8, whatever the bytes. */
static void
test_any_bytes(void)
{
	static const char *const charsets[] = { "", "utf-8", "us-ascii",
		"iso-8859-1", "iso-8859-8", "windows-1251", "koi8-r",
		"shift_jis", "iso-2022-jp", "euc-kr", "gb18030", "big5",
		"utf-16", "utf-16be", "utf-32", "utf-7", "x-y" };
	struct mime_bounds bounds = mime_message_bounds;

	bounds.text = 500;
	srandom(1);
	for (size_t i = 0; i < 2000; i++) {
		struct mime_message mm;
		struct buffer raw;
		struct span text;

		buffer_init(&raw, OUT_MAX);
		buffer_addf(&raw, "Content-Type: text/plain; "
		    "charset=\"%s\"\n\n", charsets[i % COUNT(charsets)]);
		for (long n = random() % 400; n > 0; n--)
			buffer_add_char(&raw, (char)(random() % 4 == 0 ?
			    random() % 256 : random() % 128));
		mime_message_read(&mm, buffer_span(&raw), &bounds);
		text = mime_text(&mm.mime, 0);
		check_true(text.len <= bounds.text);
		while (text.len > 0 && utf8_length(text) > 0)
			text = span_skip(text, utf8_length(text));
		check_size(text.len, 0);
		mime_message_release(&mm);
		buffer_release(&raw);
	}
}

static const struct unit_test tests[] = {
	{ "a text is decoded to UTF-8 with LF, once", test_texts },
	{ "every leaf of type text/… is text", test_which },
	{ "all texts together have a bound", test_budget },
	{ "a content is without its encoding", test_contents },
	{ "any bytes in any charset become UTF-8", test_any_bytes },
};

UNIT_MAIN("mime_text", tests)
