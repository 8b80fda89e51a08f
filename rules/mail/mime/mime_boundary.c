/*
 * mime_boundary.c - is this line a delimiter?
 *
 * Each line that begins with "--" is held against each open boundary, eight
 * bytes at a time: the first eight decide nearly always, and where somebody
 * sees to it that they do not, no byte costs more for it.
 */
#include "config.h"

#include "rules/mail/mime/mime_boundary.h"

#define WORD sizeof(uint64_t)

static inline uint64_t
word_at(const char *at)
{
	uint64_t word;

	memcpy(&word, at, sizeof word);
	return word;
}

/* The first bytes of S as a word, zeros behind. */
static inline uint64_t
head_of(struct span s)
{
	uint64_t head = 0;

	if (s.len >= WORD)
		return word_at(s.ptr);
	memcpy(&head, s.ptr, s.len);
	return head;
}

/* The bits of head_of(S) that S has. */
static uint64_t
mask_of(struct span s)
{
	uint64_t mask = 0;

	memset(&mask, 0xff, s.len < WORD ? s.len : WORD);
	return mask;
}

/* Does LINE, whose first bytes are HEAD, begin with the boundary B? */
static inline bool
begins_with(struct span line, uint64_t head, const struct boundary *b)
{
	size_t at;

	if ((head & b->mask) != b->head || line.len < b->text.len)
		return false;
	if (b->text.len <= WORD)
		return true;
	for (at = WORD; at + WORD <= b->text.len; at += WORD) {
		if (word_at(line.ptr + at) != word_at(b->text.ptr + at))
			return false;
	}
	at = b->text.len - WORD;
	return word_at(line.ptr + at) == word_at(b->text.ptr + at);
}

int
boundaries_open(struct boundaries *b, struct arena *a, struct span text,
    size_t part, bool *same)
{
	if (arena_grow(a, (void **)&b->open, &b->room, b->count,
	    sizeof *b->open) < 0)
		return -1;
	for (size_t i = 0; i < b->count; i++) {
		if (span_starts_with(text, b->open[i].text) ||
		    span_starts_with(b->open[i].text, text))
			*same = true;
	}
	b->open[b->count++] = (struct boundary){ .text = text, .part = part,
		.head = head_of(text), .mask = mask_of(text) };
	return 0;
}

static bool
is_blank(struct span s)
{
	return span_trim(s).len == 0;
}

/* What is a line that has REST behind a boundary? */
static enum mime_line_kind
rest_kind(struct span rest)
{
	if (is_blank(rest))
		return LINE_OPENS;
	if (span_is(span_head(rest, 2), "--") && is_blank(span_skip(rest, 2)))
		return LINE_CLOSES;
	return LINE_DOUBTFUL;
}

enum mime_line_kind
boundaries_look(const struct boundaries *b, struct span line, size_t *which)
{
	enum mime_line_kind found = LINE_TEXT;
	uint64_t head;

	if (line.len <= 2 || line.ptr[0] != '-' || line.ptr[1] != '-')
		return LINE_TEXT;
	line = span_skip(line, 2);
	head = head_of(line);
	for (size_t i = b->count; i > 0; i--) {
		const struct boundary *o = &b->open[i - 1];
		enum mime_line_kind kind;

		if (!begins_with(line, head, o))
			continue;
		kind = rest_kind(span_skip(line, o->text.len));
		if (kind == LINE_DOUBTFUL && !o->closed &&
		    found == LINE_TEXT)
			found = LINE_DOUBTFUL;
		if (kind == LINE_DOUBTFUL)
			continue;
		if (!o->closed) {
			*which = i - 1;
			return kind;
		}
		found = LINE_BEHIND_END;
	}
	return found;
}
