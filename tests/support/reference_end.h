/*
 * reference_end.h - where a reading ends, and what follows from it.
 */
#ifndef MILLGATE_TEST_REFERENCE_END_H
#define MILLGATE_TEST_REFERENCE_END_H

#include "tests/support/reference_view.h"

/* Where a reading ends, if that is certain. */
struct ref_end {
	size_t rule;
	char answer;
	enum verdict_kind kind;	/* CONTINUE: it is not */
	bool due;		/* `at` does not postpone that it is told */
};

struct ref_end ref_read_to_end(const struct ref_view *v);

/* May the verdict of rule number RULE be told by now? */
bool ref_is_due(const struct ref_view *v, size_t rule);

/* Is K told with a reply? */
bool ref_refuses(enum verdict_kind k);

/* "550 5.7.1 text", as the rule at E has it. */
void ref_write_reply(const struct ref_view *v, struct ref_end e,
    char out[REF_TEXT_MAX]);

/* reference_accept.c: is there somebody for whom nobody knows whether the
 * message is to be held back? */
bool ref_quarantine_fails(struct ref_view *v);

/* Do to the message what the rules say; what it becomes is in R. */
void ref_edit_message(struct ref_view *v, struct ref_result *r);

#endif
