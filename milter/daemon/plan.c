/*
 * plan.c - what a policy wants of an MTA, in libmilter's words.
 *
 * An MTA that need not send a step, or need not wait for its answer, saves a
 * round trip for every message. But a step is left out only when the policy
 * says that nothing is learned and nothing is answered there.
 *
 * Failure: none but no memory at start.
 */
#include "config.h"

#include <assert.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libmilter/mfapi.h>

#include "milter/daemon/plan.h"
#include "rules/base/xmalloc.h"

struct plan {
	struct policy *policy;
	/* The names of policy_macros() as libmilter looks them up. */
	char **names[PHASE_COUNT];
	size_t name_count[PHASE_COUNT];
	char *list[PHASE_COUNT];	/* the same in one line; NULL: none */
};

/*
 * DATA and EOH keep their reply although it is always "go on": over TCP an MTA
 * that gets none there sends two small packets in a row, and waits 40 ms for
 * the delayed acknowledgement of the first.
 *
 * Header fields and body have no phase, so no verdict falls there; a failure
 * is answered at the next step that has one. The body must always get its
 * reply: when the last piece of it comes with the end of the message, libmilter
 * goes on to the end only if the body's callback returned SMFIS_CONTINUE.
 */
static const struct step step_table[EVENT_COUNT] = {
	[EVENT_CONNECT] = { PHASE_CONNECT, true, true, SMFIM_CONNECT,
	    SMFIP_NOCONNECT, SMFIP_NR_CONN },
	[EVENT_HELO] = { PHASE_HELO, true, true, SMFIM_HELO,
	    SMFIP_NOHELO, SMFIP_NR_HELO },
	[EVENT_MAIL] = { PHASE_MAIL, true, true, SMFIM_ENVFROM,
	    SMFIP_NOMAIL, SMFIP_NR_MAIL },
	[EVENT_RCPT] = { PHASE_RCPT, true, false, SMFIM_ENVRCPT,
	    SMFIP_NORCPT, SMFIP_NR_RCPT },
	[EVENT_DATA] = { PHASE_DATA, true, false, SMFIM_DATA,
	    SMFIP_NODATA, 0 },
	[EVENT_HEADER] = { PHASE_COUNT, false, false, -1,
	    SMFIP_NOHDRS, SMFIP_NR_HDR },
	[EVENT_EOH] = { PHASE_EOH, true, false, SMFIM_EOH, SMFIP_NOEOH, 0 },
	[EVENT_BODY] = { PHASE_COUNT, false, false, -1, SMFIP_NOBODY, 0 },
	[EVENT_EOM] = { PHASE_EOM, true, false, SMFIM_EOM, 0, 0 },
	[EVENT_ABORT] = { PHASE_COUNT, false, false, -1, 0, 0 },
	[EVENT_CLOSE] = { PHASE_COUNT, false, false, -1, 0, 0 },
	[EVENT_UNKNOWN] = { PHASE_UNKNOWN, true, true, -1,
	    SMFIP_NOUNKNOWN, SMFIP_NR_UNKN },
};

const struct step *
step_of(enum event_kind kind)
{
	return &step_table[kind];
}

/* A name of one letter is known without braces, every other one with them. */
static char *
name_for_libmilter(const char *name)
{
	size_t size = strlen(name) + sizeof "{}";
	char *text = xmalloc(size);

	snprintf(text, size, strlen(name) == 1 ? "%s" : "{%s}", name);
	return text;
}

/*
 * libmilter keeps the macros of a step until the MTA sends others for it, and
 * an MTA sends none when all that it was asked for are undefined: the next
 * message would see those of the one before. So one that is always defined is
 * asked for with them: the MTA's own host name.
 */
static char *
join_names(char **names, size_t count)
{
	size_t size = sizeof "j";
	char *list, *end;

	if (count == 0)
		return NULL;
	for (size_t i = 0; i < count; i++)
		size += strlen(names[i]) + 1;
	list = xcalloc(size, 1);
	end = list + snprintf(list, size, "j");
	for (size_t i = 0; i < count; i++)
		end += snprintf(end, size - (size_t)(end - list), " %s",
		    names[i]);
	return list;
}

struct plan *
plan_new(struct policy *policy)
{
	struct plan *plan = xcalloc(1, sizeof *plan);

	plan->policy = policy_ref(policy);
	for (int phase = 0; phase < PHASE_COUNT; phase++) {
		size_t count = 0;
		const char *const *names = policy_macros(policy,
		    (enum phase)phase, &count);

		assert(count <= POLICY_MACROS_MAX);
		plan->names[phase] = xcalloc(count + 1, sizeof(char *));
		for (size_t i = 0; i < count; i++)
			plan->names[phase][i] = name_for_libmilter(names[i]);
		plan->name_count[phase] = count;
		plan->list[phase] = join_names(plan->names[phase], count);
	}
	return plan;
}

struct policy *
plan_policy(const struct plan *plan)
{
	return plan->policy;
}

bool
plan_needs(const struct plan *plan, enum event_kind kind)
{
	const struct policy_needs *needs = policy_needs(plan->policy);

	return ((needs->events | needs->answers) & 1u << kind) != 0;
}

unsigned long
plan_actions(const struct plan *plan)
{
	const struct policy_needs *needs = policy_needs(plan->policy);
	unsigned long actions = 0;

	if (needs->header_edits)
		actions |= SMFIF_ADDHDRS | SMFIF_CHGHDRS;
	if (needs->sender_edits)
		actions |= SMFIF_CHGFROM;
	if (needs->recipient_edits)
		actions |= SMFIF_ADDRCPT | SMFIF_DELRCPT;
	if (needs->quarantine)
		actions |= SMFIF_QUARANTINE;
	return actions;
}

unsigned long
plan_protocol(const struct plan *plan, unsigned long offered)
{
	const struct policy_needs *needs = policy_needs(plan->policy);
	unsigned long wanted = 0;

	for (int kind = 0; kind < EVENT_COUNT; kind++) {
		const struct step *step = &step_table[kind];
		unsigned bit = 1u << kind;
		bool answers = (needs->answers & bit) != 0 && step->answered;

		if (!answers && (needs->events & bit) == 0 &&
		    (step->skip & offered) != 0)
			wanted |= step->skip;
		else if (!answers)
			wanted |= step->silent & offered;
	}
	return wanted;
}

int
plan_ask_macros(const struct plan *plan, SMFICTX *ctx)
{
	for (int kind = 0; kind < EVENT_COUNT; kind++) {
		const struct step *step = &step_table[kind];

		if (step->place < 0 || plan->list[step->phase] == NULL)
			continue;
		if (smfi_setsymlist(ctx, step->place,
		    plan->list[step->phase]) != MI_SUCCESS)
			return -1;
	}
	return 0;
}

size_t
plan_read_macros(const struct plan *plan, SMFICTX *ctx, enum phase phase,
    struct macro macros[POLICY_MACROS_MAX])
{
	size_t found = 0;

	if (phase == PHASE_COUNT)
		return 0;
	for (size_t i = 0; i < plan->name_count[phase]; i++) {
		char *name = plan->names[phase][i];
		const char *value = smfi_getsymval(ctx, name);

		if (value != NULL)
			macros[found++] = macro_make(span_of(name),
			    span_of(value));
	}
	return found;
}
