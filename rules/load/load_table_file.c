/*
 * load_table_file.c - the entries of a table, out of a file of its own.
 *
 *	# clients that may not
 *	192.0.2.0/24	open relay since May	# the value is up to the '#'
 *	198.51.100.7
 *
 * An entry a line, behind it, if anything, its right-hand side. A '#' at the
 * start of a line or behind a blank begins a comment. Lines end in LF or CR LF.
 *
 * Failure: problems name the file, line and column of what is wrong; a file
 * that cannot be read is a problem of the rule file, where it is named.
 */
#include "config.h"

#include "rules/base/utf8.h"
#include "rules/load/entry_doubt.h"
#include "rules/load/load.h"
#include "rules/base/read_file.h"

/* What a table may cost; more belongs into a data base. */
#define FILE_MAX ((size_t)64 << 20)
#define ENTRIES_MAX 4000000
#define LINE_MAX_BYTES 4096

struct table_file {
	struct loader *loader;
	const char *path;
	struct table *table;
	struct span line;	/* being read */
	unsigned number;	/* of it, from 1 */
	bool full;
	int result;
};

/* The place of byte OFFSET of the line. */
static struct place
place_at(const struct table_file *f, size_t offset)
{
	unsigned column = 1;
	size_t i;

	for (i = 0; i < offset; i++)
		column += !utf8_is_continuation(f->line.ptr[i]);
	return (struct place){ f->path, f->number, column };
}

static struct problem *
line_error(struct table_file *f, size_t offset, const char *what)
{
	f->result = -1;
	return error_list_add(f->loader->errors, place_at(f, offset), f->line,
	    "%s", what);
}

/* No byte that no editor shows, and none that is not UTF-8. */
static bool
check_bytes(struct table_file *f)
{
	size_t i, n;

	for (i = 0; i < f->line.len; i += n) {
		unsigned char c = (unsigned char)f->line.ptr[i];

		n = utf8_length(span_skip(f->line, i));
		if (n == 0) {
			problem_hint(line_error(f, i, "this is not UTF-8"),
			    "save the file as UTF-8");
			return false;
		}
		if ((c < ' ' && c != '\t') || c == 0x7f) {
			problem_hint(line_error(f, i, "a control character"),
			    "a line holds an entry, a blank and its value");
			return false;
		}
		if (span_starts_with(span_skip(f->line, i),
		    span_of("\xef\xbb\xbf"))) {
			problem_hint(line_error(f, i, "a byte order mark"),
			    "save the file as UTF-8 without one");
			return false;
		}
	}
	return true;
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* LINE without its comment and the blanks at its two ends. */
static struct span
content(struct span line)
{
	size_t i;

	for (i = 0; i < line.len; i++)
		if (line.ptr[i] == '#' &&
		    (i == 0 || is_blank(line.ptr[i - 1])))
			break;
	return span_trim(span_head(line, i));
}

static void
add_entry(struct table_file *f, struct span entry, struct span value)
{
	size_t offset = (size_t)(entry.ptr - f->line.ptr);
	struct error why;
	struct doubt doubt;

	if (table_count(f->table) == ENTRIES_MAX) {
		f->full = true;
		problem_hint(line_error(f, offset, "too many entries"),
		    "a table has room for %d", ENTRIES_MAX);
		return;
	}
	if (table_add(f->table, entry, value, &why) < 0) {
		(void)line_error(f, offset, why.text);
		return;
	}
	if (table_type(f->table) != TABLE_TEXT || !entry_doubt(entry, &doubt))
		return;
	problem_hint(error_list_warn(f->loader->errors, place_at(f, offset),
	    f->line, "the entry '%s' %s", quote(entry).text, doubt.what), "%s",
	    doubt.hint);
}

static void
read_line(struct table_file *f)
{
	struct span text;
	size_t end = 0;

	if (f->line.len > LINE_MAX_BYTES) {
		f->line = span_head(f->line, LINE_MAX_BYTES);
		problem_hint(line_error(f, 0, "the line is too long"),
		    "at most %d bytes", LINE_MAX_BYTES);
		return;
	}
	if (!check_bytes(f))
		return;
	text = content(f->line);
	while (end < text.len && !is_blank(text.ptr[end]))
		end++;
	if (end > 0)
		add_entry(f, span_head(text, end),
		    span_trim(span_skip(text, end)));
}

static void
read_lines(struct table_file *f, struct span text)
{
	while (text.len > 0 && !f->full) {
		f->line = span_head(text, span_find(text, '\n'));
		f->number++;
		text = span_skip(text, f->line.len + 1);
		if (f->line.len > 0 &&
		    f->line.ptr[f->line.len - 1] == '\r')
			f->line.len--;
		read_line(f);
	}
}

int
load_table_file(struct loader *l, struct node *n, struct table *t)
{
	struct table_file f = { .loader = l, .table = t };
	struct buffer text;
	struct error error;
	struct stat found;
	struct span name;

	if (load_text(l, n, &name) < 0)
		return -1;
	f.path = load_path(l, n);
	if (read_file(f.path, FILE_MAX, &text, &found, &error) < 0) {
		f.result = load_unreadable(n, f.path, error.text);
	} else {
		f.result = load_take_file(l, f.path, &found,
		    buffer_span(&text));
		read_lines(&f, buffer_span(&text));
	}
	buffer_release(&text);
	return f.result;
}
