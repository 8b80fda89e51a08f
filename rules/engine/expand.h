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
#include "rules/mail/header/header_text.h"

#define EXPANDED_MAX (4u * HEADER_TEXT_MAX)	/* the target cuts again */
/* A field's value, base64 and folds included: what a packet of the milter
 * protocol, of at most 65535 bytes, can carry beside a name. */
#define ENCODED_MAX 65000u

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

/* What text is for. */
struct expanding {
	struct engine *engine;
	const struct rule *rule;
	const struct recipient *recipient;
	const struct capture *own;	/* as above */
	bool html;	/* it becomes part of HTML: what is not the rule's own
			 * text, nor that of OWN, is written as text there */
};

/* Append T to OUT, which nothing else writes to meanwhile. */
void expand_add(const struct expanding *to, const struct template *t,
    struct buffer *out);

/* Append TEXT as HTML that shows it. */
void expand_html(struct buffer *out, struct span text);

#endif
