/*
 * part_encode.c - the transfer encoding of a text that changed.
 *
 * A text goes as it is where that was so before and still can be. No line of
 * quoted-printable may be taken for a delimiter, which is looked at; none of
 * base64 can be, for there is no '-' in it.
 *
 * Failure: none but a full buffer, which the buffer itself remembers.
 */
#include "config.h"

#include "rules/mail/mime/mime_line.h"
#include "rules/mail/mime/mime_write.h"
#include "rules/mail/mime/part_text.h"

/* Where the encoded text is to stand. */
struct stand {
	const struct mime *m;	/* NULL: anywhere */
	size_t part;
};

static bool
may_stand(const struct stand *s, struct span content)
{
	return s->m == NULL || mime_may_hold(s->m, s->part, content);
}

/* Are the bytes lines as mail has them (RFC 5322 2.1.1, 2.3)? */
static bool
are_lines(struct span bytes)
{
	struct span line;
	size_t at = 0;

	while (mime_line_take(bytes, &at, &line))
		if (line.len > MIME_LINE_MAX ||
		    span_find(line, '\r') < line.len ||
		    span_find(line, '\0') < line.len)
			return false;
	return true;
}

static bool
may_have_eight_bits(const struct part_text *t)
{
	return t->transfer == TRANSFER_8BIT || t->transfer == TRANSFER_BINARY ||
	    mime_line_eight_bit(t->raw);
}

/* Is quoted-printable, which people can read, not longer than base64? */
static bool
is_mostly_printable(struct span bytes)
{
	size_t i, others = 0;
	char c;

	for (i = 0; i < bytes.len; i++) {
		c = bytes.ptr[i];
		others += (c < ' ' || c > '~' || c == '=') && c != '\r' &&
		    c != '\n' && c != '\t';
	}
	return others <= bytes.len / 6;
}

/* Begin OUT anew behind its first LEN bytes. */
static void
cut(struct buffer *out, size_t len)
{
	out->len = len;
	out->overflow = false;
}

static bool
add_quoted(const struct part_text *t, const struct stand *s,
    struct buffer *out)
{
	size_t start = out->len;

	encode_transfer(TRANSFER_QUOTED_PRINTABLE, buffer_span(&t->bytes),
	    out);
	if (may_stand(s, span_skip(buffer_span(out), start)))
		return true;
	cut(out, start);
	return false;
}

/* Is CONTENT read as the bytes of T? */
static bool
is_read_so(const struct part_text *t, struct span content)
{
	struct buffer back;
	bool flawed, same;

	buffer_init(&back, content.len);
	decode_transfer(TRANSFER_QUOTED_PRINTABLE, content, &back, &flawed);
	same = span_equal(buffer_span(&back), buffer_span(&t->bytes));
	buffer_release(&back);
	return same;
}

/* The same as add_quoted() with all lines kept that came. */
static bool
add_quoted_tail(const struct part_text *t, const struct stand *s,
    struct buffer *out)
{
	struct span more = span_skip(buffer_span(&t->bytes), t->came), all;
	struct span raw = t->raw;
	size_t start = out->len;

	buffer_add(out, raw);
	if (raw.len > 0 && raw.ptr[raw.len - 1] != '\n') {
		/* A line that goes on is ended; one that does not is made to
		 * when what is encoded in it had a line end. */
		if (span_ends_with(span_trim(raw), span_of("=")))
			buffer_add_text(out, "\r\n");
		else if (more.len == 0 || more.ptr[0] != '\r')
			buffer_add_text(out, "=\r\n");
	}
	encode_transfer(TRANSFER_QUOTED_PRINTABLE, more, out);
	all = span_skip(buffer_span(out), start);
	if (may_stand(s, all) && is_read_so(t, all))
		return true;
	cut(out, start);
	return false;
}

static enum transfer
add_base64(const struct part_text *t, struct buffer *out)
{
	encode_transfer(TRANSFER_BASE64, buffer_span(&t->bytes), out);
	return t->transfer == TRANSFER_BASE64 ? TRANSFER_NONE :
	    TRANSFER_BASE64;
}

enum transfer
part_text_encode(const struct part_text *t, const struct mime *m, size_t i,
    struct buffer *out)
{
	struct span bytes = buffer_span(&t->bytes);
	struct stand s = { m, i };

	if (t->transfer == TRANSFER_BASE64)
		return add_base64(t, out);
	if (t->transfer == TRANSFER_QUOTED_PRINTABLE) {
		if ((t->kept == t->came && add_quoted_tail(t, &s, out)) ||
		    add_quoted(t, &s, out))
			return TRANSFER_NONE;
		return add_base64(t, out);
	}
	if (are_lines(bytes) && may_stand(&s, bytes) &&
	    (may_have_eight_bits(t) || !mime_line_eight_bit(bytes))) {
		buffer_add(out, bytes);
		return TRANSFER_NONE;
	}
	if (is_mostly_printable(bytes) && add_quoted(t, &s, out))
		return TRANSFER_QUOTED_PRINTABLE;
	return add_base64(t, out);
}
