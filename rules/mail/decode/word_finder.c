/*
 * word_finder.c - find the encoded words of RFC 2047 in a field.
 *
 * A word ends at the first "?=" behind its beginning, wherever that is; but
 * when another one begins behind a blank before that, this one was never ended.
 *
 * Failure: what is not a word is none.
 */
#include "config.h"

#include <stdint.h>

#include "rules/mail/header/encoded_word.h"
#include "rules/mail/decode/word_finder.h"

#define FRONT_MAX 100		/* charset and language */

/* Offset of PART in TEXT, not before AT; the length of TEXT: there is none. */
static size_t
find_from(struct span text, size_t at, struct span part)
{
	while (at + part.len <= text.len) {
		at += span_find(span_skip(text, at), part.ptr[0]);
		if (span_starts_with(span_skip(text, at), part))
			return at;
		at++;
	}
	return text.len;
}

static size_t
find_blank(struct span text, size_t at)
{
	while (at < text.len && !is_gap(text.ptr[at]))
		at++;
	return at;
}

/* A blank with "=?" behind it. */
static size_t
find_nested(struct span text, size_t at)
{
	do {
		at = find_from(text, at + 1, span_of("=?"));
	} while (at < text.len && !is_gap(text.ptr[at - 1]));
	return at;
}

/* Is *KNOWN, the place of something, still the next one from AT on? */
static bool
is_stale(size_t known, size_t at)
{
	return known == SIZE_MAX || known < at;
}

void
word_finder_init(struct word_finder *f, struct span text)
{
	*f = (struct word_finder){ text, SIZE_MAX, SIZE_MAX, SIZE_MAX };
}

/* Offset behind "=?charset*language?" at AT; 0: there is none. */
static size_t
read_front(struct span text, size_t at, struct span *charset)
{
	struct span front = span_head(span_skip(text, at), FRONT_MAX);

	if (!span_starts_with(front, span_of("=?")))
		return 0;
	front = span_skip(front, 2);
	*charset = span_head(front, span_find(front, '?'));
	if (charset->len == front.len || find_blank(*charset, 0) < charset->len)
		return 0;
	at += 2 + charset->len + 1;
	/* RFC 2231 5: the language says nothing about the charset. */
	*charset = span_head(*charset, span_find(*charset, '*'));
	return charset->len > 0 ? at : 0;
}

/* Offset behind the "?=" that ends a payload at AT; 0: none does. */
static size_t
read_payload(struct word_finder *f, size_t at)
{
	if (is_stale(f->end, at))
		f->end = find_from(f->text, at, span_of("?="));
	if (f->end == f->text.len)
		return 0;
	if (is_stale(f->nested, at))
		f->nested = find_nested(f->text, at);
	if (is_stale(f->blank, at))
		f->blank = find_blank(f->text, at);
	return f->nested < f->end ? 0 : f->end + 2;
}

bool
word_finder_at(struct word_finder *f, size_t at, struct found_word *w)
{
	size_t i = read_front(f->text, at, &w->charset);

	if (i == 0 || f->text.len - i < 2 || f->text.ptr[i + 1] != '?')
		return false;
	w->encoding = ascii_lower(f->text.ptr[i]) == 'b' ? 'B' : 'Q';
	if (w->encoding == 'Q' && ascii_lower(f->text.ptr[i]) != 'q')
		return false;
	w->end = read_payload(f, i + 2);
	if (w->end == 0)
		return false;
	w->payload = span_make(f->text.ptr + i + 2, w->end - 2 - (i + 2));
	w->has_blank = f->blank < w->end;
	return true;
}

size_t
word_finder_next(const struct word_finder *f, size_t at)
{
	return find_from(f->text, at, span_of("=?"));
}
