/*
 * test_span.c - spans are compared, searched and hashed as SMTP does it.
 */
#include "config.h"

#include "span.h"
#include "tests/unit/unit.h"

#define COUNT(a) (sizeof(a) / sizeof(a)[0])

/* A span of a literal that may hold NULs. */
#define LIT(s) span_make((s), sizeof(s) - 1)

static const struct {
	const char *sentence;
	struct span a, b;
	bool equal, nocase, starts, ends;
} pairs[] = {
	{ "the same text is equal in every way", { "ab", 2 }, { "ab", 2 }, true,
	    true, true, true },
	{ "letters of another case are equal only without case", { "aBZ", 3 },
	    { "AbZ", 3 }, false, true, false, false },
	{ "non-ASCII bytes have no case", { "\xc3\xa4", 2 }, { "\xc3\x84", 2 },
	    false, false, false, false },
	{ "'@' and '`' differ by the bit that letters ignore, and stay apart",
	    { "@", 1 }, { "`", 1 }, false, false, false, false },
	{ "what is behind a NUL counts", { "a\0b", 3 }, { "a\0c", 3 }, false,
	    false, false, false },
	{ "a longer text is not equal but begins with the shorter",
	    { "abc", 3 }, { "ab", 2 }, false, false, true, false },
	{ "a longer text is not equal but ends in the shorter", { "abc", 3 },
	    { "bc", 2 }, false, false, false, true },
	{ "a shorter text neither begins nor ends with the longer", { "a", 1 },
	    { "aa", 2 }, false, false, false, false },
	{ "every text begins and ends with the empty one", { "a", 1 },
	    { NULL, 0 }, false, false, true, true },
	{ "two empty spans are equal wherever they point", { NULL, 0 },
	    { "x", 0 }, true, true, true, true },
};

static void
test_pairs(void)
{
	for (size_t i = 0; i < COUNT(pairs); i++) {
		struct span a = pairs[i].a, b = pairs[i].b;

		unit_case(pairs[i].sentence);
		check_int(span_equal(a, b), pairs[i].equal);
		check_int(span_equal_nocase(a, b), pairs[i].nocase);
		check_int(span_starts_with(a, b), pairs[i].starts);
		check_int(span_ends_with(a, b), pairs[i].ends);
	}
}

static void
test_is(void)
{
	check_true(span_is(span_of("reject"), "reject"));
	check_true(!span_is(span_of("reject"), "Reject"));
	check_true(!span_is(LIT("reject\0"), "reject"));
	check_true(span_is(span_of(NULL), ""));
}

static void
test_cut(void)
{
	check_span(span_skip(span_of("abc"), 1), "bc");
	check_span(span_skip(span_of("abc"), 4), "");
	check_span(span_head(span_of("abc"), 1), "a");
	check_span(span_head(span_of("abc"), 4), "abc");
	check_true(span_skip(span_make(NULL, 0), 1).ptr == NULL);
}

static const struct {
	const char *sentence;
	struct span text;
	char c;
	size_t first, last;
} searches[] = {
	{ "a byte is found at both ends", { "abca", 4 }, 'a', 0, 3 },
	{ "a byte that is there once is first and last", { "abc", 3 }, 'b', 1,
	    1 },
	{ "a byte that is not there gives the length", { "abc", 3 }, 'x', 3,
	    3 },
	{ "a NUL is a byte like others", { "a\0b\0", 4 }, '\0', 1, 3 },
	{ "the NUL behind a text is not in it", { "abc", 3 }, '\0', 3, 3 },
	{ "nothing is in the empty span", { NULL, 0 }, 'a', 0, 0 },
};

static void
test_find(void)
{
	for (size_t i = 0; i < COUNT(searches); i++) {
		unit_case(searches[i].sentence);
		check_size(span_find(searches[i].text, searches[i].c),
		    searches[i].first);
		check_size(span_find_last(searches[i].text, searches[i].c),
		    searches[i].last);
	}
}

static void
test_trim(void)
{
	check_span(span_trim(span_of(" \t a b\t ")), "a b");
	check_span(span_trim(span_of(" \t ")), "");
	check_span(span_trim(span_of("\na\r")), "\na\r");
	check_span(span_trim(span_make(NULL, 0)), "");
}

static void
test_hash(void)
{
	unsigned long h = span_hash_nocase(span_of("Example.ORG"), 7);

	check_true(h == span_hash_nocase(span_of("example.org"), 7));
	check_true(h != span_hash_nocase(span_of("example.org"), 8));
	check_true(h != span_hash_nocase(span_of("example.orh"), 7));
	check_true(span_hash_nocase(LIT("a\0b"), 0) !=
		   span_hash_nocase(LIT("a\0c"), 0));
	check_true(span_hash_nocase(span_of(NULL), 1) ==
		   span_hash_nocase(span_of(""), 1));
	check_true(span_hash(span_of("a"), 0) != span_hash(span_of("A"), 0));
	check_true(span_hash(span_of("a"), 0) != span_hash(span_of("a"), 1));
	check_true(span_hash(LIT("a\0b"), 0) == span_hash(LIT("a\0b"), 0));
}

/* A table of 2^n places takes the low bits; they must not crowd. */
static void
test_hash_spread(void)
{
	unsigned count[256] = { 0 };
	unsigned most = 0;
	char name[8] = "a000.x";

	for (unsigned i = 0; i < 1000; i++) {
		unsigned long h;

		name[1] = (char)('0' + i / 100);
		name[2] = (char)('0' + i / 10 % 10);
		name[3] = (char)('0' + i % 10);
		h = span_hash_nocase(span_of(name), 0);
		if (++count[h & 255] > most)
			most = count[h & 255];
	}
	check_true(most < 20);
}

static const struct unit_test tests[] = {
	{ "spans are compared by bytes, or without ASCII case", test_pairs },
	{ "a span is a C string's text only if nothing is over", test_is },
	{ "head and skip never pass the end", test_cut },
	{ "the first and the last place of a byte are found", test_find },
	{ "trim takes spaces and tabs, and nothing else", test_trim },
	{ "a hash minds case when told to, and its key", test_hash },
	{ "hashes of similar names spread over a table", test_hash_spread },
};

UNIT_MAIN("span", tests)
