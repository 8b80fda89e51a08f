/*
 * charset.c - charsets by name, and the reading and writing of the common ones.
 *
 * Bytes are taken in runs: as long as they are what they should be they go over
 * at once, and what is between two runs is looked at alone.
 *
 * Failure: what is no character becomes U+FFFD on reading, and ends writing.
 */
#include "config.h"

#include "rules/base/utf8.h"
#include "rules/mail/decode/charset.h"
#include "rules/mail/decode/decoded_text.h"

#define ROW(name, kind, reads, writes, unit) \
	{ { name, sizeof name - 1 }, kind, reads, writes, unit }
#define SINGLE(name, kind) ROW(name, kind, NULL, NULL, 1)
#define BY_ICONV(name, iconv) ROW(name, CHARSET_BY_ICONV, iconv, iconv, 1)
#define TWO_NAMES(name, reads, writes) \
	ROW(name, CHARSET_BY_ICONV, reads, writes, 1)
#define WIDE(name, iconv, unit) \
	ROW(name, CHARSET_BY_ICONV, iconv, iconv, unit)

/*
 * Names of the WHATWG's "Encoding" that mail programs read, and those that
 * mail has besides. What UTF-7 and the ISO-2022 family hide from a search for
 * bytes is what they are here for.
 */
static const struct charset charset_table[] = {
	SINGLE("utf-8", CHARSET_UTF8),
	SINGLE("utf8", CHARSET_UTF8),
	SINGLE("unicode-1-1-utf-8", CHARSET_UTF8),
	SINGLE("us-ascii", CHARSET_ASCII),
	SINGLE("ascii", CHARSET_ASCII),
	SINGLE("ansi_x3.4-1968", CHARSET_ASCII),
	SINGLE("unknown-8bit", CHARSET_ASCII),	/* RFC 1428 3 */
	SINGLE("x-unknown", CHARSET_ASCII),
	SINGLE("x-user-defined", CHARSET_ASCII),
	SINGLE("iso-8859-1", CHARSET_LATIN_1),
	SINGLE("iso8859-1", CHARSET_LATIN_1),
	SINGLE("iso_8859-1", CHARSET_LATIN_1),
	SINGLE("iso88591", CHARSET_LATIN_1),
	SINGLE("latin1", CHARSET_LATIN_1),
	SINGLE("l1", CHARSET_LATIN_1),
	SINGLE("windows-1252", CHARSET_WINDOWS_1252),
	SINGLE("cp1252", CHARSET_WINDOWS_1252),
	SINGLE("cp-1252", CHARSET_WINDOWS_1252),
	SINGLE("x-cp1252", CHARSET_WINDOWS_1252),
	SINGLE("x-ansi", CHARSET_WINDOWS_1252),

	BY_ICONV("iso-8859-2", "ISO-8859-2"),
	BY_ICONV("iso8859-2", "ISO-8859-2"),
	BY_ICONV("latin2", "ISO-8859-2"),
	BY_ICONV("iso-8859-3", "ISO-8859-3"),
	BY_ICONV("iso-8859-4", "ISO-8859-4"),
	BY_ICONV("iso-8859-5", "ISO-8859-5"),
	BY_ICONV("iso-8859-6", "ISO-8859-6"),
	BY_ICONV("iso-8859-6-i", "ISO-8859-6"),
	BY_ICONV("iso-8859-7", "ISO-8859-7"),
	BY_ICONV("iso-8859-8", "ISO-8859-8"),
	BY_ICONV("iso-8859-8-i", "ISO-8859-8"),
	TWO_NAMES("iso-8859-9", "WINDOWS-1254", "ISO-8859-9"),
	TWO_NAMES("iso8859-9", "WINDOWS-1254", "ISO-8859-9"),
	TWO_NAMES("latin5", "WINDOWS-1254", "ISO-8859-9"),
	BY_ICONV("iso-8859-10", "ISO-8859-10"),
	BY_ICONV("iso-8859-13", "ISO-8859-13"),
	BY_ICONV("iso-8859-14", "ISO-8859-14"),
	BY_ICONV("iso-8859-15", "ISO-8859-15"),
	BY_ICONV("iso8859-15", "ISO-8859-15"),
	BY_ICONV("latin-9", "ISO-8859-15"),
	BY_ICONV("latin9", "ISO-8859-15"),
	BY_ICONV("iso-8859-16", "ISO-8859-16"),
	BY_ICONV("windows-874", "CP874"),
	TWO_NAMES("tis-620", "CP874", "TIS-620"),
	TWO_NAMES("iso-8859-11", "CP874", "TIS-620"),
	BY_ICONV("windows-1250", "WINDOWS-1250"),
	BY_ICONV("cp1250", "WINDOWS-1250"),
	BY_ICONV("windows-1251", "WINDOWS-1251"),
	BY_ICONV("cp1251", "WINDOWS-1251"),
	BY_ICONV("cp-1251", "WINDOWS-1251"),
	BY_ICONV("windows-1253", "WINDOWS-1253"),
	BY_ICONV("cp1253", "WINDOWS-1253"),
	BY_ICONV("windows-1254", "WINDOWS-1254"),
	BY_ICONV("cp1254", "WINDOWS-1254"),
	BY_ICONV("windows-1255", "WINDOWS-1255"),
	BY_ICONV("cp1255", "WINDOWS-1255"),
	BY_ICONV("windows-1256", "WINDOWS-1256"),
	BY_ICONV("cp1256", "WINDOWS-1256"),
	BY_ICONV("windows-1257", "WINDOWS-1257"),
	BY_ICONV("cp1257", "WINDOWS-1257"),
	BY_ICONV("windows-1258", "WINDOWS-1258"),
	BY_ICONV("cp1258", "WINDOWS-1258"),
	BY_ICONV("ibm437", "IBM437"),
	BY_ICONV("cp437", "IBM437"),
	BY_ICONV("ibm850", "IBM850"),
	BY_ICONV("cp850", "IBM850"),
	BY_ICONV("ibm852", "IBM852"),
	BY_ICONV("cp852", "IBM852"),
	BY_ICONV("ibm866", "IBM866"),
	BY_ICONV("cp866", "IBM866"),
	BY_ICONV("koi8-r", "KOI8-R"),
	BY_ICONV("koi8r", "KOI8-R"),
	BY_ICONV("koi8-u", "KOI8-U"),
	BY_ICONV("macintosh", "MACINTOSH"),
	BY_ICONV("x-mac-roman", "MACINTOSH"),
	BY_ICONV("x-mac-cyrillic", "MAC-CYRILLIC"),
	BY_ICONV("viscii", "VISCII"),

	TWO_NAMES("gb2312", "GB18030", "EUC-CN"),
	TWO_NAMES("gb_2312-80", "GB18030", "EUC-CN"),
	TWO_NAMES("gbk", "GB18030", "GBK"),
	TWO_NAMES("x-gbk", "GB18030", "GBK"),
	TWO_NAMES("cp936", "GB18030", "GBK"),
	BY_ICONV("gb18030", "GB18030"),
	TWO_NAMES("big5", "BIG5-HKSCS", "BIG5"),
	BY_ICONV("big5-hkscs", "BIG5-HKSCS"),
	BY_ICONV("cp950", "CP950"),
	TWO_NAMES("iso-2022-jp", "ISO-2022-JP-2", "ISO-2022-JP"),
	BY_ICONV("iso-2022-jp-2", "ISO-2022-JP-2"),
	TWO_NAMES("shift_jis", "CP932", "SJIS"),
	TWO_NAMES("shift-jis", "CP932", "SJIS"),
	TWO_NAMES("x-sjis", "CP932", "SJIS"),
	TWO_NAMES("sjis", "CP932", "SJIS"),
	BY_ICONV("ms_kanji", "CP932"),
	BY_ICONV("windows-31j", "CP932"),
	BY_ICONV("cp932", "CP932"),
	TWO_NAMES("euc-jp", "EUC-JP-MS", "EUC-JP"),
	TWO_NAMES("euc-kr", "CP949", "EUC-KR"),
	TWO_NAMES("ks_c_5601-1987", "CP949", "EUC-KR"),
	TWO_NAMES("ksc5601", "CP949", "EUC-KR"),
	BY_ICONV("cp949", "CP949"),
	BY_ICONV("iso-2022-kr", "ISO-2022-KR"),
	BY_ICONV("johab", "JOHAB"),

	TWO_NAMES("utf-7", "UTF-7", NULL),
	TWO_NAMES("unicode-1-1-utf-7", "UTF-7", NULL),
	WIDE("utf-16", "UTF-16", 2),
	WIDE("utf-16le", "UTF-16LE", 2),
	WIDE("utf-16be", "UTF-16BE", 2),
	WIDE("utf-32", "UTF-32", 4),
	WIDE("utf-32le", "UTF-32LE", 4),
	WIDE("utf-32be", "UTF-32BE", 4),
};

#define CHARSETS (sizeof charset_table / sizeof charset_table[0])
_Static_assert(CHARSETS <= CHARSETS_MAX, "each row has a number");

/* Windows-1252 from 0x80 to 0x9f; the rest is Latin-1. 0: no character. */
static const unsigned short windows_1252[32] = {
	0x20ac, 0, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021,
	0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0, 0x017d, 0,
	0, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014,
	0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0, 0x017e, 0x0178,
};

const struct charset *
charset_find(struct span name)
{
	name = span_trim(name);
	if (name.len > CHARSET_NAME_MAX)
		return NULL;
	for (size_t i = 0; i < CHARSETS; i++) {
		if (span_equal_nocase(name, charset_table[i].name))
			return &charset_table[i];
	}
	return NULL;
}

size_t
charset_number(const struct charset *c)
{
	return (size_t)(c - charset_table);
}

/* How many bytes at the start of S are ASCII, without NUL: eight at a time. */
static size_t
ascii_len(struct span s)
{
	const uint64_t ones = UINT64_MAX / 255, tops = ones * 0x80;
	uint64_t eight;
	size_t i = 0;

	for (; s.len - i >= sizeof eight; i += sizeof eight) {
		memcpy(&eight, s.ptr + i, sizeof eight);
		if (((eight | (eight - ones)) & tops) != 0)
			break;
	}
	while (i < s.len && (signed char)s.ptr[i] > 0)
		i++;
	return i;
}

/* The same for UTF-8. */
static size_t
utf8_len(struct span s)
{
	size_t i = 0;

	for (;;) {
		size_t len;

		i += ascii_len(span_skip(s, i));
		if (i == s.len || s.ptr[i] == '\0')
			return i;
		len = utf8_length(span_skip(s, i));
		if (len == 0)
			return i;
		i += len;
	}
}

/* What byte C, above 127, is in Windows-1252. */
static uint32_t
windows_1252_char(unsigned char c)
{
	if (c >= 0xa0)
		return c;
	return windows_1252[c - 0x80] != 0 ? windows_1252[c - 0x80] :
	    TEXT_UNREADABLE;
}

bool
charset_read(enum charset_kind kind, struct span bytes, struct buffer *out)
{
	bool single = kind == CHARSET_LATIN_1 || kind == CHARSET_WINDOWS_1252;
	bool good = true;

	while (bytes.len > 0 && !out->overflow) {
		size_t len = single ? ascii_len(bytes) : utf8_len(bytes);
		unsigned char c;
		uint32_t u = TEXT_UNREADABLE;

		text_add(out, span_head(bytes, len));
		bytes = span_skip(bytes, len);
		if (bytes.len == 0)
			break;
		c = (unsigned char)bytes.ptr[0];
		bytes = span_skip(bytes, 1);
		if (c != '\0' && kind != CHARSET_UTF8)
			u = windows_1252_char(c);
		if (!single || u == TEXT_UNREADABLE)
			good = false;
		text_add_char(out, u);
	}
	return good;
}

/* The byte for U in KIND, a charset of one byte; 0: there is none. */
static unsigned char
byte_for(enum charset_kind kind, uint32_t u)
{
	if (u >= 0xa0 && u <= 0xff)
		return (unsigned char)u;
	for (size_t i = 0; kind == CHARSET_WINDOWS_1252 && i < 32; i++) {
		if (windows_1252[i] == u)
			return (unsigned char)(0x80 + i);
	}
	return 0;
}

bool
charset_write(enum charset_kind kind, struct span text, struct buffer *out)
{
	if (kind == CHARSET_UTF8) {
		buffer_add(out, text);
		return true;
	}
	for (;;) {
		size_t len = ascii_len(text);
		unsigned char c;

		buffer_add(out, span_head(text, len));
		text = span_skip(text, len);
		if (text.len == 0)
			return true;
		len = utf8_length(text);
		if (kind == CHARSET_ASCII || len < 2)
			return false;
		c = byte_for(kind, utf8_decode(text));
		if (c == 0)
			return false;
		buffer_add_char(out, (char)c);
		text = span_skip(text, len);
	}
}
