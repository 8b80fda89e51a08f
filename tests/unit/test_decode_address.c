/*
 * test_decode_address.c - who is in an address field.
 */
#include "config.h"

#include <stdlib.h>

#include "rules/mail/decode/decode.h"
#include "tests/unit/unit.h"

#define ARENA (64u << 20)

/* LIST as text: "display|local|domain; …" */
static void
describe(const struct mailboxes *list, struct buffer *out)
{
	for (size_t i = 0; i < list->count; i++) {
		buffer_add_text(out, i > 0 ? "; " : "");
		buffer_add(out, list->at[i].display);
		buffer_add_char(out, '|');
		buffer_add(out, list->at[i].local);
		buffer_add_char(out, '|');
		buffer_add(out, list->at[i].domain);
	}
}

static void
check_list(const char *value, const char *want, bool bad)
{
	struct mailboxes list = { .count = 0 };
	bool flawed = false;
	struct arena arena;
	struct buffer got;

	arena_init(&arena, ARENA);
	buffer_init(&got, 100000);
	decode_mailboxes(span_of(value), &arena, &list, &flawed);
	describe(&list, &got);
	check_span(buffer_span(&got), want);
	check_int(flawed, bad);
	buffer_release(&got);
	arena_release(&arena);
}

struct row {
	const char *sentence;
	const char *value, *want;
};

static void
check_rows(const struct row *rows, size_t count, bool bad)
{
	for (size_t i = 0; i < count; i++) {
		unit_case(rows[i].sentence);
		check_list(rows[i].value, rows[i].want, bad);
	}
}

static void
test_grammar(void)
{
	static const struct row rows[] = {
		{ "an address alone", "a@b.c", "|a|b.c" },
		{ "one with a name", "Foo Bar <a@b>", "Foo Bar|a|b" },
		{ "a name in quotes", "\"Bar, Foo\" <a@b>", "Bar, Foo|a|b" },
		{ "a quote inside of one", "\"a \\\"b\\\" c\" <a@b>",
		  "a \"b\" c|a|b" },
		{ "an address that is a name", "\"x@y\" <a@b>", "x@y|a|b" },
		{ "… without quotes, too", "x@y <a@b>", "x@y|a|b" },
		{ "a name of encoded words",
		  "=?utf-8?q?f=C3=BCr?= =?utf-8?q?_uns?= <a@b>",
		  "f\xc3\xbcr uns|a|b" },
		{ "… in quotes", "\"=?utf-8?q?f=C3=BCr?=\" <a@b>",
		  "f\xc3\xbcr|a|b" },
		{ "a comma in an encoded word", "=?utf-8?q?a,b@c?= <a@b>",
		  "a,b@c|a|b" },
		{ "a comment that is a name", "a@b (Foo (x) Bar)",
		  "Foo (x) Bar|a|b" },
		{ "comments elsewhere", "(x) Foo (y) <a(z)@(z)b> (z)",
		  "Foo|a|b" },
		{ "a comment in place of a name", "<a@b> (Foo), (Bar) <c@d>",
		  "Foo|a|b; Bar|c|d" },
		{ "a comment inside of a name", "Foo (x) Bar <a@b>",
		  "Foo (x) Bar|a|b" },
		{ "several", "a@b, Foo <c@d> ,e@f",
		  "|a|b; Foo|c|d; |e|f" },
		{ "commas with nothing between", ", a@b,, ,c@d,",
		  "|a|b; |c|d" },
		{ "a group", "Team: a@b, Foo <c@d>;, e@f",
		  "|a|b; Foo|c|d; |e|f" },
		{ "an empty group", "undisclosed-recipients:;", "" },
		{ "groups in groups", "a: b: c: d@e;; f@g;", "|d|e; |f|g" },
		{ "a route is no part of the address", "<@x,@y.z:a@b>",
		  "|a|b" },
		{ "a quoted local part stays quoted where it must",
		  "\"a b\"@c, \"d\"@e", "|\"a b\"|c; |d|e" },
		{ "a literal", "a@[IPv6:::1]", "|a|[IPv6:::1]" },
		{ "blanks beside dots and '@'", "a . b @ c . d", "|a.b|c.d" },
		{ "a final dot of the domain goes", "a@b.c.", "|a|b.c" },
		{ "letters keep their case", "A@B.C", "|A|B.C" },
		{ "an IDN stays as it is", "a@xn--mnchen-3ya.de",
		  "|a|xn--mnchen-3ya.de" },
		{ "UTF-8 is an address", "f\xc3\xbcr@m\xc3\xbcn.de",
		  "|f\xc3\xbcr|m\xc3\xbcn.de" },
		{ "a local part alone", "root, a@b, Foo <admin>",
		  "|root|; |a|b; Foo|admin|" },
		{ "a control character is a blank", "Foo\x01 <a\x02@b>",
		  "Foo|a|b" },
		{ "nothing", "", "" },
		{ "blanks and a comment", " (x) ", "" },
	};

	check_rows(rows, sizeof rows / sizeof rows[0], false);
}

static void
test_wrong(void)
{
	static const struct row rows[] = {
		{ "an empty address", "Foo <>", "Foo||" },
		{ "a quote that is never closed", "\"Foo <a@b>, c@d",
		  "\"Foo|a|b; |c|d" },
		{ "a comment that is never closed hides nothing",
		  "(Foo a@b, c@d", "(Foo|a|b; |c|d" },
		{ "… behind an address: it is its name", "a@b (c@d, e@f",
		  "c@d, e@f|a|b" },
		{ "… with others inside", "a@b (((c (d) e@f",
		  "((c (d) e@f|a|b" },
		{ "… behind brackets", "<a@b> (c@d, Foo <e@f> (g@h",
		  "c@d, Foo <e@f> (g@h|a|b" },
		{ "… behind brackets and a name", "Foo <a@b> (c@d",
		  "Foo|a|b" },
		{ "… in a name", "Foo (Bar <a@b>, c@d", "Foo (Bar|a|b; |c|d" },
		{ "a bracket that is never closed", "Foo <a@b, Bar <c@d",
		  "Foo|a|b; Bar|c|d" },
		{ "brackets too many", "Foo <<a@b>>", "Foo|a|b" },
		{ "two addresses in brackets", "Foo <a@b> <c@d>",
		  "Foo|a|b; |c|d" },
		{ "text behind the brackets", "<a@b> c@d", "|a|b; |c|d" },
		{ "two addresses without a comma", "a@b c@d", "|a|b; |c|d" },
		{ "a name without brackets", "John Doe john@x",
		  "John Doe|john|x" },
		{ "a comma in a name", "Doe, John <a@b>", "Doe, John|a|b" },
		{ "two '@'", "a@b@c", "|a@b|c" },
		{ "a dot too many", "a.@b, c..d@e", "|a.|b; |c..d|e" },
		{ "a bracket in a name", "Foo [x, y] <a@b>",
		  "Foo [x, y]|a|b" },
		{ "a scheme in brackets", "<mailto:a@b>", "|mailto:a|b" },
		{ "a name in a charset that nobody knows",
		  "=?x-none?q?a?= <a@b>", "=?x-none?q?a?=|a|b" },
		{ "Windows-1252", "F\xfcr <f\xfcr@b>",
		  "F\xc3\xbcr|f\xc3\xbcr|b" },
		{ "a route without an address", "<@x,@y>", "|@x,|y" },
		{ "a colon behind an address", "a@b: c@d", "|a|b; |c|d" },
		{ "an '@' without a domain", "Foo \"x\" @", "Foo|x|" },
	};

	check_rows(rows, sizeof rows / sizeof rows[0], true);
}

static void
test_aligned(void)
{
	struct mailboxes list = { .count = 0 };
	bool flawed = false;
	struct arena arena;

	arena_init(&arena, ARENA);
	decode_mailboxes(span_of("a@b"), &arena, &list, &flawed);
	decode_mailboxes(span_of("root"), &arena, &list, &flawed);
	decode_mailboxes(span_of("<>"), &arena, &list, &flawed);
	check_size(list.count, 3);
	for (size_t i = 0; i < list.count; i++) {
		check_true(list.at[i].address.ptr != NULL);
		check_true(list.at[i].local.ptr != NULL);
		check_true(list.at[i].domain.ptr != NULL);
		check_true(list.at[i].display.ptr != NULL);
	}
	check_span(list.at[0].address, "a@b");
	check_span(list.at[1].address, "root");
	check_span(list.at[2].address, "<>");
	arena_release(&arena);
}

/* FRONT, UNIT as often as it fits SIZE, and END. */
static struct span
repeat(const char *front, const char *unit, const char *end, size_t size)
{
	struct buffer b;

	buffer_init(&b, size * 2 + 100);
	buffer_add_text(&b, front);
	while (b.len < size)
		buffer_add_text(&b, unit);
	buffer_add_text(&b, end);
	return buffer_span(&b);
}

/* What makes a parser recurse, or take quadratic time. */
static void
test_long(void)
{
	static const struct {
		const char *front, *unit, *end;
		size_t count;
	} rows[] = {
		{ "", "a:", "b@c", 1 },
		{ "", "(", "a@b", 1 },
		{ "a@b ", "(", ")", 1 },
		{ "", "\\\"", " <a@b>", 1 },
		{ "\"", "a\\\"", "\" <a@b>", 1 },
		{ "", "<", "a@b", 1 },
		{ "", "[", "@a", 1 },
		{ "", "a,", "<b@c>", 1 },
		{ "", "a ", "<b@c>", 1 },
		{ "", "a@", "b", 1 },
		{ "", "=?u?q?a", "<a@b>", 1 },
		{ "", "=?utf-8?q?a?= ", "<a@b>", 1 },
		{ "", "<@a,(", "", MAILBOXES_MAX },
		{ "", "a:;", "", 0 },
		{ "", "a@b,", "", MAILBOXES_MAX },
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct span value = repeat(rows[i].front, rows[i].unit,
		    rows[i].end, 1u << 20);
		struct mailboxes list = { .count = 0 };
		bool flawed = false;
		struct arena arena;

		unit_case(rows[i].unit);
		arena_init(&arena, ARENA);
		decode_mailboxes(value, &arena, &list, &flawed);
		check_size(list.count, rows[i].count);
		check_int(list.lost, rows[i].count == MAILBOXES_MAX);
		check_true(!arena.exhausted);
		arena_release(&arena);
		free((char *)value.ptr);
	}
}

/* With any amount of memory: what is there is whole, and the rest is told. */
static void
test_memory(void)
{
	for (size_t limit = 0; limit < 600; limit += 8) {
		struct mailboxes list = { .count = 0 };
		bool flawed = false;
		struct arena arena;

		arena_init(&arena, limit);
		decode_mailboxes(span_of("Foo <a@b>, c@d, e@f"), &arena,
		    &list, &flawed);
		check_true(arena.exhausted || list.count == 3);
		for (size_t i = 0; i < list.count; i++)
			check_true(list.at[i].address.ptr != NULL &&
			    list.at[i].local.ptr != NULL &&
			    list.at[i].domain.ptr != NULL &&
			    list.at[i].display.ptr != NULL);
		arena_release(&arena);
	}
}

static const struct unit_test tests[] = {
	{ "mailboxes are read by the grammar", test_grammar },
	{ "what is wrong is read as readers read it", test_wrong },
	{ "several fields make one list, no part of it NULL", test_aligned },
	{ "a megabyte is read in one pass, and the list is bounded",
	  test_long },
	{ "an arena that is full is told", test_memory },
};

UNIT_MAIN("decode_mailboxes", tests)
