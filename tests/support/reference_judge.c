/*
 * reference_judge.c - what becomes of a connection by the meaning of its rules.
 *
 * Which recipients are refused follows from what is known at RCPT. Given that,
 * everything else does from a reading with everything known; when a refusal is
 * told, from the first phase at which it is certain.
 */
#include "config.h"

#include "tests/support/reference_say.h"

/*
 * Rules that answer at once and do not wait for those above; but where one of
 * these is known to hold, the reading ends there as always.
 */
static bool
answer_early(const struct ref_view *v, enum event_kind where,
    struct ref_outcome *o)
{
	const struct ref_policy *p = &v->c->policy;
	struct ref_end e = { .answer = 'y' };

	for (e.rule = 0; e.rule < p->count; e.rule++) {
		if (p->rules[e.rule].verdict == VERDICT_CONTINUE ||
		    ref_ask_rule(v, e.rule) != 'y')
			continue;
		if (!p->rules[e.rule].early || !ref_is_due(v, e.rule))
			return false;
		o->where = where;
		o->kind = p->rules[e.rule].verdict;
		ref_write_reply(v, e, o->reply);
		return true;
	}
	return false;
}

static void
set_answer(const struct ref_view *v, enum event_kind where, struct ref_end e,
    struct ref_result *r)
{
	r->where = where;
	r->kind = e.kind;
	if (ref_refuses(e.kind))
		ref_write_reply(v, e, r->reply);
}

static void
set_fate(const struct ref_view *v, const struct ref_end *e, struct ref_fate *f)
{
	size_t i, reached = e->rule + 1;

	f->rule = e->rule < v->c->policy.count ? (int)e->rule : -1;
	f->score = ref_score(v, f->rule < 0 ? e->rule : reached);
	for (i = 0; i < REF_LABELS; i++)
		f->labels[i] = ref_labelled(v, f->rule < 0 ? e->rule : reached,
		    ref_labels[i]);
}

/* Refuse those for whom it is certain at RCPT; true when one closes for all. */
static bool
refuse_recipients(struct ref_view *v, bool *refused, struct ref_heard *heard,
    struct ref_result *r)
{
	struct ref_fate *f;
	struct ref_end e;
	size_t i;

	v->phase = PHASE_RCPT;
	for (i = 0; i < v->m->recipient_count; i++) {
		if (ref_is_again(v->m, i))
			continue;
		v->recipient = (int)i;
		e = ref_read_to_end(v);
		if (!ref_refuses(e.kind) || !e.due)
			continue;
		ref_say(v, &e, heard, r->said);
		if (e.kind == VERDICT_CLOSE) {
			set_answer(v, EVENT_RCPT, e, r);
			return true;
		}
		f = &r->fates[i];
		f->refused = refused[i] = true;
		f->rule = (int)e.rule;
		ref_write_reply(v, e, f->reply);
	}
	return false;
}

/* What all that are left come to at this phase. */
struct survey {
	struct ref_end first;	/* the topmost rule that refuses any */
	int recipient;		/* the first that it does */
	size_t open;		/* the topmost rule that is not known */
	bool accepted;		/* somebody is */
};

static struct survey
survey(struct ref_view *v, struct ref_result *r)
{
	struct survey s = { .first.rule = SIZE_MAX, .open = SIZE_MAX };
	struct ref_end e;
	size_t i;

	for (i = 0; i < v->m->recipient_count; i++) {
		if (ref_is_again(v->m, i) || v->refused[i])
			continue;
		v->recipient = (int)i;
		e = ref_read_to_end(v);
		if (v->phase == PHASE_EOM)
			set_fate(v, &e, &r->fates[i]);
		s.accepted |= e.kind == VERDICT_ACCEPT;
		if (e.kind == VERDICT_CONTINUE && e.rule < s.open)
			s.open = e.rule;
		if (!ref_refuses(e.kind) || e.rule >= s.first.rule)
			continue;
		s.first = e;
		s.recipient = (int)i;
	}
	return s;
}

/* The message has its answer: what the rules say to all that are left. */
static void
say_all(struct ref_view *v, struct ref_heard *heard, struct ref_result *r)
{
	struct ref_end e;
	size_t i;

	for (i = 0; i < v->m->recipient_count; i++) {
		if (ref_is_again(v->m, i) || v->refused[i])
			continue;
		v->recipient = (int)i;
		e = ref_read_to_end(v);
		ref_say(v, &e, heard, r->said);
	}
}

/* From DATA on: one answer for all that are left. */
static bool
answer_message(struct ref_view *v, enum event_kind where, struct ref_result *r)
{
	struct survey s = survey(v, r);
	struct ref_end e = { .answer = 'f', .kind = v->c->policy.on_error };

	if (s.first.rule != SIZE_MAX) {
		v->recipient = s.recipient;
		if (s.first.rule >= s.open || !s.first.due)
			return false;
		set_answer(v, where, s.first, r);
		return true;
	}
	if (where != EVENT_EOM)
		return false;
	r->where = where;
	r->kind = s.accepted ? VERDICT_ACCEPT : VERDICT_DISCARD;
	if (s.accepted && ref_quarantine_fails(v))
		set_answer(v, where, e, r);
	if (r->kind == VERDICT_ACCEPT)
		ref_edit_message(v, r);
	return true;
}

static void
judge_content(struct ref_view *v, struct ref_heard *heard,
    struct ref_result *r)
{
	v->phase = PHASE_DATA;
	if (!answer_message(v, EVENT_DATA, r)) {
		v->phase = PHASE_EOH;
		r->judged_all = !answer_message(v, EVENT_EOH, r);
	}
	if (r->judged_all) {
		v->phase = PHASE_EOM;
		(void)answer_message(v, EVENT_EOM, r);
	}
	say_all(v, heard, r);
}

/* A command that the MTA does not know; true when it closes the connection. */
static bool
judge_command(const struct ref_view *v, int which, struct ref_result *r)
{
	struct ref_view at = *v;
	struct ref_end e;

	at.command = v->m->unknown[which];
	at.recipient = -1;
	if (at.command == NULL)
		return false;
	e = ref_read_to_end(&at);
	if (!ref_refuses(e.kind))
		return false;
	ref_write_reply(&at, e, r->unknown[which]);
	r->kind = e.kind == VERDICT_CLOSE ? e.kind : r->kind;
	return e.kind == VERDICT_CLOSE;
}

static void
judge_message(struct ref_view *v, struct ref_result *r)
{
	bool refused[REF_RECIPIENTS] = { false };
	struct ref_heard heard = { .logs = { false } };
	struct ref_end e;
	size_t i, left = 0;

	memset(r, 0, sizeof *r);
	r->came = true;
	r->where = EVENT_ABORT;
	for (i = 0; i < REF_RECIPIENTS; i++)
		r->fates[i].rule = -1;
	v->recipient = -1;
	v->refused = refused;
	if (judge_command(v, 0, r))
		return;
	v->phase = PHASE_MAIL;
	e = ref_read_to_end(v);
	if (ref_refuses(e.kind) && e.due) {
		ref_say(v, &e, &heard, r->said);
		set_answer(v, EVENT_MAIL, e, r);
		return;
	}
	if (refuse_recipients(v, refused, &heard, r) ||
	    judge_command(v, 1, r) || v->m->reset)
		return;
	for (i = 0; i < v->m->recipient_count; i++)
		left += !ref_is_again(v->m, i) && !refused[i];
	if (left > 0)
		judge_content(v, &heard, r);
}

void
ref_judge(const struct ref_case *c, struct ref_outcome *o)
{
	struct ref_view v = { .c = c, .phase = PHASE_CONNECT, .recipient = -1 };
	const struct ref_session *s = &c->session;
	size_t i, h, helos = 0;

	o->where = EVENT_CLOSE;
	for (i = 0; i < REF_MESSAGES; i++)
		o->results[i].came = false;
	if (answer_early(&v, EVENT_CONNECT, o))
		return;
	for (i = 0; i < s->count; i++) {
		for (h = 0; h < s->messages[i].helo_count; h++) {
			v = (struct ref_view){ .c = c, .phase = PHASE_HELO,
				.recipient = -1,
				.helo = s->messages[i].helos[h] };
			o->helo = ++helos;
			if (answer_early(&v, EVENT_HELO, o))
				return;
		}
		v.m = &s->messages[i];
		/* At MAIL it is known that no HELO was said. */
		v.phase = i > 0 || helos > 0 ? PHASE_HELO : PHASE_CONNECT;
		judge_message(&v, &o->results[i]);
		if (o->results[i].kind == VERDICT_CLOSE)
			return;
	}
}
