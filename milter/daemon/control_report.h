/*
 * control_report.h - the lines of the report that control.h describes.
 */
#ifndef MILLGATE_CONTROL_REPORT_H
#define MILLGATE_CONTROL_REPORT_H

#include "buffer.h"
#include "milter/daemon/control.h"
#include "milter/daemon/plan.h"

/*
 * What does not change while the process runs is asked for here, once, before
 * there are other threads that ask as well.
 */
void control_report_begin(void);

/* Append what is told of the daemon and of PLAN as a whole. Any thread. */
void control_report_head(const struct control_facts *facts,
    const struct plan *plan, struct buffer *out);

/* Append the line of rule number RULE. Any thread. */
void control_report_rule(const struct plan *plan, size_t rule,
    struct buffer *out);

#endif
