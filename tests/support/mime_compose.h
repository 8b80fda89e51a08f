/*
 * mime_compose.h - well-formed messages at random, each from a number.
 */
#ifndef MILLGATE_TEST_MIME_COMPOSE_H
#define MILLGATE_TEST_MIME_COMPOSE_H

#include "buffer.h"

/*
 * Append message NUMBER to OUT: parts nested up to five deep, each in a
 * transfer encoding and a charset that can hold it, with a file name in one of
 * the forms that mail programs write. Lines end in CRLF, or all in LF.
 */
void mime_compose(struct buffer *out, unsigned number);

#endif
