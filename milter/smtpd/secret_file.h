/*
 * secret_file.h - a small file with secrets in it, in memory that is wiped.
 */
#ifndef MILLGATE_SMTPD_SECRET_FILE_H
#define MILLGATE_SMTPD_SECRET_FILE_H

#include <sys/stat.h>

#include "error.h"

#define SECRET_FILE_MAX (1 << 20)	/* bytes: thousands of users */

struct secret_file {
	char *ptr;		/* owned */
	size_t len;
	size_t cap;
};

/*
 * Read the regular file PATH, at most SECRET_FILE_MAX bytes. It is refused when
 * somebody may read or write it whose permission is in TOO_MANY: S_IRWXO, or
 * S_IRWXG as well. -1: see ERROR, which names PATH, and FILE is empty. Any
 * thread.
 */
int secret_file_read(const char *path, mode_t too_many,
    struct secret_file *file, struct error *error);

/* Wipe and free it. A released or zeroed one may be released again. */
void secret_file_release(struct secret_file *file);

#endif
