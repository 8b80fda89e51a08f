/*
 * reference_result.h - what becomes of a case, by its meaning or the engine.
 */
#ifndef MILLGATE_TEST_REFERENCE_RESULT_H
#define MILLGATE_TEST_REFERENCE_RESULT_H

#include "tests/support/reference.h"

/* What became of a recipient. */
struct ref_fate {
	bool refused;			/* at RCPT */
	char reply[REF_TEXT_MAX];	/* that RCPT got; empty: it went on */
	int rule;			/* number of its verdict's; -1: none */
	int64_t score;
	bool labels[REF_LABELS];
};

/* What became of a message. */
struct ref_result {
	bool came;			/* it was begun */
	char unknown[2][REF_TEXT_MAX];	/* answers to unknown commands */
	enum event_kind where;		/* it got its answer; EVENT_ABORT: it
					 * got none */
	enum verdict_kind kind;
	char reply[REF_TEXT_MAX];	/* "550 5.7.1 text" */
	struct ref_fate fates[REF_RECIPIENTS];
	bool judged_all;		/* all fates are known in full */
	size_t spared;			/* bytes of the body that were not sent,
					 * for what came was enough */
	/* When it was accepted: */
	char header[REF_ENVELOPE_MAX];	/* a line for each field */
	char sender[REF_ADDRESS_MAX];
	char recipients[REF_ENVELOPE_MAX];	/* a line each */
	char quarantine[REF_TEXT_MAX];
	/* What the log was told of rules: a line each. */
	char said[REF_ENVELOPE_MAX];
};

/* What became of a connection. */
struct ref_outcome {
	enum event_kind where;		/* it was refused early; EVENT_CLOSE:
					 * it was not */
	size_t helo;			/* which HELO that was */
	enum verdict_kind kind;
	char reply[REF_TEXT_MAX];
	struct ref_result results[REF_MESSAGES];
	struct buffer broken;		/* what no sink may do; a line each */
};

/* By the plain meaning of the rules; by the engine. LEAN: the MTA sends only
 * what policy.h says that is needed. False: the rules cannot be loaded. */
void ref_judge(const struct ref_case *c, struct ref_outcome *o);
bool ref_play(const struct ref_case *c, bool lean, struct ref_outcome *o);

/* Write what differs to WHY; true when nothing does. */
bool ref_compare(const struct ref_case *c, const struct ref_outcome *want,
    const struct ref_outcome *got, struct buffer *why);

#endif
