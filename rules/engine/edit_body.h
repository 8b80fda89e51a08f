/*
 * edit_body.h - the body of a message, as the actions make it.
 *
 * Actions change texts: those of parts, or one that is all of the body. Each
 * sees what those before it have made. A message that is signed or encrypted,
 * or not known whole, keeps its texts byte for byte, which is logged; so does a
 * text that cannot be read without a loss. To put one text in the place of all
 * nothing of what came is needed, and it is always done. All texts together may
 * grow by a few MiB, and to what UTF-8 takes. What a new body asks of the
 * message's own header goes into the model of that.
 */
#ifndef MILLGATE_EDIT_BODY_H
#define MILLGATE_EDIT_BODY_H

#include "rules/engine/edit_header.h"
#include "rules/mail/mime/part_text.h"

struct body_model {
	struct engine *engine;
	struct header_model *header;
	struct mime *mime;		/* NULL: nobody has asked */
	const char *held;		/* why no text may be changed; NULL: it
					 * may */
	const struct rule *rule;	/* the last that wanted to change it */
	struct part_text **texts;	/* by part; NULL: it is as it came */
	struct part_text *whole;	/* all of the body; NULL: its parts */
	size_t limit;			/* bytes of all texts together */
};

/* Begin with the body of E and its HEADER. Texts take memory of the heap. */
void body_model_init(struct body_model *m, struct engine *e,
    struct header_model *header);
void body_model_release(struct body_model *m);

/* Do D, an action of that name. */
void body_replace(struct body_model *m, const struct deed *d);
void body_rewrite(struct body_model *m, const struct deed *d);
void body_append(struct body_model *m, const struct deed *d);

/*
 * Make the new body, in *BODY, which lasts as long as the message and has at
 * most INT_MAX bytes. False: it stays as it is. Before header_operations().
 */
bool body_operation(struct body_model *m, struct span *body);

#endif
