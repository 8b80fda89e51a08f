/*
 * yaml_hint.c - the traps of YAML that catch everybody, and the way out.
 *
 * The YAML reader says what it stumbled over in the terms of its grammar; who
 * writes a rule wants to know which character to quote. Each trap is one row:
 * the words of the reader and the character at the place give the hint.
 */
#include "config.h"

#include <stdint.h>

#include "rules/base/utf8.h"
#include "rules/load/yaml_hint.h"

static const struct trap {
	const char *what;	/* part of the YAML reader's message */
	char at;		/* the character there; 0: any */
	const char *hint;
} trap_table[] = {
	{ "unknown escape character", 0,
	  "a regex belongs in single quotes: '/\\d+/'; in double quotes YAML "
	  "takes the backslash for itself" },
	{ "cannot start any token", '@',
	  "text that begins with '@' needs single quotes: '@example.com'" },
	{ "cannot start any token", '%',
	  "text that begins with '%' needs single quotes: '%name'" },
	{ "cannot start any token", '`',
	  "text that begins with '`' needs single quotes" },
	{ "cannot start any token", '\t',
	  "indent with spaces; YAML allows no tabs there" },
	{ "a tab character", 0,
	  "indent with spaces; YAML allows no tabs there" },
	{ "expected alphabetic or numeric character", '*',
	  "text that begins with '*' needs single quotes: '*.exe'; for a "
	  "pattern write a regex: '/\\.exe$/'" },
	{ "expected alphabetic or numeric character", 0,
	  "text that begins with '&' needs single quotes" },
	{ "mapping values are not allowed", 0,
	  "text with ': ' in it needs single quotes; a key must be indented "
	  "like those above it" },
	{ "expected ',' or ']'", 0,
	  "is a comma or a bracket missing before it? a regex, or text with "
	  "brackets, commas or quotes in it, needs single quotes" },
	{ "expected ',' or '}'", 0,
	  "is a comma or a bracket missing before it? a regex, or text with "
	  "brackets, commas or quotes in it, needs single quotes" },
	{ "expected node content", 0,
	  "a value is missing before it, or a bracket is not closed" },
	{ "directive", 0,
	  "a rule file needs no lines that begin with '%'; text that does "
	  "needs single quotes" },
	{ "non-alphabetical character", 0,
	  "a rule file needs no lines that begin with '%'; text that does "
	  "needs single quotes" },
	{ "incompatible YAML document", 0,
	  "remove the line that begins with '%YAML'" },
	{ "tag handle", 0,
	  "text that begins with '!' needs single quotes" },
	{ "hexdecimal number", 0,
	  "a regex belongs in single quotes; in double quotes YAML takes the "
	  "backslash for itself" },
	{ "'-' indicator", 0,
	  "is it indented like the lines above?" },
	{ "expected key", 0,
	  "every line of a mapping is 'key: value', indented like those above "
	  "it; text behind a closing quote or bracket belongs into quotes" },
	{ "unexpected end of stream", 0,
	  "the quote that begins in this line is not closed" },
	{ "this quote", 0,
	  "a quote inside of it is written '' in single quotes, \\\" in double "
	  "quotes" },
	{ "this bracket", 0,
	  "or a comma is missing behind it; text that begins with a bracket "
	  "needs single quotes" },
	{ "a ':' is missing", 0,
	  "every line of a mapping is 'key: value'" },
};

const char *
yaml_unclosed(const char *context, const char *what)
{
	if (strstr(context, "quoted scalar") != NULL)
		return "this quote is not closed";
	if (strstr(context, "flow ") != NULL)
		return "this bracket is not closed";
	if (strstr(context, "simple key") != NULL)
		return "a ':' is missing in this line";
	return what;
}

static char
char_at(struct span line, size_t column)
{
	size_t i;

	for (i = 0; i < line.len; i++) {
		if (utf8_is_continuation(line.ptr[i]))
			continue;	/* inside a character */
		if (column-- == 0)
			return line.ptr[i];
	}
	return '\0';
}

void
yaml_hint(struct problem *p, struct span line, size_t column, const char *what)
{
	char at = char_at(line, column);
	size_t i;

	for (i = 0; i < sizeof trap_table / sizeof trap_table[0]; i++) {
		const struct trap *t = &trap_table[i];

		if (strstr(what, t->what) == NULL)
			continue;
		if (t->at != 0 && t->at != at)
			continue;
		problem_hint(p, "%s", t->hint);
		return;
	}
}

/* YAML 1.1, 5.1: what may stand in a file. */
static bool
is_printable(uint32_t u)
{
	return u == '\t' || u == '\n' || u == '\r' || (u >= ' ' && u < 0x7f) ||
	    (u >= 0xa0 && u < 0xfffe && u != 0xfeff) || u >= 0x10000;
}

/* YAML 1.1, 5.4: ends of lines that editors do not show as such. */
static bool
is_odd_line_end(uint32_t u)
{
	return u == 0x85 || u == 0x2028 || u == 0x2029;
}

static struct problem *
byte_error(struct tree *t, unsigned line, unsigned column, const char *text)
{
	struct place place = { t->file, line, column };

	return error_list_add(t->errors, place, tree_line(t, line), "%s", text);
}

static int
check_start(struct tree *t)
{
	struct span bom = span_make("\xef\xbb\xbf", 3);
	struct problem *p = NULL;

	if (t->text.len > TREE_BYTES_MAX) {
		p = error_list_add(t->errors, (struct place){ t->file, 0, 0 },
		    span_make(NULL, 0), "larger than %u MiB",
		    TREE_BYTES_MAX >> 20);
		problem_hint(p, "is it a rule file?");
	} else if (span_starts_with(t->text, bom)) {
		p = byte_error(t, 1, 1, "the file begins with a byte order "
		    "mark");
		problem_hint(p, "save it as UTF-8 without BOM");
	} else if (span_starts_with(t->text, span_make("\xff\xfe", 2)) ||
	    span_starts_with(t->text, span_make("\xfe\xff", 2))) {
		p = error_list_add(t->errors, (struct place){ t->file, 1, 1 },
		    span_make(NULL, 0), "the file is UTF-16");
		problem_hint(p, "save it as UTF-8 without BOM");
	} else
		return 0;
	return -1;
}

static int
check_character(struct tree *t, struct place at, size_t length, uint32_t u)
{
	struct problem *p;

	if (length == 0) {
		p = byte_error(t, at.line, at.column, "not UTF-8 text");
		problem_hint(p, "save the file as UTF-8");
	} else if (u == 0) {
		p = byte_error(t, at.line, at.column, "a NUL byte");
		problem_hint(p, "a rule file is text; is it one?");
	} else if (is_odd_line_end(u)) {
		p = byte_error(t, at.line, at.column, "a line end that "
		    "editors do not show");
		problem_hint(p, "remove the character U+%04X", (unsigned)u);
	} else if (!is_printable(u)) {
		p = byte_error(t, at.line, at.column, "a control character");
		problem_hint(p, "remove U+%04X, or write it in double "
		    "quotes: \"\\u%04X\"", (unsigned)u, (unsigned)u);
	} else {
		return 0;
	}
	return -1;
}

int
yaml_check_bytes(struct tree *t)
{
	struct place at = { t->file, 1, 1 };
	uint32_t u, before = 0;
	struct span rest;
	size_t i, n;

	if (check_start(t) < 0)
		return -1;
	for (i = 0; i < t->text.len; i += n) {
		rest = span_skip(t->text, i);
		n = utf8_length(rest);
		u = n > 0 ? utf8_decode(rest) : 0;
		if (before == '\r' && u != '\n')
			at = (struct place){ t->file, at.line + 1, 1 };
		if (check_character(t, at, n, u) < 0)
			return -1;
		at.column++;
		if (u == '\n')
			at = (struct place){ t->file, at.line + 1, 1 };
		before = u;
	}
	return 0;
}
