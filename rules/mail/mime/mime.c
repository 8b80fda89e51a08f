/*
 * mime.c - what is in the parts of a message, decoded when it is asked for.
 *
 * A text, a size and a digest are found once and kept. What is decoded on the
 * way to them is given back at once; it is no larger than the message, or as
 * two times the room that is left for text.
 *
 * Failure: what an arena or the system has no room for is left out, and the
 * arena's flag says so.
 */
#include "config.h"

#include <stdint.h>

#include "rules/base/utf8.h"
#include "rules/mail/mime/mime.h"
#include "rules/mail/mime/mime_line.h"

static void
defect(struct mime *m, bool is, enum mime_defect d)
{
	if (is)
		m->defects |= DEFECT_BIT(d);
}

/* How the content of P is encoded. What has parts was read as it stands. */
static enum transfer
encoding_of(const struct mime_part *p)
{
	return p->kind == MIME_LEAF ? p->transfer : TRANSFER_NONE;
}

static bool
is_as_it_stands(enum transfer t)
{
	return t != TRANSFER_QUOTED_PRINTABLE && t != TRANSFER_BASE64 &&
	    t != TRANSFER_UUENCODE;
}

static enum mime_defect
transfer_defect(enum transfer t)
{
	if (t == TRANSFER_BASE64)
		return DEFECT_BAD_BASE64;
	return t == TRANSFER_UUENCODE ? DEFECT_BAD_UUENCODE :
	    DEFECT_BAD_QUOTED_PRINTABLE;
}

struct span
mime_content(struct mime *m, size_t i, struct buffer *b)
{
	const struct mime_part *p = &m->parts[i];
	enum transfer t = encoding_of(p);
	bool flawed = false;

	if (is_as_it_stands(t))
		return p->content;
	decode_transfer(t, p->content, b, &flawed);
	defect(m, flawed, transfer_defect(t));
	/* Then the system has no memory, and what is there is not all. */
	if (b->overflow)
		m->arena->exhausted = true;
	return buffer_span(b);
}

#define MARK "\xef\xbb\xbf"	/* U+FEFF; RFC 3629 6: no part of a text */

/* BYTES, the decoded content of part I, as UTF-8 with LF, in the arena. */
static struct span
text_of(struct mime *m, size_t i, struct span bytes)
{
	struct buffer out;
	struct span text;
	bool flawed = false, known;

	/* Half of it may be CR, which go, and so does a byte order mark. */
	buffer_init(&out, m->text_left <= SIZE_MAX / 4 ?
	    2 * m->text_left + sizeof MARK - 1 : SIZE_MAX);
	known = decode_charset(m->parts[i].media.charset, bytes, &out,
	    &flawed);
	defect(m, !known, DEFECT_UNKNOWN_CHARSET);
	defect(m, flawed, DEFECT_BAD_CHARSET);
	/* It stopped short of its limit: the system has no memory. */
	m->arena->exhausted |= out.overflow && out.limit - out.len > UTF8_MAX;
	if (out.len > 0)
		out.len = mime_lines_to_lf(out.ptr, out.len);
	bytes = buffer_span(&out);
	if (span_starts_with(bytes, span_of(MARK)))
		bytes = span_skip(bytes, sizeof MARK - 1);
	text = utf8_head(bytes, m->text_left);
	if (text.len < bytes.len || out.overflow) {
		m->cut = m->parts[i].cut = true;
		defect(m, true, DEFECT_TRUNCATED);
	}
	m->text_left -= text.len;
	text = arena_copy(m->arena, text);
	buffer_release(&out);
	return text;
}

struct span
mime_text(struct mime *m, size_t i)
{
	struct mime_part *p = &m->parts[i];
	struct buffer decoded;
	struct span bytes;

	if (p->text_read)
		return p->text;
	buffer_init(&decoded, SIZE_MAX);
	bytes = mime_content(m, i, &decoded);
	p->size = bytes.len;
	p->measured = true;
	p->text = text_of(m, i, bytes);
	p->text_read = true;
	buffer_release(&decoded);
	return p->text;
}

/* Find the size of part I, and DIGEST if that is not NULL. */
static void
measure(struct mime *m, size_t i, char *digest)
{
	struct mime_part *p = &m->parts[i];
	struct buffer decoded;
	struct span bytes;

	buffer_init(&decoded, SIZE_MAX);
	bytes = mime_content(m, i, &decoded);
	p->size = bytes.len;
	p->measured = true;
	if (digest != NULL)
		digest_sha256(bytes, digest);
	buffer_release(&decoded);
}

size_t
mime_size(struct mime *m, size_t i)
{
	if (!m->parts[i].measured)
		measure(m, i, NULL);
	return m->parts[i].size;
}

const char *
mime_sha256(struct mime *m, size_t i)
{
	struct mime_part *p = &m->parts[i];

	if (p->sha256[0] == '\0' && !p->undigested)
		measure(m, i, p->sha256);
	return p->sha256;
}

void
mime_check(struct mime *m)
{
	if (m->checked)
		return;
	m->checked = true;
	for (size_t i = 0; i < m->count; i++) {
		if (mime_is_text(m, i))
			(void)mime_text(m, i);
		else
			(void)mime_size(m, i);
	}
}
