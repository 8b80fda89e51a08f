/*
 * progress.c - a line that says how far a long run has come.
 *
 * Failure: there is none; a line that cannot be shown is not missed.
 */
#include "config.h"

#include <stdio.h>
#include <unistd.h>

#include "milter/clock.h"
#include "milter/replay/progress.h"

#define SHORT_RUN 1000		/* milliseconds that nobody minds */
#define BETWEEN 100		/* no eye follows faster */

void
progress_begin(struct progress *p)
{
	*p = (struct progress){ .wanted = isatty(STDERR_FILENO) };
	if (p->wanted)
		p->next = clock_ms() + SHORT_RUN;
}

void
progress_show(struct progress *p, size_t count, size_t failed)
{
	if (!p->wanted || clock_ms() < p->next)
		return;
	fprintf(stderr, "\r%zu tests, %zu failed", count, failed);
	p->shown = true;
	p->next = clock_ms() + BETWEEN;
}

void
progress_clear(struct progress *p)
{
	if (p->shown)
		fputs("\r\033[K", stderr);
	p->shown = false;
}
