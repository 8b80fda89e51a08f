/*
 * decoded.h - what decoded text must be, for programs that abort when it is
 * not.
 */
#ifndef MILLGATE_TEST_DECODED_H
#define MILLGATE_TEST_DECODED_H

#include "span.h"

/* Abort when S is not UTF-8. */
void must_be_text(struct span s);

/* … or has a control character in it. */
void must_be_printable(struct span s);

#endif
