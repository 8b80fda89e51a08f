/*
 * load_rule.c - the rules, in file order.
 *
 * `when` is read before `then`, wherever it stands, for `then` may use what
 * its regexes capture.
 */
#include "config.h"

#include <stdlib.h>

#include "rules/base/xmalloc.h"
#include "rules/engine/branch.h"
#include "rules/load/draft.h"

/* A name stands in logs, reports and session files, in one line. */
static int
check_name(const struct node *n)
{
	size_t i;
	unsigned char c;

	for (i = 0; i < n->text.len; i++) {
		c = (unsigned char)n->text.ptr[i];
		if (c >= ' ' && c != 0x7f)
			continue;
		problem_hint(tree_error_at(n, i, "a control character in the "
		    "name of a rule"), "a name is one line of text");
		return -1;
	}
	if (n->text.len > 0)
		return 0;
	(void)tree_error(n, "a rule needs a name");
	return -1;
}

static int
read_name(struct loader *l, struct node *n, void *target)
{
	struct rule *r = target;
	const struct node *first;
	struct span name;

	if (load_text(l, n, &name) < 0 || check_name(n) < 0)
		return -1;
	r->name = policy_copy(l->policy, name);
	r->place = (struct place){ n->tree->file, n->line, n->column };
	first = names_add(&l->rule_names, name, n);
	if (first == NULL)
		return 0;
	load_hint_first(tree_error(n, "a second rule '%s'", quote(name).text),
	    n, first);
	return -1;
}

static const struct mapping_spec rule_spec = { "a rule", "key", {
	{ "rule", read_name, true },
	{ "when", load_later, false },
	{ "then", load_later, true },
	{ "at", load_at, false },
	{ "early", load_early, false },
	{ "mode", load_mode, false },
	{ "until", load_until, false },
	{ "tests", load_later, false },
} };

static int
read_parts(struct loader *l, const struct node *n, struct rule_draft *d)
{
	struct node *when = node_get(n, "when"), *then = node_get(n, "then");
	int result = 0;

	if (when != NULL) {
		d->rule->when = load_condition(l, when);
		d->groups_unknown = d->rule->when == NULL;
	}
	if (then != NULL)
		result = load_actions(l, then, d);
	return d->groups_unknown ? -1 : result;
}

static int
compare(const void *a, const void *b)
{
	unsigned x = *(const unsigned *)a, y = *(const unsigned *)b;

	return (x > y) - (x < y);
}

/* Does C test a fact of the same elements as the one in slot S? */
static bool
tests_family(const struct policy *p, const struct condition *c,
    const struct slot *s)
{
	size_t i;

	if (c == NULL || (s->kind->flags & FACT_MANY) == 0)
		return false;
	if (c->kind == CONDITION_TEST)
		return slots_are_family(&p->slots[c->test->slot], s);
	for (i = 0; i < c->count; i++)
		if (tests_family(p, c->children[i], s))
			return true;
	return false;
}

/* What `then` names, each slot once. */
static void
take_reads(struct loader *l, struct rule_draft *d)
{
	struct rule *r = d->rule;
	unsigned *reads;
	size_t i;

	if (d->read_count > 0)
		qsort(d->reads, d->read_count, sizeof *d->reads, compare);
	reads = policy_alloc(l->policy, d->read_count, sizeof *reads);
	for (i = 0; i < d->read_count; i++) {
		if (i > 0 && d->reads[i] == d->reads[i - 1])
			continue;
		reads[r->read_count++] = d->reads[i];
		written_take_slot(l, d->reads[i], r);
		if (!r->ordered)
			r->ordered = tests_family(l->policy, r->when,
			    &l->policy->slots[d->reads[i]]);
	}
	r->reads = reads;
}

static void
take_writes(struct loader *l, struct rule_draft *d)
{
	struct rule *r = d->rule;
	struct template *logs;
	size_t i;

	r->writes = policy_alloc(l->policy, d->write_count,
	    sizeof *r->writes);
	for (i = 0; i < d->write_count; i++)
		r->writes[i] = d->writes[i];
	r->write_count = d->write_count;
	logs = policy_alloc(l->policy, d->log_count, sizeof *logs);
	for (i = 0; i < d->log_count; i++)
		logs[i] = d->logs[i];
	r->logs = logs;
	r->log_count = d->log_count;
}

/*
 * May text that R sets differ between recipients for whom the same tests hold?
 * What is captured may come from a fact of the recipient.
 */
static bool
sets_alone(const struct policy *p, const struct rule *r,
    const struct template *t)
{
	const struct piece *piece;
	size_t i;

	for (i = 0; i < t->count; i++) {
		piece = &t->pieces[i];
		if (piece->kind == PIECE_FACT) {
			if (p->slots[piece->number].per_recipient)
				return true;
		} else if (piece->kind != PIECE_TEXT && r->when != NULL &&
		    r->when->per_recipient) {
			return true;
		}
	}
	return false;
}

/*
 * What the rule as a whole reads follows from its parts. Which element of a
 * list `then` means, if `when` tests it, follows from the branch that holds.
 */
static int
rule_complete(struct loader *l, struct rule_draft *d)
{
	struct rule *r = d->rule;
	int result = 0;
	size_t i;

	if (r->when != NULL) {
		r->written = r->when->written;
		result = written_take_condition(l, r->when, r);
	}
	take_writes(l, d);
	take_reads(l, d);
	for (i = 0; i < r->write_count; i++)
		r->alone |= sets_alone(l->policy, r, &r->writes[i]->value);
	if (r->until != 0)
		r->phases |= 1u << PHASE_MAIL;
	if (r->at_given)
		r->phases |= 1u << r->at;
	if (r->earliest < r->at)
		r->earliest = r->at;
	return result;
}

static int
check_rule(struct loader *l, const struct node *n, struct rule *r)
{
	if (load_check_command(l, n, r) < 0)
		return -1;
	return load_check_moments(l, n, r);
}

static void
draft_release(struct rule_draft *d)
{
	names_release(&d->asked);
	free(d->reads);
	free(d->writes);
	free(d->logs);
}

static int
read_rule(struct loader *l, struct node *n)
{
	struct rule *r = &l->policy->rules[l->policy->rule_count];
	struct node *tests = n->kind == NODE_MAP ? node_get(n, "tests") : NULL;
	struct rule_draft d = { .rule = r };
	int result = load_mapping(l, n, &rule_spec, r);

	r->index = l->policy->rule_count++;
	if (read_parts(l, n, &d) < 0)
		result = -1;
	if (rule_complete(l, &d) < 0)
		result = -1;
	if (result == 0)
		result = check_rule(l, n, r);
	written_add_rule(l, r);
	if (tests != NULL && load_rule_tests(l, tests, r) < 0)
		result = -1;
	draft_release(&d);
	return result;
}

int
load_rules(struct loader *l, struct node *n)
{
	struct node *child;
	int result = 0;

	if (load_missing(n))
		return -1;
	if (n->kind != NODE_LIST || n->count == 0) {
		problem_hint(tree_error(n, "'rules' must be a list "
		    "with a rule in it"), "a rule begins with a line "
		    "'- rule: name'");
		return -1;
	}
	for (child = n->child; child != NULL; child = child->next)
		if (read_rule(l, child) < 0)
			result = -1;
	return result;
}
