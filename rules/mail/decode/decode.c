/*
 * decode.c - the one file that knows GMime, and GLib under it.
 *
 * GMime decodes and encodes pieces that are cut for it: runs of bytes of a
 * transfer encoding, a charset's name. Its parsers are not asked: they recurse
 * on groups, take quadratic time where an encoded word never ends, leave out
 * what they cannot read, and change addresses. Nor are its objects, which cost
 * more than what they hold. GLib ends the process when memory is gone, so what
 * is handed over is bounded: BLOCK bytes at a time, and charset names of our
 * own list.
 *
 * Failure: what cannot be decoded is left as it is or becomes U+FFFD, and the
 * caller is told.
 */
#include "config.h"

#include <errno.h>
#include <gmime/gmime.h>
#include <pthread.h>
#include <stdio.h>

#include "rules/mail/decode/charset.h"
#include "rules/mail/decode/decode.h"
#include "rules/mail/decode/decoded_text.h"
#include "rules/mail/decode/parameter.h"
#include "rules/mail/decode/quoted_printable.h"
#include "rules/mail/decode/transfer_step.h"

#define VERSION_MAX 32
#define TRANSFER_NAME_MAX 32
#define BLOCK 4096		/* bytes that are handed over at a time */
#define BLOCK_MORE 64		/* what a decoder may have kept back */
#define ENCODE_BLOCK 1024
#define DIGEST_BLOCK (1u << 20)

/* --- The library ------------------------------------------------------- */

/* What GLib would write to standard error. An error that ends the process is
 * let through: it is the last that anybody hears of it. */
static void
log_drop(const gchar *domain, GLogLevelFlags level, const gchar *text,
    gpointer data)
{
	if ((level & (G_LOG_LEVEL_ERROR | G_LOG_FLAG_FATAL)) != 0)
		g_log_default_handler(domain, level, text, data);
}

static GLogWriterOutput
log_drop_fields(GLogLevelFlags level, const GLogField *fields, gsize count,
    gpointer data)
{
	if ((level & (G_LOG_LEVEL_ERROR | G_LOG_FLAG_FATAL)) != 0)
		return g_log_writer_default(level, fields, count, data);
	return G_LOG_WRITER_HANDLED;
}

/* Written by library_init(), once, and only read from then on. */
static char library_version[VERSION_MAX];

static void
library_init(void)
{
	g_log_set_default_handler(log_drop, NULL);
	g_log_set_writer_func(log_drop_fields, NULL, NULL);
	/* Not g_mime_init(), which goes on to GPGME, and that to SIGPIPE. */
	g_mime_charset_map_init();
	snprintf(library_version, sizeof library_version, "%u.%u.%u",
	    gmime_major_version, gmime_minor_version, gmime_micro_version);
}

static void
library_need(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, library_init);
}

bool
decode_is_built_in(void)
{
	return true;
}

const char *
decode_library_version(void)
{
	library_need();
	return library_version;
}

/* --- Transfer encodings ------------------------------------------------ */

enum transfer
decode_transfer_name(struct span value)
{
	static const struct {
		GMimeContentEncoding theirs;
		enum transfer ours;
	} rows[] = {
		{ GMIME_CONTENT_ENCODING_7BIT, TRANSFER_7BIT },
		{ GMIME_CONTENT_ENCODING_8BIT, TRANSFER_8BIT },
		{ GMIME_CONTENT_ENCODING_BINARY, TRANSFER_BINARY },
		{ GMIME_CONTENT_ENCODING_BASE64, TRANSFER_BASE64 },
		{ GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE,
		  TRANSFER_QUOTED_PRINTABLE },
		{ GMIME_CONTENT_ENCODING_UUENCODE, TRANSFER_UUENCODE },
	};
	GMimeContentEncoding theirs;
	char name[TRANSFER_NAME_MAX];
	struct span token;
	bool flawed = false;

	token = field_token(&value, &flawed);
	if (token.len >= sizeof name)
		return TRANSFER_UNKNOWN;
	memcpy(name, token.ptr, token.len);
	name[token.len] = '\0';
	theirs = g_mime_content_encoding_from_string(name);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		if (rows[i].theirs == theirs)
			return rows[i].ours;
	}
	return TRANSFER_UNKNOWN;
}

void
transfer_feed(struct transfer_decoder *d, struct span bytes)
{
	static const struct {
		size_t (*step)(const unsigned char *in, size_t len,
		    unsigned char *out, int *state, guint32 *save);
		int state;
	} rows[] = {
		[TRANSFER_BASE64] = { g_mime_encoding_base64_decode_step, 0 },
		[TRANSFER_QUOTED_PRINTABLE] =
		    { g_mime_encoding_quoted_decode_step, 0 },
		[TRANSFER_UUENCODE] = { g_mime_encoding_uudecode_step,
		    GMIME_UUDECODE_STATE_BEGIN },
	};
	unsigned char block[BLOCK + BLOCK_MORE];

	if (!d->begun)
		d->state = rows[d->encoding].state;
	d->begun = true;
	while (bytes.len > 0 && !d->out->overflow) {
		struct span head = span_head(bytes, BLOCK);
		size_t len = rows[d->encoding].step(
		    (const unsigned char *)head.ptr, head.len, block,
		    &d->state, &d->save);

		text_add(d->out, span_make((const char *)block, len));
		bytes = span_skip(bytes, head.len);
	}
	d->ended = d->encoding == TRANSFER_UUENCODE &&
	    (d->state & GMIME_UUDECODE_STATE_END) != 0;
}

/* Append lines that end in LF as lines that end in CRLF. */
static void
add_lines(struct buffer *out, struct span lines)
{
	while (lines.len > 0) {
		size_t len = span_find(lines, '\n');

		buffer_add(out, span_head(lines, len));
		if (len < lines.len)
			buffer_add_text(out, "\r\n");
		lines = span_skip(lines, len + 1);
	}
}

/* Append BYTES in base64. */
static void
encode_base64(struct span bytes, struct buffer *out)
{
	char lines[GMIME_BASE64_ENCODE_LEN(ENCODE_BLOCK)];
	GMimeEncoding encoding;

	g_mime_encoding_init_encode(&encoding,
	    GMIME_CONTENT_ENCODING_BASE64);
	while (bytes.len > 0) {
		struct span head = span_head(bytes, ENCODE_BLOCK);

		add_lines(out, span_make(lines, g_mime_encoding_step(&encoding,
		    head.ptr, head.len, lines)));
		bytes = span_skip(bytes, head.len);
	}
	add_lines(out, span_make(lines, g_mime_encoding_flush(&encoding, "", 0,
	    lines)));
}

void
encode_transfer(enum transfer t, struct span bytes, struct buffer *out)
{
	if (t == TRANSFER_BASE64)
		encode_base64(bytes, out);
	else if (t == TRANSFER_QUOTED_PRINTABLE)
		quoted_printable_add(out, bytes);
	else
		buffer_add(out, bytes);
}

/* --- Charsets ------------------------------------------------------------ */

static bool
has_eight_bits(struct span s)
{
	for (size_t i = 0; i < s.len; i++) {
		if ((unsigned char)s.ptr[i] > 0x7f)
			return true;
	}
	return false;
}

/*
 * Conversions that are never closed, one of each that was ever asked for: while
 * one is open, glibc keeps the code of its charset, and to open another takes a
 * microsecond. Without, four charsets in turn take 400 each time, and a header
 * has room for thousands of words.
 */
static struct {
	pthread_mutex_t lock;	/* for all that is here, and for GMime's and
				 * glibc's tables of charsets */
	iconv_t kept[CHARSETS_MAX][2];	/* NULL: not asked for; -1: iconv has
					 * no such charset */
} conversions = { .lock = PTHREAD_MUTEX_INITIALIZER };

#define NO_CONVERSION ((iconv_t)-1)

/* A conversion to or from UTF-8; NO_CONVERSION: there is none. */
static iconv_t
conversion_open(const struct charset *c, bool write)
{
	iconv_t *kept = &conversions.kept[charset_number(c)][write];
	const char *to = write ? c->writes : "UTF-8";
	const char *from = write ? "UTF-8" : c->reads;
	iconv_t cd = NO_CONVERSION;

	library_need();
	pthread_mutex_lock(&conversions.lock);
	if (*kept == NULL) {
		cd = g_mime_iconv_open(to, from);
		/* EINVAL is for ever, a lack of memory is not. */
		if (cd != NO_CONVERSION || errno == EINVAL)
			*kept = cd;
	}
	if (*kept != NULL && *kept != NO_CONVERSION)
		cd = g_mime_iconv_open(to, from);
	pthread_mutex_unlock(&conversions.lock);
	return cd;
}

static void
conversion_close(iconv_t cd)
{
	pthread_mutex_lock(&conversions.lock);
	g_mime_iconv_close(cd);
	pthread_mutex_unlock(&conversions.lock);
}

struct converted {
	char bytes[BLOCK];
	size_t len;
};

/*
 * One call of iconv: convert some of IN, or what CD kept back when IN is NULL.
 * False: IN begins with what is no character, or one that cannot be had.
 */
static bool
convert(iconv_t cd, struct span *in, struct converted *out)
{
	struct span part = in != NULL ? span_head(*in, BLOCK) :
	    span_make(NULL, 0);
	char *from = (char *)part.ptr, *to = out->bytes;
	size_t left = part.len, room = sizeof out->bytes;
	bool good = iconv(cd, in != NULL ? &from : NULL, &left, &to, &room) !=
	    (size_t)-1 || errno == E2BIG;

	out->len = sizeof out->bytes - room;
	if (in == NULL)
		return good;
	/* A character that the end of a part divides comes with the next. */
	if (!good && errno == EINVAL && part.len < in->len)
		good = true;
	/* What stands still would do so for ever. */
	if (left == part.len && out->len == 0)
		good = false;
	*in = span_skip(*in, part.len - left);
	return good;
}

/* Append what iconv made, UTF-8. NUL has no place in text. */
static void
add_converted(struct buffer *out, const struct converted *c, bool *flawed)
{
	struct span s = span_make(c->bytes, c->len);

	for (;;) {
		size_t len = span_find(s, '\0');

		text_add(out, span_head(s, len));
		if (len == s.len)
			return;
		text_add_char(out, TEXT_UNREADABLE);
		*flawed = true;
		s = span_skip(s, len + 1);
	}
}

/* Append BYTES, text in C, as UTF-8. False: iconv does not know C. */
static bool
read_by_iconv(const struct charset *c, struct span bytes, struct buffer *out,
    bool *flawed)
{
	iconv_t cd = conversion_open(c, false);
	struct converted text;

	if (cd == NO_CONVERSION)
		return false;
	while (bytes.len > 0 && !out->overflow) {
		bool good = convert(cd, &bytes, &text);

		add_converted(out, &text, flawed);
		if (good)
			continue;
		text_add_char(out, TEXT_UNREADABLE);
		*flawed = true;
		bytes = span_skip(bytes, c->unit);
	}
	convert(cd, NULL, &text);
	add_converted(out, &text, flawed);
	conversion_close(cd);
	return true;
}

bool
decode_charset(struct span charset, struct span bytes, struct buffer *out,
    bool *flawed)
{
	const struct charset *c = charset_find(charset);
	enum charset_kind kind = c != NULL ? c->kind : CHARSET_ASCII;

	if (kind == CHARSET_BY_ICONV) {
		if (read_by_iconv(c, bytes, out, flawed))
			return true;
		kind = CHARSET_ASCII;
		c = NULL;
	}
	if (!charset_read(kind, bytes, out) ||
	    (c != NULL && kind == CHARSET_ASCII && has_eight_bits(bytes)))
		*flawed = true;
	return c != NULL || charset.len == 0;
}

/* Append TEXT, UTF-8, in C. False: iconv does not know C, or C cannot hold all
 * of TEXT. */
static bool
write_by_iconv(const struct charset *c, struct span text, struct buffer *out)
{
	struct converted bytes;
	bool good = true;
	iconv_t cd;

	if (c->writes == NULL)
		return false;
	cd = conversion_open(c, true);
	if (cd == NO_CONVERSION)
		return false;
	while (text.len > 0 && good) {
		good = convert(cd, &text, &bytes);
		buffer_add(out, span_make(bytes.bytes, bytes.len));
	}
	good = convert(cd, NULL, &bytes) && good;
	buffer_add(out, span_make(bytes.bytes, bytes.len));
	conversion_close(cd);
	return good;
}

/* Is BYTES, in C, read back as TEXT? Charsets have several bytes for one
 * character and readers their own mind of some. */
static bool
reads_as(const struct charset *c, struct span bytes, struct span text)
{
	struct buffer back;
	bool flawed = false, same;

	buffer_init(&back, text.len);
	same = read_by_iconv(c, bytes, &back, &flawed) && !flawed &&
	    span_equal(buffer_span(&back), text);
	buffer_release(&back);
	return same;
}

bool
encode_charset(struct span charset, struct span text, struct buffer *out)
{
	const struct charset *c = charset_find(charset);
	size_t start = out->len;
	bool good;

	if (c == NULL && charset.len > 0)
		return false;
	if (c == NULL || c->kind != CHARSET_BY_ICONV)
		good = charset_write(c != NULL ? c->kind : CHARSET_ASCII, text,
		    out);
	else
		good = write_by_iconv(c, text, out) &&
		    (out->overflow || reads_as(c,
		    span_skip(buffer_span(out), start), text));
	if (!good) {
		out->len = start;
		if (out->ptr != NULL)
			out->ptr[start] = '\0';
	}
	return good;
}

/* --- Names of hosts ------------------------------------------------------ */

bool
decode_host_label(struct span label, struct buffer *out)
{
	char name[HOST_LABEL_MAX + 1];
	char *ascii;

	if (label.len > HOST_LABEL_MAX || span_find(label, '\0') < label.len)
		return false;
	memcpy(name, label.ptr, label.len);
	name[label.len] = '\0';
	ascii = g_hostname_to_ascii(name);
	if (ascii == NULL)
		return false;
	buffer_add_text(out, ascii);
	g_free(ascii);
	return true;
}

/* --- Digests ------------------------------------------------------------- */

void
digest_sha256(struct span bytes, char out[SHA256_HEX_MAX])
{
	GChecksum *sum = g_checksum_new(G_CHECKSUM_SHA256);

	for (; bytes.len > 0; bytes = span_skip(bytes, DIGEST_BLOCK)) {
		struct span head = span_head(bytes, DIGEST_BLOCK);

		g_checksum_update(sum, (const guchar *)head.ptr,
		    (gssize)head.len);
	}
	snprintf(out, SHA256_HEX_MAX, "%s", g_checksum_get_string(sum));
	g_checksum_free(sum);
}
