/*
 * parameter.h - the words and parameters of Content-Type, Content-Disposition
 * and their like, as they stand there (RFC 2045 5.1, RFC 2231).
 *
 * Fields that follow the grammar are read by it; of others as much as readers
 * make of them: a semicolon that is missing, a value with blanks and without
 * quotes (a comment behind it is none of it), a quote that is never closed.
 * Pure; results point into the field, or into the arena.
 */
#ifndef MILLGATE_PARAMETER_H
#define MILLGATE_PARAMETER_H

#include <stdbool.h>

#include "arena.h"
#include "span.h"

#define PARAMETER_WHOLE UINT_MAX

struct parameter {
	struct span name;	/* "name" of name*0*=; no case is folded */
	struct span value;	/* without quotes and their backslashes */
	unsigned piece;		/* RFC 2231 3: 0 of name*0=, or … */
	bool extended;		/* name*=, name*0*=: RFC 2231 4 */
	bool quoted;
};

/*
 * Take the next token of RFC 2045 5.1 from REST, and the blanks and comments
 * before it. Empty: none is there. A comment that is never closed takes all,
 * and is FLAWED.
 */
struct span field_token(struct span *rest, bool *flawed);

/* Take character C, and the blanks and comments before it. False: it is not
 * there. */
bool field_char(struct span *rest, char c, bool *flawed);

/* Take the next parameter from REST. False: there is none. */
bool parameter_take(struct span *rest, struct arena *a, struct parameter *p,
    bool *flawed);

#endif
