/*
 * load_finish.c - what follows from the rules: numbers, lists, needs.
 *
 * Nothing here can fail; it is the work that need not be done for each message.
 */
#include "config.h"

#include <assert.h>
#include <stdlib.h>

#include "rules/base/xmalloc.h"
#include "rules/load/load.h"

/* Tests of connect facts first: see struct policy. */
static void
number_tests(struct loader *l)
{
	struct policy *p = l->policy;
	const struct slot *s;
	size_t i;
	int pass;

	for (pass = 0; pass < 2; pass++) {
		for (i = 0; i < l->test_count; i++) {
			s = &p->slots[l->tests[i]->slot];
			if ((s->known == PHASE_CONNECT) == (pass == 0))
				l->tests[i]->memo = (unsigned)p->memo_count++;
		}
		if (pass == 0)
			p->connect_memos = p->memo_count;
	}
}

static void
slot_list_add(struct policy *p, struct slot_list *list, size_t slot)
{
	if (list->at == NULL)
		list->at = policy_alloc(p, p->slot_count, sizeof *list->at);
	list->at[list->count++] = (unsigned)slot;
}

static void
list_slots(struct policy *p)
{
	size_t i;

	for (i = 0; i < p->slot_count; i++) {
		const struct slot *s = &p->slots[i];

		if (s->kind->family == FAMILY_HEADER)
			slot_list_add(p, &p->headers, i);
		else if (!s->per_recipient)
			slot_list_add(p, &p->learn[s->known], i);
	}
}

static void
rule_list_add(struct policy *p, struct rule_list *list, const struct rule *r)
{
	if (list->at == NULL)
		list->at = policy_alloc(p, p->rule_count, sizeof *list->at);
	list->at[list->count++] = r;
}

static void
list_rules(struct policy *p)
{
	size_t i;

	for (i = 0; i < p->rule_count; i++) {
		const struct rule *r = &p->rules[i];

		if (r->action_count > 0) {
			rule_list_add(p, &p->editing, r);
			rule_list_add(p, r->per_recipient ?
			    &p->personal_edits : &p->common_edits, r);
		}
		if (r->verdict != VERDICT_CONTINUE)
			rule_list_add(p, r->per_recipient ? &p->personal :
			    &p->common, r);
	}
}

static void
macro_add(struct policy *p, enum phase phase, struct span name)
{
	struct macro_names *m = &p->macros[phase];
	size_t i;

	if (m->at == NULL)
		m->at = policy_alloc(p, POLICY_MACROS_MAX, sizeof *m->at);
	for (i = 0; i < m->count; i++)
		if (span_is(name, m->at[i]))
			return;
	assert(m->count < POLICY_MACROS_MAX);	/* load_fact() saw to it */
	m->at[m->count++] = name.ptr;
}

/*
 * Which macros are wanted when. From DATA on an event brings those of the
 * phases before it as well, for an MTA may leave out steps; the queue ID is
 * always wanted, for the log.
 */
static void
list_macros(struct policy *p)
{
	static const enum phase with_id[] = { PHASE_MAIL, PHASE_RCPT,
		PHASE_DATA, PHASE_EOH, PHASE_EOM };
	enum phase late;
	size_t i;

	for (i = 0; i < sizeof with_id / sizeof with_id[0]; i++)
		macro_add(p, with_id[i], span_of("i"));
	for (i = 0; i < p->slot_count; i++) {
		const struct slot *s = &p->slots[i];

		if (s->macro.len == 0)
			continue;
		macro_add(p, s->known, s->macro);
		for (late = PHASE_EOH; s->known >= PHASE_DATA &&
		    late <= PHASE_EOM; late++)
			if (late > s->known)
				macro_add(p, late, s->macro);
	}
}

#define BIT(event) (1u << (event))

/*
 * Messages are always followed from CONNECT to EOM; fields are fetched when a
 * rule reads or removes some. A verdict can fall at CONNECT only when some rule
 * may be answered by then. Bodies and unknown commands are read by
 * no rule of this version.
 */
static void
find_needs(struct policy *p)
{
	struct policy_needs *needs = &p->needs;
	enum phase earliest = PHASE_EOM;
	bool verdicts = false;
	size_t i;

	needs->events = BIT(EVENT_CONNECT) | BIT(EVENT_HELO) |
	    BIT(EVENT_MAIL) | BIT(EVENT_RCPT) | BIT(EVENT_DATA) |
	    BIT(EVENT_EOM);
	needs->answers = BIT(EVENT_MAIL) | BIT(EVENT_RCPT) | BIT(EVENT_DATA) |
	    BIT(EVENT_EOM);
	if (p->headers.count > 0) {
		needs->events |= BIT(EVENT_HEADER) | BIT(EVENT_EOH);
		needs->answers |= BIT(EVENT_EOH);
	}
	for (i = 0; i < p->rule_count; i++) {
		const struct rule *r = &p->rules[i];

		needs->edits |= r->action_count > 0;
		if (r->verdict == VERDICT_CONTINUE)
			continue;
		verdicts = true;
		if (r->earliest < earliest)
			earliest = r->earliest;
	}
	if (earliest == PHASE_CONNECT || !verdicts)
		needs->answers |= BIT(EVENT_CONNECT);
}

void
load_finish(struct loader *l)
{
	number_tests(l);
	list_slots(l->policy);
	list_rules(l->policy);
	list_macros(l->policy);
	find_needs(l->policy);
}
