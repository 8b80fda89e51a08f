/*
 * reference_make_actions.c - actions at random, and the texts in them.
 */
#include "config.h"

#include "tests/support/reference_make.h"

static enum ref_fact
pick_read(struct ref_draft *d)
{
	enum ref_fact fact;

	do
		fact = ref_pick_fact(d->m);
	while (fact == REF_LABEL && d->labels);
	return fact;
}

/* A piece; OWN: the pattern of the action's match, -1 if it has none. */
static void
make_piece(struct ref_draft *d, struct ref_piece *p, int own)
{
	struct ref_maker *m = d->m;
	int groups = own >= 0 ? ref_patterns[own].groups : d->groups;
	bool captures = own >= 0 || (groups >= 0 && !d->unclear);

	p->fallback = ref_once_in(m, 3) ? "q" : NULL;
	if (captures && ref_once_in(m, 2)) {
		p->kind = REF_PIECE_GROUP;
		p->group = (int)ref_pick(m, (size_t)groups + 1);
	} else if (d->name_count > 0 && !d->unclear && ref_once_in(m, 2)) {
		p->kind = REF_PIECE_NAME;
		p->name = d->names[ref_pick(m, d->name_count)];
	} else {
		p->kind = REF_PIECE_FACT;
		p->fact = pick_read(d);
	}
}

void
ref_make_template(struct ref_draft *d, struct ref_template *t, const char *text,
    size_t pieces, int own)
{
	size_t i;

	t->text = text;
	t->number = (int)d->rule->number;
	t->between = " ";
	t->count = ref_pick(d->m, pieces + 1);
	for (i = 0; i < t->count; i++)
		make_piece(d, &t->pieces[i], own);
}

/* A pattern for an action, whose group is not called as one of `when` is. */
static int
pick_match(struct ref_draft *d)
{
	int pattern = 1 + (int)ref_pick(d->m, REF_PATTERNS - 1);

	return d->name_count > 0 && ref_patterns[pattern].name != NULL ? 5 :
	    pattern;
}

static const char *
pick_name(struct ref_maker *m)
{
	static const char *const names[6] = { "A", "a", "b", "B", "C", "D" };

	return ref_pick_word(m, names);
}

static void
make_removal(struct ref_draft *d, struct ref_action *a)
{
	static const int places[4] = { 0, 1, 2, -1 };

	a->name = pick_name(d->m);
	if (ref_once_in(d->m, 2))
		a->match = ref_once_in(d->m, 8) ? REF_HARD : pick_match(d);
	a->nth = places[ref_pick(d->m, 4)];
	if (a->nth == 0 && ref_once_in(d->m, 3))
		a->name = "a|b";
}

static void
make_header_action(struct ref_draft *d, struct ref_action *a)
{
	a->kind = (enum ref_action_kind)ref_pick(d->m, REF_REWRITE_HEADER + 1);
	if (a->kind == REF_REMOVE_HEADER) {
		make_removal(d, a);
		return;
	}
	a->name = pick_name(d->m);
	if (a->kind != REF_REWRITE_HEADER) {
		a->at_top = a->kind == REF_ADD_HEADER && ref_once_in(d->m, 3);
		ref_make_template(d, &a->value, a->at_top ? "x" : "e", 1, -1);
		return;
	}
	a->match = pick_match(d);
	ref_make_template(d, &a->value, "w", 1, a->match);
	a->value.between = "";
	a->all = ref_once_in(d->m, 2);
	a->or_add = ref_once_in(d->m, 3);
	if (!a->or_add && ref_once_in(d->m, 3))
		a->name = "a|b";
}

/* An address, most of the time. */
static void
make_address(struct ref_draft *d, struct ref_template *t, bool sender)
{
	static const char *const fixed[6] = { "u@z", "x@x", "Y@x", "y@X",
		"y@x", "xy@y.x" };
	static const enum ref_fact domains[3] = { REF_CLIENT_NAME, REF_DAEMON,
		REF_HELO };
	size_t form = ref_pick(d->m, 4);

	t->number = -1;
	t->between = "";
	t->text = form < 2 ? ref_pick_word(d->m, fixed) : "";
	if (sender && ref_once_in(d->m, 6))
		t->text = "<>";
	if (form < 2 || t->text[0] != '\0')
		return;
	t->count = 1;
	t->pieces[0].fallback = "z";
	t->pieces[0].fact = sender ? REF_RECIPIENT : REF_SENDER;
	if (form == 2)
		return;
	t->text = "u";
	t->number = (int)d->rule->number;
	t->between = ref_once_in(d->m, 6) ? " no address " : "@";
	t->pieces[0].fact = domains[ref_pick(d->m, 3)];
}

static void
make_envelope_action(struct ref_draft *d, struct ref_action *a)
{
	a->kind = (enum ref_action_kind)(REF_SET_SENDER + ref_pick(d->m, 4));
	if (a->kind == REF_REWRITE_RECIPIENT) {
		a->match = pick_match(d);
		ref_make_template(d, &a->value, "w", 1, a->match);
		a->value.between = "";
		a->all = ref_once_in(d->m, 2);
		return;
	}
	if (a->kind == REF_REMOVE_RECIPIENT && ref_once_in(d->m, 2))
		a->match = pick_match(d);
	else
		make_address(d, &a->value, a->kind == REF_SET_SENDER);
}

static void
make_writing_action(struct ref_draft *d, struct ref_action *a)
{
	static const char *const scores[6] = { "1", "1", "2.5", "-1", "3",
		"0.125" };

	a->kind = (enum ref_action_kind)(REF_WRITE_SCORE + ref_pick(d->m, 3));
	a->score = ref_pick_word(d->m, scores);
	a->name = ref_labels[ref_pick(d->m, REF_LABELS)];
	a->var = ref_once_in(d->m, 3) ? REF_VAR_B : REF_VAR_A;
	if (a->kind != REF_WRITE_VAR)
		return;
	ref_make_template(d, &a->value, "s", 1, -1);
	a->value.number = -1;
}

void
ref_make_action(struct ref_draft *d, struct ref_action *a)
{
	bool first = d->m->written && d->rule->number == 0;
	size_t sort = first ? 10 : ref_pick(d->m, 20);

	a->match = -1;
	a->value.text = "";
	if (sort < 7)
		make_header_action(d, a);
	else if (sort < 10)
		make_envelope_action(d, a);
	else if (sort < 18 && d->m->written)
		make_writing_action(d, a);
	else {
		a->kind = sort < 19 ? REF_QUARANTINE : REF_LOG;
		ref_make_template(d, &a->value, "h", 1, -1);
	}
}
