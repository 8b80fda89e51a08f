/*
 * plan.h - what a policy wants of an MTA, in libmilter's words.
 *
 * A plan is made once for a policy and never changes but for its counts, so all
 * threads share it; it is counted, and a session keeps the one it began with.
 */
#ifndef MILLGATE_DAEMON_PLAN_H
#define MILLGATE_DAEMON_PLAN_H

#include <stdbool.h>
#include <stdint.h>

#include <libmilter/mfapi.h>

#include "milter/daemon/wants.h"
#include "policy.h"

struct plan;

/*
 * A plan for POLICY, of which it takes a reference. The caller owns one
 * reference. Exits when there is no memory.
 */
struct plan *plan_new(struct policy *policy);

/* One more, one less owner; the last one frees it. Any thread; NULL allowed. */
struct plan *plan_ref(struct plan *plan);
void plan_unref(struct plan *plan);

struct policy *plan_policy(const struct plan *plan);

/* When it was made, in seconds since the epoch. */
int64_t plan_made(const struct plan *plan);

/* Rule number RULE held for a message, or a command, once more. Any thread. */
void plan_hit(struct plan *plan, size_t rule);
uint64_t plan_hits(const struct plan *plan, size_t rule);

/* Does what is learned, or answered, at events of KIND matter to the rules? */
bool plan_needs(const struct plan *plan, enum event_kind kind);

/* The actions (SMFIF_*) without which messages cannot be judged. */
unsigned long plan_actions(const struct plan *plan);

/*
 * The protocol flags to ask for out of those that are OFFERED: steps that no
 * rule needs are not sent, steps where no verdict can fall are not answered.
 */
unsigned long plan_protocol(const struct plan *plan, unsigned long offered);

/*
 * Ask for the macros of the steps that are sent under PROTOCOL; for the
 * negotiation only. -1 when libmilter refuses.
 */
int plan_ask_macros(const struct plan *plan, SMFICTX *ctx,
    unsigned long protocol);

/*
 * Put the macros that the policy wants at PHASE, and the MTA sent, into MACROS;
 * they live until the callback returns. Returns how many.
 */
size_t plan_read_macros(const struct plan *plan, SMFICTX *ctx,
    enum phase phase, struct macro macros[POLICY_MACROS_MAX]);

#endif
