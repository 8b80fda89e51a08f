/*
 * pidfile.h - a file that tells the supervisor's process id.
 *
 * It is for people and scripts; nothing here ever signals the number in it. The
 * single-instance lock is the listener's (listener.h), not this file.
 */
#ifndef MILLGATE_PIDFILE_H
#define MILLGATE_PIDFILE_H

#include <limits.h>
#include <sys/stat.h>

#include "error.h"

struct pidfile {
	char path[PATH_MAX];	/* "": none */
	struct stat file;	/* ours, by st_dev and st_ino */
};

/*
 * Write the calling process's id and LF to PATH (NULL: do nothing), mode 0644,
 * by a new file renamed into place, so that no link is followed and no half of
 * it is seen. Something there that is not a regular file, or that holds
 * anything but a number, is refused. -1 and ERROR on failure.
 */
int pidfile_write(struct pidfile *p, const char *path, struct error *error);

/* Remove it if it is still ours. May be called after a failure, and again. */
void pidfile_remove(struct pidfile *p);

#endif
