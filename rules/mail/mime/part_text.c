/*
 * part_text.c - change the text of a part, and encode it again.
 *
 * Failure: the text stays as it was, and the caller is told.
 */
#include "config.h"

#include <stdint.h>

#include "rules/mail/mime/content_type.h"
#include "rules/mail/mime/mime_line.h"
#include "rules/mail/mime/mime_write.h"
#include "rules/mail/mime/part_join.h"
#include "rules/mail/mime/part_text.h"

/* No charset of the list takes more for a character of one byte in UTF-8, and
 * UTF-8 no more for one of one byte in another. */
#define CHARSET_WIDTH 4

/* Characters that charsets which are not ASCII read in another way. */
static const char ascii_probe[] = " !\"#$%&'()*+,-./0123456789:;<=>?@"
    "ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~";

void
part_text_init(struct part_text *t, bool html, size_t limit)
{
	*t = (struct part_text){ .charset = span_of("utf-8"), .html = html,
		.ends = true, .recoded = true, .transfer = TRANSFER_NONE };
	buffer_init(&t->bytes, limit);
}

void
part_text_release(struct part_text *t)
{
	buffer_release(&t->bytes);
}

bool
part_text_read(struct part_text *t, const struct mime *m, size_t i,
    struct span type, size_t limit)
{
	const struct mime_part *p = &m->parts[i];
	bool flawed;

	*t = (struct part_text){ .raw = p->content, .transfer = p->transfer,
		.charset = p->media.charset, .ends = i == 0,
		.html = span_is(p->media.type, "text/html"),
		.flowed = content_type_is_flowed(type) };
	buffer_init(&t->bytes, limit);
	if (t->transfer == TRANSFER_UNKNOWN ||
	    t->transfer == TRANSFER_UUENCODE)
		return false;
	decode_transfer(t->transfer, t->raw, &t->bytes, &flawed);
	t->came = t->kept = t->bytes.len;
	return !t->bytes.overflow;
}

bool
part_text_decode(const struct part_text *t, struct buffer *out)
{
	struct span bytes = buffer_span(&t->bytes);
	struct buffer text;
	bool flawed = false, known;

	buffer_init(&text, (bytes.len + 1) * CHARSET_WIDTH);
	known = decode_charset(t->charset, bytes, &text, &flawed);
	if (text.len > 0)
		buffer_add(out, span_make(text.ptr,
		    mime_lines_to_lf(text.ptr, text.len)));
	flawed |= text.overflow;
	buffer_release(&text);
	return known && !flawed;
}

/* Append TEXT in CHARSET, with CRLF for LF. */
static bool
encode_lines(struct span charset, struct span text, struct buffer *out)
{
	struct buffer lines;
	bool held;

	buffer_init(&lines, 2 * text.len);
	part_add_crlf(&lines, text);
	held = !lines.overflow &&
	    encode_charset(charset, buffer_span(&lines), out);
	buffer_release(&lines);
	return held && !out->overflow;
}

bool
part_text_write(struct part_text *t, struct span text)
{
	struct buffer new;
	bool same;

	buffer_init(&new, t->bytes.limit);
	same = encode_lines(t->charset, text, &new);
	if (!same) {
		buffer_clear(&new);
		if (!encode_lines(span_of("utf-8"), text, &new)) {
			buffer_release(&new);
			return false;
		}
		t->charset = span_of("utf-8");
		t->recoded = true;
	}
	buffer_release(&t->bytes);
	t->bytes = new;
	t->kept = 0;
	return true;
}

/* Are bytes below 128 ASCII in the charset, and is each character for itself?
 * Nobody knows that of one that nobody knows. */
static bool
is_like_ascii(struct span charset)
{
	struct span probe = span_of(ascii_probe);
	struct buffer out;
	bool like, flawed;

	if (span_starts_with_nocase(charset, span_of("iso-2022")))
		return false;
	buffer_init(&out, CHARSET_WIDTH * sizeof ascii_probe);
	like = decode_charset(charset, probe, &out, &flawed) &&
	    span_equal(buffer_span(&out), probe);
	buffer_clear(&out);
	like = like && encode_charset(charset, probe, &out) &&
	    span_equal(buffer_span(&out), probe);
	buffer_release(&out);
	return like;
}

/* Put MORE, in the bytes' charset, at byte AT of T. */
static bool
insert(struct part_text *t, size_t at, struct span more)
{
	size_t old = t->bytes.len;

	if (more.len == 0)
		return true;
	buffer_add(&t->bytes, more);	/* makes the room */
	if (t->bytes.overflow) {
		t->bytes.overflow = false;
		return false;
	}
	memmove(t->bytes.ptr + at + more.len, t->bytes.ptr + at, old - at);
	memcpy(t->bytes.ptr + at, more.ptr, more.len);
	if (t->kept > at)
		t->kept = at;
	return true;
}

/* Add JOINT, at byte AT, if the charset is one that text can be added in. */
static bool
append_bytes(struct part_text *t, const struct part_joint *joint)
{
	struct span text = buffer_span(&joint->text);
	struct buffer bytes;
	bool done;

	if (!is_like_ascii(t->charset))
		return false;
	buffer_init(&bytes, t->bytes.limit);
	done = encode_lines(t->charset, text, &bytes);
	if (!done && (t->html || !mime_line_eight_bit(text))) {
		buffer_clear(&bytes);
		part_add_ascii(&bytes, text);
		done = !bytes.overflow;
	}
	done = done && insert(t, joint->at, buffer_span(&bytes));
	buffer_release(&bytes);
	return done;
}

/* Add MORE to the text, and write all of it. */
static bool
append_text(struct part_text *t, struct span more)
{
	struct part_joint joint;
	struct buffer text;
	bool done;

	buffer_init(&text, t->bytes.limit);
	done = part_text_decode(t, &text);
	part_join(&joint, t, buffer_span(&text), more);
	if (done) {
		struct buffer all;
		struct span old = buffer_span(&text);

		buffer_init(&all, t->bytes.limit);
		buffer_add(&all, span_head(old, joint.at));
		buffer_add(&all, buffer_span(&joint.text));
		buffer_add(&all, span_skip(old, joint.at));
		done = !all.overflow && !text.overflow &&
		    part_text_write(t, buffer_span(&all));
		buffer_release(&all);
	}
	buffer_release(&joint.text);
	buffer_release(&text);
	return done;
}

bool
part_text_append(struct part_text *t, struct span text)
{
	struct part_joint joint;
	bool done;

	part_join(&joint, t, buffer_span(&t->bytes), text);
	done = append_bytes(t, &joint);
	buffer_release(&joint.text);
	return done || append_text(t, text);
}
