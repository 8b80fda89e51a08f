/*
 * header_text.c - fold and encode text into the value of one header field.
 *
 * Text is words with blanks between them. A piece is a word and the blanks
 * before it, which stay as they are, or a run of words that must be encoded:
 * all of them and the blanks inside, for a decoder drops blanks between encoded
 * words (RFC 2047 6.2). A fold goes before a blank that is there anyway, so
 * that unfolding gives the text back.
 *
 * Failure: none but a full buffer, which the buffer itself remembers.
 */
#include "config.h"

#include "rules/base/utf8.h"
#include "rules/mail/encoded_word.h"
#include "rules/mail/header_text.h"

#define PLAIN_LINE 78		/* RFC 5322 2.1.1 */
#define ENCODED_LINE 76		/* RFC 2047 2: with an encoded word on it */

/* What is longer is encoded. A line is at most a name of HEADER_NAME_MAX and
 * ": ", or blanks, and a word: below the 998 bytes of RFC 5322 2.1.1. */
#define PLAIN_WORD 900
#define PLAIN_BLANKS 60

/* The line that is being written, at the end of OUT. */
struct line {
	struct buffer *out;
	size_t column;		/* bytes it has */
	size_t limit;		/* bytes it should have at most */
};

static size_t
blanks_len(struct span s)
{
	size_t n = 0;

	while (n < s.len && is_gap(s.ptr[n]))
		n++;
	return n;
}

static size_t
word_len(struct span s)
{
	size_t n = 0;

	while (n < s.len && !is_gap(s.ptr[n]))
		n++;
	return n;
}

static bool
is_ascii(struct span s)
{
	for (size_t i = 0; i < s.len; i++) {
		if ((unsigned char)s.ptr[i] > 0x7f)
			return false;
	}
	return true;
}

static void
line_add(struct line *l, struct span s)
{
	buffer_add(l->out, s);
	l->column += s.len;
}

/* End the line. What is written next must begin with a blank. */
static void
line_fold(struct line *l)
{
	buffer_add_char(l->out, '\n');
	l->column = 0;
	l->limit = PLAIN_LINE;
}

/* Write one encoded word that the line has room for; remove it from TEXT. */
static void
add_encoded_word(struct line *l, char encoding, struct span *text)
{
	char word[ENCODED_WORD_MAX];
	size_t room = ENCODED_WORD_MIN;

	/* Behind a name so long that nothing fits, the least is written. */
	if (l->column + room < ENCODED_LINE)
		room = ENCODED_LINE - l->column;
	if (room > ENCODED_WORD_MAX)
		room = ENCODED_WORD_MAX;
	line_add(l, span_make(word,
	    encoded_word_take(text, encoding, room, word)));
	l->limit = ENCODED_LINE;
}

/* Write PIECE, blanks and a run of words, as encoded words. */
static void
add_encoded(struct line *l, struct span piece)
{
	char encoding;

	/* One blank divides it from what is before; the others go inside. */
	if (is_gap(piece.ptr[0])) {
		piece = span_skip(piece, 1);
		if (l->column + 1 + ENCODED_WORD_MIN > ENCODED_LINE)
			line_fold(l);
		line_add(l, span_of(" "));
	}
	encoding = encoded_word_choose(piece);
	add_encoded_word(l, encoding, &piece);
	while (piece.len > 0) {
		line_fold(l);
		line_add(l, span_of(" "));
		add_encoded_word(l, encoding, &piece);
	}
}

/* Write PIECE, blanks and a word, as it is. */
static void
add_plain(struct line *l, struct span piece)
{
	size_t blanks = blanks_len(piece);

	if (blanks > 0 && l->column + piece.len > l->limit)
		line_fold(l);
	for (size_t i = 0; i < blanks; i++)
		line_add(l, span_of(" "));
	line_add(l, span_skip(piece, blanks));
}

/* The blanks at the start of TEXT and the word behind them. */
static struct span
plain_piece(struct span text)
{
	size_t blanks = blanks_len(text);

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
		size_t blanks = blanks_len(piece);

		if (is_ascii(piece) && blanks <= PLAIN_BLANKS &&
		    piece.len - blanks <= PLAIN_WORD)
			break;
		len += piece.len;
	}
	return span_head(text, len);
}

/* Without the blanks at both ends, which say nothing in a header field. */
static struct span
text_trim(struct span text)
{
	text = span_skip(text, blanks_len(text));
	while (text.len > 0 && is_gap(text.ptr[text.len - 1]))
		text.len--;
	return text;
}

bool
header_text_add(struct buffer *out, size_t name_len, struct span text)
{
	struct line line = { out, name_len + 2, PLAIN_LINE };	/* "Name: " */
	bool cut = text.len > HEADER_TEXT_MAX;

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
