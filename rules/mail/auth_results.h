/*
 * auth_results.h - Authentication-Results fields, RFC 8601.
 *
 * Whoever stands in front of us wrote them, or whoever sent the message did:
 * the caller says whose stamp counts. Comments and quoted strings are read as
 * such, so that nothing inside of them is taken for a result. A field that does
 * not follow the grammar counts up to there. Pure; results point into VALUE.
 */
#ifndef MILLGATE_AUTH_RESULTS_H
#define MILLGATE_AUTH_RESULTS_H

#include <stdbool.h>

#include "span.h"

/* Where the reading of a field has come to. */
struct auth_results {
	struct span rest;
};

/*
 * Begin with field VALUE (unfolded). False: its authserv-id is none, or the
 * version is not 1. Else *AUTHSERV is the authserv-id, without quotes.
 */
bool auth_results_begin(struct auth_results *r, struct span value,
    struct span *authserv);

/* The next method and its result ("dkim", "pass"). False: there is none. */
bool auth_results_next(struct auth_results *r, struct span *method,
    struct span *result);

#endif
