/*
 * outcome.h - what came of one test: a recorded session, or a rule's trial.
 *
 * An outcome is a list of findings, each with its place. One without a finding
 * passed. Used again for the next test, so that a run over a million sessions
 * keeps one. For commands: running out of memory ends the process.
 */
#ifndef MILLGATE_OUTCOME_H
#define MILLGATE_OUTCOME_H

#include "buffer.h"
#include "span.h"

enum finding_kind {
	FINDING_FAILED,
	FINDING_UNCHECKED,	/* could not be looked at here */
};

struct finding {
	enum finding_kind kind;
	const char *file;	/* borrowed, for as long as the outcome */
	unsigned line;		/* 0: the file as a whole */
	unsigned last_line;	/* of what the finding is about */
	char *text;		/* "expected 550 5.7.1, got 250" */
	/*
	 * The lines that would pass in the place of `line` to `last_line`, each
	 * ended by LF; "" when they are to go. NULL: that is not known.
	 */
	char *instead;
};

enum outcome_result {
	OUTCOME_PASSED,
	OUTCOME_FAILED,
	OUTCOME_UNCHECKED,	/* nothing failed, something was not checked */
};

struct outcome {
	struct span name;	/* borrowed; empty: it goes without */
	const char *file;	/* borrowed */
	unsigned line;		/* 0: the file as a whole */
	struct finding *at;
	size_t count;
	size_t room;
	size_t not_reached;	/* expectations behind one that failed */
};

/* Begin anew: the test called NAME at LINE of FILE. O is zeroed or in use. */
void outcome_begin(struct outcome *o, struct span name, const char *file,
    unsigned line);

/*
 * Add a finding about LINE of the outcome's file; TEXT and what TEXT points to
 * are copied. The result, for the caller to complete, lasts until the next one
 * is added.
 */
struct finding *outcome_add(struct outcome *o, enum finding_kind kind,
    unsigned line, struct span text);

/* With STRICT, what was not checked has failed. */
enum outcome_result outcome_result(const struct outcome *o, bool strict);

/* "passed", "failed", "not checked". */
const char *outcome_result_name(enum outcome_result r);

/* The name, or "FILE:LINE" for a test without one. Appended to OUT. */
void outcome_title(const struct outcome *o, struct buffer *out);

/* "FILE:LINE: TEXT" of finding F. Appended to OUT. */
void finding_sentence(const struct finding *f, struct buffer *out);

/* Free all. A released or zeroed outcome may be released again. */
void outcome_release(struct outcome *o);

#endif
