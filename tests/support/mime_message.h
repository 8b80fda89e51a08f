/*
 * mime_message.h - a message given as text, and its parts as text.
 */
#ifndef MILLGATE_TEST_MIME_MESSAGE_H
#define MILLGATE_TEST_MIME_MESSAGE_H

#include "rules/mail/mime/mime.h"

struct mime_message {
	struct arena arena;
	struct mime mime;
	struct span body;	/* of the text that was read */
	int status;		/* what mime_read() returned */
};

/* What the bounds are where a test does not care. */
extern const struct mime_bounds mime_message_bounds;

/*
 * Read the parts of RAW, header and body, which must stay. Lines of the header
 * that are no field are passed over.
 */
void mime_message_read(struct mime_message *mm, struct span raw,
    const struct mime_bounds *bounds);

void mime_message_release(struct mime_message *mm);

/*
 * Append the parts of M to OUT: "multipart/mixed(text/plain a/b)". A message
 * that is a part is "message/rfc822(…)", and one that was not read has a '!'.
 */
void mime_message_shape(const struct mime *m, struct buffer *out);

/* Append the names of the defects of M, with a blank between. */
void mime_message_defects(const struct mime *m, struct buffer *out);

#endif
