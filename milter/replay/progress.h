/*
 * progress.h - a line that says how far a long run has come.
 *
 * It is shown on standard error when that is a terminal, after a second, and
 * goes when something else is to be printed. One thread.
 */
#ifndef MILLGATE_PROGRESS_H
#define MILLGATE_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct progress {
	bool wanted;
	bool shown;
	int64_t next;		/* when to show it, in milliseconds */
};

void progress_begin(struct progress *p);

/* COUNT tests are done, FAILED of them badly. */
void progress_show(struct progress *p, size_t count, size_t failed);

/* Take the line away; it comes back with the next progress_show(). */
void progress_clear(struct progress *p);

#endif
