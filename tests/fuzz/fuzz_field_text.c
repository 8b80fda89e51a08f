/*
 * fuzz_field_text.c - any value, and any change of its text.
 *
 * The bytes up to the first NUL are the value; those behind it say what its
 * text becomes: each is a stretch that is left out, replaced, doubled or kept.
 * Whatever it is, the new value decodes to the new text, in lines that a field
 * may have; and what is not changed keeps its bytes.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>

#include "rules/base/utf8.h"
#include "rules/mail/decode/decode.h"
#include "rules/mail/header/encoded_word.h"
#include "rules/mail/header/field_text.h"
#include "rules/mail/header/header_line.h"
#include "rules/mail/header/header_text.h"
#include "tests/fuzz/fuzz.h"

#define RUNS_MAX 64
#define ROOM (1u << 20)
#define LINE_MAX_BYTES 998

static const char *const words[] = { "x", " ", "[EXT] ", "\xc3\xbc", "=?",
	"?=", "a, b <c@d>", "\xff", "\t", "=?utf-8?q?y?=", "  ", "(" };

#define WORDS (sizeof words / sizeof words[0])

static void
require(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "broken promise: %s\n", what);
	abort();
}

/* The start of a character of TEXT not behind AT. */
static size_t
whole(struct span text, size_t at)
{
	while (at > 0 && at < text.len && utf8_is_continuation(text.ptr[at]))
		at--;
	return at;
}

static void
add_run(struct runs *runs, struct text_run run)
{
	if (run.copied && run.from == run.to)
		return;
	runs->at[runs->count++] = run;
}

static void
make_runs(struct runs *runs, struct span old, struct span orders)
{
	size_t at = 0, to;
	unsigned char c;

	for (; orders.len > 0 && runs->count + 3 < RUNS_MAX;
	    orders = span_skip(orders, 1)) {
		c = (unsigned char)orders.ptr[0];
		to = whole(old, at + (c >> 3) < old.len ? at + (c >> 3) :
		    old.len);
		if (to < at)
			to = at;
		if ((c & 7) != 1 && (c & 7) != 2)
			add_run(runs, (struct text_run){
			    .text = span_head(span_skip(old, at), to - at),
			    .copied = true, .from = at, .to = to });
		if ((c & 7) == 3 && runs->count > 0) {
			runs->at[runs->count] = runs->at[runs->count - 1];
			runs->count++;
		}
		if ((c & 7) == 2 || (c & 7) == 4)
			add_run(runs, (struct text_run){
			    .text = span_of(words[(c >> 3) % WORDS]),
			    .from = (c & 7) == 2 ? at : to, .to = to });
		at = to;
	}
	add_run(runs, (struct text_run){ .copied = true, .from = at,
	    .text = span_skip(old, at), .to = old.len });
}

/* What RUNS say, as field_text.h has it, but for blanks at its ends. */
static void
say(const struct runs *runs, struct buffer *out)
{
	struct span text, c;
	size_t i;

	for (i = 0; i < runs->count; i++) {
		text = runs->at[i].text;
		while (text.len > 0) {
			c = encoded_word_char(&text);
			buffer_add(out, c);
		}
	}
}

static void
check_lines(struct span value, size_t name_len)
{
	size_t i, column = name_len + 2;

	for (i = 0; i < value.len; i++) {
		if (value.ptr[i] == '\n') {
			require(i + 1 < value.len && (value.ptr[i + 1] == ' ' ||
			    value.ptr[i + 1] == '\t'), "a fold continues");
			column = 0;
			continue;
		}
		require(++column <= LINE_MAX_BYTES, "no line is too long");
		require(!is_gap(value.ptr[i]) || value.ptr[i] == ' ' ||
		    value.ptr[i] == '\t', "no controls");
	}
}

/* Is VALUE one that could have been written so? An encoded word without a text
 * need not stay. */
static bool
is_tidy(struct span value)
{
	size_t i, word = 0, blanks = 0;

	if (value.len == 0 || span_trim(value).len < value.len ||
	    memmem(value.ptr, value.len, "?" "?=", 3) != NULL)
		return false;
	for (i = 0; i < value.len; i++) {
		if (is_gap(value.ptr[i])) {
			if (value.ptr[i] != ' ' && value.ptr[i] != '\t')
				return false;
			word = 0;
			blanks++;
		} else {
			word++;
			blanks = 0;
		}
		if (word > HEADER_WORD_MAX || blanks > HEADER_BLANKS_MAX)
			return false;
	}
	return true;
}

static struct span
unfold(struct span value, struct buffer *out)
{
	size_t i;

	for (i = 0; i < value.len; i++)
		if (value.ptr[i] != '\n')
			buffer_add_char(out, value.ptr[i]);
	return buffer_span(out);
}

struct trial {
	struct arena arena;
	struct buffer old;
	struct buffer said;
	struct buffer value;
	struct buffer unfolded;
	struct buffer back;
};

static void
check(struct trial *t, struct span value, const struct runs *runs,
    bool changed)
{
	struct span old = buffer_span(&t->old), text, said;
	bool flawed;

	say(runs, &t->said);
	said = buffer_span(&t->said);
	if (!field_text_write(value, old, runs, 7, &t->arena, &t->value,
	    &text)) {
		require(t->value.len == 0, "nothing is left of a failure");
		require(said.len > HEADER_TEXT_MAX / 2,
		    "what is short can be written");
		return;
	}
	check_lines(buffer_span(&t->value), 7);
	decode_header(unfold(buffer_span(&t->value), &t->unfolded), &t->back,
	    &flawed);
	require(span_equal(buffer_span(&t->back), text), "it is read so");
	require(span_equal(span_trim(text), span_trim(said)),
	    "it says what was asked for");
	require(changed || !is_tidy(value) ||
	    span_equal(value, buffer_span(&t->unfolded)),
	    "what does not change keeps its bytes");
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span all = span_make((const char *)data, size), value, orders;
	struct text_run at[RUNS_MAX];
	struct runs runs = { .at = at };
	struct trial t;
	bool flawed;

	value = span_head(all, span_find(all, '\0'));
	orders = span_skip(all, value.len + 1);
	arena_init(&t.arena, 64 * ROOM);
	buffer_init(&t.old, ROOM);
	buffer_init(&t.said, ROOM);
	buffer_init(&t.value, ROOM);
	buffer_init(&t.unfolded, ROOM);
	buffer_init(&t.back, ROOM);
	decode_header(value, &t.old, &flawed);
	make_runs(&runs, buffer_span(&t.old), orders);
	check(&t, value, &runs, orders.len > 0);
	arena_release(&t.arena);
	buffer_release(&t.old);
	buffer_release(&t.said);
	buffer_release(&t.value);
	buffer_release(&t.unfolded);
	buffer_release(&t.back);
	return 0;
}
