/*
 * test_field_text.c - a field's value for a new text.
 */
#include "config.h"

#include <stdio.h>

#include "rules/mail/decode/decode.h"
#include "rules/mail/header/field_pieces.h"
#include "rules/mail/header/field_text.h"
#include "tests/unit/unit.h"

#define COUNT(a) (sizeof(a) / sizeof(a)[0])

#define JOERG "=?UTF-8?Q?Smith=2C_J=C3=B6rg?="	/* Smith, Jörg */
#define ROOM 65536

/* Bytes FROM to TO of the text become NEW. */
struct row {
	const char *sentence;
	const char *value;
	size_t from;
	size_t to;
	const char *new;
	const char *want;
};

static const struct row rows[] = {
	{ "nothing is changed by nothing", "a  b\t" JOERG " c", 0, 0, "",
	    "a  b\t" JOERG " c" },
	{ "text before an encoded word leaves it alone", JOERG " <j@x>", 0, 0,
	    "[EXT] ", "[EXT] " JOERG " <j@x>" },
	{ "so does text behind it", JOERG " <j@x>", 12, 12, " (EXT)",
	    JOERG " (EXT) <j@x>" },
	{ "what touches it becomes one as well", JOERG " <j@x>", 0, 0, "EXT:",
	    "=?UTF-8?Q?EXT=3A?= " JOERG " <j@x>" },
	{ "a part of it is encoded anew", JOERG " <j@x>", 7, 12, "J",
	    "=?UTF-8?Q?Smith=2C_J?= <j@x>" },
	{ "even where ASCII is left that means something", JOERG " <j@x>", 6,
	    12, "", "=?UTF-8?Q?Smith=2C?= <j@x>" },
	{ "what stands in its place is encoded", JOERG " <j@x>", 0, 12,
	    "a, b <c@d>", "=?UTF-8?B?YSwgYiA8Y0BkPg==?= <j@x>" },
	{ "with the blanks around it, too", "x " JOERG " <j@x>", 1, 15,
	    " a, b ", "x =?UTF-8?Q?a=2C_b?= <j@x>" },
	{ "but not where it takes the place of syntax", JOERG " <j@x>", 0, 18,
	    "a <c@d>", "a <c@d>" },
	{ "syntax may change", JOERG " <j@x>", 14, 17, "k@y",
	    JOERG " <k@y>" },
	{ "it may go", JOERG " <j@x>", 0, 13, "", "<j@x>" },
	{ "two in a row are one", "=?utf-8?q?=C3?= =?utf-8?q?=BC?= a", 3, 4,
	    "b", "=?utf-8?q?=C3?= =?utf-8?q?=BC?= b" },
	{ "of which a part is encoded anew",
	    "=?utf-8?q?a=C3?= =?utf-8?q?=BC?= a", 0, 1, "b",
	    "=?UTF-8?B?YsO8?= a" },
	{ "a blank between two is encoded when what divided them goes",
	    "=?utf-8?q?a?= x =?utf-8?q?b?=", 2, 4, "",
	    "=?utf-8?q?a?= =?UTF-8?Q?_?= =?utf-8?q?b?=" },
	{ "or what divides them", "=?utf-8?q?a?= =?utf-8?q?b?=", 1, 1, " ",
	    "=?UTF-8?Q?a_b?=" },
	{ "in another charset they stay",
	    "=?iso-8859-1?q?gr=FCn?= x", 6, 7, "y",
	    "=?iso-8859-1?q?gr=FCn?= y" },
	{ "a comment touches its words", "(=?utf-8?q?a?=) b", 4, 5, "c",
	    "(=?utf-8?q?a?=) c" },
	{ "and new ones", "(=?utf-8?q?ab?=) b", 1, 2, "\xc3\xbc",
	    "(=?UTF-8?B?w7xi?=) b" },
	{ "bytes that came so stay so", "f\xc3\xbcr \xff x", 8, 9, "y",
	    "f\xc3\xbcr \xff y" },
	{ "where something touches them they are encoded", "f\xc3\xbcr", 4, 4,
	    "s", "=?UTF-8?B?ZsO8cnM=?=" },
	{ "a tab stays", "a\tb c", 4, 5, "d", "a\tb d" },
	{ "what looks like an encoded word is encoded", "a b", 2, 3,
	    "=?utf-8?q?c?=", "a =?UTF-8?B?PT91dGYtOD9xP2M/PQ==?=" },
	{ "also when it came about so", "a ?utf-8?q?c?=", 2, 2, "=",
	    "a =?UTF-8?B?PT91dGYtOD9xP2M/PQ==?=" },
	{ "a word in a charset that nobody knows stays",
	    "=?x-y?q?c?= b", 12, 13, "d", "=?x-y?q?c?= d" },
	{ "controls are spaces", "a b", 2, 3, "c\r\nBcc: d",
	    "a c  Bcc: d" },
	{ "blanks at the ends go", "a b", 2, 3, " ", "a" },
};

static struct span
decode(struct span value, struct buffer *out)
{
	bool flawed;

	buffer_clear(out);
	decode_header(value, out, &flawed);
	return buffer_span(out);
}

static void
try(const struct row *r)
{
	struct span value = span_of(r->value), old, text;
	struct text_run at[3];
	struct runs runs = { .at = at, .count = 3 };
	struct buffer was, out;
	struct arena arena;

	arena_init(&arena, 1u << 22);
	buffer_init(&was, ROOM);
	buffer_init(&out, ROOM);
	old = decode(value, &was);
	at[0] = (struct text_run){ span_head(old, r->from), true, 0, r->from };
	at[1] = (struct text_run){ span_of(r->new), false, r->from, r->to };
	at[2] = (struct text_run){ span_skip(old, r->to), true, r->to,
		old.len };
	check_true(field_text_write(value, old, &runs, 7, &arena, &out,
	    &text));
	check_span(buffer_span(&out), r->want);
	arena_release(&arena);
	buffer_release(&was);
	buffer_release(&out);
}

static void
test_rows(void)
{
	for (size_t i = 0; i < COUNT(rows); i++) {
		unit_case(rows[i].sentence);
		try(&rows[i]);
	}
}

/* Numbers that are the same in every run. */
static unsigned
draw(unsigned *state, unsigned below)
{
	*state = *state * 1103515245u + 12345u;
	return (*state >> 16) % below;
}

static const char *const tokens[] = { "a", "b, c", " ", "  ", "\t", "<j@x>",
	"f\xc3\xbcr", "\xff", "(", ")", "\"", JOERG, "=?utf-8?q?=C3?=",
	"=?utf-8?q?=BC?=", "=?iso-8859-1?q?=FC?=", "=?utf-8?b?", "?=", "=?",
	"=?x-y?q?a?=", "=?utf-8?q?a b?=", "=?utf-8?q?\?=", "\x01",
	"=?utf-8?q?=00_=0D=0A?=", "=?us-ascii?q?=FF?=", "\xe2\x98\xba" };

static struct span
some_text(unsigned *state, struct buffer *out)
{
	unsigned n = draw(state, 12);

	buffer_clear(out);
	while (n-- > 0)
		buffer_add_text(out, tokens[draw(state, COUNT(tokens))]);
	return buffer_span(out);
}

/* An offset in TEXT where a character begins, not before FROM. */
static size_t
some_place(unsigned *state, struct span text, size_t from)
{
	size_t at = from + draw(state, (unsigned)(text.len - from) + 1);

	while (at < text.len && ((unsigned char)text.ptr[at] & 0xc0) == 0x80)
		at++;
	return at;
}

/* Whatever a value is and becomes, it is read as what was to be written. */
static void
test_random(void)
{
	struct buffer value, new, was, out, line, back;
	struct text_run at[3];
	struct runs runs = { .at = at, .count = 3 };
	struct span old, text;
	struct arena arena;
	unsigned state = 1, n;
	size_t from, to, i, wrong = 0;

	arena_init(&arena, 1u << 22);
	buffer_init(&value, ROOM);
	buffer_init(&new, ROOM);
	buffer_init(&was, ROOM);
	buffer_init(&out, ROOM);
	buffer_init(&line, ROOM);
	buffer_init(&back, ROOM);
	for (n = 0; n < 20000; n++) {
		(void)some_text(&state, &value);
		(void)some_text(&state, &new);
		old = decode(buffer_span(&value), &was);
		from = some_place(&state, old, 0);
		to = some_place(&state, old, from);
		at[0] = (struct text_run){ span_head(old, from), true, 0,
			from };
		at[1] = (struct text_run){ buffer_span(&new), false, from,
			to };
		at[2] = (struct text_run){ span_skip(old, to), true, to,
			old.len };
		arena_reset(&arena);
		buffer_clear(&out);
		buffer_clear(&line);
		check_true(field_text_write(buffer_span(&value), old, &runs, 7,
		    &arena, &out, &text));
		for (i = 0; i < out.len; i++)
			if (out.ptr[i] != '\n')
				buffer_add_char(&line, out.ptr[i]);
		wrong += !span_equal(decode(buffer_span(&line), &back), text);
	}
	check_size(wrong, 0);
	arena_release(&arena);
	buffer_release(&value);
	buffer_release(&new);
	buffer_release(&was);
	buffer_release(&out);
	buffer_release(&line);
	buffer_release(&back);
}

/* The pieces of a value hold all of it and of its text, in order. */
static void
test_pieces(void)
{
	struct buffer value, was;
	struct field_pieces p;
	struct span old;
	struct arena arena;
	unsigned state = 7, n;
	size_t i, raw, text;

	arena_init(&arena, 1u << 22);
	buffer_init(&value, ROOM);
	buffer_init(&was, ROOM);
	for (n = 0; n < 5000; n++) {
		(void)some_text(&state, &value);
		old = decode(buffer_span(&value), &was);
		arena_reset(&arena);
		check_int(field_pieces_read(&p, buffer_span(&value), old,
		    &arena), 0);
		for (i = raw = text = 0; i < p.count; i++) {
			check_true(p.at[i].raw.ptr == value.ptr + raw);
			check_true(p.at[i].text.ptr == old.ptr + text);
			raw += p.at[i].raw.len;
			text += p.at[i].text.len;
		}
		check_size(raw, value.len);
		check_size(text, old.len);
	}
	arena_release(&arena);
	buffer_release(&value);
	buffer_release(&was);
}

static const struct unit_test tests[] = {
	{ "as little of a value changes as can", test_rows },
	{ "it is read as what was written, whatever it was", test_random },
	{ "pieces hold a value and its text", test_pieces },
};

UNIT_MAIN("field text", tests)
