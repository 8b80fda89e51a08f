/*
 * check_report.h - what millgate check tells about a policy that is right.
 */
#ifndef MILLGATE_CHECK_REPORT_H
#define MILLGATE_CHECK_REPORT_H

#include "policy.h"

/* A table on standard output, a line a rule: when it can answer, and why. */
void report_phases(const struct policy *p);

/* What the rules want of the MTA, on standard output. */
void report_needs(const struct policy *p);

#endif
