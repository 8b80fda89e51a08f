/*
 * plan.h - what a policy wants of an MTA, in libmilter's words.
 *
 * A plan is made once for a policy and never changes, so all threads share it.
 * The steps of SMTP stand in one table, which negotiation and the callbacks
 * read: what is named at a step, what it is called in the protocol, and where
 * its macros are asked for.
 */
#ifndef MILLGATE_DAEMON_PLAN_H
#define MILLGATE_DAEMON_PLAN_H

#include <stdbool.h>

#include <libmilter/mfapi.h>

#include "policy.h"

struct plan;

/* One thing that an MTA says to a filter. */
struct step {
	enum phase phase;	/* whose macros are known; PHASE_COUNT: none */
	bool answered;		/* libmilter's callback may give a verdict */
	bool timed;		/* rules may ask what time it is */
	int place;		/* SMFIM_*, for its macros; -1: none */
	unsigned long skip;	/* SMFIP_NO*: the MTA need not say it; or 0 */
	unsigned long silent;	/* SMFIP_NR_*: we need not answer it; or 0 */
};

/* The step of KIND. */
const struct step *step_of(enum event_kind kind);

/*
 * A plan for POLICY, of which it takes a reference; there is no way to free
 * it. Exits when there is no memory.
 */
struct plan *plan_new(struct policy *policy);

struct policy *plan_policy(const struct plan *plan);

/* Does what is learned, or answered, at events of KIND matter to the rules? */
bool plan_needs(const struct plan *plan, enum event_kind kind);

/* The actions (SMFIF_*) without which messages cannot be judged. */
unsigned long plan_actions(const struct plan *plan);

/*
 * The protocol flags to ask for out of those that are OFFERED: steps that no
 * rule needs are not sent, steps where no verdict can fall are not answered.
 */
unsigned long plan_protocol(const struct plan *plan, unsigned long offered);

/* Ask for the macros; for the negotiation only. -1 when libmilter refuses. */
int plan_ask_macros(const struct plan *plan, SMFICTX *ctx);

/*
 * Put the macros that the policy wants at PHASE, and the MTA sent, into MACROS;
 * they live until the callback returns. Returns how many.
 */
size_t plan_read_macros(const struct plan *plan, SMFICTX *ctx,
    enum phase phase, struct macro macros[POLICY_MACROS_MAX]);

#endif
