/*
 * report.h - what came of a run of tests, for people and for programs.
 *
 * A report is told of one outcome after the other and writes as it goes. What
 * it writes may come out of mail: no format lets a control character through,
 * and bytes that are not UTF-8 become U+FFFD, or \xHH where people read.
 * One thread.
 */
#ifndef MILLGATE_REPORT_H
#define MILLGATE_REPORT_H

#include <stdio.h>

#include "milter/replay/coverage.h"
#include "milter/replay/outcome.h"

struct report_format;

/* What is tested, each as it was named, or NULL: a rule file, and who answers
 * in its place. */
struct report_subject {
	const char *rules;
	const char *milter;
	const char *smtp;
};

struct report {
	const struct report_format *format;
	FILE *out;
	struct report_subject subject;
	bool strict;		/* what was not checked has failed */
	bool colour;
	size_t count;		/* of tests; the next three are of them */
	size_t passed;
	size_t failed;
	size_t unchecked;
	FILE *held_back;	/* JUnit: what comes behind the counts */
	char *held_text;
	size_t held_length;
};

/* One way of writing. Each function is called in this order, `test` once for
 * each test, with the counts of R as they are then. */
struct report_format {
	const char *name;
	void (*begin)(struct report *r);
	void (*test)(struct report *r, const struct outcome *o,
	    enum outcome_result result);
	/* COVERAGE is NULL unless it was asked for. */
	void (*end)(struct report *r, const struct coverage *coverage);
};

extern const struct report_format report_format_text;
extern const struct report_format report_format_json;
extern const struct report_format report_format_tap;
extern const struct report_format report_format_junit;

/* The format called NAME; NULL when there is none. */
const struct report_format *report_find(const char *name);

/* The name of format number I; NULL behind the last. */
const char *report_name(size_t i);

/*
 * Begin a report in FORMAT about tests of SUBJECT, into OUT. The caller sets
 * `strict` and `colour` before the first test.
 */
void report_begin(struct report *r, const struct report_format *format,
    const struct report_subject *subject, FILE *out);

/* One more test. */
void report_test(struct report *r, const struct outcome *o);

/* That was all. */
void report_end(struct report *r, const struct coverage *coverage);

/* "3 passed, 0 failed, 1 not checked". Appended to OUT. */
void report_counts(const struct report *r, struct buffer *out);

/* "x.yaml:7: rule NAME never held", for each gap. Appended to OUT. */
void report_gaps(const struct coverage *c, struct buffer *out);

/* "2 of 3 rules held in some test (66 %)". Appended to OUT. */
void report_share(const struct coverage *c, struct buffer *out);

#endif
