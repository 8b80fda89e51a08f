/*
 * update.c - a session file that expects what comes.
 *
 * The file is read again and must be what was played, but for what a recorder
 * has added since. Its lines are copied, those that change in their places,
 * with the line ends that the file has. The new text goes into a file beside
 * the old one, to the disk, and by rename(2) into its place: whoever reads it
 * sees the one or the other.
 *
 * A file that its user would not write to is not replaced either, nor is one
 * with a second name, which would keep the old text.
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

/* Leave out the lines of C. Returns the end of the last one. */
static struct span
drop_lines(struct rewriting *w, const struct update_change *c)
{
	struct span end = span_of("\n");

	for (; w->line <= c->last_line; w->line++)
		print_line(w->diff, '-', without_end(take_line(&w->rest),
		    &end));
	return end;
}

/* The lines of C go, those that it has instead come. */
static void
change(struct rewriting *w, const struct update_change *c)
{
	struct span instead = span_of(c->instead), end, line, ignored;
	unsigned count = count_lines(c->instead);

	copy_until(w, c->line);
	fputs("@@", w->diff);
	print_range(w->diff, '-', c->line, c->last_line - c->line + 1);
	print_range(w->diff, '+', w->new_line, count);
	fputs(" @@\n", w->diff);
	end = drop_lines(w, c);
	while (instead.len > 0) {
		line = without_end(take_line(&instead), &ignored);
		print_line(w->diff, '+', line);
		buffer_add(&w->out, line);
		/* The last line of a file may go without an end. */
		buffer_add(&w->out, instead.len > 0 && end.len == 0 ?
		    span_of("\n") : end);
	}
	w->new_line += count;
}

static void
change_all(struct rewriting *w, const struct update *u)
{
	for (size_t i = 0; i < u->count; i++)
		change(w, &u->at[i]);
	copy_until(w, UINT_MAX);
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

/* Put TEXT in the place of the file PATH, an absolute one, which is as OLD. */
static int
replace(const char *path, const struct stat *old, struct span text,
    struct error *error)
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
	if (fchown(fd, old->st_uid, old->st_gid) < 0 ||
	    fchmod(fd, old->st_mode & 07777) < 0 || write_all(fd, text) < 0 ||
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

/*
 * May the file FD, found at PATH, be replaced? Write permission is asked for
 * in the mode, too: root has it for every file, and yet somebody took it away.
 */
static int
check_file(int fd, const char *path, struct stat *found, struct error *error)
{
	if (fstat(fd, found) < 0)
		return error_set(error, "cannot read %s: %s", path,
		    strerror(errno));
	if (!S_ISREG(found->st_mode))
		return error_set(error, "%s is not a regular file", path);
	if ((found->st_mode & 0222) == 0 ||
	    faccessat(AT_FDCWD, path, W_OK, AT_EACCESS) < 0)
		return error_set(error, "%s is left alone: it is not to be "
		    "written to", path);
	if (found->st_nlink > 1)
		return error_set(error, "%s is left alone: it has other names "
		    "(hard links), which would keep the old text", path);
	return 0;
}

/* Is NOW what was PLAYED, or that with whole lines added to it? */
static bool
is_as_played(struct span now, struct span played)
{
	return span_starts_with(now, played) && (now.len == played.len ||
	    span_ends_with(played, span_of("\n")));
}

static int
rewrite(struct update *u, const char *path, struct span played, FILE *diff,
    struct error *error)
{
	struct rewriting w = { .line = 1, .new_line = 1, .diff = diff };
	char *real = realpath(path, NULL);
	struct buffer text;
	struct stat found;
	int fd, result = -1;

	buffer_init(&text, SESSION_FILE_MAX);
	buffer_init(&w.out, SIZE_MAX - 1);
	fd = real != NULL ? open(real, O_RDONLY | O_CLOEXEC) : -1;
	if (fd < 0) {
		error_set(error, "cannot read %s: %s", path, strerror(errno));
		goto out;
	}
	if (check_file(fd, path, &found, error) < 0 ||
	    read_all(fd, &text, path, error) < 0)
		goto out;
	w.rest = buffer_span(&text);
	if (!is_as_played(w.rest, played)) {
		error_set(error, "%s has changed meanwhile and is left alone",
		    path);
		goto out;
	}
	fprintf(diff, "--- %s\n+++ %s\n", path, path);
	change_all(&w, u);
	result = replace(real, &found, buffer_span(&w.out), error);
out:
	if (fd >= 0)
		close(fd);
	free(real);
	buffer_release(&text);
	buffer_release(&w.out);
	return result;
}

int
update_write(struct update *u, const char *path, struct span played,
    FILE *diff, struct error *error)
{
	int result = 0;

	if (u->count > 0) {
		qsort(u->at, u->count, sizeof *u->at, by_line);
		result = rewrite(u, path, played, diff, error);
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
