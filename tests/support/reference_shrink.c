/*
 * reference_shrink.c - make a case as small as possible.
 *
 * Everything that can be left out is left out, one by one, for as long as the
 * case stays of use. Conditions are never changed, only their branches taken
 * in their place.
 */
#include "config.h"

#include "tests/support/reference.h"

/* The case, and what it was before the last change to it. */
struct shrink {
	struct ref_case *c;
	struct ref_case before;
	bool (*differs)(const struct ref_case *c);
	bool any;		/* something could be left out */
};

static void
try(struct shrink *s)
{
	if (s->differs(s->c)) {
		s->before = *s->c;
		s->any = true;
	} else {
		*s->c = s->before;
	}
}

#define REMOVE(array, count, i) \
	memmove(&(array)[i], &(array)[(i) + 1], \
	    (--(count) - (i)) * sizeof (array)[0])

static void
shrink_when(struct shrink *s, struct ref_rule *r)
{
	const struct ref_condition *when = r->when;
	size_t i;

	if (when == NULL || r->command)
		return;
	r->when = NULL;
	try(s);
	for (i = 0; i < when->count && r->when == when; i++) {
		r->when = when->children[i];
		try(s);
	}
}

static void
shrink_rule(struct shrink *s, struct ref_rule *r)
{
	size_t i;

	for (i = r->action_count; i-- > 0;) {
		REMOVE(r->actions, r->action_count, i);
		try(s);
	}
	for (i = 0; i < r->action_count; i++) {
		r->actions[i].value.count = 0;
		try(s);
	}
	r->text.count = 0;
	try(s);
	r->mode = REF_ENFORCE;
	try(s);
	r->until = r->at_given = false;
	try(s);
	shrink_when(s, r);
}

static void
shrink_message(struct shrink *s, struct ref_message *m)
{
	size_t i;

	for (i = m->recipient_count; i-- > 0 && m->recipient_count > 1;) {
		REMOVE(m->recipients, m->recipient_count, i);
		ref_find_same(m);
		try(s);
	}
	for (i = m->field_count; i-- > 0;) {
		REMOVE(m->fields, m->field_count, i);
		try(s);
	}
	m->unknown[0] = m->unknown[1] = NULL;
	try(s);
	m->param_count = 0;
	try(s);
	m->helo_count = 0;
	try(s);
	ref_set_body(m, "");
	try(s);
	m->reset = false;
	m->auth = m->queue_id = m->late = NULL;
	try(s);
}

void
ref_shrink(struct ref_case *c, bool (*differs)(const struct ref_case *c))
{
	static struct shrink s;		/* large; of the one thread */
	size_t i;

	s = (struct shrink){ .c = c, .differs = differs };
	s.before = *c;
	do {
		s.any = false;
		for (i = c->session.count; i-- > 0;) {
			REMOVE(c->session.messages, c->session.count, i);
			try(&s);
		}
		for (i = c->policy.count; i-- > 0;) {
			REMOVE(c->policy.rules, c->policy.count, i);
			try(&s);
		}
	} while (s.any);
	for (i = 0; i < c->policy.count; i++)
		shrink_rule(&s, &c->policy.rules[i]);
	for (i = 0; i < c->session.count; i++)
		shrink_message(&s, &c->session.messages[i]);
}
