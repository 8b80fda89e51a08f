/*
 * test_run.h - the run of `millgate test`: what is played, and told of.
 *
 * One thread.
 */
#ifndef MILLGATE_TEST_RUN_H
#define MILLGATE_TEST_RUN_H

#include <stdbool.h>

#include "milter/replay/inputs.h"
#include "milter/replay/report.h"

/* What the command line asks for. */
struct test_wishes {
	const char *rules;	/* the rule file; "-" is standard input; NULL:
				 * none, where others than rules answer */
	struct inputs sessions;
	const char *milter;	/* a filter's socket: it answers; else NULL */
	const char *smtp;	/* HOST:PORT of a server: it answers */
	const char *maildir;	/* the server's mailboxes */
	const char *quarantine;	/* and what it holds */
	const struct report_format *format;
	const char *name;	/* part of the names wanted; NULL: all */
	const char *deliver;	/* the folder for messages; NULL: none */
	unsigned body_chunk;	/* bytes; 0: as it comes */
	unsigned fail_under;	/* percent */
	bool coverage;
	bool strict;
	bool update;
};

/*
 * Run the tests of the rule file, then those of the sessions, and print the
 * report. Returns the exit status of the command.
 */
int test_run(const struct test_wishes *w);

#endif
