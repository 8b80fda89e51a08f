/*
 * read_file.c - the whole of a file, within a bound.
 *
 * What a file of ours names must be a regular file: a FIFO would make the program
 * wait for a writer, and a device has no end.
 *
 * Failure: a message without the file's name, for the caller knows which name
 * the reader of the message will recognize.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "rules/base/read_file.h"

/* What keeps FOUND from being read; NULL: nothing. */
static const char *
obstacle(const struct stat *found)
{
	if (S_ISREG(found->st_mode))
		return NULL;
	return S_ISDIR(found->st_mode) ? "it is a directory" :
	    "it is not a regular file";
}

static int
read_bytes(int fd, size_t most, struct buffer *text, struct error *error)
{
	char chunk[READ_CHUNK];
	ssize_t n = 1;

	while (n > 0 && text->len <= most && !text->overflow) {
		n = read(fd, chunk, sizeof chunk);
		if (n > 0)
			buffer_add(text, span_make(chunk, (size_t)n));
		else if (n < 0 && errno == EINTR)
			n = 1;
	}
	if (n < 0)
		return error_set(error, "%s", strerror(errno));
	if (text->overflow)
		return error_set(error, "%s", strerror(ENOMEM));
	if (text->len > most)
		return error_set(error, "it is larger than %zu MiB",
		    most >> 20);
	return 0;
}

int
read_file(const char *path, size_t most, struct buffer *text,
    struct stat *found, struct error *error)
{
	/* Without O_NONBLOCK a FIFO would hold us here. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	int result = -1;

	buffer_init(text, most + READ_CHUNK);
	if (fd < 0)
		return error_set(error, "%s", strerror(errno));
	if (fstat(fd, found) < 0)
		(void)error_set(error, "%s", strerror(errno));
	else if (obstacle(found) != NULL)
		(void)error_set(error, "%s", obstacle(found));
	else
		result = read_bytes(fd, most, text, error);
	(void)close(fd);
	return result;
}

int
read_stream(FILE *in, size_t most, struct buffer *text)
{
	char chunk[READ_CHUNK];
	size_t n;

	while (text->len <= most && !text->overflow &&
	    (n = fread(chunk, 1, sizeof chunk, in)) > 0)
		buffer_add(text, span_make(chunk, n));
	if (!text->overflow)
		return ferror(in) != 0 ? -1 : 0;
	errno = ENOMEM;
	return -1;
}
