/*
 * secret_file.c - read what nobody else may see.
 *
 * The memory has its whole size before the first byte: memory that grows leaves
 * copies behind. Who may read the file is asked of what was opened, so that it
 * cannot be another by then.
 *
 * Failure: -1, with what to do about it.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "milter/smtpd/secret_file.h"

/* May FOUND be read, and only by those who should? */
static int
look_at(const char *path, const struct stat *found, mode_t too_many,
    struct error *error)
{
	if (!S_ISREG(found->st_mode))
		return error_set(error, "%s: it is not a regular file", path);
	if ((found->st_mode & too_many) != 0)
		return error_set(error, "%s: others may read or write it, and "
		    "secrets are in it; 'chmod %s %s' keeps them out", path,
		    (too_many & S_IRWXG) != 0 ? "go=" : "o=", path);
	if (found->st_size > SECRET_FILE_MAX)
		return error_set(error, "%s: it is larger than %d MiB", path,
		    SECRET_FILE_MAX >> 20);
	return 0;
}

/* The bytes of FD, of which there should be no more than FILE->cap. */
static int
read_bytes(const char *path, int fd, struct secret_file *file,
    struct error *error)
{
	ssize_t n = 1;

	while (n > 0 && file->len < file->cap) {
		n = read(fd, file->ptr + file->len, file->cap - file->len);
		if (n > 0)
			file->len += (size_t)n;
		else if (n < 0 && errno == EINTR)
			n = 1;
	}
	if (n < 0)
		return error_set(error, "%s: %s", path, strerror(errno));
	return n == 0 ? 0 : error_set(error, "%s: it changes while it is read",
	    path);
}

int
secret_file_read(const char *path, mode_t too_many, struct secret_file *file,
    struct error *error)
{
	/* Without O_NONBLOCK a FIFO would hold us here. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat found;
	int result = -1;

	*file = (struct secret_file){ 0 };
	if (fd < 0 || fstat(fd, &found) < 0) {
		(void)error_set(error, "%s: %s", path, strerror(errno));
		goto out;
	}
	if (look_at(path, &found, too_many, error) < 0)
		goto out;
	/* One byte more, in which the end of the file is found. */
	file->cap = (size_t)found.st_size + 1;
	file->ptr = malloc(file->cap);
	if (file->ptr == NULL)
		(void)error_set(error, "%s: %s", path, strerror(ENOMEM));
	else
		result = read_bytes(path, fd, file, error);
	if (result < 0)
		secret_file_release(file);

out:
	if (fd >= 0)
		(void)close(fd);
	return result;
}

void
secret_file_release(struct secret_file *file)
{
	if (file->ptr != NULL)
		explicit_bzero(file->ptr, file->cap);
	free(file->ptr);
	*file = (struct secret_file){ 0 };
}
