/*
 * load.h - what the readers of a rule file share.
 *
 * Each reader takes a node, checks all of it, reports every problem it sees
 * and goes on, so that one run shows them all. A reader returns -1 (or NULL)
 * when what it read cannot be used; then a problem has been reported.
 */
#ifndef MILLGATE_LOAD_H
#define MILLGATE_LOAD_H

#include "rules/engine/parts.h"
#include "rules/load/names.h"
#include "rules/load/quote.h"
#include "rules/base/suggest.h"
#include "rules/load/tree.h"

struct named_table {
	struct node *name;
	const struct table *table;	/* NULL: it could not be read */
};

struct named_condition {
	struct node *name;
	struct node *body;
	const struct condition *condition;
	bool open;		/* being read: to meet it again is a circle */
	bool done;
};

struct loader {
	struct tree tree;
	struct policy *policy;
	struct named_table *tables;
	size_t table_count;
	struct named_condition *conditions;
	size_t condition_count;
	unsigned conditions_open;	/* named ones being read */
	struct names table_names;	/* struct named_table */
	struct names condition_names;	/* struct named_condition */
	struct names rule_names;	/* the nodes of the names */
	struct names slot_names;	/* slots' numbers: unsigned */
	struct names macro_names;	/* that are wanted of the MTA */
	struct names regex_names;	/* struct regex by its whole text */
	struct test **tests;	/* all of them, to number them at the end */
	size_t test_count;
	size_t test_room;
};

/* A rule while its `then` is read. */
struct rule_draft {
	struct rule *rule;
	unsigned *reads;	/* slots; may be there twice */
	size_t read_count;
	size_t read_room;
	struct names asked;	/* names that may be groups, and the answer */
	bool groups_unknown;	/* `when` is wrong: any group may be meant */
};

/*
 * A key that a mapping may have. READ gets the key's value and the mapping's
 * own TARGET; NULL: the language has it, this version does not.
 */
struct key_spec {
	const char *key;
	int (*read)(struct loader *l, struct node *value, void *target);
	bool required;
};

struct mapping_spec {
	const char *what;	/* for errors: "a rule" */
	const char *kind;	/* of its keys: "key" */
	struct key_spec keys[20];	/* a NULL key is behind the last one */
};

/* Read mapping N by SPEC. All entries are read, whatever fails. */
int load_mapping(struct loader *l, struct node *n,
    const struct mapping_spec *spec, void *target);

/* For keys that the mapping's reader looks up with node_get() and reads. */
int load_later(struct loader *l, struct node *value, void *target);

/* "KIND 'x' is not supported by this version", at N. Returns -1. */
int load_unsupported(struct loader *l, const struct node *n, const char *kind,
    struct span name);

/* Was the value N left out? Then that has been reported. */
bool load_missing(struct loader *l, const struct node *n);

/* Scalars by type. TARGETs: struct span, bool, uint64_t. */
int load_text(struct loader *l, struct node *n, void *target);
int load_boolean(struct loader *l, struct node *n, void *target);
int load_number(struct loader *l, struct node *n, void *target);
int load_size(struct loader *l, struct node *n, void *target);	/* 10M */

/* Is this scalar a regex between slashes, and where are its parts? */
bool text_is_regex(struct span text, struct span *pattern, struct span *flags);
/* Compile the scalar N, which must be one. */
const struct regex *load_regex(struct loader *l, const struct node *n);

/* The sections, in the order in which they are read. */
int load_settings(struct loader *l, struct node *n);
int load_tables(struct loader *l, struct node *n);
int load_conditions(struct loader *l, struct node *n);
int load_rules(struct loader *l, struct node *n);
/* Number what was read and find out what it needs. */
void load_finish(struct loader *l);

/* A table by name; an inline list. NULL: reported. */
const struct table *load_table_name(struct loader *l, const struct node *n);
const struct table *load_table_list(struct loader *l, struct node *n,
    enum table_type type);

/* A condition mapping, and one fact's entry in it. */
const struct condition *load_condition(struct loader *l, struct node *n);
const struct condition *load_test(struct loader *l, struct node *value);
/* Would WORD be right as a key of a condition? */
bool load_is_condition(struct span word);
/*
 * The slot of fact KIND with NAME, made when it is not there yet. Names of
 * header fields ignore case.
 */
unsigned load_slot(struct loader *l, const struct fact_kind *kind,
    struct span name);
/*
 * The fact written at N (byte OFFSET of its text); its slot is made. -1: there
 * is none of that name, and nothing has been reported; -2: reported.
 */
int load_fact(struct loader *l, const struct node *n, size_t offset,
    struct span text, unsigned *slot);
/* Say which fact, or word considered before, NEAR's word may stand for. */
void load_fact_hint(struct problem *p, struct suggestion *near);

/* Text with ${…}, read into TEMPLATE; facts it names are noted in D. */
int load_template(struct loader *l, struct node *n, struct rule_draft *d,
    struct template *template);

/* `then:` of the rule in D, whose condition has been read. */
int load_actions(struct loader *l, struct node *n, struct rule_draft *d);
/* The argument of reject or tempfail (NULL: none). */
int load_reply(struct loader *l, struct node *n, struct rule_draft *d);

#endif
