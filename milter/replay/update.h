/*
 * update.h - a session file that expects what comes.
 *
 * The findings of a run that know what would have been met are gathered, and
 * then written into the file in one go. Nothing but the lines of expectations
 * that failed is changed. For commands: running out of memory ends the process.
 * One thread.
 */
#ifndef MILLGATE_UPDATE_H
#define MILLGATE_UPDATE_H

#include <stdio.h>

#include "error.h"
#include "milter/replay/outcome.h"

struct update_change {
	unsigned line;
	unsigned last_line;
	char *instead;		/* the lines, each with LF */
};

struct update {
	struct update_change *at;	/* in the order of their lines */
	size_t count;
	size_t room;
};

/*
 * Take over what the findings of O would have instead. Returns how many that
 * failed have nothing; with STRICT, what was not checked has failed. U is
 * zeroed or in use.
 */
size_t update_note(struct update *u, struct outcome *o, bool strict);

/*
 * Print the changes to the file PATH, which held PLAYED, as `diff -U0` does,
 * and carry them out: the new file takes the place of the old one at once, with
 * its owner and mode; it is on the disk before. -1: nothing was changed, and
 * ERROR says why: the file does not begin with PLAYED any more, may not be
 * written to, or has another name. U is empty afterwards.
 */
int update_write(struct update *u, const char *path, struct span played,
    FILE *diff, struct error *error);

/* Free all. A released or zeroed list may be released again. */
void update_release(struct update *u);

#endif
