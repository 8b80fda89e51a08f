/*
 * same_file.c - two names, one file?
 *
 * Failure: what cannot be looked at is left alone.
 */
#include "config.h"

#include <unistd.h>

#include "milter/daemon/same_file.h"

bool
same_file(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

void
same_file_remove(const char *path, const struct stat *ours)
{
	struct stat now;

	if (lstat(path, &now) == 0 && same_file(&now, ours))
		(void)unlink(path);
}
