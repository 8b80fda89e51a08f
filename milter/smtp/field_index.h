/*
 * field_index.h - the n-th header field of a name, in a moment.
 *
 * A rule may ask for an edit of each field of a message, and whoever sends the
 * message says how many there are: to count from the top each time would take
 * their square. One thread.
 */
#ifndef MILLGATE_SMTP_FIELD_INDEX_H
#define MILLGATE_SMTP_FIELD_INDEX_H

#include "span.h"

struct field_slot {
	struct span name;	/* borrowed */
	size_t place;		/* of the field in the message */
};

struct field_index {
	struct field_slot *slots;	/* by name, then by place */
	size_t *sums;			/* of slots that are left; see there */
	size_t count;
	size_t room;
};

/*
 * Make room for COUNT slots, for the caller to fill with the fields in any
 * order, and then to sort. -1: there is no memory. INDEX is zeroed or in use.
 */
int field_index_begin(struct field_index *index, size_t count);
void field_index_sort(struct field_index *index);

/*
 * The slot of the field NAME, ASCII case ignored, that is number N, from 1, of
 * those that are left; NULL: there are fewer.
 */
const struct field_slot *field_index_find(const struct field_index *index,
    struct span name, size_t n);

/* The field of SLOT goes, and those below it count one less. */
void field_index_drop(struct field_index *index,
    const struct field_slot *slot);

/* How much memory it has, in bytes. */
size_t field_index_memory(const struct field_index *index);

/* Free all. A released or zeroed index may be released again. */
void field_index_release(struct field_index *index);

#endif
