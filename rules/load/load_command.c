/*
 * load_command.c - rules about commands that the MTA does not know.
 *
 * Such a rule reads `command`. It is judged at that command alone, where no
 * message is at hand: it may read connection facts besides, and refuse.
 */
#include "config.h"

#include "rules/engine/decide.h"
#include "rules/load/draft.h"

#define NONE ((unsigned)-1)	/* no slot */

/* Is the fact in SLOT, besides `command` itself, out of reach at a command? */
static bool
is_foreign(const struct loader *l, unsigned slot)
{
	const struct slot *s = &l->policy->slots[slot];

	if (s->written != WRITTEN_NOT)
		return true;
	return s->known != PHASE_UNKNOWN && s->known > PHASE_HELO &&
	    (s->kind->flags & FACT_CONNECTION) == 0;
}

static unsigned
foreign_test(const struct loader *l, const struct condition *c)
{
	unsigned found = NONE;
	size_t i;

	if (c->kind == CONDITION_TEST)
		return is_foreign(l, c->test->slot) ? c->test->slot : NONE;
	for (i = 0; i < c->count && found == NONE; i++)
		found = foreign_test(l, c->children[i]);
	return found;
}

static unsigned
foreign_slot(const struct loader *l, const struct rule *r)
{
	unsigned found = foreign_test(l, r->when);
	size_t i;

	for (i = 0; i < r->read_count && found == NONE; i++)
		if (is_foreign(l, r->reads[i]))
			found = r->reads[i];
	return found;
}

/* The text of an ordinary rule cannot have the line of a command. */
static int
check_ordinary(const struct loader *l, const struct node *n,
    const struct rule *r)
{
	size_t i;

	for (i = 0; i < r->read_count; i++) {
		if (l->policy->slots[r->reads[i]].known != PHASE_UNKNOWN)
			continue;
		problem_hint(tree_error(node_get(n, "then"), "'command' is "
		    "known to rules alone whose 'when' reads it"),
		    "write when: {command: {exists: true}}");
		return -1;
	}
	return 0;
}

static int
check_verdict(const struct node *n, const struct rule *r)
{
	struct problem *p;

	if (verdict_is_refusal(r->verdict) && r->action_count == 0 &&
	    r->write_count == 0)
		return 0;
	p = tree_error(node_get(n, "then"), "a rule that reads 'command' can "
	    "only reject, tempfail or close");
	problem_hint(p, "it is judged at commands that the MTA does not know; "
	    "there is no message");
	return -1;
}

int
load_check_command(struct loader *l, const struct node *n, struct rule *r)
{
	unsigned foreign;

	r->command = r->when != NULL && r->when->command;
	if (!r->command)
		return check_ordinary(l, n, r);
	if (check_verdict(n, r) < 0)
		return -1;
	foreign = foreign_slot(l, r);
	if (foreign != NONE) {
		problem_hint(tree_error(node_get(n, "when"), "a rule that "
		    "reads 'command' cannot read '%s'",
		    load_slot_name(l, foreign).text), "facts of the connection "
		    "are known there: client.*, helo, tls.* and auth.*");
		return -1;
	}
	if (r->mode == MODE_SHADOW) {
		problem_hint(tree_error(node_get(n, "mode"), "a rule that "
		    "reads 'command' cannot be only tried out"),
		    "write mode: off, or leave it away");
		return -1;
	}
	if (!r->early && !r->at_given)
		return 0;
	problem_hint(tree_error(n, "a rule that reads 'command' is judged at "
	    "that command"), "leave 'at' and 'early' away");
	return -1;
}
