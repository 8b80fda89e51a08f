/*
 * mailbox_scan.h - cut an address field into its mailboxes, RFC 5322 3.4.
 *
 * Groups are flattened as they are met, so that they may be nested as deep as
 * they like. What does not follow the grammar is cut so that nothing with an
 * '@' is lost but in comments; one that is never closed goes to the end, when
 * there is an address before it. Pure; one thread; results point into the field.
 */
#ifndef MILLGATE_MAILBOX_SCAN_H
#define MILLGATE_MAILBOX_SCAN_H

#include "rules/mail/decode/address_token.h"

/* A mailbox as it stands. */
struct mailbox_text {
	struct span phrase;	/* before the '<'; or all, if there is none */
	struct span angle;	/* between '<' and '>' */
	struct span comment;	/* the last one, without brackets */
	bool has_angle;
	bool has_at;		/* in the phrase */
};

struct mailbox_scan {
	struct address_tokens tokens;
	bool flawed;
	/* Private: what comes next of '@', ':', ';' and '<', and where. */
	enum address_token_kind mark;
	size_t mark_at;
};

void mailbox_scan_init(struct mailbox_scan *s, struct span value);

/* The next mailbox. False: there is none. */
bool mailbox_scan_take(struct mailbox_scan *s, struct mailbox_text *m);

#endif
