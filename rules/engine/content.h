/*
 * content.h - the parts of the message at hand, read when first asked for.
 */
#ifndef MILLGATE_CONTENT_H
#define MILLGATE_CONTENT_H

#include "rules/engine/session.h"
#include "rules/mail/mime/mime.h"

/*
 * The parts of E's message, which is at its end, read by the first call. They
 * live as long as the message. Never NULL: when the memory is used up, which
 * the arena's flag tells, the message has one part without a content.
 */
struct mime *content_of(struct engine *e);

/* Is NAME that of a field that says what the body is? RFC 2045 9 */
bool content_is_field(struct span name);

/* The fields of E's message that say what its body is, COUNT of them. NULL: no
 * memory. */
struct mime_field *content_fields(struct engine *e, size_t *count);

#endif
