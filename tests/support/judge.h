/*
 * judge.h - rules and a dialogue, and what the engine says to it.
 */
#ifndef MILLGATE_TEST_JUDGE_H
#define MILLGATE_TEST_JUDGE_H

#include "engine.h"
#include "tests/support/play.h"

/*
 * A session under a rule file. RULES begins behind "millgate: 1"; text that
 * begins with "- " is the list of rules alone.
 */
struct court {
	struct policy *policy;
	struct engine *engine;
	struct player player;
};

/* False when RULES cannot be loaded; the problems are then on stderr. */
bool court_open(struct court *c, const char *rules);
void court_close(struct court *c);

/*
 * All in one: what a new session under RULES says to SCRIPT, in the form of
 * play.h. Lasts until the next call.
 */
const char *judge(const char *rules, const char *script);

#endif
