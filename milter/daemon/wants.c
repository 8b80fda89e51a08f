/*
 * wants.c - what a policy wants of an MTA, step by step.
 *
 * An MTA that need not send a step, or need not wait for its answer, saves a
 * round trip for every message. But a step is left out only when the policy
 * says that nothing is learned and nothing is answered there.
 *
 * Only what an MTA offers is asked for. To be silent libmilter offers always,
 * and answers in our place where the MTA cannot do without.
 */
#include "config.h"

#include <libmilter/mfapi.h>

#include "milter/daemon/wants.h"

/*
 * DATA and EOH keep their reply although it is often no more than "go on": over
 * TCP an MTA that gets none there sends two small packets in a row, and waits
 * 40 ms for the delayed acknowledgement of the first.
 *
 * Header fields and body have no phase, so no verdict falls there; a failure
 * is answered at the next step that has one. The body must always get its
 * reply: it may be SMFIS_SKIP, and when the last piece comes with the end of
 * the message, libmilter goes on to that end only if the body's callback
 * returned SMFIS_CONTINUE.
 */
static const struct step step_table[EVENT_COUNT] = {
	[EVENT_CONNECT] = { "connect", PHASE_CONNECT, true, true,
	    SMFIM_CONNECT, SMFIP_NOCONNECT, SMFIP_NR_CONN },
	[EVENT_HELO] = { "helo", PHASE_HELO, true, true, SMFIM_HELO,
	    SMFIP_NOHELO, SMFIP_NR_HELO },
	[EVENT_MAIL] = { "mail", PHASE_MAIL, true, true, SMFIM_ENVFROM,
	    SMFIP_NOMAIL, SMFIP_NR_MAIL },
	[EVENT_RCPT] = { "rcpt", PHASE_RCPT, true, false, SMFIM_ENVRCPT,
	    SMFIP_NORCPT, SMFIP_NR_RCPT },
	[EVENT_DATA] = { "data", PHASE_DATA, true, false, SMFIM_DATA,
	    SMFIP_NODATA, 0 },
	[EVENT_HEADER] = { "header", PHASE_COUNT, false, false, -1,
	    SMFIP_NOHDRS, SMFIP_NR_HDR },
	[EVENT_EOH] = { "eoh", PHASE_EOH, true, false, SMFIM_EOH,
	    SMFIP_NOEOH, 0 },
	[EVENT_BODY] = { "body", PHASE_COUNT, false, false, -1,
	    SMFIP_NOBODY, 0 },
	[EVENT_EOM] = { "eom", PHASE_EOM, true, false, SMFIM_EOM, 0, 0 },
	[EVENT_ABORT] = { NULL, PHASE_COUNT, false, false, -1, 0, 0 },
	[EVENT_CLOSE] = { NULL, PHASE_COUNT, false, false, -1, 0, 0 },
	[EVENT_UNKNOWN] = { "unknown", PHASE_UNKNOWN, true, true, -1,
	    SMFIP_NOUNKNOWN, SMFIP_NR_UNKN },
};

static const struct right right_table[] = {
	{ "add header fields", SMFIF_ADDHDRS,
	    offsetof(struct policy_needs, header_edits) },
	{ "change header fields", SMFIF_CHGHDRS,
	    offsetof(struct policy_needs, header_edits) },
	{ "change the sender", SMFIF_CHGFROM,
	    offsetof(struct policy_needs, sender_edits) },
	{ "add recipients", SMFIF_ADDRCPT,
	    offsetof(struct policy_needs, recipient_edits) },
	{ "remove recipients", SMFIF_DELRCPT,
	    offsetof(struct policy_needs, recipient_edits) },
	{ "change the body", SMFIF_CHGBODY,
	    offsetof(struct policy_needs, body_edits) },
	{ "quarantine", SMFIF_QUARANTINE,
	    offsetof(struct policy_needs, quarantine) },
};

const struct step *
step_of(enum event_kind kind)
{
	return &step_table[kind];
}

enum step_use
step_use(const struct policy_needs *needs, enum event_kind kind,
    unsigned long offered)
{
	const struct step *step = &step_table[kind];
	unsigned bit = 1u << kind;

	if ((needs->answers & bit) != 0)
		return STEP_ANSWERED;
	if ((needs->events & bit) == 0 && (step->skip & offered) != 0)
		return STEP_UNSENT;
	return (step->silent & offered) != 0 ? STEP_SILENT : STEP_ANSWERED;
}

unsigned long
wants_protocol(const struct policy_needs *needs, unsigned long offered)
{
	unsigned long wanted = 0;

	for (int kind = 0; kind < EVENT_COUNT; kind++) {
		switch (step_use(needs, (enum event_kind)kind, offered)) {
		case STEP_UNSENT:
			wanted |= step_table[kind].skip;
			break;
		case STEP_SILENT:
			wanted |= step_table[kind].silent;
			break;
		case STEP_ANSWERED:
			break;
		}
	}
	if ((needs->events & 1u << EVENT_BODY) != 0)
		wanted |= SMFIP_SKIP & offered;
	return wanted;
}

const struct right *
wants_right(const struct policy_needs *needs, size_t i)
{
	for (size_t k = 0; k < sizeof right_table / sizeof *right_table; k++) {
		const struct right *right = &right_table[k];

		if (*(const bool *)((const char *)needs + right->need) &&
		    i-- == 0)
			return right;
	}
	return NULL;
}

unsigned long
wants_actions(const struct policy_needs *needs)
{
	const struct right *right;
	unsigned long actions = 0;

	for (size_t i = 0; (right = wants_right(needs, i)) != NULL; i++)
		actions |= right->flag;
	return actions;
}
