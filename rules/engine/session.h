/*
 * session.h - what the engine knows of one connection.
 *
 * Three lifetimes, three arenas: the connection's facts, the last HELO's, and
 * the message's; an abort resets the last. Nothing here is tied to a thread.
 */
#ifndef MILLGATE_SESSION_H
#define MILLGATE_SESSION_H

#include "engine.h"
#include "rules/engine/parts.h"

/* The fourth value: a condition that could not be judged. */
enum answer {
	ANSWER_NO,
	ANSWER_YES,
	ANSWER_UNKNOWN,		/* not yet */
	ANSWER_FAILED,
};

/* The values of a fact, in the order in which they came. */
struct values {
	struct span *at;
	size_t count;
	size_t room;
};

/*
 * How far the rules have been read for one recipient, or for none in
 * particular. Rules above are known not to hold, for an answer never changes
 * once it is known.
 */
struct reading {
	size_t at;		/* in policy->personal */
	enum answer answer;	/* of that rule */
};

/* An answer to be given again. */
struct given {
	enum verdict_kind kind;
	struct reply reply;
};

struct recipient {
	struct span address;
	unsigned long hash;
	size_t position;		/* 1 for the first */
	struct values *values;		/* by slot->personal */
	struct reading reading;
	bool refused;
	struct given given;		/* what a repeated RCPT is told */
	struct recipient *next;		/* in RCPT order */
};

/* Where a reading ends, as far as it is known. */
struct outcome {
	const struct rule *rule;	/* NULL: no rule gives a verdict */
	enum answer answer;		/* YES, UNKNOWN or FAILED; NO: none */
	size_t index;			/* the rule's; SIZE_MAX for none */
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
	size_t live;			/* not refused */
	size_t header_bytes;

	size_t common;			/* first open rule of policy->common */
	enum answer common_answer;
	size_t editing;			/* first open of policy->common_edits */
	struct reading general;		/* for no recipient in particular */

	bool answered;			/* the message has its final answer */
	struct given final;
	struct error trouble;
	unsigned regex_failures;	/* in this message */
	bool regex_refused;		/* one was not even tried */
	struct error regex_why;		/* of the last one */
	bool too_many;			/* recipients; logged already */
	struct decision failure;	/* that the engine failed */

	enum phase phase;		/* of the event at hand */
	struct buffer text;		/* for expansion, reused */
	struct buffer encoded;
	struct decision *decisions;	/* of this event; in `message` */
	size_t decision_count;
	size_t decision_room;
	const struct rule **failed;	/* logged as failed in this message */
	size_t failed_count;
	size_t failed_room;
};

/*
 * Grow the array at *AT, of *ROOM elements of SIZE bytes, by doubling in
 * arena A when COUNT fill it. -1 when the arena is exhausted; nothing changes.
 */
int session_grow(struct arena *a, void **at, size_t *room, size_t count,
    size_t size);

/*
 * A copy of header field VALUE as a rule reads it: unfolded (RFC 5322 2.2.3).
 * An event has no LF in a value but those of folds, so all of them go and every
 * blank stays. A NULL ptr when the arena is exhausted.
 */
struct span session_unfold(struct arena *a, struct span value);

/* How much a regex may cost here. */
struct regex_limits session_regex_limits(const struct engine *e);

/* What every decision of this session says. */
struct decision session_decision(const struct engine *e,
    enum decision_scope scope);

/* Append a decision to those of this event; NULL when there is no room. */
struct decision *session_decide(struct engine *e, enum decision_scope scope,
    const struct rule *rule);

/* Log, once a message and rule, that RULE could not be done as written. */
void session_log_failure(struct engine *e, const struct rule *rule,
    const char *why);

/* The same for a condition that ran into a limit; SO: what follows from it. */
void session_log_unjudged(struct engine *e, const struct rule *rule,
    const char *so);

/* The session's arenas have been asked for more than they may give. */
bool session_is_exhausted(const struct engine *e);

#endif
