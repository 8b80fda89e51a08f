/*
 * session_work.h - a session file read, for rows to compare.
 */
#ifndef MILLGATE_TEST_SESSION_WORK_H
#define MILLGATE_TEST_SESSION_WORK_H

#include "milter/replay/session_read.h"
#include "tests/support/recording_text.h"

/* A reader's work, for a row. */
struct work {
	struct recording recording;
	struct error_list errors;
	struct buffer said;
	int result;
};

/* Read TEXT as "a.smtp"; SAID is the recording as text. */
void work_begin(struct work *w, struct span text);

void work_end(struct work *w);

#endif
