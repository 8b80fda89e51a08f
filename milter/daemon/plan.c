/*
 * plan.c - what a policy wants of an MTA, in libmilter's words.
 *
 * What it wants is found in wants.c; here stands what is made of that for all
 * sessions: the macros, as libmilter asks for them, and counts.
 *
 * Failure: none but no memory at start.
 */
#include "config.h"

#include <assert.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <libmilter/mfapi.h>

#include "milter/daemon/plan.h"
#include "rules/base/xmalloc.h"

struct plan {
	atomic_size_t owners;
	struct policy *policy;
	int64_t made;
	atomic_ullong *hits;		/* of each rule */
	/* The names of policy_macros() as libmilter looks them up. */
	char **names[PHASE_COUNT];
	size_t name_count[PHASE_COUNT];
	char *list[PHASE_COUNT];	/* the same in one line; NULL: none */
};

/* A name of one letter is known without braces, every other one with them. */
static char *
name_for_libmilter(const char *name)
{
	size_t size = strlen(name) + sizeof "{}";
	char *text = xmalloc(size);

	snprintf(text, size, strlen(name) == 1 ? "%s" : "{%s}", name);
	return text;
}

/* What is asked for at a step; see WANTS_MACRO. */
static char *
join_names(char **names, size_t count)
{
	size_t size = sizeof WANTS_MACRO;
	char *list, *end;

	if (count == 0)
		return NULL;
	for (size_t i = 0; i < count; i++)
		size += strlen(names[i]) + 1;
	list = xcalloc(size, 1);
	end = list + snprintf(list, size, WANTS_MACRO);
	for (size_t i = 0; i < count; i++)
		end += snprintf(end, size - (size_t)(end - list), " %s",
		    names[i]);
	return list;
}

struct plan *
plan_new(struct policy *policy)
{
	struct plan *plan = xcalloc(1, sizeof *plan);

	atomic_init(&plan->owners, 1);
	plan->policy = policy_ref(policy);
	plan->made = (int64_t)time(NULL);
	plan->hits = xcalloc(policy_rule_count(policy) + 1,
	    sizeof *plan->hits);
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

struct plan *
plan_ref(struct plan *plan)
{
	if (plan != NULL)
		atomic_fetch_add(&plan->owners, 1);
	return plan;
}

static void
free_names(char **names, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(names[i]);
	free(names);
}

void
plan_unref(struct plan *plan)
{
	if (plan == NULL || atomic_fetch_sub(&plan->owners, 1) != 1)
		return;
	for (int phase = 0; phase < PHASE_COUNT; phase++) {
		free_names(plan->names[phase], plan->name_count[phase]);
		free(plan->list[phase]);
	}
	free(plan->hits);
	policy_unref(plan->policy);
	free(plan);
}

int64_t
plan_made(const struct plan *plan)
{
	return plan->made;
}

void
plan_hit(struct plan *plan, size_t rule)
{
	atomic_fetch_add_explicit(&plan->hits[rule], 1, memory_order_relaxed);
}

uint64_t
plan_hits(const struct plan *plan, size_t rule)
{
	return atomic_load_explicit(&plan->hits[rule], memory_order_relaxed);
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
	return wants_actions(policy_needs(plan->policy));
}

unsigned long
plan_protocol(const struct plan *plan, unsigned long offered)
{
	return wants_protocol(policy_needs(plan->policy), offered);
}

int
plan_ask_macros(const struct plan *plan, SMFICTX *ctx, unsigned long protocol)
{
	for (int kind = 0; kind < EVENT_COUNT; kind++) {
		const struct step *step = step_of((enum event_kind)kind);

		if (step->place < 0 || plan->list[step->phase] == NULL ||
		    (step->skip & protocol) != 0)
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
