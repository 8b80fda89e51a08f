/*
 * trial.h - one rule alone, judged with facts that a test gives it.
 *
 * These are the `tests:` of a rule. One thread.
 */
#ifndef MILLGATE_TRIAL_H
#define MILLGATE_TRIAL_H

#include "milter/replay/coverage.h"
#include "milter/replay/outcome.h"
#include "recording.h"

/*
 * Judge the rule of T in E, a session under POLICY that is used for trials
 * only, and put into OUT what came of it. COVERAGE may be NULL.
 */
void trial_judge(const struct policy *policy, struct engine *e,
    const struct rule_trial *t, struct coverage *coverage,
    struct outcome *out);

#endif
