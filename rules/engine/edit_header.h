/*
 * edit_header.h - the header of a message, as the actions make it.
 *
 * The model begins as the fields that the engine keeps. Each action sees what
 * those before it have made: fields that changed, that went, that were added
 * above or below. What has become of it is at most one operation for each
 * original field.
 */
#ifndef MILLGATE_EDIT_HEADER_H
#define MILLGATE_EDIT_HEADER_H

#include "edit.h"
#include "rules/engine/edit_text.h"

struct model_field {
	struct span name;
	struct span raw;		/* its value, unfolded */
	struct span text;		/* the same decoded, as actions read it;
					 * ptr NULL: nobody has asked */
	struct span value;		/* that it is to have, as an edit has
					 * it; ptr NULL: the one it came with */
	const struct field *origin;	/* NULL: it was added */
	bool at_top;			/* it was added above all others */
	bool dropped;
};

/* A field that the action at hand is about, and what it is to become. */
struct found_field {
	struct model_field *field;
	struct span text;		/* ptr NULL: it stays */
	struct runs runs;		/* that make it */
};

struct header_model {
	struct engine *engine;
	struct model_field *fields;	/* those that came, those added */
	size_t count;
	size_t room;
	size_t originals;
	struct found_field *found;
	size_t found_count;
	size_t found_room;
};

/* Begin with the fields of E. All memory is the message's: see edit_text.h. */
void header_model_init(struct header_model *m, struct engine *e);

/* Do D, an action of that name. */
void header_add(struct header_model *m, const struct deed *d);
void header_set(struct header_model *m, const struct deed *d);
void header_remove(struct header_model *m, const struct deed *d);
void header_rewrite(struct header_model *m, const struct deed *d);

/*
 * The value, unfolded, of the topmost field called NAME, and in *COUNT how many
 * of that name there are; a NULL ptr: none.
 */
struct span header_value(const struct header_model *m, const char *name,
    size_t *count);

/* There is to be one field NAME, in static storage, and no more, with VALUE, of
 * printable ASCII, which is copied. */
void header_put(struct header_model *m, const char *name, struct span value);

/* Drop all fields whose name begins with PREFIX. */
void header_drop(struct header_model *m, const char *prefix);

/* At most so many operations follow. */
size_t header_operations_max(const struct header_model *m);

/*
 * Write them into EDITS, and return how many there are: changes and removals
 * from the last field to the first, then additions in the order in which they
 * were made. A field whose text is in the end what it was is not among them.
 */
size_t header_operations(const struct header_model *m, struct edit *edits);

#endif
