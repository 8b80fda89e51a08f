/*
 * pidfile.c - a file that tells the supervisor's process id.
 *
 * Failure: -1 and why; no file of ours is left behind.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "milter/daemon/pidfile.h"
#include "milter/daemon/same_file.h"

/* What stands in the place of the new file until it is whole. */
#define PIDFILE_NEW ".XXXXXX"

/* Does the file at PATH hold a number and nothing else, or nothing at all? */
static bool
is_pidfile(const char *path)
{
	char text[32];
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
	ssize_t length = fd >= 0 ? read(fd, text, sizeof text) : -1;
	ssize_t i = 0;

	if (fd >= 0)
		close(fd);
	while (i < length && text[i] >= '0' && text[i] <= '9')
		i++;
	return length == 0 || (i > 0 && (i == length ||
	    (i + 1 == length && text[i] == '\n')));
}

/* Nothing there, or a file that may be replaced? */
static int
look_at_path(const char *path, struct error *error)
{
	struct stat found;

	if (lstat(path, &found) == 0)
		return S_ISREG(found.st_mode) && is_pidfile(path) ? 0 :
		    error_set(error, "cannot write the PID file %s: what is "
		    "there is not a regular file with a number in it", path);
	return errno == ENOENT ? 0 : error_set(error, "cannot write the PID "
	    "file %s: %s", path, strerror(errno));
}

/* The id into the new file FD; -1: errno says why. */
static int
write_id(struct pidfile *p, int fd)
{
	char text[32];
	int length = snprintf(text, sizeof text, "%ld\n", (long)getpid());
	ssize_t written = write(fd, text, (size_t)length);

	if (written >= 0 && written < length)
		errno = ENOSPC;
	return written == length && fchmod(fd, 0644) == 0 &&
	    fstat(fd, &p->file) == 0 ? 0 : -1;
}

/* A whole file at PATH, by way of TEMPORARY; -1: errno says why. */
static int
put_file(struct pidfile *p, char *temporary, const char *path)
{
	int fd = mkostemp(temporary, O_CLOEXEC);
	int reason;

	if (fd < 0)
		return -1;
	if (write_id(p, fd) == 0 && rename(temporary, path) == 0) {
		close(fd);
		return 0;
	}
	reason = errno;
	close(fd);
	unlink(temporary);
	errno = reason;
	return -1;
}

int
pidfile_write(struct pidfile *p, const char *path, struct error *error)
{
	char temporary[sizeof p->path + sizeof PIDFILE_NEW];

	p->path[0] = '\0';
	if (path == NULL)
		return 0;
	if (strlen(path) >= sizeof p->path)
		return error_set(error, "the path of the PID file is too long");
	if (look_at_path(path, error) < 0)
		return -1;
	snprintf(temporary, sizeof temporary, "%s" PIDFILE_NEW, path);
	if (put_file(p, temporary, path) < 0)
		return error_set(error, "cannot write the PID file %s: %s",
		    path, strerror(errno));
	snprintf(p->path, sizeof p->path, "%s", path);
	return 0;
}

void
pidfile_remove(struct pidfile *p)
{
	if (p->path[0] != '\0')
		same_file_remove(p->path, &p->file);
	p->path[0] = '\0';
}
