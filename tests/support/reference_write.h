/*
 * reference_write.h - the parts of a rule file that stand in others.
 */
#ifndef MILLGATE_TEST_REFERENCE_WRITE_H
#define MILLGATE_TEST_REFERENCE_WRITE_H

#include "tests/support/reference.h"

/* T in single quotes. */
void ref_write_template(const struct ref_template *t, struct buffer *out);

/* The action A as an entry of a list. */
void ref_write_action(const struct ref_action *a, struct buffer *out);

#endif
