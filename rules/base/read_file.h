/*
 * read_file.h - the whole of a file, within a bound.
 */
#ifndef MILLGATE_READ_FILE_H
#define MILLGATE_READ_FILE_H

#include <stdio.h>
#include <sys/stat.h>

#include "buffer.h"
#include "error.h"

/*
 * Read the regular file PATH, MOST bytes of it at most (a multiple of 1 MiB);
 * FOUND tells what it is. TEXT is initialized and must be released, after a
 * failure too. -1 and ERROR, which does not name the file. Any thread.
 */
int read_file(const char *path, size_t most, struct buffer *text,
    struct stat *found, struct error *error);

/*
 * Append what IN still has to TEXT, whose limit is larger than MOST by a
 * chunk: when there is more than MOST, some of that is read as well, and no
 * more. -1: errno says why. Any thread.
 */
#define READ_CHUNK 65536
int read_stream(FILE *in, size_t most, struct buffer *text);

#endif
