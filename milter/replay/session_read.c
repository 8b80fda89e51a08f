/*
 * session_read.c - session files, line by line.
 *
 * Outside messages each line says by its first character what it is; what DATA
 * and BDAT let come is taken raw. Which of the two it is depends on the lines
 * above alone, so a message may hold anything, a line "@session" too.
 *
 * Failure: an error is reported and the session that it is in is taken back
 * when it ends; the rest of the file is read as if nothing were wrong. A last
 * line without an end is as good as any, if it is right: it may lack nothing
 * but that, as editors leave it; if it is wrong, the file was cut off in it.
 */
#include "config.h"

#include <errno.h>
#include <stdarg.h>

#include "milter/replay/session_reader.h"
#include "rules/base/utf8.h"

/* Of the line at hand, or another: as much as anybody wants to see. */
static struct span
shown(struct span line)
{
	return utf8_head(line, SESSION_LINE_MAX);
}

static unsigned
column_of(const struct reader *r, const char *at)
{
	unsigned column = 1;

	for (const char *c = r->text.ptr; c < at; c++)
		column += !utf8_is_continuation(*c);
	return column;
}

struct problem *
reader_error(struct reader *r, const char *at, const char *format, ...)
{
	struct place place = { r->file, r->line, 0 };
	struct error why;
	va_list ap;

	if (r->unended) {
		reader_cut(r, r->line, "its last line has no end");
		return NULL;
	}
	r->failed = true;
	r->wrong = true;
	if (r->silent)
		return NULL;
	if (at != NULL)
		place.column = column_of(r, at);
	va_start(ap, format);
	(void)vsnprintf(why.text, sizeof why.text, format, ap);
	va_end(ap);
	return error_list_add(r->errors, place, shown(r->text), "%s",
	    why.text);
}

void
reader_cut(struct reader *r, unsigned line, const char *what)
{
	struct place place = { r->file, line, 0 };
	struct problem *p;

	if (!r->wrong)
		p = error_list_warn(r->errors, place, span_make(NULL, 0),
		    "the file breaks off: %s; its last session is left out",
		    what);
	else
		p = NULL;
	problem_hint(p, "if nothing is missing: each line ends in a line feed, "
	    "a message in a dot alone");
	r->wrong = true;
}

void
reader_exhausted(struct reader *r)
{
	if (!r->full)
		(void)error_list_add(r->errors, (struct place){ r->file,
		    r->line, 0 }, span_make(NULL, 0), "the sessions up to "
		    "here take more than %zu bytes of memory",
		    r->out->arena.limit);
	r->full = true;
	r->failed = true;
	r->wrong = true;
}

struct span
reader_copy(struct reader *r, struct span s)
{
	struct span copy = arena_copy(&r->out->arena, s);

	if (copy.ptr == NULL)
		reader_exhausted(r);
	return copy;
}

struct record *
reader_add(struct reader *r, enum record_kind kind)
{
	struct record *record;

	record = recording_add(r->out, r->session, kind, r->line);
	if (record == NULL)
		reader_exhausted(r);
	return record;
}

bool
reader_line(struct span *rest, struct span *line)
{
	size_t end = span_find(*rest, '\n');

	if (end == rest->len)
		return false;
	*line = span_head(*rest, end);
	*rest = span_skip(*rest, end + 1);
	if (end > 0 && line->ptr[end - 1] == '\r')
		line->len--;
	return true;
}

bool
reader_next(struct reader *r)
{
	if (!reader_line(&r->rest, &r->text)) {
		if (r->rest.len == 0)
			return false;
		r->text = r->rest;
		if (r->text.ptr[r->text.len - 1] == '\r')
			r->text.len--;	/* half of an end */
		r->rest = span_skip(r->rest, r->rest.len);
		r->unended = true;
	}
	r->line++;
	return true;
}

/* What is behind "C:" or "S:", without the blank that belongs to it. */
struct span
reader_behind_mark(struct span line)
{
	line = span_skip(line, 2);
	return line.len > 0 && line.ptr[0] == ' ' ? span_skip(line, 1) : line;
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

struct span
reader_word(struct span *rest)
{
	struct span word = span_trim(*rest);
	size_t end = 0;

	while (end < word.len && !is_blank(word.ptr[end]))
		end++;
	*rest = span_trim(span_skip(word, end));
	return span_head(word, end);
}

static bool
begins_with(struct span line, const char *what)
{
	return span_starts_with(line, span_of(what));
}

/* Is WORD, which begins with '@', the first of LINE? */
static bool
is_at_word(struct span line, const char *word)
{
	return begins_with(line, word) && (line.len == strlen(word) ||
	    is_blank(line.ptr[strlen(word)]));
}

/* The session is wrong. */
static void
session_lose(struct reader *r)
{
	struct lost_session *lost = recording_add_lost(r->out);

	if (lost != NULL) {
		lost->name = r->session->name;
		lost->file = r->session->file;
		lost->line = r->session->line;
		lost->first = r->errors_before;
		lost->shown = r->errors->count - r->errors_before;
		lost->hidden = r->errors->dropped - r->dropped_before;
	}
	/* It is the last one, so nothing moves. */
	r->out->count--;
}

static void
session_end(struct reader *r)
{
	if (r->session != NULL && r->wrong)
		session_lose(r);
	r->session = NULL;
	r->wrong = false;
	r->silent = false;
	r->awaited = AWAIT_NOTHING;
	r->client = false;
	r->commands = false;
	r->answered = false;
}

static void
session_begin(struct reader *r, struct span name)
{
	session_end(r);
	r->session = recording_add_session(r->out);
	if (r->session == NULL) {
		reader_exhausted(r);
		return;
	}
	r->session->file = r->file;
	r->session->line = r->line;
	r->session->name = reader_copy(r, name);
	r->errors_before = r->errors->count;
	r->dropped_before = r->errors->dropped;
}

/*
 * RFC 3030 2: "BDAT" chunk-size ["LAST"]. What is not that size has no bytes
 * behind it: the file would end before them.
 */
static bool
is_bdat(struct span command, size_t *size)
{
	struct span rest = command, word = reader_word(&rest);
	size_t i, value = 0;

	if (!span_equal_nocase(word, span_of("BDAT")))
		return false;
	word = reader_word(&rest);
	if (word.len == 0 || word.len > 18)
		return false;
	for (i = 0; i < word.len; i++) {
		if (word.ptr[i] < '0' || word.ptr[i] > '9')
			return false;
		value = value * 10 + (size_t)(word.ptr[i] - '0');
	}
	*size = value;
	return true;
}

static void
read_command(struct reader *r)
{
	struct span text = reader_behind_mark(r->text);
	struct record *record;
	size_t size;

	if (r->awaited == AWAIT_END) {
		problem_hint(reader_error(r, NULL, "the client is gone"),
		    "@disconnect stands above; another session begins with "
		    "@session");
		return;
	}
	record = reader_add(r, RECORD_COMMAND);
	if (record == NULL)
		return;
	record->text = reader_copy(r, text);
	r->commands = true;
	r->answered = false;
	r->awaited = AWAIT_NOTHING;
	r->odd_chunk = 0;
	if (span_equal_nocase(span_trim(text), span_of("DATA")))
		r->awaited = AWAIT_MESSAGE;
	else if (is_bdat(text, &size))
		reader_chunk(r, size);
	else if (span_equal_nocase(reader_word(&text), span_of("BDAT")))
		r->odd_chunk = r->line;
}

static void
read_other(struct reader *r)
{
	struct problem *p;

	p = reader_error(r, r->text.ptr, "a line begins with C:, S:, @ or #");
	if (begins_with(r->text, "\xef\xbb\xbf"))
		problem_hint(p, "save the file without a byte order mark");
	else if (r->odd_chunk > 0)
		problem_hint(p, "the bytes of a chunk stand behind 'C: BDAT' "
		    "and their number; there is none in line %u, or it is too "
		    "large", r->odd_chunk);
	else
		problem_hint(p, "a message stands between 'C: DATA' and a line "
		    "with a dot alone");
	r->silent = true;	/* more lines of this kind say nothing new */
}

/* Does the message begin with the line at hand? */
static bool
is_message(const struct reader *r)
{
	if (r->awaited == AWAIT_BLOCK)
		return !is_at_word(r->text, "@message");
	return r->awaited == AWAIT_MESSAGE && !begins_with(r->text, "S:") &&
	    !begins_with(r->text, "@");
}

static void
read_line(struct reader *r)
{
	struct span name;

	if (is_message(r)) {
		reader_block(r);
		return;
	}
	if (begins_with(r->text, "#") || span_trim(r->text).len == 0)
		return;
	if (is_at_word(r->text, "@session")) {
		name = span_skip(r->text, strlen("@session"));
		session_begin(r, span_trim(span_head(name, SESSION_LINE_MAX)));
	} else if (r->session == NULL || (r->unended &&
	    span_starts_with(span_of("@session"), r->text))) {
		session_begin(r, span_make(NULL, 0));
	}
	if (r->session == NULL)
		return;
	if (r->text.len > SESSION_LINE_MAX)
		problem_hint(reader_error(r, NULL, "a line that is too long"),
		    "outside a message at most %u bytes", SESSION_LINE_MAX);
	else if (is_at_word(r->text, "@session"))
		return;
	else if (begins_with(r->text, "C:"))
		read_command(r);
	else if (begins_with(r->text, "S:"))
		reader_reply(r);
	else if (begins_with(r->text, "@"))
		reader_at_word(r, r->text);
	else
		read_other(r);
}

/* Does the session end in DATA, with nothing behind it? */
static bool
ends_in_data(const struct reader *r)
{
	return r->awaited == AWAIT_MESSAGE &&
	    r->session->records[r->session->count - 1].kind == RECORD_COMMAND;
}

/* All lines have been read. Is something missing? */
static void
check_end(struct reader *r)
{
	struct place place = { r->file, r->line, 0 };

	if (r->awaited == AWAIT_BLOCK)
		reader_cut(r, r->line, "no message stands behind 'S: 354'");
	else if (ends_in_data(r))
		reader_cut(r, r->line, "nothing stands behind 'C: DATA'");
	else if (r->unended && !r->wrong)
		(void)error_list_warn(r->errors, place, span_make(NULL, 0),
		    "the last line has no end; it is taken as it stands");
}

int
reader_run(struct recording *out, const char *name, unsigned above,
    struct span text, struct error_list *errors)
{
	struct reader r = { .out = out, .errors = errors, .rest = text };

	r.line = above;
	r.file = name;
	r.file = reader_copy(&r, span_of(name)).ptr;
	if (r.file == NULL)
		return -1;
	while (!r.full && reader_next(&r))
		read_line(&r);
	if (!r.full)
		check_end(&r);
	session_end(&r);
	return r.failed ? -1 : 0;
}

int
session_read(struct recording *out, const char *name, struct span text,
    struct error_list *errors)
{
	return reader_run(out, name, 0, text, errors);
}

int
session_read_file(struct recording *out, const char *path,
    struct buffer *text, struct error_list *errors)
{
	const char *name = strcmp(path, "-") == 0 ? "<stdin>" : path;
	struct error why;
	int result = -1;
	FILE *in;

	in = strcmp(path, "-") == 0 ? stdin : fopen(path, "re");
	if (in == NULL)
		(void)error_set(&why, "cannot be read: %s", strerror(errno));
	if (in == NULL || reader_bytes(in, SESSION_FILE_MAX, text, &why) < 0)
		(void)error_list_add(errors, (struct place){ name, 0, 0 },
		    span_make(NULL, 0), "%s", why.text);
	else
		result = session_read(out, name, buffer_span(text), errors);
	if (in != NULL && in != stdin)
		(void)fclose(in);
	return result;
}
