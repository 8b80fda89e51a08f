/*
 * decode_header.c - a field's text, its encoded words decoded.
 *
 * Words that follow each other in one charset are decoded together, for many
 * programs divide a character between two of them; of bytes that are text in no
 * charset each is guessed alone, so that one of them hides nothing of the rest.
 *
 * Failure: a word in a charset that nobody knows stays as it is.
 */
#include "config.h"

#include "rules/base/utf8.h"
#include "rules/mail/decode/charset.h"
#include "rules/mail/decode/decode.h"
#include "rules/mail/decode/decoded_text.h"
#include "rules/mail/header/encoded_word.h"
#include "rules/mail/decode/word_finder.h"

/* Decoding of one field. */
struct reading {
	struct word_finder finder;
	struct buffer raw;	/* what words hold, in their charset */
	struct buffer text;	/* the same in UTF-8 */
	struct buffer *out;
	bool *flawed;
	bool controls;		/* they stay */
};

static bool
is_blank(struct span s)
{
	for (size_t i = 0; i < s.len; i++) {
		if (!is_gap(s.ptr[i]))
			return false;
	}
	return true;
}

/* Append BYTES, text in CHARSET, as rules read it. */
static void
add_text(struct reading *r, struct span charset, struct span bytes)
{
	buffer_clear(&r->text);
	decode_charset(charset, bytes, &r->text, r->flawed);
	if (r->controls)
		text_add(r->out, buffer_span(&r->text));
	else
		text_add_printable(r->out, buffer_span(&r->text));
	if (r->text.overflow)
		r->out->overflow = true;
}

/* Append what stands between words. A NUL is a control like others. */
static void
add_plain(struct reading *r, struct span s)
{
	for (;;) {
		struct span part = span_head(s, span_find(s, '\0'));

		add_text(r, span_make("", 0), part);
		if (part.len == s.len)
			return;
		text_add(r->out, span_of(r->controls ? "\1" : " "));
		s = span_skip(s, part.len + 1);
	}
}

/* RFC 2047 4.2 */
static void
decode_q(struct span s, struct buffer *raw, bool *flawed)
{
	while (s.len > 0) {
		char c = s.ptr[0];
		int byte;

		s = span_skip(s, 1);
		if (c == '_') {
			c = ' ';
		} else if (c == '=') {
			byte = span_hex_byte(s);
			if (byte >= 0) {
				c = (char)byte;
				s = span_skip(s, 2);
			} else {
				*flawed = true;
			}
		}
		buffer_add_char(raw, c);
	}
}

/* Put another control for the NULs of RAW: text in CHARSET has none. */
static void
replace_nul(struct buffer *raw, const struct charset *charset)
{
	if (charset->unit > 1)
		return;
	for (size_t i = 0; i < raw->len; i++) {
		if (raw->ptr[i] == '\0')
			raw->ptr[i] = '\1';
	}
}

/* Is there a word at AT in a charset that is known? */
static bool
word_at(struct reading *r, size_t at, struct found_word *w)
{
	return word_finder_at(&r->finder, at, w) &&
	    charset_find(w->charset) != NULL;
}

/*
 * Append W and the words behind it that are in the same charset; returns the
 * offset behind the last.
 */
static size_t
add_words(struct reading *r, struct found_word w)
{
	struct span text = r->finder.text, charset = w.charset;
	size_t end, next;

	buffer_clear(&r->raw);
	do {
		if (w.encoding == 'B')
			decode_transfer(TRANSFER_BASE64, w.payload, &r->raw,
			    r->flawed);
		else
			decode_q(w.payload, &r->raw, r->flawed);
		end = w.end;
		next = word_finder_next(&r->finder, end);
	} while (is_blank(span_make(text.ptr + end, next - end)) &&
	    word_at(r, next, &w) && span_equal_nocase(w.charset, charset));

	replace_nul(&r->raw, charset_find(charset));
	add_text(r, charset, buffer_span(&r->raw));
	if (r->raw.overflow)
		r->out->overflow = true;
	return end;
}

/* Offset of the next word W from AT on that can be decoded; the end of the
 * text: there is none. */
static size_t
next_word(struct reading *r, size_t at, struct found_word *w)
{
	size_t end = r->finder.text.len;

	for (at = word_finder_next(&r->finder, at); at < end;
	    at = word_finder_next(&r->finder, at)) {
		if (!word_finder_at(&r->finder, at, w)) {
			at += 2;
		} else if (charset_find(w->charset) == NULL) {
			*r->flawed = true;
			at = w->end;
		} else {
			return at;
		}
	}
	return end;
}

static void
read_field(struct reading *r, struct span value)
{
	size_t at = 0, start;
	struct found_word w;

	word_finder_init(&r->finder, value);
	buffer_init(&r->raw, value.len);
	buffer_init(&r->text, value.len * UTF8_MAX);
	while (at < value.len && !r->out->overflow) {
		struct span plain;

		start = next_word(r, at, &w);
		plain = span_make(value.ptr + at, start - at);
		/* RFC 2047 6.2: blanks between two words are not there. */
		if (at == 0 || start == value.len || !is_blank(plain))
			add_plain(r, plain);
		if (start == value.len)
			break;
		at = add_words(r, w);
	}
	buffer_release(&r->raw);
	buffer_release(&r->text);
}

void
decode_header(struct span value, struct buffer *out, bool *flawed)
{
	struct reading r = { .out = out, .flawed = flawed };

	read_field(&r, value);
}

void
decode_header_controls(struct span value, struct buffer *out, bool *flawed)
{
	struct reading r = { .out = out, .flawed = flawed, .controls = true };

	read_field(&r, value);
}
