/*
 * mime_texts.h - which parts of a message are what its reader reads.
 */
#ifndef MILLGATE_MIME_TEXTS_H
#define MILLGATE_MIME_TEXTS_H

#include "rules/mail/mime/mime.h"

/* Is part I text/plain or text/html, no attachment and not inside of a message
 * that is attached? */
bool mime_is_body_text(const struct mime *m, size_t i);

/*
 * Write into PARTS, which has room for all, the numbers of the texts that a
 * reader sees first, ascending, and return how many: each of an alternative, of
 * what is related the first part, else the first part that has such a text.
 */
size_t mime_first_texts(const struct mime *m, size_t *parts);

/*
 * Is the message signed or encrypted, or is some of it: RFC 1847, S/MIME, or
 * OpenPGP in a text? A message that is attached may be.
 */
bool mime_is_sealed(const struct mime *m);

#endif
