/*
 * test_tree.c - plain YAML becomes a tree that knows its places; all else is
 * refused.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>

#include "rules/load/tree.h"
#include "tests/unit/unit.h"

#define COUNT(a) (sizeof(a) / sizeof(a)[0])

/* Scalars come as text, whatever YAML would make of them. */
static const struct {
	const char *sentence;
	const char *yaml;	/* of "k: YAML" */
	const char *text;
	enum node_style style;
} scalars[] = {
	{ "no is text", "no", "no", NODE_PLAIN },
	{ "yes is text", "Yes", "Yes", NODE_PLAIN },
	{ "on is text", "on", "on", NODE_PLAIN },
	{ "null is text", "null", "null", NODE_PLAIN },
	{ "a tilde is text", "~", "~", NODE_PLAIN },
	{ "nothing is the empty plain text", "", "", NODE_PLAIN },
	{ "quotes may hold nothing", "''", "", NODE_SINGLE_QUOTED },
	{ "octal stays as written", "022", "022", NODE_PLAIN },
	{ "hexadecimal stays as written", "0x10", "0x10", NODE_PLAIN },
	{ "an exponent stays as written", "1e3", "1e3", NODE_PLAIN },
	{ "base 60 stays as written", "12:30:45", "12:30:45", NODE_PLAIN },
	{ "a date stays as written", "2026-12-31", "2026-12-31", NODE_PLAIN },
	{ "infinity stays as written", ".inf", ".inf", NODE_PLAIN },
	{ "a version stays as written", "1.10", "1.10", NODE_PLAIN },
	{ "single quotes keep a backslash", "'\\d'", "\\d",
	    NODE_SINGLE_QUOTED },
	{ "a single quote is doubled", "'it''s'", "it's",
	    NODE_SINGLE_QUOTED },
	{ "double quotes know escapes", "\"a\\tb\\u00e9\"", "a\tb\xc3\xa9",
	    NODE_DOUBLE_QUOTED },
	{ "a block keeps its lines", "|\n  a\n  b\n", "a\nb\n", NODE_BLOCK },
	{ "a folded block joins them", ">-\n  a\n  b\n", "a b", NODE_BLOCK },
	{ "a comment is no text", "a # b", "a", NODE_PLAIN },
	{ "a # inside of a word is text", "a#b", "a#b", NODE_PLAIN },
};

static void
test_scalars(void)
{
	for (size_t i = 0; i < COUNT(scalars); i++) {
		struct error_list errors = { .count = 0 };
		struct tree t;
		struct node *n = NULL;
		char file[128];

		unit_case(scalars[i].sentence);
		(void)snprintf(file, sizeof file, "k: %s\n", scalars[i].yaml);
		check_int(tree_read(&t, "f", span_of(file), &errors), 0);
		if (t.root != NULL)
			n = node_get(t.root, "k");
		check_true(n != NULL && n->kind == NODE_SCALAR);
		if (n != NULL) {
			check_span(n->text, scalars[i].text);
			check_int(n->style, scalars[i].style);
		}
		tree_release(&t);
		error_list_release(&errors);
	}
}

/* What is refused: "LINE:COLUMN TEXT" of the errors, one a line. */
static const struct {
	const char *sentence;
	const char *yaml;
	const char *want;
} refused[] = {
	{ "an anchor and what follows it", "a: &x b\na: c\n",
	    "1:4 anchors are not allowed\n"
	    "2:1 the key 'a' stands here twice\n" },
	{ "an alias ends the reading", "a: *x\na: c\n",
	    "1:4 aliases are not allowed\n" },
	{ "a tag", "a: !!str b\n", "1:4 tags are not allowed\n" },
	{ "a merge key", "<<: b\n", "1:1 merge keys are not allowed\n" },
	{ "a quoted merge key is a key", "'<<': b\n", "" },
	{ "a mapping as key", "{a: b}: c\n", "1:1 a key must be plain text\n" },
	{ "an empty key", "a: {? , c: d}\n", "1:7 a key is missing\n" },
	{ "a second document", "a: b\n---\na: b\n", "2:1 a second document\n" },
	{ "a document mark at the start is fine", "---\na: b\n", "" },
	{ "an end mark is fine", "a: b\n...\n", "" },
	{ "a key that stands there twice", "a: b\nc: d\n\"a\": e\n",
	    "3:1 the key 'a' stands here twice\n" },
	{ "keys differ by case", "a: b\nA: c\n", "" },
	{ "an inner key may be that of the outer mapping", "a: {a: b}\n", "" },
	{ "a NUL in double quotes", "a: \"x\\0y\"\n",
	    "1:4 a NUL byte in a value\n" },
	{ "columns count characters, not bytes",
	    "\xc3\xa4\xc3\xb6: {\xc3\xbc: \xe2\x82\xac, x: *y}\n",
	    "1:15 aliases are not allowed\n" },
	{ "CR LF is one end of line", "a: b\r\nc: *x\r\n",
	    "2:4 aliases are not allowed\n" },
	{ "CR alone is one, too", "a: b\rc: *x\r",
	    "2:4 aliases are not allowed\n" },
	{ "a byte that is no UTF-8", "a: b\nc: \xff\n",
	    "2:4 not UTF-8 text\n" },
	{ "one after a CR alone", "a: b\rc: \xff\r", "2:4 not UTF-8 text\n" },
	{ "DEL", "a: \x7f\n", "1:4 a control character\n" },
};

static void
test_refused(void)
{
	for (size_t i = 0; i < COUNT(refused); i++) {
		struct error_list errors = { .count = 0 };
		char got[512] = "";
		size_t len = 0;
		struct tree t;
		int status;

		unit_case(refused[i].sentence);
		status = tree_read(&t, "f", span_of(refused[i].yaml),
		    &errors);
		for (size_t k = 0; k < errors.count; k++)
			len += (size_t)snprintf(got + len, sizeof got - len,
			    "%u:%u %s\n", errors.at[k].line,
			    errors.at[k].column, errors.at[k].text);
		check_text(got, refused[i].want);
		check_int(status, refused[i].want[0] != '\0' ? -1 : 0);
		tree_release(&t);
		error_list_release(&errors);
	}
}

/* Where byte OFFSET of the text of "k: YAML" stands. */
static const struct {
	const char *sentence;
	const char *yaml;
	size_t offset;
	unsigned column;
} places[] = {
	{ "plain text", "abc", 2, 6 },
	{ "behind a quote", "'abc'", 0, 5 },
	{ "the end of the text", "'abc'", 3, 8 },
	{ "a doubled quote is two columns", "'a''b'", 2, 8 },
	{ "an escape is two columns", "\"a\\tb\"", 2, 8 },
	{ "\\x is four", "\"\\x41b\"", 1, 9 },
	{ "\\u is six, whatever it makes", "\"\\u00e9b\"", 2, 11 },
	{ "\\U is ten", "\"\\U0001f600b\"", 4, 15 },
	{ "a character of two bytes is one column", "'\xc3\xa4z'", 2, 6 },
	{ "plain, with characters of three bytes", "\xe2\x82\xacz", 3, 5 },
	{ "text over two lines: its start", "'a\n  b'", 2, 4 },
	{ "a block: its start", "|\n  abc\n", 2, 4 },
};

static void
test_places(void)
{
	for (size_t i = 0; i < COUNT(places); i++) {
		struct error_list errors = { .count = 0 };
		struct place at;
		struct tree t;
		char file[128];

		unit_case(places[i].sentence);
		(void)snprintf(file, sizeof file, "k: %s\n", places[i].yaml);
		check_int(tree_read(&t, "f", span_of(file), &errors), 0);
		at = tree_place(node_get(t.root, "k"), places[i].offset);
		check_int(at.line, 1);
		check_int(at.column, places[i].column);
		tree_release(&t);
		error_list_release(&errors);
	}
}

static void
test_structure(void)
{
	struct error_list errors = { .count = 0 };
	struct node *list, *n;
	struct tree t;

	check_int(tree_read(&t, "f", span_of("a:\n  - b\n  - {c: d, e: f}\n"),
	    &errors), 0);
	list = node_get(t.root, "a");
	check_int(list->kind, NODE_LIST);
	check_int(list->style, NODE_BLOCK);
	check_size(list->count, 2);
	check_span(list->child->text, "b");
	n = list->child->next;
	check_int(n->kind, NODE_MAP);
	check_int(n->style, NODE_FLOW);
	check_size(n->count, 2);
	check_int(n->line, 3);
	check_int(n->column, 5);
	check_span(n->child->key->text, "c");
	check_true(node_get(n, "x") == NULL);
	check_true(n->next == NULL && !n->cut && !t.cut);
	tree_release(&t);
	tree_release(&t);
	error_list_release(&errors);
}

/* Problems are told in the file of their node, whatever was read since. */
static void
test_two_files(void)
{
	struct error_list errors = { .count = 0 };
	struct tree a, b;

	check_int(tree_read(&a, "a", span_of("k: v\n"), &errors), 0);
	check_int(tree_read(&b, "b", span_of("\nk: 'it''s'\n"), &errors), 0);
	check_true(tree_error(node_get(a.root, "k"), "x") != NULL);
	check_true(tree_warn_at(node_get(b.root, "k"), 4, "%d", 5) != NULL);
	check_true(tree_warn(b.root, "y") != NULL);
	check_text(errors.at[0].file, "a");
	check_text(errors.at[0].source, "k: v");
	check_size(errors.warning_count, 2);
	check_text(errors.warnings[0].file, "b");
	check_text(errors.warnings[0].text, "5");
	check_int(errors.warnings[0].line, 2);
	check_int(errors.warnings[0].column, 10);
	tree_release(&a);
	tree_release(&b);
	error_list_release(&errors);
}

static void
test_lines_in_order(void)
{
	static const unsigned asked[] = { 1, 3, 3, 4, 2, 9, 1 };
	struct error_list errors = { .count = 0 };
	struct line_cursor c = { .tree = NULL };
	struct tree a, b;

	(void)tree_read(&a, "a", span_of("a: b\r\nc: d\re: f\n\ng: h"),
	    &errors);
	(void)tree_read(&b, "b", span_of("x: y\n"), &errors);
	for (size_t i = 0; i < COUNT(asked); i++) {
		struct span want = tree_line(&a, asked[i]);
		struct span got = tree_next_line(&c, &a, asked[i]);

		check_true(span_equal(got, want));
	}
	unit_case("another file");
	check_span(tree_next_line(&c, &b, 1), "x: y");
	check_span(tree_next_line(&c, &a, 2), "c: d");
	unit_case("the end of a line");
	check_span(line_from(span_of("\xc3\xa4" "bc"), 3), "c");
	check_span(line_from(span_of("abc"), 9), "");
	tree_release(&a);
	tree_release(&b);
	error_list_release(&errors);
}

/* What is open where reading breaks off reports nothing more. */
static void
test_cut(void)
{
	struct error_list errors = { .count = 0 };
	struct tree t;

	check_int(tree_read(&t, "f", span_of("a: {b: c}\nd: {e: *x}\n"),
	    &errors), -1);
	check_true(t.cut && t.root->cut);
	check_true(!node_get(t.root, "a")->cut);
	check_true(tree_error(t.root, "lacks a key") == NULL);
	check_size(errors.count, 1);
	check_true(tree_error(node_get(t.root, "a"), "x") != NULL);
	tree_release(&t);
	error_list_release(&errors);
}

static int
read_deep(unsigned levels)
{
	struct error_list errors = { .count = 0 };
	char file[128] = "";
	struct tree t;
	int status;

	for (unsigned i = 0; i < levels; i++) {
		file[i] = '[';
		file[2 * levels - 1 - i] = ']';
	}
	status = tree_read(&t, "f", span_of(file), &errors);
	tree_release(&t);
	error_list_release(&errors);
	return status;
}

static void
test_depth(void)
{
	check_int(read_deep(TREE_DEPTH_MAX), 0);
	check_int(read_deep(TREE_DEPTH_MAX + 1), -1);
}

/* Read LEN bytes of PIECE after PIECE in a pair of brackets. */
static void
read_dense(char *file, size_t len, const char *brackets, const char *piece)
{
	struct error_list errors = { .count = 0 };
	size_t at = 0, width = strlen(piece);
	struct tree t;
	int status;

	file[at++] = brackets[0];
	for (; at + width < len; at += width)
		memcpy(file + at, piece, width);
	file[at++] = brackets[1];
	status = tree_read(&t, "f", span_make(file, at), &errors);
	check_int(status, errors.count > 0 ? -1 : 0);
	tree_release(&t);
	error_list_release(&errors);
}

/* The most nodes that so many bytes can make fit the memory set aside. */
static void
test_dense(void)
{
	static const char *const dense[] = { ": ,", "? ,", "a,", "'',", "a: ,",
		"[],", "{}," };
	const size_t size = 1u << 20;
	char *file = malloc(size);

	for (size_t i = 0; file != NULL && i < COUNT(dense); i++) {
		unit_case(dense[i]);
		read_dense(file, size, "[]", dense[i]);
		read_dense(file, size, "{}", dense[i]);
	}
	free(file);
}

static const struct unit_test tests[] = {
	{ "scalars are text in a style", test_scalars },
	{ "collections hang together", test_structure },
	{ "what is not plain YAML is refused, with its place", test_refused },
	{ "a byte of a text is found in the file", test_places },
	{ "a problem is told in the file of its node", test_two_files },
	{ "lines are found in any order", test_lines_in_order },
	{ "what may go on behind a break reports nothing", test_cut },
	{ "32 levels are read, one more is not", test_depth },
	{ "no file makes more nodes than there is room for", test_dense },
};

UNIT_MAIN("tree", tests)
