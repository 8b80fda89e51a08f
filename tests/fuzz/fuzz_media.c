/*
 * fuzz_media.c - any bytes as what describes a part, and as its content.
 *
 * The bytes are read as Content-Type, Content-Disposition and
 * Content-Transfer-Encoding, and decoded in every transfer encoding and many
 * charsets. What comes out as text is UTF-8; and what is encoded by us is
 * decoded to the same.
 */
#include "config.h"

#include <stdlib.h>

#include "rules/mail/decode/decode.h"
#include "tests/fuzz/fuzz.h"
#include "tests/support/decoded.h"

#define ARENA (16u << 20)
#define LINE_MAX_ENCODED 76
#define CHARSET_STEP 4

static const char *const charsets[] = {
	"", "us-ascii", "utf-8", "iso-8859-1", "windows-1252", "iso-8859-9",
	"iso-8859-15", "koi8-r", "windows-1251", "windows-1255",
	"windows-1258", "gb2312", "gbk", "gb18030", "big5", "big5-hkscs",
	"iso-2022-jp", "iso-2022-kr", "shift_jis", "euc-jp", "euc-kr", "johab",
	"utf-7", "utf-16", "utf-16le", "utf-32be", "viscii", "nobody-knows",
};

static void
check_names(const struct file_names *names)
{
	for (size_t i = 0; i < names->count; i++) {
		must_be_printable(names->at[i]);
		if (names->at[i].len == 0)
			abort();
		for (size_t k = 0; k < i; k++) {
			if (span_equal(names->at[i], names->at[k]))
				abort();
		}
	}
}

static void
check_fields(struct span value)
{
	struct disposition disposition;
	bool flawed = false;
	struct media media;
	struct arena arena;

	arena_init(&arena, ARENA);
	decode_media(value, &arena, &media, &flawed);
	check_names(&media.names);
	must_be_printable(media.type);
	if (media.boundary.len > value.len || media.charset.len > value.len)
		abort();
	decode_disposition(value, &arena, &disposition, &flawed);
	check_names(&disposition.names);
	if (arena.exhausted)
		abort();
	arena_release(&arena);
	(void)decode_transfer_name(value);
}

/* Decode BYTES from T; nothing grows but by what GMime keeps back. */
static void
check_decoding(enum transfer t, struct span bytes)
{
	struct buffer out;
	bool flawed = false;

	buffer_init(&out, bytes.len);
	decode_transfer(t, bytes, &out, &flawed);
	if (out.overflow)
		abort();
	buffer_release(&out);
}

/* Encode BYTES in T: lines are short, and nothing is lost. */
static void
check_transfer(enum transfer t, struct span bytes)
{
	struct buffer there, back;
	bool flawed = false;
	size_t column = 0;

	buffer_init(&there, bytes.len * 4 + 1024);
	buffer_init(&back, bytes.len);
	encode_transfer(t, bytes, &there);
	decode_transfer(t, buffer_span(&there), &back, &flawed);
	if (flawed || there.overflow || back.overflow ||
	    !span_equal(buffer_span(&back), bytes))
		abort();
	for (size_t i = 0; i < there.len; i++) {
		column = there.ptr[i] == '\n' ? 0 : column + 1;
		if (column > LINE_MAX_ENCODED + 1)
			abort();
		if (there.ptr[i] == '\n' &&
		    (i == 0 || there.ptr[i - 1] != '\r'))
			abort();
	}
	buffer_release(&there);
	buffer_release(&back);
}

/* Append BYTES with CRLF for every LF. */
static void
add_lines(struct buffer *out, struct span bytes)
{
	for (size_t i = 0; i < bytes.len; i++) {
		if (bytes.ptr[i] == '\n' &&
		    (i == 0 || bytes.ptr[i - 1] != '\r'))
			buffer_add_char(out, '\r');
		buffer_add_char(out, bytes.ptr[i]);
	}
}

static void
check_charset(struct span charset, struct span bytes)
{
	struct buffer text, there, back;
	bool flawed = false, known;

	buffer_init(&text, bytes.len * 4);
	buffer_init(&there, bytes.len * 32 + 64);
	buffer_init(&back, bytes.len * 4);
	known = decode_charset(charset, bytes, &text, &flawed);
	if (text.overflow || known != !span_is(charset, "nobody-knows"))
		abort();
	must_be_text(buffer_span(&text));

	flawed = false;
	if (encode_charset(charset, buffer_span(&text), &there)) {
		(void)decode_charset(charset, buffer_span(&there), &back,
		    &flawed);
		if (flawed || there.overflow ||
		    !span_equal(buffer_span(&back), buffer_span(&text)))
			abort();
	} else if (there.len > 0) {
		abort();
	}
	buffer_release(&text);
	buffer_release(&there);
	buffer_release(&back);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span bytes = span_make((const char *)data, size);
	struct buffer lines;

	check_fields(bytes);
	for (int t = TRANSFER_NONE; t <= TRANSFER_UNKNOWN; t++)
		check_decoding((enum transfer)t, bytes);
	check_transfer(TRANSFER_BASE64, bytes);
	buffer_init(&lines, size * 2);
	add_lines(&lines, bytes);
	check_transfer(TRANSFER_QUOTED_PRINTABLE, buffer_span(&lines));
	buffer_release(&lines);
	/* Some of them for each input: there are many, and more inputs. */
	for (size_t i = size % CHARSET_STEP;
	    i < sizeof charsets / sizeof charsets[0]; i += CHARSET_STEP)
		check_charset(span_of(charsets[i]), bytes);
	return 0;
}
