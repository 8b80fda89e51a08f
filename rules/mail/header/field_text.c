/*
 * field_text.c - write a header field's value for a new text.
 *
 * The text is marked by where it came from (field_marks.c). Then each word is
 * looked at: an encoded word may touch nothing but what it touched before, so
 * what stands beside one without a blank goes into one as well; and a blank
 * between two of them would be dropped by a decoder (RFC 2047 6.2), so it goes
 * into one of them. In the end the value is decoded, and if that is not the
 * text, all of it is encoded: what came was broken in a way of its own.
 *
 * Failure: the field is not written.
 */
#include "config.h"

#include "rules/mail/header/encoded_word.h"
#include "rules/mail/header/field_marks.h"
#include "rules/mail/header/header_line.h"
#include "rules/mail/header/header_text.h"

/* Bytes of a value for a byte of its text: base64, frames and folds. */
#define VALUE_PER_BYTE 8

/* A value that is being written. */
struct writer {
	struct marked *m;
	struct header_line line;
	size_t kept;		/* of m->kept: the next one */
	bool written;		/* something is */
	bool encoded;		/* the last thing is an encoded word */
	/* Text that is to be encoded and not written yet; empty: none. */
	size_t from;
	size_t to;
	bool divided;		/* a blank goes before it */
};

/* The end of the stretch of word bytes like I that I, below END, begins. */
static size_t
stretch_end(const struct marked *m, const struct kept *k, size_t i, size_t end)
{
	unsigned kind = mark_at(m, i);

	if (kind == MARK_KEPT)
		return k->at + k->len;
	while (i < end && mark_at(m, i) == kind && !mark_is_gap(m, i))
		i++;
	return i;
}

/* The next kept piece from byte I on. */
static const struct kept *
kept_at(const struct marked *m, size_t *next, size_t i)
{
	while (*next < m->kept_count && m->kept[*next].at < i)
		++*next;
	return *next < m->kept_count ? &m->kept[*next] : NULL;
}

static size_t
gap_end(const struct marked *m, size_t i)
{
	while (i < m->len && mark_is_gap(m, i))
		i++;
	return i;
}

static size_t
word_end(const struct marked *m, size_t i)
{
	while (i < m->len && !mark_is_gap(m, i))
		i++;
	return i;
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* Is RAW made of words that fit any line, without another control? */
static bool
fits(struct span raw)
{
	size_t i, len = 0;

	for (i = 0; i < raw.len && len <= HEADER_WORD_MAX; i++) {
		len = is_blank(raw.ptr[i]) ? 0 : len + 1;
		if (is_gap(raw.ptr[i]) && !is_blank(raw.ptr[i]))
			return false;
	}
	return len <= HEADER_WORD_MAX;
}

/* Bytes above 127 that were there may stay if they have a word for themselves.
 * FROM to TO is the word. */
static bool
may_stay(const struct kept *k, size_t from, size_t to)
{
	return fits(k->raw) && (k->kind == FIELD_WORDS ||
	    (k->at == from && k->at + k->len == to));
}

static void
encode(struct marked *m, size_t from, size_t to)
{
	memset(m->marks + from, MARK_ENCODE, to - from);
}

/* Encode what is not ASCII, and pieces that cannot stay as they are. */
static void
settle_bytes(struct marked *m)
{
	const struct kept *k;
	size_t i, n, from = 0, to = 0;

	for (i = 0; i < m->len; i++)
		if (mark_at(m, i) == MARK_PLAIN &&
		    (unsigned char)m->text[i] > 0x7f)
			encode(m, i, i + 1);
	for (n = 0; n < m->kept_count; n++) {
		k = &m->kept[n];
		while (to <= k->at) {
			from = gap_end(m, to);
			to = word_end(m, from);
		}
		if (!may_stay(k, from, to))
			encode(m, k->at, k->at + k->len);
	}
}

/* Must plain bytes FROM to TO of the word from START to END be encoded? */
static bool
must_encode(const struct marked *m, size_t from, size_t to, size_t start,
    size_t end)
{
	if (from > start && (m->marks[from] & MARK_TOUCHED_LEFT) == 0)
		return true;
	if (to < end && (m->marks[to - 1] & MARK_TOUCHED_RIGHT) == 0)
		return true;
	return to - from > HEADER_WORD_MAX ||
	    field_looks_encoded(span_make(m->text + from, to - from));
}

/* Encode what may not touch an encoded word. */
static void
settle_word(struct marked *m, size_t *next, size_t start, size_t end)
{
	const struct kept *k;
	size_t i, to;

	for (i = start; i < end; i = to) {
		k = kept_at(m, next, i);
		to = stretch_end(m, k, i, end);
		if (mark_at(m, i) == MARK_PLAIN &&
		    must_encode(m, i, to, start, end))
			encode(m, i, to);
	}
}

static void
settle(struct marked *m)
{
	size_t next = 0, from, to;

	settle_bytes(m);
	for (from = 0; from < m->len; from = to) {
		to = gap_end(m, from);
		/* All but a blank at each end. */
		if (to - from > HEADER_BLANKS_MAX)
			encode(m, from + 1, to - 1);
		from = gap_end(m, from);
		to = word_end(m, from);
		settle_word(m, &next, from, to);
	}
}

/* Write what is to be encoded. */
static void
flush(struct writer *w)
{
	if (w->from == w->to)
		return;
	header_line_encoded(&w->line, w->divided,
	    span_make(w->m->text + w->from, w->to - w->from));
	w->encoded = w->written = true;
	w->from = w->to;
}

/* Text FROM to TO, and the gap before it, is to be encoded. */
static void
write_encoded(struct writer *w, size_t gap, size_t from, size_t to)
{
	bool behind_encoded = w->encoded || w->from < w->to;

	if (w->from == w->to) {
		w->divided = w->encoded || gap < from;
		/* One blank divides it from a plain word. */
		w->from = behind_encoded || gap == from ? gap : gap + 1;
	}
	w->to = to;
}

/* BLANKS and WORDS, with blanks between them, as they are. */
static void
write_words(struct writer *w, struct span blanks, struct span words)
{
	size_t len;

	while (words.len > 0) {
		for (len = 0; len < words.len && !is_blank(words.ptr[len]);)
			len++;
		header_line_plain(&w->line, blanks, span_head(words, len));
		words = span_skip(words, len);
		for (len = 0; len < words.len && is_blank(words.ptr[len]);)
			len++;
		blanks = span_head(words, len);
		words = span_skip(words, len);
	}
	w->written = true;
}

/* The gap from FROM to TO as bytes, into BLANKS. */
static struct span
gap_bytes(const struct marked *m, size_t from, size_t to,
    char blanks[HEADER_BLANKS_MAX])
{
	size_t i;

	for (i = from; i < to; i++)
		blanks[i - from] = mark_at(m, i) == MARK_TAB ? '\t' : ' ';
	return span_make(blanks, to - from);
}

static void
write_kept(struct writer *w, size_t gap, const struct kept *k)
{
	char blanks[HEADER_BLANKS_MAX];
	struct span before;
	bool words = k->kind == FIELD_WORDS;

	if (words && gap < k->at && (w->encoded || w->from < w->to)) {
		write_encoded(w, gap, k->at, k->at);
		gap = k->at;
	}
	flush(w);
	before = gap_bytes(w->m, gap, k->at, blanks);
	if (words && w->encoded)
		before = span_of(" ");
	write_words(w, before, k->raw);
	w->encoded = words;
}

static void
write_plain(struct writer *w, size_t gap, size_t from, size_t to)
{
	char blanks[HEADER_BLANKS_MAX];

	flush(w);
	write_words(w, gap_bytes(w->m, gap, from, blanks),
	    span_make(w->m->text + from, to - from));
	w->encoded = false;
}

/* Write the stretch from FROM to TO and the gap before it. */
static void
write_stretch(struct writer *w, size_t gap, size_t from, size_t to)
{
	switch (mark_at(w->m, from)) {
	case MARK_ENCODE:
		write_encoded(w, gap, from, to);
		break;
	case MARK_KEPT:
		write_kept(w, gap, &w->m->kept[w->kept]);
		break;
	default:
		write_plain(w, gap, from, to);
		break;
	}
}

static void
write_marked(struct marked *m, size_t name_len, struct buffer *out)
{
	struct writer w = { .m = m };
	const struct kept *k;
	size_t gap, from, to, end;

	header_line_init(&w.line, out, name_len);
	for (gap = 0; gap < m->len; gap = end) {
		from = gap_end(m, gap);
		end = word_end(m, from);
		for (; from < end; gap = from = to) {
			k = kept_at(m, &w.kept, from);
			to = stretch_end(m, k, from, end);
			write_stretch(&w, gap, from, to);
		}
	}
	flush(&w);
}

/* Is what OUT has behind byte START decoded to TEXT? */
static bool
decodes_to(const struct buffer *out, size_t start, struct span text)
{
	struct buffer value, decoded;
	bool flawed, same;
	size_t i;

	buffer_init(&value, out->len - start);
	buffer_init(&decoded, VALUE_PER_BYTE * (out->len - start));
	for (i = start; i < out->len; i++)
		if (out->ptr[i] != '\n')
			buffer_add_char(&value, out->ptr[i]);
	decode_header(buffer_span(&value), &decoded, &flawed);
	same = span_equal(buffer_span(&decoded), text);
	buffer_release(&decoded);
	buffer_release(&value);
	return same;
}

bool
field_text_write(struct span value, struct span old, const struct runs *runs,
    size_t name_len, struct arena *arena, struct buffer *out,
    struct span *text)
{
	struct field_pieces pieces;
	struct marked m;
	size_t start = out->len;

	if (field_pieces_read(&pieces, value, old, arena) < 0 ||
	    field_marks_make(&m, &pieces, old, runs, arena) < 0)
		return false;
	*text = span_make(m.text, m.len);
	settle(&m);
	write_marked(&m, name_len, out);
	if (!out->overflow && decodes_to(out, start, *text))
		return true;
	out->len = start;
	out->overflow = false;
	encode(&m, 0, m.len);
	write_marked(&m, name_len, out);
	if (!out->overflow && decodes_to(out, start, *text))
		return true;
	out->len = start;
	return false;
}
