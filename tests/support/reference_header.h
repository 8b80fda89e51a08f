/*
 * reference_header.h - the header of a message, and changes to it, one by one.
 */
#ifndef MILLGATE_TEST_REFERENCE_HEADER_H
#define MILLGATE_TEST_REFERENCE_HEADER_H

#include "edit.h"
#include "tests/support/reference.h"

#define REF_VALUE_MAX 128
#define REF_HEADER_FIELDS (REF_FIELDS + REF_RULES * REF_EDITS)

struct ref_header {
	struct {
		const char *name;
		char value[REF_VALUE_MAX];
	} at[REF_HEADER_FIELDS];	/* from top to bottom */
	size_t count;
};

void ref_header_init(struct ref_header *h, const struct ref_message *m);

/* Do the edits of rule RULE of P, in which TEXT is what the rule reads. */
void ref_header_do(struct ref_header *h, const struct ref_policy *p,
    size_t rule, const char *text);

/* Do what an MTA does when it is told E. False when that is not possible. */
bool ref_header_obey(struct ref_header *h, const struct edit *e);

/* A line for each field. */
void ref_header_write(const struct ref_header *h, char out[REF_HEADER_MAX]);

#endif
