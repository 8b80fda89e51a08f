/*
 * parts.h - what a compiled policy is made of.
 *
 * The loader builds these, once; the engine only reads them. Everything is
 * owned by the policy: structures and text live in its arena, regexes and
 * tables in its lists.
 */
#ifndef MILLGATE_PARTS_H
#define MILLGATE_PARTS_H

#include <stdatomic.h>

#include "arena.h"
#include "policy.h"
#include "rules/engine/fact.h"
#include "rules/match/regex.h"
#include "rules/match/table.h"

/* A fact that some rule reads: the engine keeps a list of values for each. */
struct slot {
	const struct fact_kind *kind;
	struct span name;	/* FACT_BY_NAME: of the field or the macro */
	struct span macro;	/* that it is learnt from; empty: none */
	enum phase known;
	bool per_recipient;
	unsigned personal;	/* its number among those that are */
};

/* One way in which a value may do. */
struct alternative {
	struct span literal;		/* when regex is NULL */
	const struct regex *regex;
};

/* An operator: a value must satisfy one of the alternatives, or the table. */
struct matcher {
	const struct alternative *alternatives;
	size_t count;
	const struct table *table;	/* NULL: alternatives */
};

enum test_exists {
	EXISTS_UNASKED,
	EXISTS_YES,
	EXISTS_NO,
};

/* A fact's entry in a condition: some value satisfies all matchers. */
struct test {
	unsigned slot;
	unsigned memo;		/* its place among the remembered answers */
	enum test_exists exists;
	const struct matcher *matchers;
	size_t matcher_count;
};

enum condition_kind {
	CONDITION_ALL,
	CONDITION_ANY,
	CONDITION_NOT,		/* of its one child */
	CONDITION_NONE,		/* of its children holds */
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
	unsigned depth;
	size_t tests;
	enum phase earliest;		/* at which any of it may be known */
	bool per_recipient;		/* reads a fact of one recipient */
	bool beyond_connection;		/* reads a fact of the message */
	unsigned groups;		/* that its regexes may capture, group
					 * 0 of one included: the most of any */
};

enum piece_kind {
	PIECE_TEXT,
	PIECE_FACT,
	PIECE_GROUP,		/* ${1} */
	PIECE_NAMED_GROUP,	/* ${name} */
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

enum action_kind {
	ACTION_ADD_HEADER,
	ACTION_REMOVE_HEADER,
};

struct action {
	enum action_kind kind;
	struct span name;
	struct template value;		/* ACTION_ADD_HEADER */
	bool at_top;
	unsigned slot;			/* ACTION_REMOVE_HEADER */
	const struct regex *match;	/* NULL: every value */
	int nth;			/* 0: all; -1: the last */
};

struct answer_text {
	unsigned code;
	struct span status;
	struct template text;
};

struct rule {
	struct span name;
	struct place place;
	size_t index;			/* in file order */
	const struct condition *when;	/* NULL: always */
	enum verdict_kind verdict;	/* VERDICT_CONTINUE: none */
	struct answer_text answer;	/* of reject and tempfail */
	const struct action *actions;
	size_t action_count;
	const unsigned *reads;		/* slots that `then` names */
	size_t read_count;
	bool ordered;			/* `then` asks which branch held */
	bool per_recipient;
	enum phase earliest;		/* at which it may be answered */
};

/* The rules of one kind, in file order. */
struct rule_list {
	const struct rule **at;
	size_t count;
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

	struct regex **regexes;
	size_t regex_count;
	struct table **tables;
	size_t table_count;

	struct slot *slots;
	size_t slot_count;
	size_t personal_slots;
	struct slot_list learn[PHASE_COUNT];	/* by the phase that knows */
	struct slot_list headers;		/* of header_raw.NAME */
	struct macro_names macros[PHASE_COUNT];

	/*
	 * Tests of connect facts come first, so that a message forgets all
	 * others at once.
	 */
	size_t memo_count;
	size_t connect_memos;

	struct rule *rules;
	size_t rule_count;
	struct rule_list common;	/* give a verdict, the same for all */
	struct rule_list personal;	/* give a verdict, read the recipient */
	struct rule_list editing;	/* have edits */
	struct rule_list common_edits;	/* of these, the same for all */
	struct rule_list personal_edits;	/* and the others */
};

/* A new policy for the file called NAME, with default settings. */
struct policy *policy_new(const char *name);

/* SIZE cleared bytes that live as long as P. Load time: allocates or exits. */
void *policy_alloc(struct policy *p, size_t count, size_t size);
struct span policy_copy(struct policy *p, struct span s);

/* Give R or T to P. */
const struct regex *policy_adopt_regex(struct policy *p, struct regex *r);
void policy_adopt_table(struct policy *p, struct table *t);

/* A new slot, for fact KIND with NAME, which is copied. Returns its number. */
unsigned policy_add_slot(struct policy *p, const struct fact_kind *kind,
    struct span name);

#endif
