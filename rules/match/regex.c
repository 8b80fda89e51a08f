/*
 * regex.c - the airlock of PCRE2, and the bounds of a match.
 *
 * PCRE2's match limit counts anew at every byte where a match may begin, and
 * what a repeat of one class or a look-ahead runs over is not counted at all:
 * on 64 KiB of one letter some innocent patterns take seconds within it. Hence
 * two compilations of each pattern. The plain one, as machine code, serves
 * short subjects, where the limit is bound enough. The counted one calls back
 * before every item of the pattern; there each item, and each byte moved
 * forward, is a step out of a budget that grows with the subject. It serves
 * long subjects, and all of them where machine code may not be made.
 *
 * Failure: every error of PCRE2 but "no match" is REGEX_FAILED, never "no".
 */
#include "config.h"

#include <pthread.h>
#include <stdlib.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "rules/base/utf8.h"
#include "rules/base/xmalloc.h"
#include "rules/match/regex.h"

#define PARENS_MAX 100		/* nested; PCRE2 recurses while compiling */
#define HEAP_MAX_KIB 65536	/* 64 MiB a match, by the interpreter only */
#define JIT_STACK_MIN 32768	/* what a thread holds from its first match */
#define JIT_STACK_MAX 1048576	/* and what one evil match may make it */

/*
 * What a short subject may cost grows with it, so that a message costs the same
 * however its bytes are divided into fields.
 */
#define SHORT_BASE 5000
#define SHORT_PER_BYTE 500

/* With three nested loops over it, the dearest subject that costs < 50 ms. */
#define SHORT_SUBJECT 512

/* Steps besides the match limit: room for an alternation of some dozen words
 * to be tried at every byte. */
#define STEPS_PER_BYTE 64

struct regex {
	pcre2_code *plain;	/* NULL: there is no machine code */
	pcre2_code *counted;
	unsigned groups;
	enum regex_mode mode;
};

/* What a thread needs for any match. */
struct matcher {
	pcre2_match_data *data;
	pcre2_match_context *context;
	pcre2_jit_stack *stack;	/* NULL where there is no JIT */
	uint64_t steps;		/* that the match at hand has left */
	size_t position;	/* in the subject, at its last step */
};

static const struct {
	char letter;
	uint32_t option;
} flag_table[] = {
	{ 'i', PCRE2_CASELESS },
	{ 'm', PCRE2_MULTILINE },
	{ 's', PCRE2_DOTALL },
	{ 'x', PCRE2_EXTENDED },
};

/* Written once, by the first thread that comes; read by all. */
static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_key_t matcher_key;
static bool matcher_key_made;
static char version[64];

/* Put PCRE2's words for error NUMBER into ERROR, behind PREFIX. */
static void
report(struct error *error, const char *prefix, int number)
{
	PCRE2_UCHAR text[256];

	if (pcre2_get_error_message(number, text, sizeof text) < 0)
		error_set(error, "%sPCRE2 error %d", prefix, number);
	else
		error_set(error, "%s%s", prefix, (const char *)text);
}

static int
flags_read(struct span flags, uint32_t *options, struct error *error)
{
	const size_t count = sizeof flag_table / sizeof flag_table[0];

	*options = 0;
	for (size_t i = 0; i < flags.len; i++) {
		size_t k = 0;

		while (k < count && flag_table[k].letter != flags.ptr[i])
			k++;
		if (k == count)
			return error_set(error,
			    "unknown flag '%c'; there are i, m, s and x",
			    flags.ptr[i]);
		*options |= flag_table[k].option;
	}
	return 0;
}

/*
 * (*UTF), (*NO_JIT), (*LIMIT_MATCH=…): such verbs stand at the very start. So
 * may (*COMMIT) and its like, which nobody needs there: all are refused, so
 * that an option of a later PCRE2 is as well. (*atomic:…) is a group.
 */
static bool
begins_with_verb(struct span p)
{
	return p.len > 2 && p.ptr[0] == '(' && p.ptr[1] == '*' &&
	    p.ptr[2] >= 'A' && p.ptr[2] <= 'Z';
}

/* By mode. Without MATCH_INVALID_UTF a bad byte anywhere would be an error. */
static const uint32_t mode_options[REGEX_MODES] = {
	[REGEX_BYTES] = PCRE2_NEVER_UTF | PCRE2_NEVER_UCP,
	[REGEX_TEXT] = PCRE2_UTF | PCRE2_UCP | PCRE2_MATCH_INVALID_UTF,
};

static pcre2_compile_context *
compile_context(void)
{
	pcre2_compile_context *c = pcre2_compile_context_create(NULL);

	if (c == NULL)
		return NULL;
	pcre2_set_max_pattern_length(c, REGEX_PATTERN_MAX);
	pcre2_set_parens_nest_limit(c, PARENS_MAX);
	/* Not what PCRE2 happens to be built with. */
	pcre2_set_newline(c, PCRE2_NEWLINE_LF);
	return c;
}

static pcre2_code *
code_compile(struct span pattern, uint32_t options, size_t *offset,
    struct error *error)
{
	pcre2_compile_context *context = compile_context();
	pcre2_code *code;
	PCRE2_SIZE where;
	int number;

	if (context == NULL) {
		error_set(error, "no memory for a pattern");
		return NULL;
	}
	options |= PCRE2_NEVER_BACKSLASH_C;
	code = pcre2_compile((PCRE2_SPTR)pattern.ptr, pattern.len, options,
	    &number, &where, context);
	pcre2_compile_context_free(context);
	if (code == NULL) {
		report(error, "", number);
		*offset = where < pattern.len ? where : pattern.len;
	}
	return code;
}

/* Fill R in; -1 when PATTERN cannot be compiled or has too many groups. */
static int
regex_fill(struct regex *r, struct span pattern, uint32_t options,
    size_t *offset, struct error *error)
{
	uint32_t groups;

	r->plain = code_compile(pattern, options, offset, error);
	if (r->plain == NULL)
		return -1;
	pcre2_pattern_info(r->plain, PCRE2_INFO_CAPTURECOUNT, &groups);
	if (groups >= REGEX_GROUPS_MAX)
		return error_set(error, "%u groups; at most %d may be used",
		    groups, REGEX_GROUPS_MAX - 1);
	r->groups = groups;

	r->counted = code_compile(
	    pattern, options | PCRE2_AUTO_CALLOUT, offset, error);
	if (r->counted == NULL)
		return -1;

	/* The counted one is bounded either way, so it may go without. */
	pcre2_jit_compile(r->counted, PCRE2_JIT_COMPLETE);
	if (pcre2_jit_compile(r->plain, PCRE2_JIT_COMPLETE) != 0) {
		pcre2_code_free(r->plain);
		r->plain = NULL;
	}
	return 0;
}

struct regex *
regex_compile(struct span pattern, struct span flags, enum regex_mode mode,
    size_t *offset, struct error *error)
{
	struct regex *r;
	uint32_t options;

	*offset = pattern.len;
	if (flags_read(flags, &options, error) < 0)
		return NULL;
	if (begins_with_verb(pattern)) {
		*offset = 0;
		error_set(error,
		    "a pattern may not begin with a verb such as (*UTF)");
		return NULL;
	}
	if (pattern.len == 0)
		pattern = span_of("");	/* PCRE2 wants a pointer */

	r = xcalloc(1, sizeof *r);
	r->mode = mode;
	options |= mode_options[mode];
	if (regex_fill(r, pattern, options, offset, error) < 0) {
		regex_free(r);
		return NULL;
	}
	return r;
}

void
regex_free(struct regex *r)
{
	if (r == NULL)
		return;
	pcre2_code_free(r->plain);
	pcre2_code_free(r->counted);
	free(r);
}

unsigned
regex_group_count(const struct regex *r)
{
	return r->groups;
}

unsigned
regex_group_number(const struct regex *r, struct span name)
{
	PCRE2_SPTR entry;
	uint32_t count, size;

	pcre2_pattern_info(r->counted, PCRE2_INFO_NAMETABLE, &entry);
	pcre2_pattern_info(r->counted, PCRE2_INFO_NAMECOUNT, &count);
	pcre2_pattern_info(r->counted, PCRE2_INFO_NAMEENTRYSIZE, &size);

	/* An entry is the number, high byte first, and the name with a NUL. */
	for (uint32_t i = 0; i < count; i++, entry += size) {
		if (span_is(name, (const char *)entry + 2))
			return (unsigned)entry[0] << 8 | entry[1];
	}
	return 0;
}

static void
matcher_free(void *arg)
{
	struct matcher *m = arg;

	pcre2_match_data_free(m->data);
	pcre2_match_context_free(m->context);
	pcre2_jit_stack_free(m->stack);
	free(m);
}

static void
set_up(void)
{
	int len = pcre2_config(PCRE2_CONFIG_VERSION, NULL);

	if (len > 0 && (size_t)len <= sizeof version)
		pcre2_config(PCRE2_CONFIG_VERSION, version);
	matcher_key_made = pthread_key_create(&matcher_key, matcher_free) == 0;
}

/* PCRE2 calls this before every item of a counted pattern. */
static int
count_steps(pcre2_callout_block *block, void *arg)
{
	struct matcher *m = arg;
	size_t position = block->current_position;
	size_t steps = 1;

	/* The way back is free: there each byte comes with an item. */
	if (position > m->position)
		steps += position - m->position;
	m->position = position;
	if (steps > m->steps)
		return PCRE2_ERROR_MATCHLIMIT;
	m->steps -= steps;
	return 0;
}

/* NULL when there is no memory: unlike loading, matching never exits. */
static struct matcher *
matcher_new(void)
{
	struct matcher *m = calloc(1, sizeof *m);

	if (m == NULL)
		return NULL;
	m->data = pcre2_match_data_create(REGEX_GROUPS_MAX, NULL);
	m->context = pcre2_match_context_create(NULL);
	if (m->data == NULL || m->context == NULL) {
		matcher_free(m);
		return NULL;
	}
	pcre2_set_heap_limit(m->context, HEAP_MAX_KIB);
	pcre2_set_callout(m->context, count_steps, m);
	m->stack = pcre2_jit_stack_create(JIT_STACK_MIN, JIT_STACK_MAX, NULL);
	pcre2_jit_stack_assign(m->context, NULL, m->stack);
	return m;
}

/* The calling thread's; it is freed when the thread ends. NULL: no memory. */
static struct matcher *
matcher_of_thread(void)
{
	struct matcher *m;

	pthread_once(&once, set_up);
	if (!matcher_key_made)
		return NULL;
	m = pthread_getspecific(matcher_key);
	if (m != NULL)
		return m;
	m = matcher_new();
	if (m != NULL && pthread_setspecific(matcher_key, m) != 0) {
		matcher_free(m);
		return NULL;
	}
	return m;
}

static uint32_t
plain_limit(const struct regex_limits *limits, struct span subject)
{
	uint32_t fair = SHORT_BASE + SHORT_PER_BYTE * (uint32_t)subject.len;

	return fair < limits->match ? fair : limits->match;
}

/*
 * Where a search may begin: PCRE2 takes no place inside of a character. Bytes
 * that continue none can be part of no match.
 */
static size_t
start_of(const struct regex *r, struct span subject, size_t start)
{
	if (r->mode == REGEX_TEXT)
		while (start > 0 && start < subject.len &&
		    utf8_is_continuation(subject.ptr[start]))
			start++;
	return start;
}

uint64_t
regex_steps(const struct regex_limits *limits, struct span subject)
{
	return limits->match + (uint64_t)subject.len * STEPS_PER_BYTE;
}

/* What pcre2_match() returns: groups seen, or an error. */
static int
matcher_run(struct matcher *m, const struct regex *r, struct span subject,
    const struct regex_limits *limits)
{
	bool plain = r->plain != NULL && subject.len <= SHORT_SUBJECT;
	size_t start;
	int seen;

	pcre2_set_match_limit(m->context, plain ?
	    plain_limit(limits, subject) : limits->match);
	pcre2_set_depth_limit(m->context, limits->depth);
	m->steps = limits->steps != NULL ? *limits->steps :
	    regex_steps(limits, subject);
	start = m->position = start_of(r, subject, limits->start);
	seen = pcre2_match(plain ? r->plain : r->counted,
	    (PCRE2_SPTR)subject.ptr, subject.len, start, 0, m->data,
	    m->context);
	if (limits->steps != NULL)
		*limits->steps = m->steps;
	return seen;
}

/* Turn the first SEEN groups of M into COUNT spans of SUBJECT. */
static void
groups_fill(const struct matcher *m, struct span subject, size_t seen,
    struct span *groups, size_t count)
{
	const PCRE2_SIZE *at = pcre2_get_ovector_pointer(m->data);

	for (size_t i = 0; i < count; i++) {
		size_t start, end;

		groups[i] = span_make(NULL, 0);
		if (i >= seen || at[2 * i] == PCRE2_UNSET)
			continue;
		end = at[2 * i + 1];
		/* A \K that a look-ahead calls may begin behind the end. */
		start = at[2 * i] < end ? at[2 * i] : end;
		groups[i] = span_make(subject.ptr + start, end - start);
	}
}

enum regex_result
regex_match(const struct regex *r, struct span subject,
    const struct regex_limits *limits, struct span *groups, size_t count,
    struct error *error)
{
	struct matcher *m = matcher_of_thread();
	int seen;

	if (m == NULL) {
		error_set(error, "no memory for a match");
		return REGEX_FAILED;
	}
	if (subject.ptr == NULL)
		subject = span_of("");	/* a NULL group took no part */
	seen = matcher_run(m, r, subject, limits);
	if (seen == PCRE2_ERROR_NOMATCH)
		return REGEX_NO;
	if (seen < 0) {
		report(error, "the pattern was given up: ", seen);
		return REGEX_FAILED;
	}
	groups_fill(m, subject, (size_t)seen, groups, count);
	return REGEX_YES;
}

/* The library may have been built with it and the system forbid it: try. */
bool
regex_has_jit(void)
{
	size_t offset;
	struct regex *r =
	    regex_compile(span_of("a"), span_of(""), REGEX_BYTES, &offset,
	    NULL);
	bool has = r != NULL && r->plain != NULL;

	regex_free(r);
	return has;
}

const char *
regex_library_version(void)
{
	pthread_once(&once, set_up);
	return version;
}
