/*
 * inputs.h - the files that a command is to read, in the order of reading.
 *
 * For commands: running out of memory ends the process. One thread.
 */
#ifndef MILLGATE_INPUTS_H
#define MILLGATE_INPUTS_H

#include "error.h"

struct inputs {
	char **at;		/* paths; "-" is standard input */
	size_t count;
	size_t room;
};

/*
 * Add PATH or, when it is a folder, the files in it whose names end in ENDING,
 * by name in byte order, those that begin with a dot left out. -1: it cannot
 * be read, or the folder has no such file; ERROR says which. I is zeroed or in
 * use.
 */
int inputs_add(struct inputs *i, const char *path, const char *ending,
    struct error *error);

/* Free all. A released or zeroed list may be released again. */
void inputs_release(struct inputs *i);

#endif
