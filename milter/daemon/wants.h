/*
 * wants.h - what a policy wants of an MTA, step by step.
 *
 * The steps of SMTP stand in one table, and so do the rights to change
 * messages: negotiation and callbacks read them, and whoever shows them to
 * people. Pure; any thread. libmilter's numbers are in it, its header is not.
 */
#ifndef MILLGATE_DAEMON_WANTS_H
#define MILLGATE_DAEMON_WANTS_H

#include <stdbool.h>
#include <stddef.h>

#include "policy.h"

/* One thing that an MTA says to a filter. */
struct step {
	const char *name;	/* for people; NULL: nothing to negotiate */
	enum phase phase;	/* whose macros are known; PHASE_COUNT: none */
	bool answered;		/* libmilter's callback may give a verdict */
	bool timed;		/* rules may ask what time it is */
	int place;		/* SMFIM_*, for its macros; -1: none */
	unsigned long skip;	/* SMFIP_NO*: the MTA need not say it; or 0 */
	unsigned long silent;	/* SMFIP_NR_*: we need not answer it; or 0 */
};

/* The step of KIND. */
const struct step *step_of(enum event_kind kind);

enum step_use {
	STEP_UNSENT,		/* the MTA leaves it out */
	STEP_SILENT,		/* it says it and goes on */
	STEP_ANSWERED,		/* it says it and waits */
};

/* What comes of the step of KIND when OFFERED (SMFIP_*) is what the MTA can. */
enum step_use step_use(const struct policy_needs *needs, enum event_kind kind,
    unsigned long offered);

/* The protocol flags, out of those that are OFFERED, that make it so. */
unsigned long wants_protocol(const struct policy_needs *needs,
    unsigned long offered);

/* A right to change messages. */
struct right {
	const char *name;	/* for people */
	unsigned long flag;	/* SMFIF_* */
	size_t need;		/* of struct policy_needs: offset of a bool */
};

/* Right number I of those that NEEDS asks for; NULL behind the last. */
const struct right *wants_right(const struct policy_needs *needs, size_t i);

/* All of them: without these flags (SMFIF_*) messages cannot be judged. */
unsigned long wants_actions(const struct policy_needs *needs);

/*
 * A macro that every MTA defines at every step, its own host name. It is asked
 * for with all others, because libmilter keeps the macros of a step until the
 * MTA sends others for it, and an MTA sends none when all that it was asked for
 * are undefined: the next message would see those of the one before.
 */
#define WANTS_MACRO "j"

#endif
