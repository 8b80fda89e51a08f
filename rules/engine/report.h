/*
 * report.h - what is said about a decision besides the answer: logs of rules,
 * and what rules that are only tried out would have done.
 *
 * Nothing here changes what is decided. -1: the session's memory is used up.
 */
#ifndef MILLGATE_REPORT_H
#define MILLGATE_REPORT_H

#include "rules/engine/session.h"

/* What is said of a rule once a message, however many recipients it is for. */
enum said {
	SAID_LOGS = 1,
	SAID_SHADOW = 2,
	SAID_HIT = 4,
};

/* Is it the first time that WHAT is said of RULE in this message? */
bool report_is_first(struct engine *e, const struct rule *rule,
    enum said what);

/*
 * Write the `log` texts of the rules down to number LIMIT that hold for R, each
 * once a message.
 */
int report_logs(struct engine *e, struct reading *r, size_t limit);

/* The same of RULE alone, which holds. */
int report_rule(struct engine *e, const struct rule *rule, struct reading *r);

/*
 * The final answer for R is outcome O: tell where the second reading, that of
 * the rules in shadow as well, ends otherwise.
 */
int report_shadow(struct engine *e, struct reading *r,
    const struct outcome *o);

/* Does the second reading for R end at O as well, as far as is known? */
bool report_shadow_agrees(struct engine *e, struct reading *r,
    const struct outcome *o);

/* Is the second reading for R over, as far as it can be by now? */
bool report_shadow_is_over(struct engine *e, struct reading *r);

#endif
