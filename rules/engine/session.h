/*
 * session.h - what the engine knows of one connection.
 *
 * Three lifetimes, three arenas: the connection's facts, the last HELO's, and
 * the message's; an abort resets the last. Nothing here is tied to a thread.
 */
#ifndef MILLGATE_SESSION_H
#define MILLGATE_SESSION_H

#include "engine.h"
#include "rules/base/number.h"
#include "rules/engine/parts.h"
#include "rules/mail/mime/mime.h"

/* What a condition comes to. */
enum answer {
	ANSWER_NO,
	ANSWER_YES,
	ANSWER_UNKNOWN,		/* not yet */
	ANSWER_FAILED,		/* it could not be judged */
};

/* Beyond the values of a fact that are there, might there be others? */
enum values_rest {
	VALUES_WHOLE,		/* no */
	VALUES_CUT,		/* behind limits.body */
	VALUES_LOST,		/* behind limits.message, mime_depth, mime_parts
				 * and the like */
};

/*
 * The values of a fact, in the order in which they came.
 *
 * A limit may have taken some of them away, or the end of one. What is there
 * then still decides what it can: one value that satisfies a test is enough for
 * it, one that does not is for `every`. Of what it does not decide, a test is
 *
 *	FAILED where VALUES_LOST;
 *	else NO when it asks for something that was not found, and FAILED where
 *	NO would make the condition hold (under `not`, `none`);
 *	FAILED when it would hold because something was not found: is_not,
 *	`every`, `exists: false`, a count that must not be larger.
 */
struct values {
	struct span *at;
	size_t count;
	size_t room;
	bool waiting;		/* FACT_LAZY, and not asked for so far */
	size_t cut;		/* so many of the last may go on */
	enum values_rest rest;
	const char *why;	/* the limit, in a sentence; NULL: none */
};

/* To limits.header_bytes a field has at least so many. */
#define FIELD_BYTES_MIN 32u

/* A header field, of those that the policy wants kept. */
struct field {
	struct span name;
	struct span value;	/* as the event gave it, folds as LF */
	struct span unfolded;	/* as rules read it */
	unsigned index;		/* 1 for the topmost of that name */
	size_t before;		/* the last one before it in its bucket, plus
				 * one; 0: none */
};

#define FIELD_BUCKETS 256

/*
 * Where a reading ends, as far as it is known.
 */
struct outcome {
	const struct rule *rule;	/* NULL: no rule gives a verdict */
	enum answer answer;		/* YES, UNKNOWN or FAILED; NO: none */
	size_t index;			/* the rule's; SIZE_MAX for none */
};

/* How far the rules of one view have been read. */
struct scan {
	size_t at;		/* in view->common or view->personal: rules
				 * before it are known not to hold */
	size_t quiet;		/* the same in the lists of acting rules */
	size_t settled;		/* rules of view->writing before it were … */
	int settled_at;		/* … asked when that was e->learnt */
	unsigned char *answers;	/* by rule, or by rule->personal: packed */
	struct span *vars;	/* by write->number; ptr NULL: not yet */
};

/*
 * The reading of all recipients whose facts satisfy the same tests: what the
 * rules say is the same for them. One more, with no recipient, is that of
 * whoever may still come.
 */
struct reading {
	const unsigned char *tests;	/* enum answer, by test->memo; NULL:
					 * all are UNKNOWN */
	unsigned long hash;
	const struct recipient *first;	/* in RCPT order; NULL: no recipient */
	bool refused;			/* at RCPT */
	struct scan scan[VIEW_COUNT];	/* of the personal rules */
	struct reading *next;		/* in order of `first` */
};

/* The groups of the first regex in reading order; regex NULL: there is none. */
struct capture {
	const struct regex *regex;
	struct span groups[REGEX_GROUPS_MAX];
};

/*
 * What was found of the branch by which a rule holds for a recipient: a rule
 * may ask for it for each match that it replaces, or for each recipient that it
 * refuses. Kept for the one that asked last, as long as the message.
 */
#define BRANCH_ELEMENTS 8
struct branch {
	const struct rule *rule;	/* NULL: nothing was asked for */
	const struct recipient *recipient;
	int view;
	bool captured;			/* capture is filled */
	bool looked_up;			/* value is */
	struct capture capture;
	struct span value;
	size_t element_count;
	unsigned slots[BRANCH_ELEMENTS];
	size_t elements[BRANCH_ELEMENTS];
};

/* A rule that could not be judged, and why. */
struct unjudged {
	const struct rule *rule;
	struct span why;
};

/* An answer to be given again. */
struct given {
	enum verdict_kind kind;
	struct reply reply;
};

/*
 * A recipient as the MTA was told of it, which is how the MTA knows it: letter
 * case and quotes may differ from one RCPT to the next.
 */
struct spelling {
	struct span address;
	struct spelling *next;
};

struct recipient {
	struct span address;
	struct spelling *spellings;	/* each once, the last one first */
	size_t spelling_count;
	unsigned long hash;
	size_t position;		/* 1 for the first */
	struct values *values;		/* by slot->personal */
	struct reading *reading;
	bool refused;
	struct given given;		/* what a repeated RCPT is told */
	struct recipient *next;		/* in RCPT order */
};

/*
 * What one action's searches of a body may still cost, those of all its texts
 * together: a message may have a thousand of them.
 */
struct search_budget {
	const struct action *action;	/* NULL: of none */
	uint64_t steps;			/* of its regex */
	uint64_t bytes;			/* that lie before the searches */
	uint64_t matches;
	bool spent;
};

struct engine {
	struct policy *policy;
	struct arena connection;
	struct arena greeting;		/* the last HELO */
	struct arena message;

	int learnt;			/* last phase whose facts are known */
	struct values *values;		/* by slot */
	unsigned char *memo;		/* enum answer, by test */
	struct ip client_ip;
	int64_t now;			/* of the message; 0: not told */
	struct field *fields;		/* in the order in which they came */
	size_t field_count;
	size_t field_room;
	/* The last field whose name has that hash, plus one. */
	size_t field_buckets[FIELD_BUCKETS];
	struct buffer body;		/* as much of it as somebody may read */
	uint64_t body_size;		/* of all of it so far */
	struct buffer new_body;		/* of EDIT_REPLACE_BODY */
	bool content_read;		/* content is filled; content.h */
	struct mime content;
	struct mime_part no_part;	/* of a content without memory */
	bool body_begun;		/* some of it came: is_settled is … */
	bool is_settled;		/* … whether it matters; enough.c */
	uint64_t size;			/* of header and body so far */
	size_t header_total;		/* fields, kept or not */

	struct span client;		/* for the log */
	struct span client_name;
	struct span helo;
	struct span sender;
	struct span queue_id;

	struct recipient *recipients;
	struct recipient *last_recipient;
	struct recipient **index;	/* the same by hash: recipients.c */
	size_t index_size;
	size_t recipient_count;		/* distinct ones, refused ones too */
	size_t spelling_count;		/* of all of them */
	size_t live;			/* not refused */
	size_t header_bytes;

	struct scan common[VIEW_COUNT];	/* rules that are the same for all */
	struct reading general;		/* for no recipient in particular */
	struct reading *readings;	/* of the recipients */
	struct reading *last_reading;
	unsigned char *personal;	/* tests of a recipient being read */
	int view;			/* that is being read */
	struct branch branch;
	char score_text[NUMBER_TEXT_MAX];	/* of written_value() */
	bool command_known;		/* EVENT_UNKNOWN is being judged */
	bool trial;			/* a rule is tried: engine_try_rule() */
	const struct rule *told;	/* gave the last answer to a connection
					 * or a command */

	bool answered;			/* the message has its final answer */
	struct given final;
	bool over;			/* so has the connection: `last` */
	struct given last;
	struct error trouble;
	struct search_budget searches;	/* of the body, for an action */
	unsigned regex_failures;	/* in this message */
	bool regex_refused;		/* one was not even tried */
	struct error regex_why;		/* of the last one */
	struct error why;		/* why what is asked has failed; "": it
					 * has not */
	struct unjudged *unjudged;	/* rules that have, in `message` */
	size_t unjudged_count;
	size_t unjudged_room;
	bool too_many;			/* recipients; logged already */
	struct decision failure;	/* that the engine failed */

	enum phase phase;		/* of the event at hand */
	struct buffer text;		/* for expansion, reused */
	struct buffer encoded;
	unsigned char *said;		/* by rule: what has been said of it */
	struct decision *decisions;	/* of this event; in `message` */
	size_t decision_count;
	size_t decision_room;
	const struct rule **failed;	/* logged as failed in this message */
	size_t failed_count;
	size_t failed_room;
};

/*
 * A copy of header field VALUE as a rule reads it: unfolded (RFC 5322 2.2.3).
 * An event has no LF in a value but those of folds, so all of them go and every
 * blank stays. A NULL ptr when the arena is exhausted.
 */
struct span session_unfold(struct arena *a, struct span value);

/* How much a regex may cost here. */
struct regex_limits session_regex_limits(const struct engine *e);

/*
 * A message may make so many regexes run into a limit, then no more are tried:
 * each costs the most that one can, and who sends such a message chose it. The
 * engine then gives the message up, or its sender would choose which rules are
 * skipped.
 */
#define REGEX_FAILURES_MAX 16

/* What every decision of this session says. */
struct decision session_decision(const struct engine *e,
    enum decision_scope scope);

/* Append a decision to those of this event; NULL when there is no room. */
struct decision *session_decide(struct engine *e, enum decision_scope scope,
    const struct rule *rule);

/* Log, once a message and rule, that RULE could not be done as written. */
void session_log_failure(struct engine *e, const struct rule *rule,
    const char *why);

/* Remember that RULE could not be judged because of e->why. */
void session_note_unjudged(struct engine *e, const struct rule *rule);

/* Log the same with its reason; SO: what follows from it. */
void session_log_unjudged(struct engine *e, const struct rule *rule,
    const char *so);

/* The session's arenas have been asked for more than they may give. */
bool session_is_exhausted(const struct engine *e);

#endif
