/*
 * parts.h - what a compiled policy is made of.
 *
 * The loader builds these, once; the engine only reads them. Everything is
 * owned by the policy: structures and text live in its arena, regexes and
 * tables in its lists.
 */
#ifndef MILLGATE_PARTS_H
#define MILLGATE_PARTS_H

#include <limits.h>
#include <stdatomic.h>
#include <stdint.h>

#include "arena.h"
#include "policy.h"
#include "rules/engine/fact.h"
#include "rules/match/regex.h"
#include "rules/match/table.h"

#define SLOT_NONE UINT_MAX

/* What rules tell each other; see "written" in struct slot. */
enum written {
	WRITTEN_NOT,		/* a fact of the mail */
	WRITTEN_SCORE,
	WRITTEN_LABEL,
	WRITTEN_VAR,
};

/* A fact that some rule reads: the engine keeps a list of values for each. */
struct slot {
	const struct fact_kind *kind;
	struct span name;	/* FACT_BY_NAME: of the field or the macro */
	struct span macro;	/* that it is learnt from; empty: none */
	enum phase known;
	bool per_recipient;	/* false for what rules write */
	unsigned personal;	/* its number among those that are */
	enum written written;
	struct write *const *writes;	/* to it, in file order; no learner */
	size_t write_count;
};

/* One way in which a value may do. */
struct alternative {
	struct span literal;		/* when regex is NULL */
	const struct regex *regex;
};

enum matcher_kind {
	MATCH_IS,		/* a literal, or a regex */
	MATCH_CONTAINS,		/* these three: literals */
	MATCH_STARTS_WITH,
	MATCH_ENDS_WITH,
	MATCH_IN,		/* in the table */
	MATCH_NUMBER,		/* the relation to the number */
};

enum relation {
	RELATION_GT,
	RELATION_GE,
	RELATION_LT,
	RELATION_LE,
	RELATION_EQ,
};

/* An operator: a value must satisfy one of the alternatives, or the table. */
struct matcher {
	enum matcher_kind kind;
	bool negated;			/* is_not: it must not */
	enum relation relation;		/* MATCH_NUMBER */
	int64_t number;			/* the same, in thousandths */
	const struct alternative *alternatives;
	size_t count;
	const struct table *table;	/* MATCH_IN */
};

struct matcher_list {
	const struct matcher *at;
	size_t count;
};

enum test_exists {
	EXISTS_UNASKED,
	EXISTS_YES,
	EXISTS_NO,
};

/* A fact's entry in a condition; all that it asks must hold. */
struct test {
	unsigned slot;
	unsigned memo;		/* its place among the remembered answers; of
				 * a fact that is per_recipient: among those of
				 * a reading */
	enum test_exists exists;
	struct matcher_list some;	/* one and the same value satisfies */
	struct matcher_list every;	/* each value does, and there is one */
	struct matcher_list counts;	/* MATCH_NUMBER: how many there are */
};

enum condition_kind {
	CONDITION_ALL,
	CONDITION_ANY,
	CONDITION_NOT,		/* of its one child */
	CONDITION_NONE,		/* of its children holds */
	CONDITION_SAME,		/* its one child, for one and the same element
				 * of the family of the fact in `slot` */
	CONDITION_TEST,
};

/* At most CONDITION_DEPTH_MAX deep, named conditions written out. */
#define CONDITION_DEPTH_MAX 64
/* Tests in one condition, written out: what one rule may cost. */
#define CONDITION_TESTS_MAX 100000

struct condition {
	enum condition_kind kind;
	const struct condition **children;
	size_t count;
	const struct test *test;	/* CONDITION_TEST */
	unsigned slot;			/* CONDITION_SAME */
	unsigned depth;
	size_t tests;
	enum phase earliest;		/* at which any of it may be known */
	unsigned phases;		/* 1u << phase, of all facts it reads */
	bool per_recipient;		/* reads a fact of one recipient */
	bool written;			/* reads what rules write */
	bool command;			/* reads `command` */
	bool beyond_connection;		/* reads a fact of the message */
	bool table_values;		/* reads a table that has right-hand
					 * sides, where it may capture one */
	unsigned groups;		/* that its regexes may capture, group
					 * 0 of one included: the most of any */
	struct known_when *known_when;	/* for reports; see describe.c */
};

enum piece_kind {
	PIECE_TEXT,
	PIECE_FACT,
	PIECE_GROUP,		/* ${1} */
	PIECE_NAMED_GROUP,	/* ${name} */
	PIECE_MATCH_GROUP,	/* the same two of the action's own `match` */
	PIECE_NAMED_MATCH_GROUP,
	PIECE_TABLE_VALUE,	/* ${value} */
};

/* Text with ${…} in it. */
struct piece {
	enum piece_kind kind;
	struct span text;	/* PIECE_TEXT, or the group's name */
	unsigned number;	/* slot, or group */
	struct span fallback;	/* behind the '|' */
};

struct template {
	const struct piece *pieces;
	size_t count;
};

/* Edits: what is done to a message that is accepted. */
enum action_kind {
	ACTION_ADD_HEADER,
	ACTION_SET_HEADER,		/* one of that name, and no more */
	ACTION_REMOVE_HEADER,
	ACTION_REWRITE_HEADER,
	ACTION_SET_SENDER,
	ACTION_ADD_RECIPIENT,
	ACTION_REMOVE_RECIPIENT,
	ACTION_REWRITE_RECIPIENT,
	ACTION_REPLACE_BODY,
	ACTION_REWRITE_BODY,
	ACTION_APPEND_BODY,
	ACTION_QUARANTINE,
};

struct action {
	enum action_kind kind;
	struct span name;		/* of fields; empty: see names */
	const struct regex *names;	/* of their names; NULL: name */
	/* New value or address, what replaces a match, or the reason. */
	struct template value;
	struct template html;		/* APPEND_BODY, REPLACE_BODY: the same
					 * for HTML; empty: made of `value` */
	bool at_top;			/* ACTION_ADD_HEADER */
	/* REMOVE_*, REWRITE_*: NULL: every value or address; of
	 * ACTION_REMOVE_RECIPIENT: NULL: the one that is `value`. */
	const struct regex *match;
	bool all;			/* REWRITE_*: each match in a value */
	bool or_add;			/* REWRITE_HEADER: when there is none */
	int nth;			/* REMOVE_HEADER; 0: all; -1: last */
};

/* What a rule tells those below it. */
struct write {
	const struct rule *rule;
	unsigned slot;
	unsigned number;		/* among those to vars */
	int64_t score;			/* WRITTEN_SCORE, in thousandths */
	struct span label;		/* WRITTEN_LABEL */
	struct template value;		/* WRITTEN_VAR */
};

struct answer_text {
	unsigned code;
	struct span status;
	struct template text;
};

enum rule_mode {
	MODE_ENFORCE,
	MODE_SHADOW,
	MODE_OFF,
};

#define RULE_UNGUARDED UINT_MAX

struct rule {
	struct span name;
	struct place place;
	size_t index;			/* in file order */
	const struct condition *when;	/* NULL: always */
	enum verdict_kind verdict;	/* VERDICT_CONTINUE: none */
	struct answer_text answer;	/* of reject, tempfail, close */
	const struct action *actions;
	size_t action_count;
	struct write **writes;
	size_t write_count;
	const struct template *logs;
	size_t log_count;
	const unsigned *reads;		/* slots that `then` names */
	size_t read_count;
	enum rule_mode mode;
	int64_t until;			/* last second of it; 0: for ever */
	bool early;
	bool at_given;
	enum phase at;			/* answered no earlier; CONNECT: as soon
					 * as it is certain */
	bool command;			/* judged at unknown commands alone */
	bool quarantines;
	bool edits_body;
	bool ordered;			/* `then` asks which branch held */
	bool alone;			/* what it sets differs between
					 * recipients that it treats alike */
	/* Found by load_finish(), what is written above counted in: */
	bool per_recipient;
	unsigned personal;		/* its number among those that are */
	unsigned guard;			/* a personal test without which it
					 * cannot hold, or RULE_UNGUARDED */
	bool written;			/* reads what rules write */
	unsigned phases;		/* at which its answer may change */
	enum phase earliest;		/* at which it may be answered */
	struct rule_info info;		/* for reports; see describe.h */
};

/* A personal test that asks for this text among others. */
struct literal {
	struct span text;
	unsigned slot;
	unsigned test;
	struct literal *next;
};

/* The rules of one kind, in file order. */
struct rule_list {
	const struct rule **at;
	size_t count;
};

/*
 * The rules as one reading sees them: the first is enforced, the second has
 * those in `mode: shadow` as well. Rules that are off, and those of unknown
 * commands, are in none.
 */
struct view {
	struct rule_list common;	/* give a verdict, the same for all */
	struct rule_list personal;	/* give a verdict, by recipient */
	struct rule_list writing;	/* write score, label or var */
	struct rule_list editing;	/* have edits */
	struct rule_list logging;	/* have logs */
	/* Have edits or logs, so that ACCEPT must wait for them. */
	struct rule_list common_acting;
	struct rule_list personal_acting;
};

enum {
	VIEW_ENFORCED,
	VIEW_SHADOW,
	VIEW_COUNT
};

struct slot_list {
	unsigned *at;
	size_t count;
};

struct macro_names {
	const char **at;
	size_t count;
};

struct policy {
	atomic_uint references;
	struct arena arena;
	struct settings settings;
	struct policy_needs needs;
	char *file;
	unsigned long hash_key;		/* for what comes from outside */
	uint64_t fingerprint;		/* of all files so far */

	struct regex **regexes;
	size_t regex_count;
	struct table **tables;
	size_t table_count;

	struct slot *slots;
	size_t slot_count;
	struct span *fact_names;	/* of the slots, as rules write them */
	size_t personal_slots;
	struct slot_list learn[PHASE_COUNT];	/* by the phase that knows */
	struct slot_list headers;		/* of header_raw.NAME */
	struct macro_names macros[PHASE_COUNT];

	/*
	 * Of what header fields the engine keeps name and value: all, or those
	 * with one of these names, which rules read or edit.
	 */
	bool every_field;
	struct span *fields;
	size_t field_count;
	bool reads_body;		/* body_raw */
	bool reads_mime;		/* a fact of its parts, or edits it */
	bool reads_decoded;		/* a fact of decoded header fields */
	bool reads_size;
	bool reads_time;		/* now.* or until */

	/*
	 * Tests of connect facts come first, so that a message forgets all
	 * others at once. Tests of a recipient's facts are numbered apart;
	 * those of what rules write, and of `command`, are not remembered.
	 */
	size_t memo_count;
	size_t connect_memos;
	const struct test **personal_tests;
	size_t personal_test_count;
	/* Of these, by hash of slot and text, those that ask for a text; and
	 * the numbers of the others. */
	struct literal **literals;
	size_t literal_buckets;		/* a power of two */
	unsigned *other_tests;
	size_t other_count;
	size_t var_count;		/* writes to vars */
	unsigned score_slot;		/* that some rule writes; or SLOT_NONE */
	unsigned label_slot;		/* the same */
	bool alone;			/* some rule is: no two recipients share
					 * a reading */

	struct rule *rules;
	size_t rule_count;
	size_t personal_rules;
	struct rule_list personal;	/* by rule->personal */
	bool shadows;			/* some rule is in mode: shadow */
	struct view views[VIEW_COUNT];	/* the second only if `shadows` */
	struct rule_list commands;	/* judged at unknown commands */
	struct rule_list early;		/* of views[VIEW_ENFORCED] */
	bool discards;			/* some rule may discard */

	struct recording *tests;	/* `tests:` of the file; NULL: none */
};

/* A new policy for the file called NAME, with default settings. */
struct policy *policy_new(const char *name);

/* SIZE cleared bytes that live as long as P. Load time: allocates or exits. */
void *policy_alloc(struct policy *p, size_t count, size_t size);
struct span policy_copy(struct policy *p, struct span s);

/* TEXT is the whole of one more file that P is made of. */
void policy_take_file(struct policy *p, struct span text);

/* Give R or T to P. */
const struct regex *policy_adopt_regex(struct policy *p, struct regex *r);
void policy_adopt_table(struct policy *p, struct table *t);

/* A new slot, for fact KIND with NAME, which is copied. Returns its number. */
unsigned policy_add_slot(struct policy *p, const struct fact_kind *kind,
    struct span name);

#endif
