/*
 * reference.h - the meaning of a rule file, as plainly as it can be said.
 *
 * A case is a small policy and a connection, made of structures instead of
 * text. The evaluator reads the rules from top to bottom for each recipient,
 * every time anew, with everything known at the end of the message; it knows
 * no cursor, no remembered answer and no early one. What the engine says must
 * come to the same.
 *
 * For one thread.
 */
#ifndef MILLGATE_TEST_REFERENCE_H
#define MILLGATE_TEST_REFERENCE_H

#include "buffer.h"
#include "event.h"
#include "verdict.h"

#define REF_RULES 7
#define REF_CHILDREN 3
#define REF_CONDITIONS 64	/* in a whole policy */
#define REF_EDITS 2
#define REF_RECIPIENTS 4
#define REF_FIELDS 5
#define REF_MESSAGES 3
#define REF_REPLY_MAX 256
#define REF_HEADER_MAX 4096

enum ref_fact {
	REF_CLIENT_IP,
	REF_CLIENT_NAME,
	REF_HELO,
	REF_SENDER,		/* sender.domain */
	REF_AUTH,		/* auth.user */
	REF_LOCAL,		/* recipient.local */
	REF_DOMAIN,		/* recipient.domain */
	REF_COUNT,		/* recipients.count */
	REF_DOMAINS,		/* recipients.domain */
	REF_FIELD_A,		/* header_raw.a */
	REF_FIELD_B,
	REF_LATE,		/* macro.late, at the end of message */
	REF_FACTS,
};

struct ref_fact_row {
	const char *name;
	enum phase known;
	bool personal;
	const char *values[4];	/* that tests ask for, up to NULL */
};
extern const struct ref_fact_row ref_facts[REF_FACTS];

/* A value of which REF_HARD fails; it is no to every other. */
#define REF_LONG "abababababababababababababababababababababababababababab"
#define REF_PATTERN "/^(a|b|ab|ba)*$(?<!b)/"

enum ref_kind { REF_ALL, REF_ANY, REF_NOT, REF_NONE, REF_TEST };
enum ref_operator { REF_IS, REF_EXISTS, REF_MISSING, REF_HARD };

struct ref_condition {
	enum ref_kind kind;
	const struct ref_condition *children[REF_CHILDREN];
	size_t count;
	enum ref_fact fact;
	enum ref_operator operator;
	const char *value;
};

enum ref_edit_kind { REF_ADD, REF_TOP, REF_REMOVE, REF_REMOVE_X };

struct ref_edit {
	enum ref_edit_kind kind;
	const char *name;	/* "A" or "b" */
	int nth;		/* of a removal; 0: all */
};

struct ref_rule {
	const struct ref_condition *when;	/* NULL: always */
	enum verdict_kind verdict;
	struct ref_edit edits[REF_EDITS];
	size_t edit_count;
	/* The fact that `then` names, in its reply or first new field. */
	bool reads;
	enum ref_fact read;
};

struct ref_policy {
	struct ref_rule rules[REF_RULES];
	size_t count;
	enum verdict_kind on_error;
	struct ref_condition conditions[REF_CONDITIONS];
	size_t condition_count;
};

struct ref_recipient {
	const char *local;
	const char *domain;
};

struct ref_field {
	const char *name;
	const char *value;
};

struct ref_message {
	const char *helo;		/* said before it; NULL: not again */
	const char *sender;
	const char *auth;		/* NULL: none */
	struct ref_recipient recipients[REF_RECIPIENTS];
	size_t recipient_count;
	struct ref_field fields[REF_FIELDS];
	size_t field_count;
	const char *late;		/* NULL: none */
};

struct ref_session {
	const char *ip;
	const char *name;
	struct ref_message messages[REF_MESSAGES];
	size_t count;
};

struct ref_case {
	struct ref_policy policy;
	struct ref_session session;
};

/* The first recipient of M that is the same as number I, ASCII case ignored. */
size_t ref_first_of(const struct ref_message *m, size_t i);

/* A case that depends on SEED alone, and its policy as a rule file. */
void ref_make(struct ref_case *c, unsigned long seed);
void ref_write(const struct ref_policy *p, struct buffer *out);

/* What becomes of a message. */
struct ref_result {
	enum verdict_kind kind;			/* ACCEPT or a refusal */
	char reply[REF_REPLY_MAX];		/* "550 5.7.1 text" */
	bool refused[REF_RECIPIENTS];		/* at RCPT */
	char replies[REF_RECIPIENTS][REF_REPLY_MAX];
	size_t left;				/* recipients not refused */
	char fields[REF_HEADER_MAX];		/* after the edits, a line each */
};

/* Judge message number I of C; HELO is the last one said. */
void ref_judge(const struct ref_case *c, size_t i, const char *helo,
    struct ref_result *r);

#endif
