/*
 * xmalloc.c - allocate or say so and exit.
 *
 * The status is EX_OSERR of sysexits(3): the system refused, the rules are not
 * to blame. A size of 0 is asked for as 1, so that NULL never means success.
 */
#include "config.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sysexits.h>

#include "rules/base/xmalloc.h"

void *
xcheck(void *ptr)
{
	if (ptr != NULL)
		return ptr;
	fputs("millgate: out of memory\n", stderr);
	exit(EX_OSERR);
}

void *
xmalloc(size_t size)
{
	return xcheck(malloc(size > 0 ? size : 1));
}

void *
xcalloc(size_t count, size_t size)
{
	if (count == 0 || size == 0)
		count = size = 1;
	return xcheck(calloc(count, size));
}

void *
xreallocarray(void *old, size_t count, size_t size)
{
	if (count == 0 || size == 0)
		count = size = 1;
	if (count > SIZE_MAX / size)
		return xcheck(NULL);
	return xcheck(realloc(old, count * size));
}

char *
xstrdup(const char *text)
{
	return xspandup(span_of(text));
}

char *
xspandup(struct span s)
{
	char *copy = xreallocarray(NULL, 1, s.len + 1);

	if (s.len > 0)
		memcpy(copy, s.ptr, s.len);
	copy[s.len] = '\0';
	return copy;
}
