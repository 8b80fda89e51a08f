/*
 * edit_recipients.h - the recipients of a message, as the actions make them.
 *
 * The model begins as those that are left, without those for whom the message
 * is discarded. Addresses are compared with ASCII case ignored.
 */
#ifndef MILLGATE_EDIT_RECIPIENTS_H
#define MILLGATE_EDIT_RECIPIENTS_H

#include "edit.h"
#include "rules/engine/edit_text.h"

struct model_recipient {
	struct span address;
	unsigned long hash;
	const struct recipient *original;	/* NULL: an action added it */
	bool discarded;
	bool gone;
	bool found;			/* the action at hand is about it */
	struct span becomes;		/* and makes this of it */
};

struct recipient_model {
	struct engine *engine;
	struct model_recipient *at;	/* originals, then added ones */
	size_t count;
	size_t room;
	size_t *index;			/* by hash: number + 1; 0: free */
	size_t index_size;
	const struct rule *remover;	/* the last rule that removed one */
};

/*
 * Begin with the recipients of E. All memory is the message's: see edit_text.h.
 */
void recipient_model_init(struct recipient_model *m, struct engine *e);

/* The message is discarded for R, which is left. */
void recipient_discard(struct recipient_model *m, const struct recipient *r);

/* Do D, an action of that name. */
void recipient_add(struct recipient_model *m, const struct deed *d);
void recipient_remove(struct recipient_model *m, const struct deed *d);
void recipient_rewrite(struct recipient_model *m, const struct deed *d);

/* At most so many operations follow. */
size_t recipient_operations_max(const struct recipient_model *m);

/*
 * Write them into EDITS, removals first, and return how many there are. A
 * message that nobody is left to get would be lost without a word, so then no
 * recipient is removed but those for whom it is discarded, which is logged.
 */
size_t recipient_operations(struct recipient_model *m, struct edit *edits);

#endif
