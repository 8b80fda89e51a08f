/*
 * test_depth.h - who answers in a run of `millgate test`.
 */
#ifndef MILLGATE_TEST_DEPTH_H
#define MILLGATE_TEST_DEPTH_H

#include "milter/replay/depth.h"
#include "milter/test_run.h"

/* Do the options of the command line go together? -1: no, which was said. */
int test_depth_check(const struct test_wishes *w);

/*
 * Fill D, which is zeroed, but for the coverage. POLICY may be NULL where others
 * than the rules answer. -1: they cannot be found, which was said. D->mailboxes
 * is the caller's to close.
 */
int test_depth_choose(struct depth *d, const struct test_wishes *w,
    struct policy *policy);

#endif
