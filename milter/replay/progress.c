/*
 * progress.c - a line that says how far a long run has come.
 *
 * Failure: there is none; a line that cannot be shown is not missed.
 */
#include "config.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "milter/replay/progress.h"

#define SHORT_RUN 1000		/* milliseconds that nobody minds */
#define BETWEEN 100		/* no eye follows faster */

static int64_t
now(void)
{
	struct timespec t = { 0, 0 };

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

void
progress_begin(struct progress *p)
{
	*p = (struct progress){ .wanted = isatty(STDERR_FILENO) };
	if (p->wanted)
		p->next = now() + SHORT_RUN;
}

void
progress_show(struct progress *p, size_t count, size_t failed)
{
	if (!p->wanted || now() < p->next)
		return;
	fprintf(stderr, "\r%zu tests, %zu failed", count, failed);
	p->shown = true;
	p->next = now() + BETWEEN;
}

void
progress_clear(struct progress *p)
{
	if (p->shown)
		fputs("\r\033[K", stderr);
	p->shown = false;
}
