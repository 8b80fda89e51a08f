/*
 * expand.h - text with ${…} in it, made safe for where it goes.
 *
 * What comes from outside never carries a CR, LF or NUL into anything.
 */
#ifndef MILLGATE_EXPAND_H
#define MILLGATE_EXPAND_H

#include "rules/engine/session.h"
#include "rules/mail/header_text.h"

#define EXPANDED_MAX (4u * HEADER_TEXT_MAX)	/* the target cuts again */
#define ENCODED_MAX (8u * HEADER_TEXT_MAX)	/* base64 and folds included */

/*
 * Make REPLY out of ANSWER of RULE, for recipient R (NULL: none in
 * particular): printable ASCII, within the bounds that verdict.h gives. What
 * had to be cut is logged. -1 when the session's memory is used up.
 */
int expand_reply(struct engine *e, const struct rule *rule,
    const struct recipient *r, struct reply *reply);

/*
 * The value of header action A of RULE, encoded and folded, NUL behind it;
 * a NULL ptr when the session's memory is used up.
 */
struct span expand_header(struct engine *e, const struct rule *rule,
    const struct action *a, const struct recipient *r);

#endif
