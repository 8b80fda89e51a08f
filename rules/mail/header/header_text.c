/*
 * header_text.c - fold and encode text into the value of one header field.
 *
 * Text is words with blanks between them. A piece is a word and the blanks
 * before it, which stay as they are, or a run of words that must be encoded:
 * all of them and the blanks inside, for a decoder drops blanks between encoded
 * words (RFC 2047 6.2).
 *
 * Failure: none but a full buffer, which the buffer itself remembers.
 */
#include "config.h"

#include "rules/base/utf8.h"
#include "rules/mail/header/encoded_word.h"
#include "rules/mail/header/header_line.h"
#include "rules/mail/header/header_text.h"

static bool
is_ascii(struct span s)
{
	for (size_t i = 0; i < s.len; i++) {
		if ((unsigned char)s.ptr[i] > 0x7f)
			return false;
	}
	return true;
}

/* Write PIECE, blanks and a run of words, as encoded words. */
static void
add_encoded(struct header_line *l, struct span piece)
{
	/* One blank divides it from what is before; the others go inside. */
	bool divided = is_gap(piece.ptr[0]);

	header_line_encoded(l, divided, span_skip(piece, divided));
}

/* Write PIECE, blanks and a word, as it is. */
static void
add_plain(struct header_line *l, struct span piece)
{
	char blanks[HEADER_BLANKS_MAX];
	size_t count = gaps_len(piece);

	memset(blanks, ' ', count);
	header_line_plain(l, span_make(blanks, count),
	    span_skip(piece, count));
}

/* The blanks at the start of TEXT and the word behind them. */
static struct span
plain_piece(struct span text)
{
	size_t blanks = gaps_len(text);

	return span_head(text, blanks + word_len(span_skip(text, blanks)));
}

/* The longest run of such pieces that must be encoded; empty if the first
 * need not. */
static struct span
encoded_piece(struct span text)
{
	size_t len = 0;

	while (len < text.len) {
		struct span piece = plain_piece(span_skip(text, len));
		size_t blanks = gaps_len(piece);

		if (is_ascii(piece) && blanks <= HEADER_BLANKS_MAX &&
		    piece.len - blanks <= HEADER_WORD_MAX)
			break;
		len += piece.len;
	}
	return span_head(text, len);
}

/* Without the blanks at both ends, which say nothing in a header field. */
static struct span
text_trim(struct span text)
{
	text = span_skip(text, gaps_len(text));
	while (text.len > 0 && is_gap(text.ptr[text.len - 1]))
		text.len--;
	return text;
}

bool
header_text_add(struct buffer *out, size_t name_len, struct span text)
{
	struct header_line line;
	bool cut = text.len > HEADER_TEXT_MAX;

	header_line_init(&line, out, name_len);
	text = text_trim(utf8_head(text, HEADER_TEXT_MAX));
	while (text.len > 0) {
		struct span piece = encoded_piece(text);

		if (piece.len > 0) {
			add_encoded(&line, piece);
		} else {
			piece = plain_piece(text);
			add_plain(&line, piece);
		}
		text = span_skip(text, piece.len);
	}
	return !cut;
}

bool
header_name_is_valid(struct span name)
{
	if (name.len == 0 || name.len > HEADER_NAME_MAX)
		return false;
	for (size_t i = 0; i < name.len; i++) {
		char c = name.ptr[i];

		/* RFC 5322 3.6.8: printable US-ASCII except ':' */
		if (c < '!' || c > '~' || c == ':')
			return false;
	}
	return true;
}
