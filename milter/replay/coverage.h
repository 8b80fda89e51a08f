/*
 * coverage.h - which rules a run of tests has been through.
 *
 * A rule is covered when in some test it held and in some other it was looked
 * at and did not. Rules that are off are left out. For commands: running out of
 * memory ends the process. One thread.
 */
#ifndef MILLGATE_COVERAGE_H
#define MILLGATE_COVERAGE_H

#include "engine.h"

struct coverage {
	const struct policy *policy;
	unsigned char *seen;		/* by rule */
	size_t count;			/* of rules, those that are off too */
};

enum coverage_gap {
	GAP_NONE,
	GAP_OFF,		/* the rule is off: nothing is missing */
	GAP_UNSEEN,		/* never looked at */
	GAP_NEVER_HELD,
	GAP_NEVER_MISSED,	/* its condition was never false */
};

/* Nothing has been seen yet. POLICY must live as long as C. */
void coverage_init(struct coverage *c, const struct policy *policy);
void coverage_release(struct coverage *c);

/*
 * Note what became of the message at hand; to be called before E forgets it.
 * A NULL C is allowed and nothing happens.
 */
void coverage_note(struct coverage *c, struct engine *e);

/* The same for rule number RULE, which was judged alone. */
void coverage_note_rule(struct coverage *c, size_t rule, bool held);

/* What is missing for rule number RULE. */
enum coverage_gap coverage_gap(const struct coverage *c, size_t rule);

/* In words: "never held"; for GAP_NONE and GAP_OFF NULL. */
const char *coverage_gap_name(enum coverage_gap gap);

/* How many rules held in some test, of how many. */
size_t coverage_held(const struct coverage *c, size_t *of);

/* The same in percent, rounded down; 100 when there is no rule. */
unsigned coverage_percent(const struct coverage *c);

#endif
