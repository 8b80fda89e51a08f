/*
 * quote.h - text out of a rule file, fit for an error message.
 */
#ifndef MILLGATE_QUOTE_H
#define MILLGATE_QUOTE_H

#include "span.h"

struct quoted {
	char text[80];
};

/* S, shortened with "..." when it is long, control characters as '?'. */
struct quoted quote(struct span s);

#endif
