/*
 * expect_look.h - the kinds of expectations, looked at one by one.
 *
 * Each function answers whether an expectation is met; if not, it writes why,
 * and what would have been met. For expect.c and its parts only.
 */
#ifndef MILLGATE_EXPECT_LOOK_H
#define MILLGATE_EXPECT_LOOK_H

#include "milter/replay/expect.h"

/* One look: what is asked, and the words that come of it. */
struct look {
	const struct expectation *x;
	const struct sight *s;
	struct buffer *why;
	struct buffer *instead;
	bool known;
};

/* What would be met: "@NAME VALUE", the name being that of KIND. */
void look_instead(struct look *l, enum expect_kind kind, struct span value);

/* Of messages: L->s->message is one. */
bool look_at_header(struct look *l);
bool look_at_no_header(struct look *l);
bool look_at_recipient(struct look *l);
bool look_at_no_recipient(struct look *l);
bool look_at_sender(struct look *l);
bool look_at_body(struct look *l);
bool look_at_quarantine(struct look *l);

#endif
