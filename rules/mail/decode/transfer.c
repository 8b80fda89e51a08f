/*
 * transfer.c - what a body's transfer encoding hides.
 *
 * GMime decodes what is right. Much of what is sent is not, and readers show it
 * none the less; so it is put right first: base64 without its padding, or with
 * more text behind it, blanks at the end of a line, an escape that is none.
 *
 * Failure: what cannot be put right stays as it is or is left out, and is
 * FLAWED.
 */
#include "config.h"

#include "rules/mail/decode/decoded_text.h"
#include "rules/mail/mime/mime_line.h"
#include "rules/mail/decode/transfer_step.h"

#define DIGITS 4096		/* of base64; whole groups of four */

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* A table, for these bytes are most of what is decoded. */
#define DIGIT8(c) [c] = 1, [(c) + 1] = 1, [(c) + 2] = 1, [(c) + 3] = 1, \
	[(c) + 4] = 1, [(c) + 5] = 1, [(c) + 6] = 1, [(c) + 7] = 1
static const bool is_base64_digit[256] = {
	['+'] = 1, ['/'] = 1, ['8'] = 1, ['9'] = 1, DIGIT8('0'),
	DIGIT8('A'), DIGIT8('I'), DIGIT8('Q'), ['Y'] = 1, ['Z'] = 1,
	DIGIT8('a'), DIGIT8('i'), DIGIT8('q'), ['y'] = 1, ['z'] = 1,
};

/* Digits of base64 without anything between, which wait to be decoded. */
struct digits {
	char at[DIGITS + 2];
	size_t len;
	struct buffer *out;
};

/* Decode D's digits. GMime leaves out the end of what lacks its padding, and
 * all that is behind a padding; so each gets what it needs. */
static void
digits_flush(struct digits *d)
{
	struct transfer_decoder decoder = { .encoding = TRANSFER_BASE64,
	    .out = d->out };

	if (d->len % 4 == 1)
		d->len--;
	while (d->len % 4 != 0)
		d->at[d->len++] = '=';
	transfer_feed(&decoder, span_make(d->at, d->len));
	d->len = 0;
}

/* How many digits S begins with. */
static size_t
digits_len(struct span s)
{
	size_t n = 0;

	while (n < s.len && is_base64_digit[(unsigned char)s.ptr[n]])
		n++;
	return n;
}

static void
digits_add(struct digits *d, struct span run)
{
	while (run.len > 0) {
		struct span part;

		if (d->len == DIGITS)
			digits_flush(d);
		part = span_head(run, DIGITS - d->len);
		memcpy(d->at + d->len, part.ptr, part.len);
		d->len += part.len;
		run = span_skip(run, part.len);
	}
}

static bool
decode_base64(struct span bytes, struct buffer *out)
{
	struct digits d;
	size_t lacks = 0;		/* padding that is yet to come */
	bool padded = false, good = true;

	d.len = 0;
	d.out = out;
	while (bytes.len > 0) {
		size_t run = digits_len(bytes);
		char c;

		if (run > 0) {
			good = good && !padded;
			digits_add(&d, span_head(bytes, run));
			bytes = span_skip(bytes, run);
			continue;
		}
		c = bytes.ptr[0];
		bytes = span_skip(bytes, 1);
		if (c == '=') {
			if (d.len % 4 > 1) {
				lacks = 4 - d.len % 4;
				digits_flush(&d);
			}
			good = good && lacks > 0;
			lacks -= lacks > 0;
			padded = true;
		} else if (!is_blank(c)) {
			good = false;
		}
	}
	good = good && lacks == 0 && d.len % 4 == 0;
	digits_flush(&d);
	return good;
}

/* Length of the blanks and the line end that S begins with; 0: no line ends
 * there. The end of S is one, too. */
static size_t
line_end_len(struct span s)
{
	size_t i = 0;

	while (i < s.len && (s.ptr[i] == ' ' || s.ptr[i] == '\t'))
		i++;
	if (i + 1 < s.len && s.ptr[i] == '\r' && s.ptr[i + 1] == '\n')
		return i + 2;
	if (i < s.len && s.ptr[i] == '\n')
		return i + 1;
	return i == s.len ? i : 0;
}

/* RFC 2045 6.7: are all of S bytes that may stand for themselves? */
static bool
is_plain_text(struct span s)
{
	for (size_t i = 0; i < s.len; i++) {
		if ((s.ptr[i] < ' ' || s.ptr[i] > '~') && !is_blank(s.ptr[i]))
			return false;
	}
	return true;
}

/*
 * GMime sees what is right. It knows no blanks behind the '=' of a soft line
 * break, and leaves out a sequence that the end cuts short.
 */
static bool
decode_quoted_printable(struct span bytes, struct buffer *out)
{
	struct transfer_decoder d = { .encoding = TRANSFER_QUOTED_PRINTABLE,
	    .out = out };
	bool good = is_plain_text(bytes);
	size_t start = 0, at = 0;

	while ((at += span_find(span_skip(bytes, at), '=')) < bytes.len) {
		struct span rest = span_skip(bytes, at + 1);
		size_t line_end = line_end_len(rest);

		if (span_hex_byte(rest) >= 0) {
			at += 3;
			continue;
		}
		transfer_feed(&d, span_make(bytes.ptr + start, at - start));
		if (line_end == 0 && rest.len > 0) {
			text_add(out, span_of("="));
			good = false;
		}
		at += 1 + line_end;
		start = at;
	}
	transfer_feed(&d, span_skip(bytes, start));
	return good;
}

/* What is behind the line "begin 644 name"; NULL ptr: there is none. */
static struct span
behind_begin(struct span bytes)
{
	struct span begin = span_of("begin ");

	while (bytes.len > 0) {
		bool found = span_starts_with(bytes, begin) &&
		    bytes.len > begin.len && bytes.ptr[begin.len] >= '0' &&
		    bytes.ptr[begin.len] <= '7';

		bytes = span_skip(bytes, span_find(bytes, '\n') + 1);
		if (found)
			return bytes;
	}
	return span_make(NULL, 0);
}

/* Is there in each line all that its first character says? Three bytes are four
 * characters; the line that says none is the last. */
static bool
uu_is_whole(struct span lines)
{
	struct span line;
	size_t at = 0, bytes;

	while (mime_line_take(lines, &at, &line) && line.len > 0) {
		bytes = ((unsigned char)line.ptr[0] - ' ') & 0x3f;
		if (bytes == 0 || span_is(line, "end"))
			break;
		if ((line.len - 1) / 4 * 3 < bytes)
			return false;
	}
	return true;
}

static bool
decode_uu(struct span bytes, struct buffer *out)
{
	struct transfer_decoder d = { .encoding = TRANSFER_UUENCODE,
	    .out = out };
	struct span lines = behind_begin(bytes);

	if (lines.ptr == NULL) {
		text_add(out, bytes);
		return false;
	}
	transfer_feed(&d, lines);
	return d.ended && uu_is_whole(lines);
}

void
decode_transfer(enum transfer t, struct span bytes, struct buffer *out,
    bool *flawed)
{
	bool good = true;

	switch (t) {
	case TRANSFER_BASE64:
		good = decode_base64(bytes, out);
		break;
	case TRANSFER_QUOTED_PRINTABLE:
		good = decode_quoted_printable(bytes, out);
		break;
	case TRANSFER_UUENCODE:
		good = decode_uu(bytes, out);
		break;
	case TRANSFER_NONE:
	case TRANSFER_7BIT:
	case TRANSFER_8BIT:
	case TRANSFER_BINARY:
	case TRANSFER_UNKNOWN:
		text_add(out, bytes);
		break;
	}
	if (!good)
		*flawed = true;
}
