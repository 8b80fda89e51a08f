/*
 * queue_disk.c - the folders of a queue, and files that are there whole or not
 * at all.
 *
 * Failure: -1 and errno; what was begun in `tmp` is removed.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "milter/smtpd/queue_disk.h"

static const char *const folder_names[QUEUE_FOLDERS] = {
	[QUEUE_TMP] = "tmp",
	[QUEUE_ACTIVE] = "active",
	[QUEUE_STATE] = "state",
	[QUEUE_BOUNCED] = "bounced",
};

/* The folder PATH in AT, made when it is missing; -1: errno. */
static int
open_folder(int at, const char *path)
{
	if (mkdirat(at, path, 0700) < 0 && errno != EEXIST)
		return -1;
	return openat(at, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

/* The entry of the folder FD in the one above it must be durable, too: a folder
 * that is lost takes all with it. */
static int
sync_above(int fd)
{
	int above = openat(fd, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int result;

	if (above < 0)
		return -1;
	result = fsync(above);
	close(above);
	return result;
}

static int
open_all(struct queue_disk *d, int top)
{
	for (size_t i = 0; i < QUEUE_FOLDERS; i++) {
		d->folder[i] = open_folder(top, folder_names[i]);
		if (d->folder[i] < 0)
			return -1;
	}
	return fsync(top) == 0 ? sync_above(top) : -1;
}

/* The lock is the kernel's, so that it is gone with its process. */
static int
take_lock(struct queue_disk *d, int top, const char *dir, struct error *error)
{
	d->lock = openat(top, "lock", O_RDWR | O_CREAT | O_CLOEXEC |
	    O_NOFOLLOW, 0600);
	if (d->lock < 0)
		return error_set(error, "cannot open %s/lock: %s", dir,
		    strerror(errno));
	if (flock(d->lock, LOCK_EX | LOCK_NB) == 0)
		return 0;
	if (errno == EWOULDBLOCK)
		return error_set(error, "the queue %s is in use by another "
		    "process", dir);
	return error_set(error, "cannot lock %s/lock: %s", dir,
	    strerror(errno));
}

int
queue_disk_open(struct queue_disk *d, const char *dir, struct error *error)
{
	int top = open_folder(AT_FDCWD, dir);
	int result = -1;

	d->lock = -1;
	for (size_t i = 0; i < QUEUE_FOLDERS; i++)
		d->folder[i] = -1;
	if (top < 0)
		return error_set(error, "cannot open the queue %s: %s", dir,
		    strerror(errno));
	if (take_lock(d, top, dir, error) < 0)
		goto out;
	result = open_all(d, top);
	if (result < 0)
		error_set(error, "cannot open the folders of the queue %s: %s",
		    dir, strerror(errno));

out:
	close(top);
	if (result < 0)
		queue_disk_close(d);
	return result;
}

void
queue_disk_close(struct queue_disk *d)
{
	for (size_t i = 0; i < QUEUE_FOLDERS; i++) {
		if (d->folder[i] >= 0)
			close(d->folder[i]);
		d->folder[i] = -1;
	}
	if (d->lock >= 0)
		close(d->lock);
	d->lock = -1;
}

int
queue_disk_begin(const struct queue_disk *d, const char *name)
{
	return openat(d->folder[QUEUE_TMP], name, O_WRONLY | O_CREAT | O_TRUNC |
	    O_CLOEXEC | O_NOFOLLOW, 0600);
}

int
queue_disk_commit(const struct queue_disk *d, int fd, const char *name,
    enum queue_folder folder)
{
	int why;

	if (fsync(fd) < 0) {
		why = errno;
		queue_disk_drop(d, fd, name);
		errno = why;
		return -1;
	}
	/* Nothing is left that this close could tell of. */
	close(fd);
	if (renameat(d->folder[QUEUE_TMP], name, d->folder[folder], name) < 0) {
		why = errno;
		unlinkat(d->folder[QUEUE_TMP], name, 0);
		errno = why;
		return -1;
	}
	return fsync(d->folder[folder]);
}

void
queue_disk_drop(const struct queue_disk *d, int fd, const char *name)
{
	close(fd);
	unlinkat(d->folder[QUEUE_TMP], name, 0);
}

int
queue_disk_write(int fd, struct span bytes)
{
	ssize_t n;

	while (bytes.len > 0) {
		n = write(fd, bytes.ptr, bytes.len);
		if (n < 0 && errno != EINTR)
			return -1;
		if (n > 0)
			bytes = span_skip(bytes, (size_t)n);
	}
	return 0;
}

enum smtp_delivery
queue_disk_delivery(int why)
{
	return why == ENOSPC || why == EDQUOT || why == EFBIG ? SMTP_NO_ROOM :
	    SMTP_NOT_NOW;
}
