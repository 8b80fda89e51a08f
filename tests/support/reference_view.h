/*
 * reference_view.h - what a reading goes by, and what is asked of it.
 *
 * An answer is one letter: 'y', 'n', 'f'ailed or '?' for not yet known.
 */
#ifndef MILLGATE_TEST_REFERENCE_VIEW_H
#define MILLGATE_TEST_REFERENCE_VIEW_H

#include "tests/support/reference_result.h"

/* A moment and a recipient. */
struct ref_view {
	const struct ref_case *c;
	const struct ref_message *m;	/* NULL: none has begun */
	const char *helo;		/* NULL: none was said */
	const char *command;		/* that is unknown; NULL: none is at
					 * hand */
	const bool *refused;		/* by recipient */
	enum phase phase;
	int recipient;			/* -1: none */
	bool shadow;			/* rules in shadow count as well */
	size_t element;			/* of recipients, from 1; 0: all */
	bool negative;			/* below an odd number of negations */
};

#define REF_VALUES REF_RECIPIENTS

struct ref_values {
	const char *at[REF_VALUES];
	size_t count;
	char number[24];
};

/* reference_facts.c: is FACT known, and which values has it then? For facts of
 * the mail alone. */
bool ref_is_known(const struct ref_view *v, enum ref_fact fact);
void ref_values_of(const struct ref_view *v, enum ref_fact fact,
    struct ref_values *values);

/* reference_match.c: does VALUE, of a fact of that type, satisfy M? */
char ref_match_value(const struct ref_policy *p, enum ref_fact fact,
    const struct ref_match *m, const char *value);
/* Does it satisfy all operators of T? */
char ref_match_some(const struct ref_policy *p, const struct ref_test *t,
    const char *value);

/* Search VALUE for a pattern: 'y', 'n' or 'f'. Groups as offsets, -1: none. */
struct ref_groups {
	int from[REF_GROUPS];
	int to[REF_GROUPS];
};
char ref_match_pattern(int pattern, const char *value, struct ref_groups *g);

/* Thousandths of a decimal number. */
int64_t ref_number(const char *text);

/* What an `all` or an `any` makes of two of its entries. */
char ref_both(char a, char b);
char ref_either(char a, char b);
char ref_opposite(char a);

/* reference.c: does C hold in rule number K? ORDERED: it matters which branch
 * of an `any` does. */
char ref_ask(const struct ref_view *v, size_t k,
    const struct ref_condition *c, bool ordered);

/* What T asks of all values together, of every one, and of one and the same;
 * 'y' where it does not. */
char ref_ask_count(const struct ref_test *t, size_t count);
char ref_ask_every(const struct ref_policy *p, const struct ref_test *t,
    const struct ref_values *l);
char ref_ask_some(const struct ref_policy *p, const struct ref_test *t,
    const struct ref_values *l);

/* Does rule number K hold? */
char ref_ask_rule(const struct ref_view *v, size_t k);

/* Read from the top: the rule that ends the reading, the number of rules if
 * none does, and its answer. */
size_t ref_read(const struct ref_view *v, char *answer);

/* reference_written.c: a test, or the first value, of what rules above number
 * K write; is all of it known? */
char ref_ask_written(const struct ref_view *v, size_t k,
    const struct ref_test *t);
bool ref_written_known(const struct ref_view *v, size_t k, enum ref_fact fact);
void ref_written_value(const struct ref_view *v, size_t k, enum ref_fact fact,
    char out[REF_TEXT_MAX]);
int64_t ref_score(const struct ref_view *v, size_t k);
bool ref_labelled(const struct ref_view *v, size_t k, const char *label);

/*
 * reference_text.c: template T of rule number K, which holds. OWN: the groups
 * of the action's match in SUBJECT; NULL: it has none.
 */
void ref_expand(const struct ref_view *v, size_t k,
    const struct ref_template *t, const struct ref_groups *own,
    const char *subject, char out[REF_TEXT_MAX]);

#endif
