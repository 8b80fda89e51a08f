/*
 * xmalloc.h - allocate or exit.
 *
 * For loading and for commands only, where no message is at stake: a process
 * that cannot hold its rules cannot start. Nothing that runs during a session
 * calls these; sessions use arenas, which fail softly.
 */
#ifndef MILLGATE_XMALLOC_H
#define MILLGATE_XMALLOC_H

#include "span.h"

/* PTR, or the end of the process when it is NULL: for others' allocations. */
void *xcheck(void *ptr);

void *xmalloc(size_t size);
void *xcalloc(size_t count, size_t size);
/* Room for COUNT elements of SIZE bytes; overflow of the product exits. */
void *xreallocarray(void *old, size_t count, size_t size);
char *xstrdup(const char *text);
/* A copy of S with a NUL behind it. */
char *xspandup(struct span s);

#endif
