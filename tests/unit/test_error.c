/*
 * test_error.c - messages stand alone, and problems print as a compiler does.
 */
#include "config.h"

#include <stdlib.h>

#include "error.h"
#include "tests/unit/unit.h"

#define COUNT(a) (sizeof(a) / sizeof(a)[0])

/* What error_list_print() writes, until the next call. */
static const char *
printed(const struct error_list *l)
{
	static char text[8192];
	FILE *out = fmemopen(text, sizeof text, "w");

	if (out == NULL)
		abort();
	error_list_print(l, out);
	fclose(out);
	return text;
}

static const struct {
	const char *sentence;
	unsigned line, column;
	const char *source;
	const char *hint;
	const char *want;
} rows[] = {
	{ "the caret stands below the column, the hint below the caret", 7, 10,
	    "  when: {client.pi: 192.0.2.1}", "did you mean 'client.ip'?",
	    "r.yaml:7:10: error: wrong\n"
	    "    7 |   when: {client.pi: 192.0.2.1}\n"
	    "      |          ^\n"
	    "      = did you mean 'client.ip'?\n" },
	{ "without a hint nothing follows the caret", 12, 1, "a: b", NULL,
	    "r.yaml:12:1: error: wrong\n"
	    "   12 | a: b\n"
	    "      | ^\n" },
	{ "a tab is a tab in both lines", 1, 3, "\ta\tb", NULL,
	    "r.yaml:1:3: error: wrong\n"
	    "    1 | \ta\tb\n"
	    "      | \t ^\n" },
	{ "a character of two bytes takes one column", 1, 4,
	    "\xc3\xa4\xc3\xb6: x", NULL,
	    "r.yaml:1:4: error: wrong\n"
	    "    1 | \xc3\xa4\xc3\xb6: x\n"
	    "      |    ^\n" },
	{ "control characters are not sent to a terminal", 1, 2,
	    "a\x1b[2J\x7f\rb", NULL,
	    "r.yaml:1:2: error: wrong\n"
	    "    1 | a?[2J??b\n"
	    "      |  ^\n" },
	{ "a column behind the end is at the end", 1, 99, "abc", NULL,
	    "r.yaml:1:99: error: wrong\n"
	    "    1 | abc\n"
	    "      |    ^\n" },
	{ "without a column there is no caret", 3, 0, "abc", NULL,
	    "r.yaml:3: error: wrong\n"
	    "    3 | abc\n" },
	{ "without a source line the place is enough", 3, 4, NULL, "mend it",
	    "r.yaml:3:4: error: wrong\n"
	    "      = mend it\n" },
	{ "line 0 is the file as a whole", 0, 0, NULL, "mend it",
	    "r.yaml: error: wrong\n"
	    "      = mend it\n" },
};

static void
test_print(void)
{
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct place place = { "r.yaml", rows[i].line, rows[i].column };
		struct error_list l = { 0 };
		struct problem *p =
		    error_list_add(&l, place, span_of(rows[i].source), "wrong");
		const char *got;

		if (rows[i].hint != NULL)
			problem_hint(p, "%s", rows[i].hint);
		got = printed(&l);
		unit_case(rows[i].sentence);
		check_text(got, rows[i].want);
		error_list_release(&l);
	}
}

/* The caret must point at the X, whatever was cut. */
static void
check_long_line(const char *sentence, size_t before, size_t behind)
{
	struct error_list l = { 0 };
	char line[1001];
	const char *got, *source, *caret;

	memset(line, '-', before + behind + 1);
	line[before] = 'X';
	line[before + behind + 1] = '\0';
	error_list_add(&l, (struct place){ "r", 1, (unsigned)before + 1 },
	    span_of(line), "wrong");
	got = printed(&l);
	source = strchr(got, '\n') + 1;
	caret = strchr(source, '\n') + 1;

	unit_case(sentence);
	check_size((size_t)(strchr(caret, '^') - caret),
	    (size_t)(strchr(source, 'X') - source));
	check_true((size_t)(caret - source) < 180);
	check_int(strstr(source, "| ...") != NULL, before > 100);
	check_int(strstr(source, "...\n") != NULL, behind > 40);
	error_list_release(&l);
}

static void
test_long_lines(void)
{
	check_long_line("the caret in the middle", 400, 400);
	check_long_line("the caret at the beginning", 0, 700);
	check_long_line("the caret at the end", 700, 0);
	check_long_line("the caret a little before the end", 500, 30);
}

static void
test_long_line_of_characters(void)
{
	struct error_list l = { 0 };
	char line[601];
	const char *got;

	for (size_t i = 0; i < 600; i += 3)
		memcpy(line + i, "\xe2\x82\xac", 3);
	line[600] = '\0';
	error_list_add(&l, (struct place){ "r", 1, 100 }, span_of(line), "w");
	got = printed(&l);
	unit_case("no character is cut in two");
	check_true(strstr(got, "...\xe2\x82\xac") != NULL);
	check_true(strstr(got, "\xe2\x82\xac...\n") != NULL);
	error_list_release(&l);
}

static void
test_order(void)
{
	struct error_list l = { 0 };
	const char *got;

	error_list_add(&l, (struct place){ "r", 9, 1 }, span_of(NULL), "d");
	error_list_add(&l, (struct place){ "r", 2, 8 }, span_of(NULL), "b");
	error_list_add(&l, (struct place){ "r", 2, 8 }, span_of(NULL), "c");
	error_list_add(&l, (struct place){ "r", 2, 1 }, span_of(NULL), "a");
	got = printed(&l);
	check_text(got, "r:2:1: error: a\nr:2:8: error: b\n"
			"r:2:8: error: c\nr:9:1: error: d\n");
	check_text(error_list_first(&l)->text, "a");
	error_list_release(&l);
	check_true(error_list_first(&l) == NULL);
}

/* Errors and warnings go by place, the files by their first problem. */
static void
test_kinds_and_files(void)
{
	struct error_list l = { 0 };

	error_list_warn(&l, (struct place){ "b", 3, 1 }, span_of("x"), "d");
	error_list_add(&l, (struct place){ "a", 9, 1 }, span_of(NULL), "f");
	error_list_warn(&l, (struct place){ "a", 2, 1 }, span_of(NULL), "e");
	error_list_add(&l, (struct place){ "b", 1, 1 }, span_of(NULL), "a");
	error_list_warn(&l, (struct place){ "b", 3, 1 }, span_of(NULL), "e");
	error_list_add(&l, (struct place){ "b", 2, 1 }, span_of(NULL), "b");
	error_list_add(&l, (struct place){ "b", 3, 1 }, span_of(NULL), "g");
	check_text(printed(&l), "b:1:1: error: a\n"
	    "b:2:1: error: b\n"
	    "b:3:1: warning: d\n"
	    "    3 | x\n"
	    "      | ^\n"
	    "b:3:1: warning: e\n"
	    "b:3:1: error: g\n"
	    "a:2:1: warning: e\n"
	    "a:9:1: error: f\n");
	error_list_release(&l);
	check_size(l.warning_count, 0);
}

static void
test_limit_of_each_kind(void)
{
	struct error_list l = { 0 };
	struct place place = { "r", 1, 1 };

	for (int i = 0; i < ERROR_LIST_MAX; i++)
		check_true(error_list_warn(&l, place, span_of("x"), "w") !=
		    NULL);
	unit_case("warnings have a limit of their own");
	check_true(error_list_is_full(&l, SEVERITY_WARNING));
	check_true(!error_list_is_full(&l, SEVERITY_ERROR));
	check_true(error_list_warn(&l, place, span_of("x"), "w") == NULL);
	check_true(error_list_warn(&l, place, span_of("x"), "w") == NULL);
	check_true(strstr(printed(&l), "2 more warnings are not shown\n") !=
	    NULL);
	unit_case("and push out no error");
	check_true(error_list_add(&l, place, span_of("x"), "e") != NULL);
	check_size(l.count, 1);
	check_size(l.dropped, 0);
	check_size(l.warnings_dropped, 2);
	error_list_release(&l);
}

/* Words of a rule file may be in anything that is printed. */
static void
test_controls(void)
{
	struct error_list l = { 0 };
	struct place place = { "r\x1b[m", 1, 1 };
	struct problem *p;

	p = error_list_add(&l, place, span_of("\xc2\x9b" "31m"), "no '%s'",
	    "\x1b[31mx\ny\x7f");
	problem_hint(p, "did you mean '%s'?", "\x1b[31m\xc2\x9b\xc2\xa9\xff");
	check_text(printed(&l), "r?[m:1:1: error: no '?[31mx?y?'\n"
	    "    1 | ?31m\n"
	    "      | ^\n"
	    "      = did you mean '?[31m?\xc2\xa9?'?\n");
	error_list_release(&l);
}

static void
test_full(void)
{
	struct error_list l = { 0 };
	struct place place = { "r", 1, 1 };
	struct problem *p = NULL;
	const char *got;

	for (int i = 0; i < ERROR_LIST_MAX; i++) {
		p = error_list_add(&l, place, span_of("x"), "number %d", i);
		check_true(p != NULL);
	}
	p = error_list_add(&l, place, span_of("x"), "one too many");
	check_true(p == NULL);
	problem_hint(p, "to nobody");
	check_size(l.count, ERROR_LIST_MAX);
	check_size(l.dropped, 1);
	got = printed(&l);
	check_true(strstr(got, "\n1 more error is not shown\n") != NULL);
	error_list_add(&l, place, span_of("x"), "two too many");
	got = printed(&l);
	check_true(strstr(got, "\n2 more errors are not shown\n") != NULL);
	error_list_release(&l);
}

static void
test_copies(void)
{
	struct error_list l = { 0 };
	char file[] = "file", source[] = "source", word[] = "word";
	struct problem *p = error_list_add(&l, (struct place){ file, 1, 1 },
	    span_make(source, 3), "a %s", word);

	problem_hint(p, "first");
	problem_hint(p, "not %s", word);
	file[0] = source[0] = word[0] = 'X';
	check_text(p->file, "file");
	check_text(p->source, "sou");
	check_text(p->text, "a word");
	check_text(p->hint, "not word");
	error_list_release(&l);
	check_size(l.count, 0);
	error_list_release(&l);
}

static void
test_set(void)
{
	struct error e = { "before" };
	char text[2 * ERROR_TEXT_MAX];

	check_int(error_set(&e, "%s is %d", "x", 3), -1);
	check_text(e.text, "x is 3");
	check_int(error_set(NULL, "nobody reads this"), -1);
	unit_case("a message that is too long is cut, not overrun");
	memset(text, 'a', sizeof text - 1);
	text[sizeof text - 1] = '\0';
	check_int(error_set(&e, "%s", text), -1);
	check_size(strlen(e.text), ERROR_TEXT_MAX - 1);
}

static const struct unit_test tests[] = {
	{ "a problem prints its place, line, caret and hint", test_print },
	{ "a long line is cut around the caret", test_long_lines },
	{ "a long line is cut between characters",
	    test_long_line_of_characters },
	{ "problems print in the order of their places", test_order },
	{ "errors and warnings of a file stand together",
	  test_kinds_and_files },
	{ "errors and warnings are counted apart", test_limit_of_each_kind },
	{ "no part of a problem sends control characters to a terminal",
	  test_controls },
	{ "a full list counts what it has no room for", test_full },
	{ "a list owns copies of all it was given", test_copies },
	{ "error_set formats, and returns -1 always", test_set },
};

UNIT_MAIN("error", tests)
