/*
 * reference_make.h - cases at random, each from a number.
 */
#ifndef MILLGATE_TEST_REFERENCE_MAKE_H
#define MILLGATE_TEST_REFERENCE_MAKE_H

#include "tests/support/reference.h"

#define REF_PALETTE 7

/* Which facts may be read. */
enum ref_scope {
	REF_ANY_FACT,
	REF_OF_CONNECTION,
	REF_OF_GREETING,
	REF_OF_RECIPIENTS,
	REF_OF_COMMAND,
};

struct ref_maker {
	struct ref_case *c;
	unsigned long state;
	enum ref_fact palette[REF_PALETTE];	/* most facts of the policy */
	enum ref_scope scope;
	int hard;		/* tests that may still be hard */
	bool written;		/* rules read what others write */
	bool above[REF_FACTS];	/* which of that is written so far */
};

/* Below COUNT; true once in COUNT; one of SIX, where what stands there more
 * than once is likelier. */
size_t ref_pick(struct ref_maker *m, size_t count);
bool ref_once_in(struct ref_maker *m, size_t count);
const char *ref_pick_word(struct ref_maker *m, const char *const six[6]);

/* A condition that reads `command`, and connection facts besides. */
const struct ref_condition *ref_make_command(struct ref_maker *m);

/* A fact within the scope. */
enum ref_fact ref_pick_fact(struct ref_maker *m);

/* A condition at most DEPTH deep; a test when there is no room for more. */
const struct ref_condition *ref_make_condition(struct ref_maker *m, int depth);

/* A rule while it is made: what its `when` lets `then` ask for. */
struct ref_draft {
	struct ref_maker *m;
	struct ref_rule *rule;
	int groups;			/* that may be captured; -1: none */
	const char *names[2];		/* of groups */
	size_t name_count;
	bool labels;			/* it tests label */
	bool unclear;			/* a pattern below `same` */
};

/* A text of at most that many pieces. OWN: the pattern of the action's match,
 * -1 if it has none. */
void ref_make_template(struct ref_draft *d, struct ref_template *t,
    const char *text, size_t pieces, int own);

void ref_make_action(struct ref_draft *d, struct ref_action *a);

void ref_make_rule(struct ref_maker *m, struct ref_rule *r);
void ref_make_session(struct ref_maker *m, struct ref_session *s);

#endif
