/*
 * regex.h - Perl-compatible patterns, bounded (the airlock of PCRE2).
 *
 * A compiled regex is immutable and shared by all threads. What a match needs
 * besides (match data, JIT stack) belongs to the thread that matches and is
 * kept from one match to the next; results are spans into the subject. Subjects
 * are bytes: no UTF mode, so that no invalid sequence can disable a rule.
 */
#ifndef MILLGATE_REGEX_H
#define MILLGATE_REGEX_H

#include <stdint.h>

#include "error.h"
#include "span.h"

#define REGEX_GROUPS_MAX 64	/* group 0 included; more is a load error */
#define REGEX_PATTERN_MAX 65536	/* bytes; nobody reads a longer one */

struct regex;

struct regex_limits {
	uint32_t match;
	uint32_t depth;
	size_t start;		/* of the subject: no match begins before */
};

enum regex_result {
	REGEX_NO,
	REGEX_YES,
	REGEX_FAILED,		/* a limit was hit: not the same as "no" */
};

/*
 * Compile PATTERN (without its slashes) with FLAGS out of "imsx". NULL on
 * failure: ERROR says why and OFFSET is the byte of the pattern it is about
 * (pattern.len for its end). Load time only. Option verbs such as (*UTF) and
 * the escape \C are refused, for they would lift the bounds set here.
 */
struct regex *regex_compile(struct span pattern, struct span flags,
    size_t *offset, struct error *error);
void regex_free(struct regex *r);

/* Number of capture groups, group 0 not counted. */
unsigned regex_group_count(const struct regex *r);

/* The number of the group called NAME; 0 when there is none. */
unsigned regex_group_number(const struct regex *r, struct span name);

/*
 * Search SUBJECT, from limits->start on, which is at most its length; ^, \b and
 * look-behind still see what is before that. On REGEX_YES the first COUNT
 * groups (0: the whole match) are in GROUPS; one that took no part has a NULL
 * ptr. On REGEX_FAILED ERROR says which limit was hit. Takes no memory after
 * the first call of a thread with ordinary patterns. Any thread.
 */
enum regex_result regex_match(const struct regex *r, struct span subject,
    const struct regex_limits *limits, struct span *groups, size_t count,
    struct error *error);

/* Are patterns compiled to machine code here, or slowly interpreted? */
bool regex_has_jit(void);

/* PCRE2's own version, "10.42 2022-12-11". Static storage. */
const char *regex_library_version(void);

#endif
