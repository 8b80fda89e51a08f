/*
 * expand.h - text with ${…} in it, made safe for where it goes.
 *
 * What comes from outside never carries a CR, LF or NUL into anything. What had
 * to be cut is logged. R is the recipient that the text is for, NULL for none
 * in particular. All results live as long as the message; a NULL ptr, or -1,
 * says that the session's memory is used up.
 */
#ifndef MILLGATE_EXPAND_H
#define MILLGATE_EXPAND_H

#include "rules/engine/branch.h"
#include "rules/engine/session.h"
#include "rules/mail/header_text.h"

#define EXPANDED_MAX (4u * HEADER_TEXT_MAX)	/* the target cuts again */
#define ENCODED_MAX (8u * HEADER_TEXT_MAX)	/* base64 and folds included */

/*
 * Make REPLY out of the answer of RULE: printable ASCII, within the bounds that
 * verdict.h gives.
 */
int expand_reply(struct engine *e, const struct rule *rule,
    const struct recipient *r, struct reply *reply);

/*
 * T as plain text, for logs, reasons, addresses and variables. OWN: the groups
 * of the action's own match, for PIECE_MATCH_GROUP; NULL: it has none.
 */
struct span expand_text(struct engine *e, const struct rule *rule,
    const struct template *t, const struct recipient *r,
    const struct capture *own);

#endif
