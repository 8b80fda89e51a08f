/*
 * field_pieces.c - divide a value and its decoded text together.
 *
 * The value is divided where encoded words are found in it; each piece is then
 * decoded for itself, and must give its part of the whole text. So nothing
 * depends on our reading a broken word just as the decoder does.
 *
 * Failure: an exhausted arena, which its flag tells as well.
 */
#include "config.h"

#include "rules/mail/header/encoded_word.h"
#include "rules/mail/header/field_pieces.h"
#include "rules/mail/decode/word_finder.h"

/* Text has at most three bytes for one of a value; one more for safety. */
#define TEXT_PER_BYTE 4

bool
field_looks_encoded(struct span bytes)
{
	struct word_finder finder;

	word_finder_init(&finder, bytes);
	return word_finder_next(&finder, 0) < bytes.len;
}

/* The last of P, if it is of KIND; else NULL. */
static struct field_piece *
last_of(const struct field_pieces *p, enum field_piece_kind kind)
{
	struct field_piece *last = p->count > 0 ? p->at + p->count - 1 : NULL;

	return last != NULL && last->kind == kind ? last : NULL;
}

/* Blanks that stand between encoded words are part of their row. */
static void
join_words(struct field_pieces *p)
{
	const struct field_piece *blanks = last_of(p, FIELD_PLAIN);
	struct field_piece *words;

	if (blanks == NULL || gaps_len(blanks->raw) < blanks->raw.len)
		return;
	p->count--;
	words = last_of(p, FIELD_WORDS);
	if (words != NULL)
		words->raw.len += blanks->raw.len;
	else
		p->count++;
}

/* The bytes of RAW, which follow the others, are of KIND. */
static int
add(struct field_pieces *p, enum field_piece_kind kind, struct span raw,
    struct arena *arena)
{
	struct field_piece *last;

	if (raw.len == 0)
		return 0;
	/* Bytes that touch an encoded word cannot be told from it. */
	last = last_of(p, FIELD_RAW);
	if (kind == FIELD_WORDS && last != NULL) {
		raw = span_make(last->raw.ptr, last->raw.len + raw.len);
		p->count--;
	}
	if (kind == FIELD_RAW && last_of(p, FIELD_WORDS) != NULL)
		kind = FIELD_WORDS;
	if (kind == FIELD_WORDS)
		join_words(p);
	last = last_of(p, kind);
	if (last != NULL) {
		last->raw.len += raw.len;
		return 0;
	}
	if (arena_grow(arena, (void **)&p->at, &p->room, p->count,
	    sizeof *p->at) < 0)
		return -1;
	p->at[p->count++] = (struct field_piece){ kind, raw, { NULL, 0 } };
	return 0;
}

/* What BYTES without an encoded word are. */
static enum field_piece_kind
plain_kind(struct span bytes)
{
	size_t i;

	if (field_looks_encoded(bytes))
		return FIELD_WORDS;
	for (i = 0; i < bytes.len; i++)
		if ((unsigned char)bytes.ptr[i] > 0x7f)
			return FIELD_RAW;
	return FIELD_PLAIN;
}

/* STRETCH has no encoded word. */
static int
add_stretch(struct field_pieces *p, struct span stretch, struct arena *arena)
{
	struct span part;

	while (stretch.len > 0 && p->count <= FIELD_PIECES_MAX) {
		part = span_head(stretch, gaps_len(stretch));
		if (add(p, FIELD_PLAIN, part, arena) < 0)
			return -1;
		stretch = span_skip(stretch, part.len);
		part = span_head(stretch, word_len(stretch));
		if (add(p, plain_kind(part), part, arena) < 0)
			return -1;
		stretch = span_skip(stretch, part.len);
	}
	return 0;
}

/* Offset of the next encoded word W from AT on; the end of the text: none. */
static size_t
next_word(struct word_finder *f, size_t at, struct found_word *w)
{
	at = word_finder_next(f, at);
	while (at < f->text.len && !word_finder_at(f, at, w))
		at = word_finder_next(f, at + 2);
	return at;
}

static int
divide(struct field_pieces *p, struct span value, struct arena *arena)
{
	struct word_finder finder;
	struct found_word word;
	size_t at = 0, start;

	word_finder_init(&finder, value);
	while (at < value.len && p->count <= FIELD_PIECES_MAX) {
		start = next_word(&finder, at, &word);
		if (start == value.len)
			word.end = start;
		if (add_stretch(p, span_make(value.ptr + at, start - at),
		    arena) < 0 || add(p, FIELD_WORDS,
		    span_make(value.ptr + start, word.end - start), arena) < 0)
			return -1;
		at = word.end;
	}
	return 0;
}

/* Is RAW, of plain bytes, the start of TEXT? */
static bool
is_plain_text(struct span raw, struct span text)
{
	size_t i;

	for (i = 0; i < raw.len && i < text.len; i++)
		if (text.ptr[i] != (is_gap(raw.ptr[i]) ? ' ' : raw.ptr[i]))
			return false;
	return i == raw.len;
}

/* Find what of TEXT, which begins with it, belongs to PIECE. */
static bool
find_text(struct field_piece *piece, struct span text)
{
	struct buffer out;
	bool flawed, found;

	if (piece->kind == FIELD_PLAIN) {
		piece->text = span_head(text, piece->raw.len);
		return is_plain_text(piece->raw, text);
	}
	buffer_init(&out, TEXT_PER_BYTE * piece->raw.len);
	decode_header(piece->raw, &out, &flawed);
	piece->text = span_head(text, out.len);
	found = !out.overflow && span_equal(piece->text, buffer_span(&out));
	buffer_release(&out);
	return found;
}

static bool
find_texts(struct field_pieces *p, struct span text)
{
	size_t i;

	if (p->count > FIELD_PIECES_MAX)
		return false;
	for (i = 0; i < p->count; i++) {
		if (!find_text(&p->at[i], text))
			return false;
		text = span_skip(text, p->at[i].text.len);
	}
	return text.len == 0;
}

int
field_pieces_read(struct field_pieces *p, struct span value, struct span text,
    struct arena *arena)
{
	*p = (struct field_pieces){ .count = 0 };
	if (divide(p, value, arena) < 0)
		return -1;
	if (p->count == 0 || find_texts(p, text))
		return 0;
	p->count = 1;
	p->at[0] = (struct field_piece){ FIELD_WORDS, value, text };
	if (!field_looks_encoded(value))
		p->at[0].kind = FIELD_RAW;
	return 0;
}
