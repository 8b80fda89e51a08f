/*
 * reference_make_rules.c - rules at random, such as the loader takes.
 */
#include "config.h"

#include "tests/support/reference_make.h"

static void
take_match(struct ref_draft *d, const struct ref_match *match)
{
	const struct ref_pattern *p;
	size_t i;

	if (match->operator != REF_IS && match->operator != REF_MATCHES)
		return;
	for (i = 0; i < match->count; i++) {
		if (match->entries[i].literal != NULL)
			continue;
		p = &ref_patterns[match->entries[i].pattern];
		if (d->groups < p->groups)
			d->groups = p->groups;
		if (p->name == NULL || (d->name_count > 0 &&
		    strcmp(p->name, d->names[0]) == 0) || d->name_count == 2)
			continue;
		d->names[d->name_count++] = p->name;
	}
}

/* What may be captured by C; nothing is below a negation, or of what rules
 * write. */
static void
take_condition(struct ref_draft *d, const struct ref_condition *c, bool negated)
{
	size_t i;

	if (c->kind == REF_TEST) {
		d->labels |= c->test.fact == REF_LABEL;
		negated |= c->test.fact >= REF_SCORE;
		for (i = 0; i < c->test.some_count && !negated; i++)
			take_match(d, &c->test.some[i]);
		if (c->test.some_count == 0 && c->test.has_every && !negated)
			take_match(d, &c->test.every);
		return;
	}
	d->unclear |= c->kind == REF_SAME;
	negated |= c->kind == REF_NOT || c->kind == REF_NONE;
	for (i = 0; i < c->count; i++)
		take_condition(d, c->children[i], negated);
}

static void
make_reply(struct ref_draft *d, struct ref_rule *r)
{
	if (ref_once_in(d->m, 12))
		return;		/* the usual one */
	ref_make_template(d, &r->text, "rule ", REF_PIECES, -1);
	if (!ref_once_in(d->m, 5))
		return;
	r->status = r->verdict == VERDICT_REJECT ? "5.2.3" : "4.3.1";
	if (r->verdict != VERDICT_CLOSE)
		r->code = r->verdict == VERDICT_REJECT ? "552" : "452";
}

/* The last phase of all that C reads. */
static enum phase
latest(const struct ref_condition *c)
{
	enum phase last = PHASE_MAIL, one;
	size_t i;

	if (c == NULL)
		return last;
	if (c->kind == REF_TEST)
		return c->test.fact >= REF_SCORE ? PHASE_EOM :
		    ref_facts[c->test.fact].known > last ?
		    ref_facts[c->test.fact].known : last;
	for (i = 0; i < c->count; i++) {
		one = latest(c->children[i]);
		if (one > last)
			last = one;
	}
	return last;
}

static void
take_template(const struct ref_template *t, enum phase *last)
{
	const struct ref_piece *p;

	for (p = t->pieces; p < t->pieces + t->count; p++) {
		if (p->kind != REF_PIECE_FACT)
			continue;
		if (p->fact >= REF_SCORE)
			*last = PHASE_EOM;
		else if (ref_facts[p->fact].known > *last)
			*last = ref_facts[p->fact].known;
	}
}

/* Postpone the rule to a phase at which all that it reads is known. */
static void
postpone(struct ref_draft *d, struct ref_rule *r)
{
	enum phase last = latest(r->when);
	size_t i;

	take_template(&r->text, &last);
	for (i = 0; i < r->action_count; i++)
		take_template(&r->actions[i].value, &last);
	r->at_given = true;
	r->at = (enum phase)(last + ref_pick(d->m,
	    (size_t)(PHASE_EOM - last) + 1));
}

/* One that answers at connect or helo reads their facts alone. */
static void
make_early(struct ref_draft *d, struct ref_rule *r)
{
	static const enum verdict_kind kinds[3] = { VERDICT_REJECT,
		VERDICT_TEMPFAIL, VERDICT_CLOSE };
	bool written = d->m->written;

	d->m->scope = REF_OF_GREETING;
	d->m->written = false;
	r->early = true;
	r->when = ref_make_condition(d->m, 1);
	take_condition(d, r->when, false);
	r->verdict = kinds[ref_pick(d->m, 3)];
	make_reply(d, r);
	r->at_given = ref_once_in(d->m, 3);
	r->at = PHASE_HELO;
	d->m->scope = REF_ANY_FACT;
	d->m->written = written;
}

static void
make_command(struct ref_draft *d, struct ref_rule *r)
{
	static const enum verdict_kind kinds[5] = { VERDICT_REJECT,
		VERDICT_REJECT, VERDICT_TEMPFAIL, VERDICT_TEMPFAIL,
		VERDICT_CLOSE };
	bool written = d->m->written;

	d->m->scope = REF_OF_COMMAND;
	d->m->written = false;
	r->command = true;
	r->when = ref_make_command(d->m);
	take_condition(d, r->when, false);
	r->verdict = kinds[ref_pick(d->m, 5)];
	make_reply(d, r);
	d->m->scope = REF_ANY_FACT;
	d->m->written = written;
}

static void
make_verdict(struct ref_draft *d, struct ref_rule *r)
{
	static const enum verdict_kind kinds[14] = { VERDICT_CONTINUE,
		VERDICT_CONTINUE, VERDICT_CONTINUE, VERDICT_CONTINUE,
		VERDICT_CONTINUE, VERDICT_ACCEPT, VERDICT_ACCEPT,
		VERDICT_REJECT, VERDICT_REJECT, VERDICT_REJECT,
		VERDICT_TEMPFAIL, VERDICT_DISCARD, VERDICT_DISCARD,
		VERDICT_CLOSE };

	r->verdict = kinds[ref_pick(d->m, 14)];
	if (r->verdict == VERDICT_CLOSE && !ref_once_in(d->m, 3))
		r->verdict = VERDICT_REJECT;
	r->connection = r->verdict == VERDICT_ACCEPT && ref_once_in(d->m, 4);
}

static void
make_ordinary(struct ref_draft *d, struct ref_rule *r)
{
	struct ref_maker *m = d->m;
	bool written = m->written;
	size_t i;

	make_verdict(d, r);
	if (r->connection) {
		m->scope = REF_OF_CONNECTION;
		m->written = false;
	}
	r->when = ref_once_in(m, 12) ? NULL : ref_make_condition(m, 2);
	m->scope = REF_ANY_FACT;
	m->written = written;
	if (r->when != NULL)
		take_condition(d, r->when, false);
	if (m->written && r->number == 0)
		r->verdict = VERDICT_CONTINUE;
	if (r->verdict == VERDICT_CONTINUE)
		r->action_count = 1 + ref_pick(m, REF_ACTIONS);
	else if (ref_once_in(m, 4))
		r->action_count = 1;
	for (i = 0; i < r->action_count; i++)
		ref_make_action(d, &r->actions[i]);
	if (r->verdict == VERDICT_REJECT || r->verdict == VERDICT_TEMPFAIL ||
	    r->verdict == VERDICT_CLOSE)
		make_reply(d, r);
	if (r->verdict != VERDICT_CONTINUE && ref_once_in(m, 8))
		postpone(d, r);
	r->until = ref_once_in(m, 16);
	r->mode = !m->c->policy.shadow && ref_once_in(m, 12) ? REF_SHADOW :
	    ref_once_in(m, 24) ? REF_OFF : REF_ENFORCE;
}

/* Rules below may read what A writes. */
static void
take_writing(struct ref_maker *m, const struct ref_action *a)
{
	m->above[REF_SCORE] = true;
	if (a->kind == REF_WRITE_LABEL)
		m->above[REF_LABEL] = true;
	if (a->kind == REF_WRITE_VAR)
		m->above[a->var] = true;
}

void
ref_make_rule(struct ref_maker *m, struct ref_rule *r)
{
	struct ref_draft d = { .m = m, .rule = r, .groups = -1 };
	size_t i;

	r->text.text = "";
	r->text.number = -1;
	if (ref_once_in(m, 24))
		make_early(&d, r);
	else if (ref_once_in(m, 24))
		make_command(&d, r);
	else
		make_ordinary(&d, r);
	for (i = 0; i < r->action_count; i++)
		take_writing(m, &r->actions[i]);
}
