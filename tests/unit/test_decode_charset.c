/*
 * test_decode_charset.c - charsets, there and back; digests; many threads.
 */
#include "config.h"

#include <pthread.h>

#include "rules/mail/decode/decode.h"
#include "tests/unit/unit.h"

#define REPLACEMENT "\xef\xbf\xbd"
#define EURO "\xe2\x82\xac"
#define UE "\xc3\xbc"
#define NIHON "\xe6\x97\xa5\xe6\x9c\xac"	/* U+65E5 U+672C */
#define PRI "\xd0\x9f\xd1\x80\xd0\xb8"		/* in Cyrillic letters */

static void
check_decoded(struct span charset, struct span bytes, const char *want,
    bool bad)
{
	struct buffer out;
	bool flawed = false;

	buffer_init(&out, 1000);
	check_true(decode_charset(charset, bytes, &out, &flawed));
	check_span(buffer_span(&out), want);
	check_int(flawed, bad);
	buffer_release(&out);
}

struct row {
	const char *charset, *bytes, *text;
};

static void
test_read(void)
{
	static const struct row rows[] = {
		{ "", "plain", "plain" },
		{ "", "f" UE "r", "f" UE "r" },
		{ "us-ascii", "plain", "plain" },
		{ "UTF-8", "f" UE "r " EURO, "f" UE "r " EURO },
		{ "utf8", "f" UE "r", "f" UE "r" },
		{ "iso-8859-1", "f\xfcr", "f" UE "r" },
		{ "ISO-8859-1", "\x80", EURO },
		{ "windows-1252", "\x80\xfc", EURO UE },
		{ "iso-8859-15", "\xa4", EURO },
		{ "iso-8859-9", "\x80", EURO },
		{ "windows-1251", "\xcf\xf0\xe8", PRI },
		{ "koi8-r", "\xf0\xd2\xc9", PRI },
		{ " \tkoi8-r ", "\xf0\xd2\xc9", PRI },
		{ "cp866", "\x8f\xe0\xa8", PRI },
		{ "gb2312", "\xc8\xd5\xb1\xbe", NIHON },
		{ "gbk", "\xc8\xd5\xb1\xbe", NIHON },
		{ "big5", "\xa4\xe9\xa5\xbb", NIHON },
		{ "shift_jis", "\x93\xfa\x96{", NIHON },
		{ "euc-jp", "\xc6\xfc\xcb\xdc", NIHON },
		{ "euc-kr", "\xec\xed\xdc\xe2", NIHON },
		{ "iso-2022-jp", "\x1b$BF|K\\\x1b(B.", NIHON "." },
		{ "utf-7", "+ZeVnLA-.", NIHON "." },
		{ "utf-7", "+ADw-script+AD4-", "<script>" },
		{ "windows-1258", "o\xec", "\xc3\xb3" },
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		unit_case(rows[i].charset);
		check_decoded(span_of(rows[i].charset), span_of(rows[i].bytes),
		    rows[i].text, false);
	}
	unit_case("utf-16");
	check_decoded(span_of("utf-16le"), span_make("e\0\xe5\x65", 4),
	    "e" "\xe6\x97\xa5", false);
	check_decoded(span_of("utf-16"), span_make("\xfe\xff\0e\x65\xe5", 6),
	    "e" "\xe6\x97\xa5", false);
	check_decoded(span_of("utf-32be"), span_make("\0\1\xf6\0", 4),
	    "\xf0\x9f\x98\x80", false);
}

static void
test_wrong(void)
{
	static const struct row rows[] = {
		{ "", "f\xfcr " EURO, "f" UE "r " EURO },
		{ "", "\x81", REPLACEMENT },
		{ "us-ascii", "f" UE "r", "f" UE "r" },
		{ "us-ascii", "f\xfcr", "f" UE "r" },
		{ "utf-8", "a\xff" "b\xe2\x82", "a" REPLACEMENT "b"
		  REPLACEMENT REPLACEMENT },
		{ "utf-8", "\xed\xa0\x80", REPLACEMENT REPLACEMENT
		  REPLACEMENT },
		{ "iso-8859-1", "\x81", REPLACEMENT },
		{ "iso-2022-jp", "\x1b$BF|\xff\x1b(Bx", "\xe6\x97\xa5"
		  REPLACEMENT "x" },
		{ "shift_jis", "\x93", REPLACEMENT },
		{ "gbk", "a\xff" "b", "a" REPLACEMENT "b" },
		{ "euc-kr", "\xec", REPLACEMENT },
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		unit_case(rows[i].bytes);
		check_decoded(span_of(rows[i].charset), span_of(rows[i].bytes),
		    rows[i].text, true);
	}
	unit_case("a surrogate alone");
	check_decoded(span_of("utf-16be"), span_make("\0a\xd8\0\0b", 6),
	    "a" REPLACEMENT "b", true);
	unit_case("half a character");
	check_decoded(span_of("utf-16be"), span_make("\0a\0", 3),
	    "a" REPLACEMENT, true);
}

static void
test_nul(void)
{
	static const char *const charsets[] = {
		"", "utf-8", "iso-8859-1", "koi8-r", "gb18030", "shift_jis",
	};

	for (size_t i = 0; i < sizeof charsets / sizeof charsets[0]; i++) {
		unit_case(charsets[i]);
		check_decoded(span_of(charsets[i]), span_make("a\0b", 3),
		    "a" REPLACEMENT "b", true);
	}
	check_decoded(span_of("utf-16be"), span_make("\0a\0\0", 4),
	    "a" REPLACEMENT, true);
}

/* Names that nobody knows, or that only iconv should. */
static void
test_unknown(void)
{
	static const char *const names[] = {
		"x-none", "utf-8//TRANSLIT", "//", "WCHAR_T", "INTERNAL",
		"utf-9", "utf- 8", "ISO-2022-CN-EXT", "IBM1390",
	};
	struct buffer out;
	bool flawed = false;
	char longest[10000];

	buffer_init(&out, 100);
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		unit_case(names[i]);
		buffer_clear(&out);
		check_true(!decode_charset(span_of(names[i]),
		    span_of("f" UE), &out, &flawed));
		check_span(buffer_span(&out), "f" UE);
		check_true(!encode_charset(span_of(names[i]), span_of("a"),
		    &out));
	}
	memset(longest, 'a', sizeof longest);
	check_true(!decode_charset(span_make(longest, sizeof longest),
	    span_of("a"), &out, &flawed));
	buffer_release(&out);
}

static void
test_write(void)
{
	static const struct row rows[] = {
		{ "", "plain", "plain" },
		{ "us-ascii", "plain", "plain" },
		{ "utf-8", "f" UE "r", "f" UE "r" },
		{ "iso-8859-1", "f\xfcr", "f" UE "r" },
		{ "windows-1252", "\x80\xfc", EURO UE },
		{ "koi8-r", "\xf0\xd2\xc9", PRI },
		{ "gb2312", "\xc8\xd5\xb1\xbe", NIHON },
		{ "shift_jis", "\x93\xfa\x96{\\~", NIHON "\\~" },
		{ "iso-2022-jp", "\x1b$BF|K\\\x1b(B.", NIHON "." },
		{ "iso-2022-jp", "\x1b$BF|K\\\x1b(B", NIHON },
	};
	struct buffer out;

	buffer_init(&out, 100);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		unit_case(rows[i].charset);
		buffer_clear(&out);
		check_true(encode_charset(span_of(rows[i].charset),
		    span_of(rows[i].text), &out));
		check_span(buffer_span(&out), rows[i].bytes);
	}
	buffer_release(&out);
}

/* A charset that cannot hold a text says so, and leaves nothing behind. */
static void
test_cannot(void)
{
	static const struct {
		const char *charset, *text;
	} rows[] = {
		{ "", "f" UE "r" },
		{ "us-ascii", "f" UE "r" },
		{ "iso-8859-1", "f" UE "r " EURO },
		{ "iso-8859-9", EURO },
		{ "windows-1252", PRI },
		{ "koi8-r", NIHON },
		{ "gb2312", EURO },
		{ "iso-2022-jp", NIHON PRI EURO },
		{ "utf-7", "a" },
	};
	struct buffer out;

	buffer_init(&out, 100);
	buffer_add_text(&out, "kept");
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		unit_case(rows[i].charset);
		check_true(!encode_charset(span_of(rows[i].charset),
		    span_of(rows[i].text), &out));
		check_span(buffer_span(&out), "kept");
		check_int(buffer_text(&out)[4], 0);
	}
	buffer_release(&out);
}

/* Characters that stand across every place where a block may end. */
static void
test_blocks(void)
{
	static const struct row rows[] = {
		{ "gb18030", "\xc8\xd5", "\xe6\x97\xa5" },
		{ "gb18030", "\x81\x30\x84\x36", "\xc2\xa5" },
		{ "iso-2022-jp", "\x1b$BF|\x1b(B", "\xe6\x97\xa5" },
		{ "utf-7", "+ZeU-", "\xe6\x97\xa5" },
		{ "utf-8", "\xe6\x97\xa5", "\xe6\x97\xa5" },
	};
	struct buffer bytes, out;

	buffer_init(&bytes, 20000);
	buffer_init(&out, 40000);
	for (size_t i = 0; i < 8 * sizeof rows / sizeof rows[0]; i++) {
		const struct row *row = &rows[i / 8];
		bool flawed = false;
		size_t count;

		unit_case(row->charset);
		buffer_clear(&bytes);
		buffer_clear(&out);
		for (size_t k = 0; k < i % 8; k++)
			buffer_add_char(&bytes, 'a');
		for (count = 0; bytes.len < 10000; count++)
			buffer_add_text(&bytes, row->bytes);
		decode_charset(span_of(row->charset), buffer_span(&bytes),
		    &out, &flawed);
		check_true(!flawed && !out.overflow);
		check_size(out.len, i % 8 + count * strlen(row->text));
		check_true(span_ends_with(buffer_span(&out),
		    span_of(row->text)));
	}
	buffer_release(&bytes);
	buffer_release(&out);
}

static void
test_room(void)
{
	static const char *const charsets[] = { "utf-8", "gb18030" };
	struct buffer out;
	bool flawed = false;

	for (size_t i = 0; i < sizeof charsets / sizeof charsets[0]; i++) {
		unit_case(charsets[i]);
		buffer_init(&out, 4);
		decode_charset(span_of(charsets[i]), i == 0 ?
		    span_of("a" NIHON) : span_of("a\xc8\xd5\xb1\xbe"), &out,
		    &flawed);
		check_span(buffer_span(&out), "a\xe6\x97\xa5");
		check_true(out.overflow);
		check_true(!flawed);
		buffer_release(&out);
	}
}

static void
test_digest(void)
{
	static const char empty[] = "e3b0c44298fc1c149afbf4c8996fb924"
	    "27ae41e4649b934ca495991b7852b855";
	static const char abc[] = "ba7816bf8f01cfea414140de5dae2223"
	    "b00361a396177a9cb410ff61f20015ad";
	static const char million[] = "cdc76e5c9914fb9281a1c7e284d73e67"
	    "f1809a48a497200e046d39ccc7112cd0";
	char got[SHA256_HEX_MAX];
	static char bytes[1000000];

	digest_sha256(span_make(NULL, 0), got);
	check_span(span_of(got), empty);
	digest_sha256(span_of("abc"), got);
	check_span(span_of(got), abc);
	memset(bytes, 'a', sizeof bytes);
	digest_sha256(span_make(bytes, sizeof bytes), got);
	check_span(span_of(got), million);
}

#define THREADS 8
#define ROUNDS 300

/* Everything that stands behind decode.h, over and over. Returns NULL, or what
 * went wrong. */
static void *
decode_much(void *arg)
{
	static const char value[] = "=?koi8-r?q?=F0=D2=C9?= "
	    "=?iso-2022-jp?b?GyRCRnw=?= =?big5?q?=A4=E9?=";
	char sum[SHA256_HEX_MAX];
	const char *wrong = NULL;
	bool flawed = false;
	struct buffer out;

	buffer_init(&out, 1000);
	for (size_t i = 0; i < ROUNDS && wrong == NULL; i++) {
		buffer_clear(&out);
		decode_header(span_of(value), &out, &flawed);
		if (!span_is(buffer_span(&out),
		    PRI "\xe6\x97\xa5\xe6\x97\xa5") || flawed)
			wrong = "decode_header";
		buffer_clear(&out);
		if (!encode_charset(span_of("windows-1251"), span_of(PRI),
		    &out))
			wrong = "encode_charset";
		if (decode_transfer_name(span_of("base64")) != TRANSFER_BASE64)
			wrong = "decode_transfer_name";
		digest_sha256(span_of(value), sum);
		if (decode_library_version()[0] == '\0')
			wrong = "decode_library_version";
	}
	buffer_release(&out);
	(void)arg;
	return (void *)(uintptr_t)wrong;
}

static void
test_threads(void)
{
	pthread_t threads[THREADS];
	void *wrong;

	for (size_t i = 0; i < THREADS; i++)
		check_int(pthread_create(&threads[i], NULL, decode_much,
		    NULL), 0);
	for (size_t i = 0; i < THREADS; i++) {
		check_int(pthread_join(threads[i], &wrong), 0);
		check_true(wrong == NULL);
	}
}

static const struct unit_test tests[] = {
	{ "threads decode at the same time, the first one first",
	  test_threads },
	{ "charsets are read", test_read },
	{ "what a charset does not have is told", test_wrong },
	{ "a NUL has no place in text", test_nul },
	{ "only charsets of mail are known", test_unknown },
	{ "text is written in a charset", test_write },
	{ "what a charset cannot hold is not written", test_cannot },
	{ "a block may end anywhere", test_blocks },
	{ "a buffer that is too small holds whole characters", test_room },
	{ "digests are those of FIPS 180-4", test_digest },
};

UNIT_MAIN("decode_charset", tests)
