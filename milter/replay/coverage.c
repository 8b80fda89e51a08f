/*
 * coverage.c - which rules a run of tests has been through.
 *
 * Failure: there is none; a process without memory ends.
 */
#include "config.h"

#include <stdlib.h>

#include "milter/replay/coverage.h"
#include "rules/base/xmalloc.h"

/* What is known of a rule. */
enum {
	SEEN_HELD = 1 << 0,
	SEEN_MISSED = 1 << 1,
};

void
coverage_init(struct coverage *c, const struct policy *policy)
{
	c->policy = policy;
	c->count = policy_rule_count(policy);
	c->seen = xcalloc(c->count, sizeof *c->seen);
}

void
coverage_release(struct coverage *c)
{
	free(c->seen);
	*c = (struct coverage){ .policy = NULL };
}

void
coverage_note(struct coverage *c, struct engine *e)
{
	if (c == NULL)
		return;
	for (size_t i = 0; i < c->count; i++) {
		if ((c->seen[i] & SEEN_HELD) == 0 && engine_rule_held(e, i))
			c->seen[i] |= SEEN_HELD;
		if ((c->seen[i] & SEEN_MISSED) == 0 &&
		    engine_rule_missed(e, i))
			c->seen[i] |= SEEN_MISSED;
	}
}

void
coverage_note_rule(struct coverage *c, size_t rule, bool held)
{
	if (c != NULL && rule < c->count)
		c->seen[rule] |= held ? SEEN_HELD : SEEN_MISSED;
}

/* Can RULE be seen not to hold? One of unknown commands speaks or is not heard
 * of; one without a condition always holds. */
static bool
can_miss(const struct rule_info *rule)
{
	return !rule->always && rule->answers != PHASE_UNKNOWN;
}

enum coverage_gap
coverage_gap(const struct coverage *c, size_t rule)
{
	struct rule_info info = policy_rule(c->policy, rule);
	bool held = (c->seen[rule] & SEEN_HELD) != 0;
	bool missed = (c->seen[rule] & SEEN_MISSED) != 0;

	if (info.off)
		return GAP_OFF;
	if (!held)
		return missed ? GAP_NEVER_HELD : GAP_UNSEEN;
	return missed || !can_miss(&info) ? GAP_NONE : GAP_NEVER_MISSED;
}

const char *
coverage_gap_name(enum coverage_gap gap)
{
	static const char *const names[] = {
		[GAP_NONE] = NULL,
		[GAP_OFF] = NULL,
		[GAP_UNSEEN] = "never looked at",
		[GAP_NEVER_HELD] = "never held",
		[GAP_NEVER_MISSED] = "never failed to hold",
	};

	return names[gap];
}

size_t
coverage_held(const struct coverage *c, size_t *of)
{
	size_t held = 0;

	*of = 0;
	for (size_t i = 0; i < c->count; i++) {
		if (coverage_gap(c, i) == GAP_OFF)
			continue;
		++*of;
		held += (c->seen[i] & SEEN_HELD) != 0;
	}
	return held;
}

unsigned
coverage_percent(const struct coverage *c)
{
	size_t of, held = coverage_held(c, &of);

	return of > 0 ? (unsigned)(held * 100 / of) : 100;
}
