/*
 * inputs.c - the files that a command is to read.
 *
 * Failure: -1 and a message that names the path.
 */
#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "buffer.h"
#include "milter/replay/inputs.h"
#include "rules/base/xmalloc.h"

static void
add(struct inputs *i, char *path)
{
	if (i->count == i->room) {
		i->room = i->room > 0 ? i->room * 2 : 16;
		i->at = xreallocarray(i->at, i->room, sizeof *i->at);
	}
	i->at[i->count++] = path;
}

static int
by_name(const void *a, const void *b)
{
	char *const *left = a, *const *right = b;

	return strcmp(*left, *right);
}

/* FOLDER/NAME, for the caller to free. */
static char *
join(const char *folder, const char *name)
{
	struct span s = span_of(folder);
	struct buffer path;
	char *joined;

	buffer_init(&path, SIZE_MAX - 1);
	buffer_addf(&path, "%s%s%s", folder,
	    span_ends_with(s, span_of("/")) ? "" : "/", name);
	joined = xspandup(buffer_span(&path));
	buffer_release(&path);
	return joined;
}

/* What is in a folder is not asked for by name: a pipe would wait for ever. */
static bool
is_regular(const char *path)
{
	struct stat found;

	return stat(path, &found) == 0 && S_ISREG(found.st_mode);
}

static void
add_entry(struct inputs *i, const char *folder, const char *name)
{
	char *path = join(folder, name);

	if (is_regular(path))
		add(i, path);
	else
		free(path);
}

static int
add_folder(struct inputs *i, const char *path, const char *ending,
    struct error *error)
{
	DIR *folder = opendir(path);
	size_t before = i->count;
	struct dirent *entry;

	if (folder == NULL)
		return error_set(error, "cannot read %s: %s", path,
		    strerror(errno));
	while ((entry = readdir(folder)) != NULL)
		if (entry->d_name[0] != '.' && span_ends_with(
		    span_of(entry->d_name), span_of(ending)))
			add_entry(i, path, entry->d_name);
	closedir(folder);
	if (i->count == before)
		return error_set(error, "there is no *%s in %s", ending, path);
	qsort(i->at + before, i->count - before, sizeof *i->at, by_name);
	return 0;
}

int
inputs_add(struct inputs *i, const char *path, const char *ending,
    struct error *error)
{
	struct stat found;

	if (strcmp(path, "-") != 0) {
		if (stat(path, &found) < 0 ||
		    faccessat(AT_FDCWD, path, R_OK, AT_EACCESS) < 0)
			return error_set(error, "cannot read %s: %s", path,
			    strerror(errno));
		if (S_ISDIR(found.st_mode))
			return add_folder(i, path, ending, error);
	}
	add(i, xstrdup(path));
	return 0;
}

void
inputs_release(struct inputs *i)
{
	while (i->count > 0)
		free(i->at[--i->count]);
	free(i->at);
	*i = (struct inputs){ .at = NULL };
}
