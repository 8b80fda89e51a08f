/*
 * reference.h - the meaning of a rule file, as plainly as it can be said.
 *
 * A case is a small policy and a connection, made of structures instead of
 * text. The evaluator reads the rules from top to bottom for each recipient,
 * every time anew, with everything known at the end of the message; it knows
 * no cursor, no remembered answer and no shared reading. What the engine says
 * must come to the same.
 *
 *	reference_make*.c	cases at random
 *	reference_write*.c	a policy as a rule file
 *	reference_tell.c	a session as text
 *	reference_facts.c	the values of a fact
 *	reference_match.c	one value and what is asked of it
 *	reference.c		conditions and rules
 *	reference_written.c	score, label and var
 *	reference_text.c	text with ${...} in it
 *	reference_mail.c	a message and what is done to it
 *	reference_edit.c	what the actions of rules do to it
 *	reference_end.c		where a reading ends
 *	reference_accept.c	what is done to a message that is accepted
 *	reference_say.c		what the log is told
 *	reference_judge.c	what becomes of a connection
 *	reference_play.c	what the engine makes of it
 *	reference_mta.c		as an MTA that does as it is told
 *	reference_compare.c	whether that is the same
 *	reference_shrink.c	the least case that differs
 *
 * For one thread. Texts live as long as the program.
 */
#ifndef MILLGATE_TEST_REFERENCE_H
#define MILLGATE_TEST_REFERENCE_H

#include "buffer.h"
#include "event.h"
#include "verdict.h"

#define REF_RULES 8
#define REF_CHILDREN 3
#define REF_CONDITIONS 96	/* in a whole policy */
#define REF_NAMED 2
#define REF_ENTRIES 2
#define REF_OPERATORS 2
#define REF_ACTIONS 3
#define REF_PIECES 2
#define REF_RECIPIENTS 40
#define REF_FIELDS 5
#define REF_MESSAGES 3
#define REF_HELOS 2
#define REF_TABLES 3
#define REF_TABLE_ENTRIES 3
#define REF_TEXT_MAX 1024
#define REF_ADDRESS_MAX 136
#define REF_ENVELOPE_MAX 16384

enum ref_fact {
	REF_CLIENT_IP,
	REF_CLIENT_NAME,
	REF_CLIENT_PORT,
	REF_DAEMON,		/* macro.daemon_name */
	REF_HELO,
	REF_SENDER,
	REF_SENDER_LOCAL,
	REF_SENDER_DOMAIN,
	REF_SENDER_PARAMS,
	REF_SENDER_SIZE,
	REF_AUTH,		/* auth.user */
	REF_HOUR,		/* now.hour */
	REF_WEEKDAY,		/* now.weekday */
	REF_RECIPIENT,
	REF_LOCAL,		/* recipient.local */
	REF_DOMAIN,
	REF_PARAMS,
	REF_POSITION,
	REF_HOST,		/* macro.rcpt_host */
	REF_ALL,		/* recipients */
	REF_DOMAINS,
	REF_COUNT,
	REF_QUEUE_ID,
	REF_FIELD_A,		/* header_raw.a */
	REF_FIELD_B,
	REF_NAMES,		/* header_names */
	REF_HEADER_COUNT,
	REF_BODY,		/* body_raw */
	REF_SIZE,
	REF_LATE,		/* macro.late, at the end of message */
	REF_COMMAND,
	REF_SCORE,
	REF_LABEL,
	REF_VAR_A,
	REF_VAR_B,
	REF_FACTS
};

struct ref_fact_row {
	const char *name;
	enum phase known;
	enum { REF_IS_TEXT, REF_IS_ADDRESS, REF_IS_IP, REF_IS_NUMBER } type;
	bool personal;
	bool connection;	/* counts as a fact of the connection */
	bool many;		/* may have more than one value */
	bool hard;		/* may have a value that makes a regex fail */
	int family;		/* facts of the same elements; 0: none */
	const char *literals[6];	/* that tests ask for, up to NULL */
};
extern const struct ref_fact_row ref_facts[REF_FACTS];

/* A value of which REF_HARD fails. */
#define REF_LONG "abababababababababababababababababababababababababababab"
#define REF_HARD 0		/* the pattern with that number */

/* Patterns, the same for PCRE2 and for regcomp(3). */
struct ref_pattern {
	const char *pcre;	/* as a rule file has it, with its slashes */
	const char *posix;	/* extended */
	bool nocase;
	int groups;
	const char *name;	/* of group 1; NULL: it has none */
};
#define REF_PATTERNS 7
#define REF_GROUPS 3
extern const struct ref_pattern ref_patterns[REF_PATTERNS];

enum ref_operator {
	REF_IS,
	REF_IS_NOT,
	REF_CONTAINS,
	REF_STARTS_WITH,
	REF_ENDS_WITH,
	REF_MATCHES,
	REF_IN,
	REF_EQ,
	REF_GT,
	REF_GE,
	REF_LT,
	REF_LE,
};

struct ref_table {
	bool cidr;
	const char *entries[REF_TABLE_ENTRIES];
	size_t count;
};

struct ref_entry {
	const char *literal;	/* NULL: the pattern */
	int pattern;
};

struct ref_match {
	enum ref_operator operator;
	struct ref_entry entries[REF_ENTRIES];
	size_t count;
	int table;		/* REF_IN, or REF_IS_NOT {in: ..}; -1: none */
	bool inlined;		/* its entries are written in place */
	const char *number;	/* REF_EQ to REF_LE */
};

enum ref_exists { REF_UNASKED, REF_EXISTS, REF_MISSING };

struct ref_test {
	enum ref_fact fact;
	bool plain;		/* written as literal, regex or list */
	enum ref_exists exists;
	struct ref_match some[REF_OPERATORS];
	size_t some_count;
	struct ref_match every;
	bool has_every;
	struct ref_match counts;
	bool has_counts;
};

enum ref_kind {
	REF_AND,
	REF_ANY,
	REF_NOT,
	REF_NONE,
	REF_NAMED_AS,
	REF_SAME,		/* its one child, for one of the recipients */
	REF_TEST,
};

struct ref_condition {
	enum ref_kind kind;
	bool flat;		/* REF_AND: a mapping with several entries */
	const struct ref_condition *children[REF_CHILDREN];
	size_t count;
	int named;		/* REF_NAMED_AS: its number; its one child */
	struct ref_test test;
};

enum ref_piece_kind {
	REF_PIECE_FACT,
	REF_PIECE_GROUP,	/* of when; of `match` in `with` */
	REF_PIECE_NAME,		/* a named group of when */
};

struct ref_piece {
	enum ref_piece_kind kind;
	enum ref_fact fact;
	int group;
	const char *name;
	const char *fallback;	/* NULL: none */
};

/* TEXT, then each piece behind BETWEEN. */
struct ref_template {
	const char *text;
	int number;		/* written behind TEXT; -1: none */
	const char *between;
	struct ref_piece pieces[REF_PIECES];
	size_t count;
};

enum ref_action_kind {
	REF_ADD_HEADER,
	REF_SET_HEADER,
	REF_REMOVE_HEADER,
	REF_REWRITE_HEADER,
	REF_SET_SENDER,
	REF_ADD_RECIPIENT,
	REF_REMOVE_RECIPIENT,
	REF_REWRITE_RECIPIENT,
	REF_QUARANTINE,
	REF_WRITE_SCORE,
	REF_WRITE_LABEL,
	REF_WRITE_VAR,
	REF_LOG,
	REF_ACTION_KINDS
};

struct ref_action {
	enum ref_action_kind kind;
	const char *name;	/* of fields, a label; "a|b": a regex */
	struct ref_template value;
	int match;		/* a pattern; -1: none */
	bool at_top;
	bool all;
	bool or_add;
	int nth;		/* of a removal; 0: all */
	const char *score;
	enum ref_fact var;
};

enum ref_mode { REF_ENFORCE, REF_SHADOW, REF_OFF };

struct ref_rule {
	size_t number;		/* in its name and texts */
	const struct ref_condition *when;	/* NULL: always */
	struct ref_action actions[REF_ACTIONS];
	size_t action_count;
	enum verdict_kind verdict;
	bool connection;	/* accept: connection */
	const char *code;	/* NULL: the default */
	const char *status;
	struct ref_template text;
	enum ref_mode mode;
	bool command;		/* about commands that the MTA does not know */
	bool early;
	bool at_given;
	enum phase at;
	bool until;		/* REF_UNTIL */
};

/* So much of a body is seen by rules, if that is limited. */
#define REF_BODY_LIMIT 2

/* The last day of rules that end. */
#define REF_UNTIL "2026-06-15"
#define REF_UNTIL_BEGIN 1781481600	/* 00:00, UTC */

struct ref_policy {
	struct ref_rule rules[REF_RULES];
	size_t count;
	enum verdict_kind on_error;
	bool shadow;			/* settings.mode */
	bool body_limited;		/* to REF_BODY_LIMIT */
	struct ref_condition conditions[REF_CONDITIONS];
	size_t condition_count;
	const struct ref_condition *named[REF_NAMED];
	size_t named_count;
	struct ref_table tables[REF_TABLES];
};

struct ref_recipient {
	const char *local;
	const char *domain;
	const char *param;	/* NULL: none */
	const char *host;	/* NULL: none */
	char address[REF_ADDRESS_MAX];
	size_t first;		/* who is the same, ASCII case ignored */
};

struct ref_field {
	const char *name;
	const char *value;	/* a fold is "\n " */
};

struct ref_message {
	const char *helos[REF_HELOS];	/* said before it */
	size_t helo_count;
	const char *sender_local;	/* NULL: the null sender */
	const char *sender_domain;
	char sender[REF_ADDRESS_MAX];
	const char *params[2];
	size_t param_count;
	const char *auth;		/* NULL: none */
	int64_t time;
	struct ref_recipient recipients[REF_RECIPIENTS];
	size_t recipient_count;
	const char *unknown[2];		/* commands that the MTA does not know:
					 * before it, behind the recipients;
					 * NULL: none */
	bool reset;			/* RSET behind the recipients */
	const char *queue_id;		/* NULL: none */
	struct ref_field fields[REF_FIELDS];
	size_t field_count;
	const char *body;
	char body_start[REF_BODY_LIMIT + 1];
	size_t body_split;		/* bytes in the first of two pieces */
	const char *late;		/* NULL: none */
};

struct ref_session {
	const char *ip;
	const char *name;
	uint16_t port;
	const char *daemon;		/* NULL: none */
	struct ref_message messages[REF_MESSAGES];
	size_t count;
};

struct ref_case {
	struct ref_policy policy;
	struct ref_session session;
};

/* Find out who of M's recipients are the same. */
void ref_find_same(struct ref_message *m);

/* Is recipient number I of M one that was named before? */
static inline bool
ref_is_again(const struct ref_message *m, size_t i)
{
	return m->recipients[i].first != i;
}

/* Give M the body TEXT. */
void ref_set_body(struct ref_message *m, const char *text);

/* A case that depends on SEED alone; its policy as a rule file; its session as
 * a reader likes it. */
void ref_make(struct ref_case *c, unsigned long seed);
void ref_write(const struct ref_policy *p, struct buffer *out);
void ref_tell(const struct ref_session *s, struct buffer *out);

#define REF_LABELS 2
extern const char *const ref_labels[REF_LABELS];

/* Make C as small as possible while DIFFERS says that it is of use. */
void ref_shrink(struct ref_case *c, bool (*differs)(const struct ref_case *c));

#endif
