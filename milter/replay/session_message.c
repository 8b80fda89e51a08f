/*
 * session_message.c - messages in session files: between DATA and the dot,
 * behind BDAT, and in files of their own.
 *
 * What a client sends has CRLF behind each line, however the file is written;
 * BDAT alone counts bytes and takes them as they stand.
 *
 * Failure: a message that does not end before its file does is what is left of
 * one that broke off. A file that cannot be had is an error in the line that
 * names it.
 */
#include "config.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>

#include "milter/replay/session_reader.h"
#include "rules/base/read_file.h"

#define NO_BYTES span_make(NULL, 0)

/* RFC 5321 4.5.2: a dot before other characters was put there in transit. */
static struct span
without_stuffing(struct span line)
{
	return line.len > 0 && line.ptr[0] == '.' ? span_skip(line, 1) : line;
}

/* A record for what the last command lets come, from line FIRST on. */
static struct record *
add_bytes(struct reader *r, unsigned first)
{
	struct record *record = reader_add(r, RECORD_BYTES);

	r->awaited = AWAIT_NOTHING;
	r->answered = false;
	if (record != NULL)
		record->line = first;
	return record;
}

/* Where lines are put one after the other; ptr NULL: they are counted only. */
struct target {
	char *ptr;
	size_t len;
};

static void
put_line(struct target *t, struct span line)
{
	if (t->ptr != NULL) {
		if (line.len > 0)
			memcpy(t->ptr + t->len, line.ptr, line.len);
		memcpy(t->ptr + t->len + line.len, "\r\n", 2);
	}
	t->len += line.len + 2;
}

/*
 * Put the lines of *TEXT, which loses them, up to the one that is a dot. The
 * number of lines, the dot counted; 0: there is no dot.
 */
static unsigned
put_block(struct target *t, struct span *text)
{
	unsigned lines = 0;
	struct span line;

	while (reader_line(text, &line)) {
		lines++;
		if (span_is(line, "."))
			return lines;
		put_line(t, without_stuffing(line));
	}
	return 0;
}

void
reader_block(struct reader *r)
{
	struct span all = span_make(r->text.ptr,
	    (size_t)(r->rest.ptr - r->text.ptr) + r->rest.len);
	struct span rest = all;
	struct target target = { .len = 0 };
	unsigned first = r->line, lines = put_block(&target, &rest);
	struct record *record;

	r->rest = rest;
	if (lines == 0) {
		reader_cut(r, first, "the message that begins here has no end");
		r->rest = NO_BYTES;
		r->awaited = AWAIT_NOTHING;
		return;
	}
	r->line = first + lines - 1;
	record = add_bytes(r, first);
	if (record == NULL)
		return;
	record->last_line = r->line;
	target.ptr = arena_alloc(&r->out->arena, target.len);
	if (target.ptr == NULL) {
		reader_exhausted(r);
		return;
	}
	target.len = 0;
	(void)put_block(&target, &all);
	record->bytes.at = span_make(target.ptr, target.len);
}

static unsigned
count_lines(struct span s)
{
	unsigned lines = 0;
	size_t end;

	for (; (end = span_find(s, '\n')) < s.len; s = span_skip(s, end + 1))
		lines++;
	return lines;
}

/* RFC 3030 2: the bytes follow at once; the end of the line is the file's. */
void
reader_chunk(struct reader *r, size_t size)
{
	struct span bytes = span_head(r->rest, size), end;
	struct record *record;

	end = span_skip(r->rest, size);
	if (bytes.len < size || (bytes.len > 0 && (end.len == 0 ||
	    span_is(end, "\r")))) {
		reader_cut(r, r->line, "fewer bytes follow than BDAT says");
		r->rest = NO_BYTES;
		return;
	}
	if (end.len > 1 && end.ptr[0] == '\r')
		end = span_skip(end, 1);
	if (bytes.len > 0 && end.ptr[0] != '\n') {
		problem_hint(reader_error(r, NULL, "other bytes follow than "
		    "BDAT says"), "exactly %zu of them, and then the end of a "
		    "line, which is not counted", size);
		r->silent = true;
		return;
	}
	record = add_bytes(r, r->line + (bytes.len > 0));
	if (bytes.len > 0) {
		r->rest = span_skip(end, 1);
		r->line += count_lines(bytes) + 1;
	}
	if (record == NULL)
		return;
	record->last_line = r->line;
	record->bytes.at = reader_copy(r, bytes);
}

int
reader_bytes(FILE *in, size_t limit, struct buffer *text, struct error *error)
{
	int result;

	buffer_release(text);
	buffer_init(text, limit + READ_CHUNK);
	result = read_stream(in, limit, text);
	if (text->len > limit)
		return error_set(error, "is larger than %zu MiB", limit >> 20);
	return result == 0 ? 0 : error_set(error, "cannot be read: %s",
	    strerror(errno));
}

/*
 * A recording may come from anywhere: what it names is looked for below its
 * own folder only.
 */
static bool
is_below(struct span path)
{
	struct span rest = path;
	size_t end;

	if (path.len == 0 || path.ptr[0] == '/' ||
	    span_find(path, '\0') < path.len)
		return false;
	while (rest.len > 0) {
		end = span_find(rest, '/');
		if (span_is(span_head(rest, end), ".."))
			return false;
		rest = span_skip(rest, end + 1);
	}
	return true;
}

/* PATH, relative to the folder of FILE. */
static void
add_path(struct buffer *out, const char *file, struct span path)
{
	struct span folder = span_of(file);

	folder.len = span_find_last(folder, '/');
	if (folder.len < strlen(file))
		buffer_add(out, span_head(span_of(file), folder.len + 1));
	else
		buffer_add_text(out, "./");
	buffer_add(out, path);
}

static void
put_all(struct target *t, struct span text)
{
	struct span line;

	while (reader_line(&text, &line))
		put_line(t, line);
	if (text.len > 0)
		put_line(t, text);	/* a last line without an end */
}

int
reader_mail(struct recording *out, const char *path, struct span *mail,
    struct error *error)
{
	struct target target = { .len = 0 };
	struct buffer text;
	struct error why;
	struct stat found;
	int result;

	result = read_file(path, SESSION_MESSAGE_MAX, &text, &found, &why);
	if (result < 0) {
		(void)error_set(error, "cannot be read: %s", why.text);
		goto out;
	}
	put_all(&target, buffer_span(&text));
	target.ptr = arena_alloc(&out->arena, target.len);
	if (target.ptr == NULL) {
		result = error_set(error, "is too large for the memory");
		goto out;
	}
	target.len = 0;
	put_all(&target, buffer_span(&text));
	*mail = span_make(target.ptr, target.len);
out:
	buffer_release(&text);
	return result;
}

static void
add_message(struct reader *r, struct span path, const char *full)
{
	struct record *record;
	struct span mail;
	struct error why;

	if (reader_mail(r->out, full, &mail, &why) < 0) {
		problem_hint(reader_error(r, path.ptr, "'%s' %s", full,
		    why.text), "paths are relative to the folder of this "
		    "file");
		return;
	}
	record = add_bytes(r, r->line);
	if (record == NULL)
		return;
	record->bytes.path = reader_copy(r, path);
	record->bytes.at = mail;
}

void
reader_message_file(struct reader *r, struct span path)
{
	struct buffer full;

	/* Whatever is wrong with it, the reply below it is to the message. */
	r->answered = false;
	if (r->awaited != AWAIT_MESSAGE && r->awaited != AWAIT_BLOCK) {
		problem_hint(reader_error(r, NULL, "no message can follow "
		    "here"), "@message stands behind 'C: DATA', or behind its "
		    "'S: 354'");
		return;
	}
	r->awaited = AWAIT_NOTHING;
	if (!is_below(path)) {
		problem_hint(reader_error(r, path.len > 0 ? path.ptr : NULL,
		    "this file is not read"),
		    "name one below the folder of this file: @message "
		    "path/file.eml");
		return;
	}
	buffer_init(&full, SIZE_MAX);
	add_path(&full, r->file, path);
	add_message(r, path, buffer_text(&full));
	buffer_release(&full);
}
