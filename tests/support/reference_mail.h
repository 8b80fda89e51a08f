/*
 * reference_mail.h - a message as it is edited, by a rule or by an MTA.
 */
#ifndef MILLGATE_TEST_REFERENCE_MAIL_H
#define MILLGATE_TEST_REFERENCE_MAIL_H

#include "edit.h"
#include "tests/support/reference_view.h"

#define REF_MAIL_FIELDS (REF_FIELDS + REF_RULES * REF_ACTIONS + 1)
#define REF_MAIL_RECIPIENTS (REF_RECIPIENTS + REF_RULES * REF_ACTIONS)
#define REF_MAIL_SPELT (REF_RECIPIENTS * (REF_RULES * REF_ACTIONS + 1))

struct ref_mail {
	bool exact;		/* letter case counts in addresses: an MTA */
	struct {
		char name[8];
		char value[REF_TEXT_MAX];	/* unfolded */
	} fields[REF_MAIL_FIELDS];	/* from top to bottom */
	size_t field_count;
	char sender[REF_ADDRESS_MAX];
	char recipients[REF_MAIL_RECIPIENTS][REF_ADDRESS_MAX];
	size_t recipient_count;
	/* All that there ever were: who comes back is written as before. */
	char spelt[REF_MAIL_SPELT][REF_ADDRESS_MAX];
	size_t spelt_count;
	char quarantine[REF_TEXT_MAX];	/* the first reason; empty: it is not
					 * held */
};

/* The message as it came, to those who were not refused. EXACT: as an MTA has
 * it, for whom recipients are different that are spelt differently. */
void ref_mail_init(struct ref_mail *mail, const struct ref_message *m,
    const bool *refused, bool exact);

/* Put a field before number I, give it another value, take it out. */
void ref_mail_insert(struct ref_mail *mail, size_t i, struct span name,
    struct span value);
void ref_mail_set(struct ref_mail *mail, size_t i, struct span value);
void ref_mail_take_out(struct ref_mail *mail, size_t i);

/* Give it the sender ADDRESS. */
void ref_mail_send(struct ref_mail *mail, struct span address);

/* Hold it for REASON, if it is not held yet. */
void ref_mail_hold(struct ref_mail *mail, struct span reason);

/* Add the recipient ADDRESS, or take it out, if that is still to be done. */
void ref_mail_add(struct ref_mail *mail, struct span address);
void ref_mail_drop(struct ref_mail *mail, struct span address);

/* No edit may leave a message without recipients: it keeps those of BEFORE. */
void ref_mail_keep(struct ref_mail *mail, const struct ref_mail *before);

/* reference_edit.c: do the actions of rule number K, which holds. */
void ref_mail_edit(struct ref_mail *mail, const struct ref_view *v, size_t k);

/* Do what an MTA does when it is told E. False when that is not possible. */
bool ref_mail_obey(struct ref_mail *mail, const struct edit *e);

/* What it has become, in R. */
void ref_mail_tell(struct ref_mail *mail, struct ref_result *r);

#endif
