/*
 * regex.h - Perl-compatible patterns, bounded (the airlock of PCRE2).
 *
 * A compiled regex is immutable and shared by all threads. What a match needs
 * besides (match data, JIT stack) belongs to the thread that matches and is
 * kept from one match to the next; results are spans into the subject. In no
 * mode can bytes that are no UTF-8 disable a rule.
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
	/* What this search and those behind it may cost together, which is
	 * used up; NULL: it may cost what a search may. Short subjects are
	 * free. */
	uint64_t *steps;
};

/* What a subject is made of. */
enum regex_mode {
	REGEX_BYTES,		/* of which letters are those of ASCII */
	REGEX_TEXT,		/* UTF-8: characters, with the properties that
				 * Unicode gives them; bytes that are none
				 * match nothing, and what is before and behind
				 * them is matched as if they were ends */
	REGEX_MODES
};

enum regex_result {
	REGEX_NO,
	REGEX_YES,
	REGEX_FAILED,		/* a limit was hit: not the same as "no" */
};

/*
 * Compile PATTERN (without its slashes), which is UTF-8 for REGEX_TEXT, with
 * FLAGS out of "imsx". NULL on failure: ERROR says why and OFFSET is the byte
 * of the pattern it is about (pattern.len for its end). Load time only. Option
 * verbs such as (*UTF) and the escape \C are refused, for they would lift the
 * bounds set here.
 */
struct regex *regex_compile(struct span pattern, struct span flags,
    enum regex_mode mode, size_t *offset, struct error *error);
void regex_free(struct regex *r);

/* Number of capture groups, group 0 not counted. */
unsigned regex_group_count(const struct regex *r);

/* The number of the group called NAME; 0 when there is none. */
unsigned regex_group_number(const struct regex *r, struct span name);

/*
 * Search SUBJECT, from limits->start on, which is at most its length and is, for
 * REGEX_TEXT, moved on to where a character begins; ^, \b and look-behind still
 * see what is before that. On REGEX_YES the first COUNT groups (0: the whole
 * match) are in GROUPS; one that took no part has a NULL ptr. On REGEX_FAILED
 * ERROR says which limit was hit. Takes no memory after the first call of a
 * thread with ordinary patterns. Any thread.
 */
enum regex_result regex_match(const struct regex *r, struct span subject,
    const struct regex_limits *limits, struct span *groups, size_t count,
    struct error *error);

/* What a search of SUBJECT within LIMITS may cost. */
uint64_t regex_steps(const struct regex_limits *limits, struct span subject);

/* Are patterns compiled to machine code here, or slowly interpreted? */
bool regex_has_jit(void);

/* PCRE2's own version, "10.42 2022-12-11". Static storage. */
const char *regex_library_version(void);

#endif
