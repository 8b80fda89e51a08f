/*
 * policy.h - a rule file, loaded.
 *
 * A policy is checked, compiled and immutable; it is shared by all threads and
 * counted. It never refers to the YAML it came from, except for file:line in
 * messages. A session keeps the policy it began with until it closes.
 */
#ifndef MILLGATE_POLICY_H
#define MILLGATE_POLICY_H

#include <stdint.h>

#include "error.h"
#include "event.h"
#include "verdict.h"

struct policy;

/* A producer may gather the macros of one phase on its stack. */
#define POLICY_MACROS_MAX 128

/*
 * Bounds of what one session may cost. Each may be set under settings.limits.
 */
struct limits {
	size_t body;		/* bytes of it that rules see */
	size_t message;		/* bytes of it that are kept to look for parts,
				 * and for edits of the body */
	size_t mime_depth;	/* parts inside of parts; the message is 1 */
	size_t mime_parts;	/* of a message */
	size_t header_bytes;	/* all fields that rules read, a message */
	size_t recipients;	/* distinct ones, a message */
	size_t regex_match;	/* PCRE2's match limit, a single match */
	size_t regex_depth;	/* PCRE2's depth limit */
	size_t connections;	/* of MTAs, at a time; 0: what the process's
				 * descriptors allow */
};

/* Where the log goes. */
enum log_target {
	LOG_TO_DEFAULT,		/* the foreground's standard output, or syslog */
	LOG_TO_SYSLOG,
	LOG_TO_STDOUT,
	LOG_TO_FILE,
};

/* What a line is worth, the gravest first, and what is written at least. */
enum log_level {
	LOG_LEVEL_ERROR,	/* the filter could not do something */
	LOG_LEVEL_WARNING,	/* a rule could not be judged, lines were lost */
	LOG_LEVEL_NOTICE,	/* refused, held, dropped, said by a rule; the
				 * daemon's own life */
	LOG_LEVEL_INFO,		/* accepted mail, too */
};

struct log_settings {
	enum log_target to;
	const char *file;	/* with LOG_TO_FILE: absolute */
	bool json;		/* an object a line, in place of text */
	enum log_level level;	/* LOG_LEVEL_INFO */
};

struct settings {
	const char *listen;		/* NULL: not set */
	const char *control;		/* path of its socket; NULL: none */
	const char *user;		/* to run as; NULL: whoever starts it */
	const char *group;		/* NULL: the user's own */
	const char *pidfile;		/* absolute; NULL: none */
	struct log_settings log;
	bool require_jit;		/* no JIT compiler: a load error */
	unsigned socket_mode;		/* of a unix socket: 0660 */
	const char *socket_group;	/* its group; NULL: as it comes */
	enum verdict_kind on_error;	/* VERDICT_TEMPFAIL or VERDICT_ACCEPT */
	bool shadow;			/* mode: nothing is told to the MTA */
	const struct span *trusted_authserv;	/* whose Authentication-Results
						 * count */
	size_t trusted_authserv_count;
	struct limits limits;
};

/*
 * What an MTA must tell the filter for this policy. Bits are 1u << event_kind.
 */
struct policy_needs {
	unsigned events;	/* that change what the rules know */
	unsigned answers;	/* at which a verdict may fall */
	size_t body;		/* bytes of it that are kept; 0: none */
	bool edits;		/* messages may be changed */
	bool header_edits;	/* and in which way */
	bool sender_edits;
	bool recipient_edits;	/* added or removed; a discarded one is too */
	bool body_edits;
	bool quarantine;
};

/*
 * The path of the control socket that the rule file PATH names, as far as the
 * file can be read: its rules may be full of errors. The caller frees it. NULL
 * and ERROR, which names the file: there is none.
 */
char *policy_find_control(const char *path, struct error *error);

/* Read and compile PATH ("-": standard input). NULL on failure. Either way
 * every problem found is in ERRORS. The caller owns one reference. */
struct policy *policy_load(const char *path, struct error_list *errors);

/* The same from memory; NAME stands for the file in messages, and what it
 * includes is looked for in NAME's folder. */
struct policy *policy_load_text(const char *name, struct span text,
    struct error_list *errors);

/*
 * From now on a file that everybody may write is an error, which it is for root
 * at any time: for a process that gives root up, so that it does not obey later
 * what it would not have obeyed at its start. Before there are threads.
 */
void policy_refuse_writable(void);

/* One more, one less owner; the last one frees it. Any thread; NULL allowed. */
struct policy *policy_ref(struct policy *p);
void policy_unref(struct policy *p);

/* Views that live as long as the policy. */
const struct settings *policy_settings(const struct policy *p);
const struct policy_needs *policy_needs(const struct policy *p);
size_t policy_rule_count(const struct policy *p);

/*
 * A number made from the bytes of all files that were read (the rule file, its
 * includes, table files): two policies with the same one say the same. No
 * secret depends on it (FNV-1a, 64 bits).
 */
uint64_t policy_fingerprint(const struct policy *p);

/* The `tests:` of the rule file and of what it includes; NULL: there are none.
 * See recording.h. */
struct recording;
const struct recording *policy_tests(const struct policy *p);

/* A rule as reports name it. */
struct rule_info {
	struct span name;
	struct place place;
	enum verdict_kind verdict;	/* VERDICT_CONTINUE: none */
	bool shadow;			/* it is only tried out */
	bool off;
	bool always;			/* it has no condition */
	int64_t until;			/* last second of it; 0: for ever */
	enum phase answers;		/* earliest phase at which it can answer
					 * when nothing above holds it back */
	enum phase told;		/* and when the rules above are counted
					 * in */
	struct span waits_for;		/* the fact that makes `answers` late;
					 * empty: none does */
	size_t held_by;			/* rule that makes `told` later than
					 * `answers`; SIZE_MAX: none */
};

/* Rule number I, in file order over all files. */
struct rule_info policy_rule(const struct policy *p, size_t i);

/* The rule called NAME; false when there is none. */
bool policy_find_rule(const struct policy *p, struct span name, size_t *i);

/* The names of the facts that are read, in no order; NULL behind the last. */
struct span policy_fact(const struct policy *p, size_t i);
size_t policy_fact_count(const struct policy *p);

/* The events that fact number I is learnt from, as bits 1u << event_kind; 0:
 * rules write it. */
unsigned policy_fact_events(const struct policy *p, size_t i);

/*
 * The macros that the rules and the log want to have with events of PHASE, as
 * names without braces; their number, POLICY_MACROS_MAX at most, is in COUNT.
 */
const char *const *policy_macros(const struct policy *p, enum phase phase,
    size_t *count);

#endif
