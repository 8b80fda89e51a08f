/*
 * load_finish.c - what follows from the rules: numbers, lists, needs.
 *
 * Nothing here can fail; it is the work that need not be done for each message.
 */
#include "config.h"

#include <assert.h>
#include <limits.h>

#include "rules/engine/literals.h"
#include "rules/load/draft.h"

static void
number_personal_test(struct policy *p, struct test *t, size_t room)
{
	if (p->personal_tests == NULL)
		p->personal_tests = policy_alloc(p, room,
		    sizeof *p->personal_tests);
	t->memo = (unsigned)p->personal_test_count;
	p->personal_tests[p->personal_test_count++] = t;
}

/* Tests of connect facts first: see struct policy. */
static void
number_tests(struct loader *l)
{
	struct policy *p = l->policy;
	const struct slot *s;
	struct test *t;
	size_t i;
	int pass;

	for (pass = 0; pass < 2; pass++) {
		for (i = 0; i < l->test_count; i++) {
			t = &l->tests[i]->test;
			s = &p->slots[t->slot];
			if ((s->known == PHASE_CONNECT) != (pass == 0))
				continue;
			if (s->written != WRITTEN_NOT ||
			    s->known == PHASE_UNKNOWN)
				t->memo = UINT_MAX;
			else if (s->per_recipient)
				number_personal_test(p, t, l->test_count);
			else
				t->memo = (unsigned)p->memo_count++;
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
		struct span name = span_of(s->kind->name);

		if ((s->kind->flags & FACT_FIELDWISE) != 0)
			slot_list_add(p, &p->headers, i);
		else if (!s->per_recipient && s->written == WRITTEN_NOT)
			slot_list_add(p, &p->learn[s->known], i);
		p->reads_body |= span_is(name, "body_raw");
		p->reads_mime |= (s->kind->flags & FACT_MIME) != 0;
		p->reads_decoded |= (s->kind->flags & FACT_LAZY) != 0 &&
		    s->known == PHASE_EOH;
		p->reads_size |= span_is(name, "size");
		p->reads_time |= span_starts_with(name, span_of("now."));
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
view_add(struct policy *p, struct view *v, const struct rule *r)
{
	bool acts = r->action_count > 0 || r->log_count > 0;

	if (r->verdict != VERDICT_CONTINUE)
		rule_list_add(p, r->per_recipient ? &v->personal : &v->common,
		    r);
	if (r->write_count > 0)
		rule_list_add(p, &v->writing, r);
	if (r->action_count > 0)
		rule_list_add(p, &v->editing, r);
	if (r->log_count > 0)
		rule_list_add(p, &v->logging, r);
	if (acts)
		rule_list_add(p, r->per_recipient ? &v->personal_acting :
		    &v->common_acting, r);
}

static bool
edits_body(const struct rule *r)
{
	const struct action *a;

	for (a = r->actions; a < r->actions + r->action_count; a++)
		if (a->kind == ACTION_REPLACE_BODY ||
		    a->kind == ACTION_REWRITE_BODY ||
		    a->kind == ACTION_APPEND_BODY)
			return true;
	return false;
}

static void
list_rule(struct policy *p, struct rule *r)
{
	if (r->per_recipient) {
		r->personal = (unsigned)p->personal_rules++;
		rule_list_add(p, &p->personal, r);
	}
	if (r->mode == MODE_OFF)
		return;
	r->edits_body = edits_body(r);
	p->reads_mime |= r->edits_body;
	p->alone |= r->alone;
	p->reads_time |= r->until != 0;
	if (r->command) {
		rule_list_add(p, &p->commands, r);
		return;
	}
	if (p->shadows)
		view_add(p, &p->views[VIEW_SHADOW], r);
	if (r->mode == MODE_SHADOW)
		return;
	view_add(p, &p->views[VIEW_ENFORCED], r);
	if (r->early)
		rule_list_add(p, &p->early, r);
	p->discards |= r->verdict == VERDICT_DISCARD;
}

static void
list_rules(struct policy *p)
{
	size_t i;

	for (i = 0; i < p->rule_count; i++)
		p->shadows |= p->rules[i].mode == MODE_SHADOW;
	for (i = 0; i < p->rule_count; i++)
		list_rule(p, &p->rules[i]);
}

/* Call VISIT for each write of a rule that is not off, in file order. */
static void
each_write(struct policy *p, void (*visit)(struct policy *p, struct write *w))
{
	size_t i, k;

	for (i = 0; i < p->rule_count; i++)
		for (k = 0; p->rules[i].mode != MODE_OFF &&
		    k < p->rules[i].write_count; k++)
			visit(p, p->rules[i].writes[k]);
}

static void
count_write(struct policy *p, struct write *w)
{
	if (p->slots[w->slot].written == WRITTEN_VAR)
		w->number = (unsigned)p->var_count++;
	p->slots[w->slot].write_count++;
}

static void
put_write(struct policy *p, struct write *w)
{
	struct slot *s = &p->slots[w->slot];
	struct write **writes = (struct write **)s->writes;

	writes[s->write_count++] = w;
}

/* The one slot of that kind, if some rule writes to it. */
static unsigned
written_slot(const struct policy *p, enum written kind)
{
	unsigned i;

	for (i = 0; i < p->slot_count; i++)
		if (p->slots[i].written == kind && p->slots[i].write_count > 0)
			return i;
	return SLOT_NONE;
}

static void
list_writes(struct policy *p)
{
	struct slot *s;
	size_t i;

	each_write(p, count_write);
	for (i = 0; i < p->slot_count; i++) {
		s = &p->slots[i];
		s->writes = policy_alloc(p, s->write_count,
		    sizeof *s->writes);
		s->write_count = 0;
	}
	each_write(p, put_write);
	p->score_slot = written_slot(p, WRITTEN_SCORE);
	p->label_slot = written_slot(p, WRITTEN_LABEL);
}

/* The fields that actions look for. */
static bool
wants_field(const struct action *a)
{
	return a->kind == ACTION_SET_HEADER ||
	    a->kind == ACTION_REMOVE_HEADER ||
	    a->kind == ACTION_REWRITE_HEADER;
}

static void
keep_field(struct loader *l, struct span name)
{
	char *lower = policy_alloc(l->policy, name.len + 1, 1);
	struct policy *p = l->policy;
	size_t i;

	for (i = 0; i < name.len; i++)
		lower[i] = ascii_lower(name.ptr[i]);
	if (names_add(&l->field_names, span_make(lower, name.len), lower) !=
	    NULL)
		return;
	p->fields[p->field_count++] = name;
}

/* The fields that facts are learnt from. */
static void
list_facts_fields(struct loader *l)
{
	const struct slot *s;
	size_t i;

	for (i = 0; i < l->policy->slot_count; i++) {
		s = &l->policy->slots[i];
		if ((s->kind->flags & FACT_OF_FIELD) != 0)
			keep_field(l, s->name);
		else if (span_is(span_of(s->kind->name), "auth_results"))
			keep_field(l, span_of("Authentication-Results"));
	}
}

static void
list_fields(struct loader *l)
{
	struct policy *p = l->policy;
	size_t i, k, most = p->slot_count;
	const struct action *a;

	for (i = 0; i < p->rule_count; i++)
		most += p->rules[i].action_count;
	p->fields = policy_alloc(p, most, sizeof *p->fields);
	list_facts_fields(l);
	for (i = 0; i < p->rule_count; i++) {
		if (p->rules[i].mode == MODE_OFF)
			continue;
		for (k = 0; k < p->rules[i].action_count; k++) {
			a = &p->rules[i].actions[k];
			p->every_field |= a->names != NULL;
			if (wants_field(a) && a->names == NULL)
				keep_field(l, a->name);
		}
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

void
load_finish(struct loader *l)
{
	number_tests(l);
	literals_build(l->policy);
	list_slots(l->policy);
	list_rules(l->policy);
	list_writes(l->policy);
	list_fields(l);
	list_macros(l->policy);
	load_needs(l->policy);
}
