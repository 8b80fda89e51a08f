/*
 * entry_doubt.h - entries of text tables that nothing will match.
 */
#ifndef MILLGATE_ENTRY_DOUBT_H
#define MILLGATE_ENTRY_DOUBT_H

#include "span.h"

struct doubt {
	const char *what;	/* "the entry 'x' ..."; static storage */
	const char *hint;
};

/* Is ENTRY of a text table written as other programs want it? Pure. */
bool entry_doubt(struct span entry, struct doubt *doubt);

#endif
