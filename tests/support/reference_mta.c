/*
 * reference_mta.c - an MTA that does as it is told and writes that down.
 *
 * A sink that breaks its contract is noted.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>

#include "tests/support/reference_end.h"
#include "tests/support/reference_mail.h"
#include "tests/support/reference_mta.h"
#include "tests/support/reference_say.h"

void
ref_note(struct ref_play *p, bool broken, const char *what)
{
	if (broken)
		buffer_addf(&p->o->broken, "%s\n", what);
}

/* What the log is told of rules. */
static void
hear(struct ref_play *p, const struct decision *d)
{
	char text[REF_TEXT_MAX];
	int number = -1;

	if (p->r == NULL || d->scope == DECISION_FAILURE ||
	    (d->scope != DECISION_LOG && (d->shadow == SHADOW_NONE ||
	    p->withheld)))
		return;
	if (d->rule.len > 1)
		number = atoi(d->rule.ptr + 1);
	snprintf(text, sizeof text, "%.*s", (int)d->detail.len, d->detail.ptr);
	if (d->scope == DECISION_LOG)
		ref_say_line(p->r->said, number, "says", text);
	else if (d->shadow == SHADOW_UNDECIDED)
		ref_say_line(p->r->said, number, "is", "undecided");
	else
		ref_say_line(p->r->said, number, "would",
		    d->kind == VERDICT_CONTINUE ? "edit" :
		    verdict_name(d->kind));
}

/* In `mode: shadow` only the log knows what was decided. */
static void
reveal(struct ref_play *p, struct verdict *v)
{
	const struct decision *d;

	ref_note(p, v->kind != VERDICT_CONTINUE || v->edit_count > 0,
	    "something is told in mode shadow");
	for (d = v->decisions; d < v->decisions + v->decision_count; d++) {
		if (d->scope == DECISION_LOG || d->scope == DECISION_FAILURE)
			continue;
		v->kind = d->kind;
		v->reply = d->reply;
	}
}

struct verdict
ref_feed(struct ref_play *p, struct event ev)
{
	const struct policy_needs *needs = policy_needs(p->policy);
	struct verdict v = { .kind = VERDICT_CONTINUE };
	size_t i;

	if (p->lean && (needs->events & 1u << ev.kind) == 0 &&
	    ev.kind != EVENT_ABORT)
		return v;
	if (engine_feed(p->engine, &ev, &v) < 0)
		ref_note(p, true, v.error.text);
	ref_note(p, v.kind != VERDICT_CONTINUE &&
	    (needs->answers & 1u << ev.kind) == 0,
	    "an answer where none is announced");
	ref_note(p, v.edit_count > 0 && !needs->edits,
	    "edits that no rule has");
	ref_note(p, v.edit_count > 0 && ev.kind != EVENT_EOM, "early edits");
	for (i = 0; i < v.decision_count; i++)
		hear(p, &v.decisions[i]);
	if (p->withheld)
		reveal(p, &v);
	return v;
}

/* How many of the one macro NAME, which has VALUE, come at PHASE. */
size_t
ref_macros_at(const struct ref_play *p, enum phase phase, const struct macro *m)
{
	const char *const *names;
	size_t count, i;

	if (m->value.len == 0 || !p->lean)
		return m->value.len > 0;
	names = policy_macros(p->policy, phase, &count);
	for (i = 0; i < count; i++)
		if (span_is(m->name, names[i]))
			return 1;
	return 0;
}

struct verdict
ref_feed_with(struct ref_play *p, struct event ev, enum phase phase,
    const char *name, const char *value)
{
	struct macro m = { span_of(name), span_of(value) };

	ev.macros = &m;
	ev.macro_count = ref_macros_at(p, phase, &m);
	return ref_feed(p, ev);
}

void
ref_copy_reply(const struct verdict *v, char out[REF_TEXT_MAX])
{
	snprintf(out, REF_TEXT_MAX, "%u %.*s %.*s", v->reply.code,
	    (int)v->reply.status.len, v->reply.status.ptr,
	    (int)v->reply.text.len, v->reply.text.ptr);
}

/* May a policy with NEEDS give E? */
static bool
is_announced(const struct policy_needs *needs, const struct edit *e)
{
	switch (e->kind) {
	case EDIT_ADD_HEADER:
	case EDIT_INSERT_HEADER:
	case EDIT_CHANGE_HEADER:
	case EDIT_REMOVE_HEADER:
		return needs->header_edits;
	case EDIT_SET_SENDER:
		return needs->sender_edits;
	case EDIT_ADD_RECIPIENT:
	case EDIT_REMOVE_RECIPIENT:
		return needs->recipient_edits;
	case EDIT_REPLACE_BODY:
		return needs->body_edits;
	case EDIT_QUARANTINE:
		break;
	}
	return needs->quarantine;
}

static void
do_edits(struct ref_play *p, const struct verdict *v)
{
	static struct ref_mail mail;	/* large; of the one thread */
	size_t i;

	ref_mail_init(&mail, p->m, p->refused, true);
	for (i = 0; i < v->edit_count; i++) {
		ref_note(p, !is_announced(policy_needs(p->policy),
		    &v->edits[i]), "an edit that is not announced");
		ref_note(p, !ref_mail_obey(&mail, &v->edits[i]),
		    "an edit that cannot be done");
	}
	ref_mail_tell(&mail, p->r);
}

/* Do as an MTA does with the answer V to a step of the message. */
void
ref_take_answer(struct ref_play *p, enum event_kind kind,
    const struct verdict *v)
{
	struct ref_result *r = p->r;

	if (v->kind == VERDICT_CONTINUE && kind != EVENT_EOM)
		return;
	p->answered = true;
	r->where = kind;
	r->kind = v->kind == VERDICT_CONTINUE ? VERDICT_ACCEPT : v->kind;
	if (ref_refuses(r->kind))
		ref_copy_reply(v, r->reply);
	if (r->kind == VERDICT_ACCEPT)
		do_edits(p, v);
	else
		ref_note(p, v->edit_count > 0, "edits of what is not accepted");
}
