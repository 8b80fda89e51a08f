/*
 * mail_folder.c - a folder that is given messages, each in a file of its own.
 *
 * A file is made anew or not at all (O_EXCL), so that nothing is ever written
 * over, and no link is followed.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "milter/replay/mail_folder.h"

#define TITLE_MAX 80		/* bytes of it in a file name */
#define NAME_MAX_BYTES 128	/* of a file name, with its NUL */

int
mail_folder_open(struct mail_folder *f, const char *path,
    struct error *error)
{
	*f = (struct mail_folder){ .path = path };
	f->fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (f->fd < 0)
		return error_set(error, "cannot open the folder %s: %s", path,
		    strerror(errno));
	return 0;
}

void
mail_folder_close(struct mail_folder *f)
{
	close(f->fd);
	f->fd = -1;
}

static bool
is_plain(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= '0' && c <= '9') || c == '_';
}

/* TITLE with one '-' in place of all that is not plain; OUT has room. */
static void
make_title(struct span title, char out[TITLE_MAX + 1])
{
	size_t len = 0;
	bool gap = false;

	for (size_t i = 0; i < title.len && len < TITLE_MAX - 1; i++) {
		if (is_plain(title.ptr[i])) {
			if (gap && len > 0)
				out[len++] = '-';
			out[len++] = title.ptr[i];
		}
		gap = !is_plain(title.ptr[i]);
	}
	out[len] = '\0';
}

static void
make_name(const struct mail_folder *f, struct span title,
    const struct smtp_message *m, char out[NAME_MAX_BYTES])
{
	char plain[TITLE_MAX + 1];

	make_title(title, plain);
	snprintf(out, NAME_MAX_BYTES, "%04lu%s%s%s.eml", f->count + 1,
	    plain[0] != '\0' ? "-" : "", plain,
	    m->quarantined ? ".held" : "");
}

/* Write BYTES, whose lines end in CRLF, with lines that end in LF. */
static void
write_lines(FILE *to, struct span bytes)
{
	struct span line;

	while (bytes.len > 0) {
		line = span_head(bytes, span_find(bytes, '\n'));
		bytes = span_skip(bytes, line.len);
		if (bytes.len > 0 && span_ends_with(line, span_of("\r")))
			line.len--;
		fwrite(line.ptr, 1, line.len, to);
		if (bytes.len > 0)
			putc('\n', to);
		bytes = span_skip(bytes, 1);
	}
}

/* RFC 5321 4.4: the Return-Path is put above all when mail is delivered. */
static void
write_message(FILE *to, const struct smtp_message *m)
{
	bool bare = !span_is(m->sender, "<>");

	fprintf(to, bare ? "Return-Path: <%.*s>\n" : "Return-Path: %.*s\n",
	    (int)m->sender.len, m->sender.ptr);
	for (size_t i = 0; i < m->recipient_count; i++)
		fprintf(to, "Delivered-To: %.*s\n",
		    (int)m->recipients[i].len, m->recipients[i].ptr);
	write_lines(to, m->header);
	write_lines(to, m->body);
}

/* Write M to the new file FD, which is closed; -1: errno says why. */
static int
write_file(int fd, const struct smtp_message *m)
{
	FILE *to = fdopen(fd, "w");
	bool failed;
	int why;

	if (to == NULL) {
		why = errno;
		close(fd);
		errno = why;
		return -1;
	}
	write_message(to, m);
	failed = fflush(to) != 0 || ferror(to) != 0;
	why = errno;
	if (fclose(to) == 0 && !failed)
		return 0;
	if (failed)
		errno = why;
	return -1;
}

static void
fail(struct mail_folder *f, const char *name)
{
	f->failed = true;
	error_set(&f->error, "cannot write %s/%s: %s", f->path, name,
	    strerror(errno));
}

void
mail_folder_put(struct mail_folder *f, struct span title,
    const struct smtp_message *m)
{
	char name[NAME_MAX_BYTES];
	int fd;

	if (f->failed || m->discarded)
		return;
	make_name(f, title, m, name);
	fd = openat(f->fd, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW |
	    O_CLOEXEC, 0600);
	if (fd < 0) {
		fail(f, name);
		return;
	}
	if (write_file(fd, m) < 0) {
		fail(f, name);
		unlinkat(f->fd, name, 0);
		return;
	}
	f->count++;
}
