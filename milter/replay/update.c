/*
 * update.c - a session file that expects what comes.
 *
 * The file is read again, its lines copied, those that change in their places,
 * with the line ends that the file has. The new text goes into a file beside
 * the old one, to the disk, and by rename(2) into its place: whoever reads it
 * sees the one or the other.
 *
 * Failure: -1, and the old file stays as it is.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "buffer.h"
#include "milter/replay/printable.h"
#include "milter/replay/session_read.h"
#include "milter/replay/update.h"
#include "rules/base/xmalloc.h"

static int
by_line(const void *a, const void *b)
{
	const struct update_change *left = a, *right = b;

	return (left->line > right->line) - (left->line < right->line);
}

size_t
update_note(struct update *u, struct outcome *o, bool strict)
{
	size_t left = 0;

	for (size_t i = 0; i < o->count; i++) {
		struct finding *f = &o->at[i];

		if (f->instead == NULL) {
			left += strict || f->kind == FINDING_FAILED;
			continue;
		}
		if (u->count == u->room) {
			u->room = u->room > 0 ? u->room * 2 : 16;
			u->at = xreallocarray(u->at, u->room, sizeof *u->at);
		}
		u->at[u->count++] = (struct update_change){ f->line,
			f->last_line, f->instead };
		f->instead = NULL;
	}
	return left;
}

/* --- What changes ----------------------------------------------------------
 */

/* The next line of *TEXT, with its end; *TEXT loses it. */
static struct span
take_line(struct span *text)
{
	size_t end = span_find(*text, '\n');
	struct span line = span_head(*text, end + 1);

	*text = span_skip(*text, line.len);
	return line;
}

/* LINE without its LF or CRLF; *END is that. */
static struct span
without_end(struct span line, struct span *end)
{
	size_t len = line.len;

	if (len > 0 && line.ptr[len - 1] == '\n')
		len--;
	if (len > 0 && len < line.len && line.ptr[len - 1] == '\r')
		len--;
	*end = span_skip(line, len);
	return span_head(line, len);
}

static void
print_line(FILE *diff, char mark, struct span line)
{
	fputc(mark, diff);
	printable_plain(diff, line);
	fputc('\n', diff);
}

static unsigned
count_lines(const char *text)
{
	unsigned n = 0;

	for (; *text != '\0'; text++)
		n += *text == '\n';
	return n;
}

/* What `diff -U0` writes before a change: places in the old and new file. A
 * range of no lines is named by the line before it. */
static void
print_range(FILE *diff, char mark, unsigned line, unsigned count)
{
	fprintf(diff, " %c%u", mark, count == 0 ? line - 1 : line);
	if (count != 1)
		fprintf(diff, ",%u", count);
}

struct rewriting {
	struct span rest;	/* of the old text */
	unsigned line;		/* of the old file, the next one */
	unsigned new_line;
	struct buffer out;
	FILE *diff;
};

static void
copy_until(struct rewriting *w, unsigned line)
{
	for (; w->line < line && w->rest.len > 0; w->line++, w->new_line++)
		buffer_add(&w->out, take_line(&w->rest));
}

/* Leave out the lines of C. *END is the end of the last one. */
static int
drop_lines(struct rewriting *w, const struct update_change *c,
    struct span *end)
{
	for (; w->line <= c->last_line; w->line++) {
		struct span line = without_end(take_line(&w->rest), end);

		/* Another file by now: these were S: and @ lines. */
		if (line.len == 0 || (line.ptr[0] != 'S' &&
		    line.ptr[0] != '@'))
			return -1;
		print_line(w->diff, '-', line);
	}
	return 0;
}

/* The lines of C go, those that it has instead come. */
static int
change(struct rewriting *w, const struct update_change *c)
{
	struct span instead = span_of(c->instead), end, line, ignored;
	unsigned count = count_lines(c->instead);

	copy_until(w, c->line);
	fputs("@@", w->diff);
	print_range(w->diff, '-', c->line, c->last_line - c->line + 1);
	print_range(w->diff, '+', w->new_line, count);
	fputs(" @@\n", w->diff);
	if (drop_lines(w, c, &end) < 0)
		return -1;
	while (instead.len > 0) {
		line = without_end(take_line(&instead), &ignored);
		print_line(w->diff, '+', line);
		buffer_add(&w->out, line);
		/* The last line of a file may go without an end. */
		buffer_add(&w->out, instead.len > 0 && end.len == 0 ?
		    span_of("\n") : end);
	}
	w->new_line += count;
	return 0;
}

static int
change_all(struct rewriting *w, const struct update *u)
{
	for (size_t i = 0; i < u->count; i++)
		if (change(w, &u->at[i]) < 0)
			return -1;
	copy_until(w, UINT_MAX);
	return 0;
}

/* --- The file --------------------------------------------------------------
 */

static int
read_all(int fd, struct buffer *text, const char *path, struct error *error)
{
	char part[65536];
	ssize_t n;

	while ((n = read(fd, part, sizeof part)) > 0)
		buffer_add(text, span_make(part, (size_t)n));
	if (n < 0)
		return error_set(error, "cannot read %s: %s", path,
		    strerror(errno));
	if (text->overflow)
		return error_set(error, "%s is too large", path);
	return 0;
}

static int
write_all(int fd, struct span s)
{
	ssize_t n;

	for (; s.len > 0; s = span_skip(s, (size_t)n)) {
		n = write(fd, s.ptr, s.len);
		if (n < 0 && errno == EINTR)
			n = 0;
		else if (n < 0)
			return -1;
	}
	return 0;
}

/* The folder of PATH must know of the new name, too. */
static void
sync_folder(const char *path)
{
	struct span s = span_of(path);
	char *folder = xspandup(span_head(s, span_find_last(s, '/')));
	int fd = open(folder[0] != '\0' ? folder : "/",
	    O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd >= 0) {
		(void)fsync(fd);
		close(fd);
	}
	free(folder);
}

/* Put TEXT in the place of the file PATH, an absolute one, with its MODE. */
static int
replace(const char *path, mode_t mode, struct span text, struct error *error)
{
	struct buffer beside;
	char *name;
	int fd, result = -1;

	buffer_init(&beside, SIZE_MAX - 1);
	buffer_addf(&beside, "%s.XXXXXX", path);
	name = xspandup(buffer_span(&beside));
	buffer_release(&beside);
	fd = mkostemp(name, O_CLOEXEC);
	if (fd < 0) {
		error_set(error, "cannot write %s: %s", path,
		    strerror(errno));
		goto out;
	}
	if (fchmod(fd, mode & 07777) < 0 || write_all(fd, text) < 0 ||
	    fsync(fd) < 0 || rename(name, path) < 0) {
		error_set(error, "cannot write %s: %s", path,
		    strerror(errno));
		unlink(name);
		goto out;
	}
	sync_folder(path);
	result = 0;
out:
	if (fd >= 0)
		close(fd);
	free(name);
	return result;
}

static int
rewrite(struct update *u, const char *path, FILE *diff, struct error *error)
{
	struct rewriting w = { .line = 1, .new_line = 1, .diff = diff };
	char *real = realpath(path, NULL);
	struct buffer text;
	struct stat found;
	int fd, result = -1;

	buffer_init(&text, SESSION_FILE_MAX);
	buffer_init(&w.out, SIZE_MAX - 1);
	fd = real != NULL ? open(real, O_RDONLY | O_CLOEXEC) : -1;
	if (fd < 0 || fstat(fd, &found) < 0) {
		error_set(error, "cannot read %s: %s", path, strerror(errno));
		goto out;
	}
	if (!S_ISREG(found.st_mode)) {
		error_set(error, "%s is not a regular file", path);
		goto out;
	}
	if (read_all(fd, &text, path, error) < 0)
		goto out;
	w.rest = buffer_span(&text);
	fprintf(diff, "--- %s\n+++ %s\n", path, path);
	if (change_all(&w, u) < 0) {
		error_set(error, "%s has changed since it was played", path);
		goto out;
	}
	result = replace(real, found.st_mode, buffer_span(&w.out), error);
out:
	if (fd >= 0)
		close(fd);
	free(real);
	buffer_release(&text);
	buffer_release(&w.out);
	return result;
}

int
update_write(struct update *u, const char *path, FILE *diff,
    struct error *error)
{
	int result = 0;

	if (u->count > 0) {
		qsort(u->at, u->count, sizeof *u->at, by_line);
		result = rewrite(u, path, diff, error);
	}
	while (u->count > 0)
		free(u->at[--u->count].instead);
	return result;
}

void
update_release(struct update *u)
{
	while (u->count > 0)
		free(u->at[--u->count].instead);
	free(u->at);
	*u = (struct update){ .at = NULL };
}
