/*
 * field_marks.c - mark each byte of a header field's new text.
 *
 * A stretch that is copied brings along what it was in the value: bytes that
 * stood for themselves do so again, a piece that is there whole keeps its
 * bytes, and what is left of encoded words is to be encoded.
 *
 * Failure: the arena is exhausted.
 */
#include "config.h"

#include "rules/base/utf8.h"
#include "rules/mail/header/encoded_word.h"
#include "rules/mail/header/field_marks.h"

struct source {
	const struct field_pieces *pieces;
	struct span old;
};

static size_t
start_of(const struct source *s, size_t i)
{
	return (size_t)(s->pieces->at[i].text.ptr - s->old.ptr);
}

static size_t
end_of(const struct source *s, size_t i)
{
	return start_of(s, i) + s->pieces->at[i].text.len;
}

/* The first piece that ends behind byte AT of the old text. */
static size_t
piece_at(const struct source *s, size_t at)
{
	size_t low = 0, high = s->pieces->count, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (end_of(s, middle) > at)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

static int
mark(struct marked *m, struct span text, unsigned char mark)
{
	if (text.len > m->room - m->len)
		return -1;
	memcpy(m->text + m->len, text.ptr, text.len);
	memset(m->marks + m->len, mark, text.len);
	m->len += text.len;
	return 0;
}

/* Bytes FROM to TO of piece I, which is FIELD_PLAIN. */
static int
copy_plain(struct marked *m, const struct source *s, size_t i, size_t from,
    size_t to)
{
	const struct field_piece *p = &s->pieces->at[i];
	unsigned char *marks = m->marks + m->len;
	size_t k;

	if (mark(m, span_make(p->text.ptr + from, to - from), MARK_PLAIN) < 0)
		return -1;
	for (k = from; k < to; k++)
		if (p->raw.ptr[k] == '\t')
			marks[k - from] = MARK_TAB;
	if (from == 0 && i > 0 && p[-1].kind == FIELD_WORDS)
		marks[0] |= MARK_TOUCHED_LEFT;
	if (to == p->text.len && i + 1 < s->pieces->count &&
	    p[1].kind == FIELD_WORDS)
		marks[to - from - 1] |= MARK_TOUCHED_RIGHT;
	return 0;
}

static int
copy_whole(struct marked *m, const struct field_piece *p)
{
	if (arena_grow(m->arena, (void **)&m->kept, &m->kept_room,
	    m->kept_count, sizeof *m->kept) < 0)
		return -1;
	m->kept[m->kept_count++] = (struct kept){ m->len, p->text.len, p->raw,
		p->kind };
	return mark(m, p->text, MARK_KEPT);
}

static int
copy_piece(struct marked *m, const struct source *s, size_t i, size_t from,
    size_t to)
{
	const struct field_piece *p = &s->pieces->at[i];

	if (p->kind == FIELD_PLAIN)
		return copy_plain(m, s, i, from, to);
	if (from == 0 && to == p->text.len)
		return copy_whole(m, p);
	return mark(m, span_make(p->text.ptr + from, to - from),
	    p->kind == FIELD_WORDS ? MARK_ENCODE : MARK_PLAIN);
}

static int
copy_run(struct marked *m, const struct source *s, size_t from, size_t to)
{
	size_t i, start, end;

	for (i = piece_at(s, from); from < to; i++) {
		start = start_of(s, i);
		end = end_of(s, i) < to ? end_of(s, i) : to;
		if (from < end &&
		    copy_piece(m, s, i, from - start, end - start) < 0)
			return -1;
		from = end;
	}
	return 0;
}

/* Are bytes FROM to TO of the old text of encoded words, but for blanks? Where
 * there are none: is the place inside of such? */
static bool
is_in_words(const struct source *s, size_t from, size_t to)
{
	size_t i = piece_at(s, from), at;
	const struct field_piece *p;
	bool some = false;

	if (from == to)
		return i < s->pieces->count && start_of(s, i) < from &&
		    s->pieces->at[i].kind == FIELD_WORDS;
	for (at = from; at < to; at++) {
		while (end_of(s, i) <= at)
			i++;
		p = &s->pieces->at[i];
		if (p->kind == FIELD_WORDS)
			some = true;
		else if (s->old.ptr[at] != ' ')
			return false;
	}
	return some;
}

/* Text that is new. Blanks at its ends may as well stand for themselves. */
static int
write_run(struct marked *m, struct span text, bool encode)
{
	size_t start = m->len, end;
	struct span c;

	while (text.len > 0) {
		c = encoded_word_char(&text);
		if (mark(m, c, MARK_PLAIN) < 0)
			return -1;
	}
	for (end = m->len; end > start && m->text[end - 1] == ' '; end--)
		;
	while (start < end && m->text[start] == ' ')
		start++;
	if (encode)
		memset(m->marks + start, MARK_ENCODE, end - start);
	return 0;
}

/* The kept pieces are never blanks alone that are plain, so they stay. */
static void
trim(struct marked *m)
{
	size_t n = 0, i;

	while (m->len > 0 && mark_is_gap(m, m->len - 1))
		m->len--;
	while (n < m->len && mark_is_gap(m, n))
		n++;
	m->text += n;
	m->marks += n;
	m->len -= n;
	for (i = 0; i < m->kept_count; i++)
		m->kept[i].at -= n;
}

/* How long the text may become: a byte of RUNS that is no UTF-8 takes three. */
static size_t
room_for(const struct runs *runs)
{
	const struct text_run *r;
	size_t room = 0;

	for (r = runs->at; r < runs->at + runs->count; r++)
		room += r->copied ? r->to - r->from : UTF8_MAX * r->text.len;
	return room;
}

int
field_marks_make(struct marked *m, const struct field_pieces *p,
    struct span old, const struct runs *runs, struct arena *arena)
{
	const struct source s = { p, old };
	const struct text_run *r;
	int result = 0;

	*m = (struct marked){ .arena = arena, .room = room_for(runs) };
	m->text = arena_alloc(arena, m->room);
	m->marks = arena_alloc(arena, m->room);
	if (m->text == NULL || m->marks == NULL)
		return -1;
	for (r = runs->at; r < runs->at + runs->count && result == 0; r++)
		result = r->copied ? copy_run(m, &s, r->from, r->to) :
		    write_run(m, r->text, is_in_words(&s, r->from, r->to));
	trim(m);
	return result;
}
