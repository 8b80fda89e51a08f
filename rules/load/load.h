/*
 * load.h - what the readers of a rule file share.
 *
 * Each reader takes a node, checks all of it, reports every problem it sees
 * and goes on, so that one run shows them all. A reader returns -1 (or NULL)
 * when what it read cannot be used; then a problem has been reported.
 */
#ifndef MILLGATE_LOAD_H
#define MILLGATE_LOAD_H

#include <sys/stat.h>

#include "buffer.h"
#include "rules/engine/parts.h"
#include "rules/load/names.h"
#include "rules/load/quote.h"
#include "rules/base/suggest.h"
#include "rules/load/tree.h"

struct named_table {
	struct node *name;
	const struct node *body;
	const struct table *table;	/* NULL: it could not be read */
	bool used;
	bool of_names;		/* a name or an address is looked up in it */
	const struct fact_kind *kind;	/* of all facts that are; NULL: of
					 * several kinds */
};

struct named_condition {
	struct node *name;
	struct node *body;
	const struct condition *condition;
	bool used;		/* by a rule, or by another condition */
	bool open;		/* being read: to meet it again is a circle */
	bool done;
};

/* A test, with the place that it was read at. */
struct loaded_test {
	struct test test;	/* first, so that it leads to the place */
	const struct node *key;
	bool told;		/* that what it reads is not written */
};

/* What the rules that have been read write to a slot. */
struct written_above {
	size_t count;		/* of writes, those of rules that are off too */
	unsigned phases;	/* of the others: see struct rule */
	enum phase earliest;
	bool per_recipient;
};

/* A file of rules: the one that is loaded, or one that it includes. */
struct rule_file {
	struct tree tree;
	struct buffer text;	/* of what is included; else empty */
	dev_t device;		/* these two: which file it is, 0: unknown */
	ino_t number;
};

struct loader {
	struct error_list *errors;
	struct rule_file **files;	/* the main file is the first */
	size_t file_count;
	size_t included_bytes;
	bool cut;		/* reading broke off in one: more may follow */
	struct policy *policy;	/* owns the files' names; its rules have room
				 * for those of all files */
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
	struct names regex_names[REGEX_MODES];	/* struct regex by its whole
						 * text */
	struct names field_names;	/* that are kept, in small letters */
	struct loaded_test **tests;	/* all, to number them at the end */
	size_t test_count;
	size_t test_room;
	struct written_above *above;	/* by slot, as far as there is room */
	size_t above_room;
	bool in_same;		/* what is read stands inside of `same` */
	struct span same_prefix;	/* that facts may go without there … */
	const struct slot *same_family;	/* … if they are of this family */
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
int load_unsupported(const struct node *n, const char *kind, struct span name);

/* "'PATH' cannot be read: WHY", at N, which names that file. Returns -1. */
int load_unreadable(const struct node *n, const char *path, const char *why);

/* Was the value N left out? Then that has been reported. */
bool load_missing(const struct node *n);

/* Tell, at the second one of a name, where FIRST is. P may be NULL. */
void load_hint_first(struct problem *p, const struct node *n,
    const struct node *first);

/* Scalars by type. TARGETs: struct span, bool, uint64_t. */
int load_text(struct loader *l, struct node *n, void *target);
int load_boolean(struct loader *l, struct node *n, void *target);
int load_number(struct loader *l, struct node *n, void *target);
int load_size(struct loader *l, struct node *n, void *target);	/* 10M */

/* Is this scalar a regex between slashes, and where are its parts? */
bool text_is_regex(struct span text, struct span *pattern, struct span *flags);
/* Compile the scalar N, which must be one, for subjects of MODE. */
const struct regex *load_regex(struct loader *l, const struct node *n,
    enum regex_mode mode);

/*
 * Another file that is read; NAME lives as long as the policy, FOUND says
 * which file it is (NULL: it is none).
 */
struct rule_file *load_add_file(struct loader *l, const char *name,
    const struct stat *found);
/*
 * TEXT, which NAME holds, becomes part of the policy. OPENED is the file that
 * it was read from (NULL: none). -1: it is not to be trusted; reported.
 */
int load_take_file(struct loader *l, const char *name,
    const struct stat *opened, struct span text);
/* Make TEXT, which must outlive F, a tree. -1: reported. */
int load_read_file(struct loader *l, struct rule_file *f, struct span text);
/* The path that the scalar N names, relative to the file that it stands in. */
const char *load_path(struct loader *l, const struct node *n);
/* `include:`: read the files that are named. */
int load_includes(struct loader *l, struct node *n);

/*
 * The sections, in the order in which they are read; each is called for one
 * file after the other. The names of all conditions come before the first of
 * them is read, for one may name another, in any file.
 */
int load_settings(struct loader *l, struct node *n);
int load_tables(struct loader *l, struct node *n);
int load_condition_names(struct loader *l, struct node *n);
int load_conditions(struct loader *l, struct node *n);
int load_rules(struct loader *l, struct node *n);
int load_file_tests(struct loader *l, struct node *n);
/* `tests:` of a rule, which has been read. */
int load_rule_tests(struct loader *l, struct node *n, const struct rule *rule);
/* Number what was read and find out what it needs. */
void load_finish(struct loader *l);

/* A table by name, for facts of KIND; an inline list. NULL: reported. */
const struct table *load_table_name(struct loader *l, const struct node *n,
    const struct fact_kind *kind);
const struct table *load_table_list(struct loader *l, struct node *n,
    enum table_type type);
/* Add to T what is in the file that N names. -1: reported. */
int load_table_file(struct loader *l, struct node *n, struct table *t);

/* A condition mapping, and one fact's entry in it, which is called TEXT. */
const struct condition *load_condition(struct loader *l, struct node *n);
const struct condition *load_test(struct loader *l, struct node *value,
    struct span text);
/* `same: {FAMILY: {..}}` */
const struct condition *load_same(struct loader *l, struct node *n);
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

#endif
