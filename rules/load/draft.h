/*
 * draft.h - a rule, a test, an action while they are read.
 *
 * What the readers of the language hand each other, beside what load.h gives
 * to all readers. The same holds here: -1 or NULL means that a problem has been
 * reported.
 */
#ifndef MILLGATE_DRAFT_H
#define MILLGATE_DRAFT_H

#include "rules/load/load.h"

/* A rule while its `then` is read. */
struct rule_draft {
	struct rule *rule;
	unsigned *reads;	/* slots; may be there twice */
	size_t read_count;
	size_t read_room;
	struct write **writes;
	size_t write_count;
	size_t write_room;
	struct template *logs;
	size_t log_count;
	size_t log_room;
	struct names asked;	/* names that may be groups, and the answer */
	bool groups_unknown;	/* `when` is wrong: any group may be meant */
	bool in_with;		/* the `with` of an action is read, whose … */
	const struct regex *own;	/* … `match` is this; NULL: it is
					 * wrong */
};

#define BODY_TEXT_MAX (1u << 20)	/* bytes of text that an action writes */

/* An action while it is read, with the rule that it belongs to. */
struct action_draft {
	struct rule_draft *rule;
	struct action *action;
};

/* The operators of one value while they are read. */
struct match_draft {
	struct test *test;
	const struct fact_kind *kind;	/* of its fact */
	struct matcher *at;	/* with room for all that there are */
	size_t count;
};

/* Which scalars may stand in an operator's list. */
enum accepted {
	ACCEPT_LITERALS = 1,
	ACCEPT_REGEXES = 2,
	ACCEPT_PARTS = 4,	/* of a text: literals that are not empty */
};

/* A draft beside D for the operators that N holds, and what came of it. */
struct match_draft match_inside(struct loader *l, const struct node *n,
    const struct match_draft *d);
struct matcher_list match_list(const struct match_draft *d);

/* The next matcher of D. */
struct matcher *match_add(struct match_draft *d, enum matcher_kind kind);

/* Give M a scalar, or a list of which any will do. */
int match_alternatives(struct loader *l, struct node *n,
    const struct match_draft *d, unsigned accepted, struct matcher *m);

/* Give M a table by name, or a list as one. */
int match_table(struct loader *l, struct node *n, const struct match_draft *d,
    struct matcher *m);

/* The operators in mapping N, which belong to D and its test. */
int load_operators(struct loader *l, struct node *n, struct match_draft *d);

/* The operators of T whose regexes and tables capture. */
const struct matcher_list *test_capturing(const struct test *t);

/*
 * A number in thousandths: 10, 2.5, 10M (bytes), 5m (seconds); below zero only
 * if SIGNED.
 */
int load_quantity(const struct node *n, bool is_signed, int64_t *thousandths);
/* The same, in the bounds that the fact KIND has. */
int load_fact_number(const struct node *n, const struct fact_kind *kind,
    int64_t *thousandths);

/* A condition of KIND with room for CHILDREN, which it is then given. */
struct condition *combine_new(struct loader *l, enum condition_kind kind,
    size_t children);
void combine_take(struct condition *c, const struct condition *child);
/* C, or NULL when it has become too large; N is where it stands. */
const struct condition *combine_check(const struct node *n,
    const struct condition *c);

/* Text with ${…}, read into TEMPLATE; facts it names are noted in D. */
int load_template(struct loader *l, struct node *n, struct rule_draft *d,
    struct template *template);

/* `then:` of the rule in D, whose condition has been read. */
int load_actions(struct loader *l, struct node *n, struct rule_draft *d);
/* The argument of reject, tempfail or close (NULL: none). */
int load_reply(struct loader *l, struct node *n, struct rule_draft *d);

/* Arguments of actions, by their words; without one N has no key. */
int load_add_header(struct loader *l, struct node *n, struct action_draft *d);
int load_set_header(struct loader *l, struct node *n, struct action_draft *d);
int load_remove_header(struct loader *l, struct node *n,
    struct action_draft *d);
int load_rewrite_header(struct loader *l, struct node *n,
    struct action_draft *d);
int load_address_action(struct loader *l, struct node *n,
    struct action_draft *d);
int load_remove_recipient(struct loader *l, struct node *n,
    struct action_draft *d);
int load_rewrite_recipient(struct loader *l, struct node *n,
    struct action_draft *d);
int load_quarantine(struct loader *l, struct node *n, struct action_draft *d);
int load_replace_body(struct loader *l, struct node *n,
    struct action_draft *d);
int load_rewrite_body(struct loader *l, struct node *n,
    struct action_draft *d);
int load_append_body(struct loader *l, struct node *n, struct action_draft *d);
int load_score(struct loader *l, struct node *n, struct action_draft *d);
int load_label(struct loader *l, struct node *n, struct action_draft *d);
int load_set(struct loader *l, struct node *n, struct action_draft *d);
int load_log(struct loader *l, struct node *n, struct action_draft *d);

/* Their common keys; TARGET is the struct action_draft. The second is a match
 * in decoded text. */
int load_match(struct loader *l, struct node *n, void *target);
int load_decoded_match(struct loader *l, struct node *n, void *target);
int load_all(struct loader *l, struct node *n, void *target);
/* The value of `with` in mapping N, once its `match` has been read. */
int load_with(struct loader *l, const struct node *n, struct action_draft *d);
/* Are there at most MOST bytes in VALUE, at N, that it writes itself? */
int load_text_length(const struct node *n, const struct template *value,
    size_t most);
/* Can what N is about, which is called WORD, be done without GMime? */
int load_decoding(const struct node *n, const char *word);
#define GMIME_HINT \
	"build it where configure finds GMime (Debian: libgmime-3.0-dev)"
/* Is N, the argument of action WORD, more than text? HOW is what to write. */
int load_mapping_alone(const struct node *n, const char *word,
    const char *how);

/*
 * Rule R reads SLOT at N (byte OFFSET): if rules write it, has a rule above
 * that may?
 */
int written_check(struct loader *l, const struct rule *r,
    const struct node *n, size_t offset, unsigned slot);
/* Check all that the condition C reads, and count it into rule R. */
int written_take_condition(struct loader *l, const struct condition *c,
    struct rule *r);
/* Count the slot that `then` of R names into it. */
void written_take_slot(struct loader *l, unsigned slot, struct rule *r);
/* R is complete: what it writes counts for the rules below it. */
void written_add_rule(struct loader *l, const struct rule *r);

/* The fact in SLOT as a rule writes it. */
struct quoted load_slot_name(const struct loader *l, unsigned slot);

/* Readers of a rule's keys of these names; TARGET is the struct rule. */
int load_mode(struct loader *l, struct node *n, void *target);
int load_until(struct loader *l, struct node *n, void *target);
int load_early(struct loader *l, struct node *n, void *target);
int load_at(struct loader *l, struct node *n, void *target);
/* Is what rule N says of R's moments right, now that R is complete? */
int load_check_moments(struct loader *l, const struct node *n,
    const struct rule *r);
/* If R is judged at unknown commands, note it; is the rest of it right? */
int load_check_command(struct loader *l, const struct node *n,
    struct rule *r);

/* Find out what P needs, whose rules are listed and whose slots are known. */
void load_needs(struct policy *p);

#endif
