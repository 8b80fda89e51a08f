/*
 * test_regex_shape.c - which regexes are doubted, and which are left alone.
 */
#include "config.h"

#include <stdlib.h>

#include "rules/load/regex_shape.h"
#include "tests/unit/unit.h"

#define COUNT(a) (sizeof(a) / sizeof(a)[0])

static const struct {
	const char *sentence;
	const char *pattern;
	const char *flags;
	int offset;		/* -1: no doubt */
} backtrack_rows[] = {
	{ "a repeat in a repeat", "^(a+)+$", "", 1 },
	{ "of a class", "^([a-z]+)*$", "", 1 },
	{ "that may be empty", "^(a*)*b", "", 1 },
	{ "of all bytes", "^(.*)*x", "", 1 },
	{ "without a capture", "x(?:a+)+$", "", 1 },
	{ "with a name", "^(?<n>a+)+$", "", 1 },
	{ "lazy as well", "^(a+?)+$", "", 1 },
	{ "at least so often", "^(a+){2,}$", "", 1 },
	{ "many times", "^(a+){1,50}$", "", 1 },
	{ "with something optional behind it", "^(\\w+\\s?)+$", "", 1 },
	{ "with a separator that it may be itself", "^(.+,)+$", "", 1 },
	{ "words and blanks that may be none", "^(\\s*\\w+\\s*)+$", "", 1 },
	{ "two in one turn", "^(.*.*)+x", "", 1 },
	{ "a repeat deeper down", "^((a+))+$", "", 1 },
	{ "in a group that may be left out", "^((?:a+)?)+$", "", 1 },
	{ "only within a group", "^(x(a+)+y)$", "", 3 },
	{ "in another alternative", "^(?:b|(a+)+)$", "", 6 },
	{ "alternatives of which one is two others", "^(a|aa)*$", "", 1 },
	{ "the same in other words", "^(\\w|\\d)*$", "", 1 },
	{ "an escape that is two bytes as well", "^(\\\\.|[^\"])*\"", "", 1 },
	{ "alike when case is ignored", "^([a-z]+[A-Z])+$", "i", 1 },
	{ "and when it says so itself", "(?i)^([a-z]+[A-Z])+$", "", 5 },
	{ "with blanks for people", "^( a + ) + $", "x", 1 },
	{ "in a look-ahead", "^(?=(a+)+b)a", "", 4 },

	{ "one repeat is fine", "^a+$", "", -1 },
	{ "one behind another", "^.*foo.*bar$", "", -1 },
	{ "a group that is repeated", "^(ab)+$", "", -1 },
	{ "few times", "^(a+){1,3}$", "", -1 },
	{ "nothing behind it may fail", "^(\\w+\\s?)+", "", -1 },
	{ "nor what may be left out", "(a+)+b?", "", -1 },
	{ "a separator that it cannot be", "^(\\w+\\s)+$", "", -1 },
	{ "labels of a name", "^([a-z0-9-]+\\.)+[a-z]+$", "i", -1 },
	{ "fields with commas", "^([^,]*,)*x$", "", -1 },
	{ "case tells them apart", "^([a-z]+[A-Z])+$", "", -1 },
	{ "a word's end tells turns apart", "^(\\w+\\b\\s*)+$", "", -1 },
	{ "an inner repeat gives nothing back", "^(a++)+$", "", -1 },
	{ "nor does an atomic group", "^((?>a+)b?)+$", "", -1 },
	{ "an outer one that gives nothing back", "^(a+)++$", "", -1 },
	{ "within an atomic group nothing is tried again", "^(?>(a+)+)b", "",
	  -1 },
	{ "alternatives that differ", "^(cat|dog)*$", "", -1 },
	{ "an escape that is nothing else", "^(\\\\.|[^\"\\\\])*\"", "", -1 },
	{ "of lengths that do not fit", "^(ab|aba)*$", "", -1 },
	{ "of a different length", "^(ab|a)*$", "", -1 },
	{ "a brace that is text", "^(a{x+)y$", "", -1 },
	{ "a bracket in a class", "^[](+)]+$", "", -1 },
	{ "what is not understood", "^(?(1)a|b)(a+)+$", "", -1 },
	{ "a recursion", "^(a+|(?R))+$", "", -1 },
	{ "a property", "^(\\p{L}+)+$", "", -1 },
	{ "a quoted part", "^\\Q(a+)+\\E$", "", -1 },
	{ "a comment", "^a(?#(a+)+)b$", "", -1 },
	{ "nothing", "", "", -1 },
};

static void
test_backtrack(void)
{
	for (size_t i = 0; i < COUNT(backtrack_rows); i++) {
		size_t offset = 0;
		bool got = shape_backtracks(span_of(backtrack_rows[i].pattern),
		    span_of(backtrack_rows[i].flags), REGEX_BYTES, &offset);

		unit_case(backtrack_rows[i].sentence);
		check_int(got ? (int)offset : -1, backtrack_rows[i].offset);
	}
}

static const struct {
	const char *sentence;
	const char *pattern;
	int as_bytes;		/* offset; -1: no doubt */
	int as_text;
} character_rows[] = {
	{ "a character is one item", "^(\xc3\xa4+)+$", -1, 1 },
	{ "another one tells turns apart", "^(\xc3\xa4+\xc3\xb6)+$", -1, -1 },
	{ "a class of characters", "^([\xc3\xa4\xc3\xb6]+\xc3\xbc)+$", -1, -1 },
	{ "a range of them", "^([\xd0\xb0-\xd1\x8f]+)+$", 1, 1 },
	{ "a letter that a separator is not", "^(\\w+\xe2\x80\xa6)+$", -1, -1 },
};

static void
test_characters(void)
{
	for (size_t i = 0; i < COUNT(character_rows); i++) {
		struct span pattern = span_of(character_rows[i].pattern);
		size_t offset = 0;
		bool got;

		unit_case(character_rows[i].sentence);
		got = shape_backtracks(pattern, span_of(""), REGEX_BYTES,
		    &offset);
		check_int(got ? (int)offset : -1, character_rows[i].as_bytes);
		got = shape_backtracks(pattern, span_of(""), REGEX_TEXT,
		    &offset);
		check_int(got ? (int)offset : -1, character_rows[i].as_text);
	}
}

static const struct {
	const char *sentence;
	const char *pattern;
	bool start, end;	/* open */
} anchor_rows[] = {
	{ "a domain in the middle", "example\\.com", true, true },
	{ "a dot without a backslash", "example.com", true, true },
	{ "a dot in a class", "example[.]com", true, true },
	{ "only its end is held", "example\\.com$", true, false },
	{ "only its start is held", "^example\\.com", false, true },
	{ "both are", "^example\\.com$", false, false },
	{ "in other words", "\\Aexample\\.com\\z", false, false },
	{ "a label's dot is a start", "\\.example\\.com$", false, false },
	{ "and an end", "^mail\\.", false, false },
	{ "the start or a dot", "(^|\\.)example\\.com$", false, false },
	{ "the same uncaptured", "(?:^|\\.)example\\.com$", false, false },
	{ "what may stand there is said", ".*example\\.com.*", false, false },
	{ "a dollar that is none", "^a\\.b\\$", false, true },
	{ "one alternative of two", "^a\\.b$|c\\.d$", true, false },
	{ "alternatives in a group are one", "^(a\\.b|c\\.d)$", false, false },
	{ "a bar in a class is none", "^a\\.[|]b$", false, false },
	{ "a word is looked for anywhere", "dynamic|dialup", false, false },
	{ "a dot that is a repeat", "dyn.*pool", false, false },
	{ "nothing", "", false, false },
};

static void
test_anchors(void)
{
	for (size_t i = 0; i < COUNT(anchor_rows); i++) {
		bool start, end;
		bool got = shape_is_open(span_of(anchor_rows[i].pattern),
		    &start, &end);

		unit_case(anchor_rows[i].sentence);
		check_int(start, anchor_rows[i].start);
		check_int(end, anchor_rows[i].end);
		check_int(got, start || end);
	}
}

/* Nesting and length are bounded, whatever a pattern is. */
static void
test_bounds(void)
{
	char pattern[SHAPE_BYTES_MAX + 32];
	size_t offset;

	unit_case("groups in groups");
	memset(pattern, '(', 1000);
	memcpy(pattern + 1000, "(a+)+$", 6);
	memset(pattern + 1006, ')', 1000);
	check_true(!shape_backtracks(span_make(pattern, 2006), span_of(NULL),
	    REGEX_BYTES, &offset));
	unit_case("a long one");
	memset(pattern, 'a', sizeof pattern);
	memcpy(pattern, "^(a+)+$", 7);
	check_true(shape_backtracks(span_make(pattern, SHAPE_BYTES_MAX),
	    span_of(NULL), REGEX_BYTES, &offset));
	check_true(!shape_backtracks(span_make(pattern, SHAPE_BYTES_MAX + 1),
	    span_of(NULL), REGEX_BYTES, &offset));
	unit_case("many repeats in one");
	for (size_t i = 0; i + 4 <= SHAPE_BYTES_MAX; i += 2)
		memcpy(pattern + i, i == 0 ? "(," : "a+", 2);
	memcpy(pattern + SHAPE_BYTES_MAX - 4, ")+$ ", 4);
	check_true(!shape_backtracks(span_make(pattern, SHAPE_BYTES_MAX - 1),
	    span_of(NULL), REGEX_BYTES, &offset));
}

/* No pattern, however broken, is read beyond its end. */
static void
test_any_bytes(void)
{
	static const char bytes[] = "()[]{}|*+?^$.\\a1,-:<=!>#'PxQdi "
	    "\xc3\xa4\xe2\xff";
	uint32_t state = 1;
	size_t offset;

	for (int round = 0; round < 20000; round++) {
		char pattern[24];
		size_t len = (state >> 20) % sizeof pattern;
		bool start, end;
		char *copy;

		for (size_t i = 0; i < len; i++) {
			state = state * 1664525u + 1013904223u;
			pattern[i] = bytes[(state >> 16) % (sizeof bytes - 1)];
		}
		state = state * 1664525u + 1013904223u;
		copy = malloc(len > 0 ? len : 1);
		if (copy == NULL)
			abort();
		memcpy(copy, pattern, len);
		(void)shape_backtracks(span_make(copy, len), span_of("ix"),
		    round % 2 == 0 ? REGEX_BYTES : REGEX_TEXT, &offset);
		(void)shape_is_open(span_make(copy, len), &start, &end);
		free(copy);
	}
}

static const struct unit_test tests[] = {
	{ "a repeat of repeats is doubted where it may fail", test_backtrack },
	{ "of a text, characters are looked at", test_characters },
	{ "a regex on a domain is doubted where it is open", test_anchors },
	{ "large patterns are left alone", test_bounds },
	{ "any bytes may be a pattern", test_any_bytes },
};

UNIT_MAIN("regex_shape", tests)
