/*
 * reference_play.c - what the engine makes of a case.
 *
 * This is the MTA's end: it says what its client said, does as it is told, and
 * writes down what it was told. A sink that breaks its contract is noted.
 */
#include "config.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>

#include "engine.h"
#include "tests/support/reference_mail.h"
#include "tests/support/reference_say.h"

/* A connection on its way through the engine. */
struct play {
	const struct ref_case *c;
	struct ref_outcome *o;
	struct policy *policy;
	struct engine *engine;
	bool lean;			/* send what is needed, no more */
	bool withheld;			/* nothing may be told to the MTA */
	const struct ref_message *m;
	struct ref_result *r;		/* of M */
	bool refused[REF_RECIPIENTS];
	bool answered;			/* M has its answer */
};

static void
note(struct play *p, bool broken, const char *what)
{
	if (broken)
		buffer_addf(&p->o->broken, "%s\n", what);
}

/* What the log is told of rules. */
static void
hear(struct play *p, const struct decision *d)
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
reveal(struct play *p, struct verdict *v)
{
	const struct decision *d;

	note(p, v->kind != VERDICT_CONTINUE || v->edit_count > 0,
	    "something is told in mode shadow");
	for (d = v->decisions; d < v->decisions + v->decision_count; d++) {
		if (d->scope == DECISION_LOG || d->scope == DECISION_FAILURE)
			continue;
		v->kind = d->kind;
		v->reply = d->reply;
	}
}

static struct verdict
feed(struct play *p, struct event ev)
{
	const struct policy_needs *needs = policy_needs(p->policy);
	struct verdict v = { .kind = VERDICT_CONTINUE };
	size_t i;

	if (p->lean && (needs->events & 1u << ev.kind) == 0 &&
	    ev.kind != EVENT_ABORT)
		return v;
	if (engine_feed(p->engine, &ev, &v) < 0)
		note(p, true, v.error.text);
	note(p, v.kind != VERDICT_CONTINUE &&
	    (needs->answers & 1u << ev.kind) == 0,
	    "an answer where none is announced");
	note(p, v.edit_count > 0 && !needs->edits, "edits that no rule has");
	note(p, v.edit_count > 0 && ev.kind != EVENT_EOM, "early edits");
	for (i = 0; i < v.decision_count; i++)
		hear(p, &v.decisions[i]);
	if (p->withheld)
		reveal(p, &v);
	return v;
}

/* How many of the one macro NAME, which has VALUE, come at PHASE. */
static size_t
macros_at(const struct play *p, enum phase phase, const struct macro *m)
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

static struct verdict
feed_with(struct play *p, struct event ev, enum phase phase,
    const char *name, const char *value)
{
	struct macro m = { span_of(name), span_of(value) };

	ev.macros = &m;
	ev.macro_count = macros_at(p, phase, &m);
	return feed(p, ev);
}

static void
copy_reply(const struct verdict *v, char out[REF_TEXT_MAX])
{
	snprintf(out, REF_TEXT_MAX, "%u %.*s %.*s", v->reply.code,
	    (int)v->reply.status.len, v->reply.status.ptr,
	    (int)v->reply.text.len, v->reply.text.ptr);
}

static bool
has_reply(enum verdict_kind k)
{
	return k == VERDICT_REJECT || k == VERDICT_TEMPFAIL ||
	    k == VERDICT_CLOSE;
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
	case EDIT_QUARANTINE:
		break;
	}
	return needs->quarantine;
}

static void
do_edits(struct play *p, const struct verdict *v)
{
	static struct ref_mail mail;	/* large; of the one thread */
	size_t i;

	ref_mail_init(&mail, p->m, p->refused);
	for (i = 0; i < v->edit_count; i++) {
		note(p, !is_announced(policy_needs(p->policy), &v->edits[i]),
		    "an edit that is not announced");
		note(p, !ref_mail_obey(&mail, &v->edits[i]),
		    "an edit that cannot be done");
	}
	ref_mail_tell(&mail, p->r);
}

/* Do as an MTA does with the answer V to a step of the message. */
static void
take_answer(struct play *p, enum event_kind kind, const struct verdict *v)
{
	struct ref_result *r = p->r;

	if (v->kind == VERDICT_CONTINUE && kind != EVENT_EOM)
		return;
	p->answered = true;
	r->where = kind;
	r->kind = v->kind == VERDICT_CONTINUE ? VERDICT_ACCEPT : v->kind;
	if (has_reply(r->kind))
		copy_reply(v, r->reply);
	if (r->kind == VERDICT_ACCEPT)
		do_edits(p, v);
	else
		note(p, v->edit_count > 0, "edits of what is not accepted");
}

/* An MTA that is told nothing sends everything. */
static bool
goes_on(const struct play *p)
{
	return !p->answered || (p->withheld && p->r->kind != VERDICT_CLOSE);
}

static void
step(struct play *p, struct verdict v, enum event_kind kind)
{
	if (!p->answered && !(p->withheld && v.kind == VERDICT_CONTINUE))
		take_answer(p, kind, &v);
}

static void
ask_fate(struct play *p, size_t i)
{
	struct span address = span_of(p->m->recipients[i].address);
	struct ref_fate *f = &p->r->fates[i];
	size_t rule, k;

	f->rule = engine_verdict_rule(p->engine, address, &rule) ? (int)rule :
	    -1;
	f->score = engine_score(p->engine, address);
	for (k = 0; k < REF_LABELS; k++)
		f->labels[k] = engine_has_label(p->engine, address,
		    span_of(ref_labels[k]));
}

static void
send_recipient(struct play *p, size_t i)
{
	const struct ref_recipient *r = &p->m->recipients[i];
	size_t first = p->m->recipients[i].first;
	char path[REF_ADDRESS_MAX + 2], again[REF_TEXT_MAX];
	struct ref_fate *f = &p->r->fates[first];
	struct span param = span_of(r->param);
	struct verdict v;

	snprintf(path, sizeof path, "<%s>", r->address);
	v = feed_with(p, event_rcpt(span_of(path), &param, r->param != NULL),
	    PHASE_RCPT, "rcpt_host", r->host);
	if (p->answered)
		return;
	if (v.kind == VERDICT_CLOSE) {
		take_answer(p, EVENT_RCPT, &v);
		return;
	}
	note(p, v.kind != VERDICT_CONTINUE && !has_reply(v.kind),
	    "RCPT cannot be told that");
	if (first != i) {
		again[0] = '\0';
		if (v.kind != VERDICT_CONTINUE)
			copy_reply(&v, again);
		note(p, strcmp(again, f->reply) != 0 && !p->withheld,
		    "another answer to the same recipient");
		return;
	}
	if (v.kind == VERDICT_CONTINUE)
		return;
	copy_reply(&v, f->reply);
	f->refused = p->refused[i] = true;
	ask_fate(p, i);
}

static void
send_fields(struct play *p)
{
	const struct ref_message *m = p->m;
	struct buffer scratch;
	size_t i;

	buffer_init(&scratch, REF_TEXT_MAX);
	for (i = 0; i < m->field_count && goes_on(p); i++)
		step(p, feed(p, event_header(span_of(m->fields[i].name),
		    span_of(m->fields[i].value), &scratch)), EVENT_HEADER);
	buffer_release(&scratch);
}

static void
send_content(struct play *p)
{
	const struct ref_message *m = p->m;
	struct span body = span_of(m->body);
	struct event end = event_plain(EVENT_EOM);
	struct macro last[] = { { span_of("i"), span_of(m->queue_id) },
		{ span_of("late"), span_of(m->late) } };

	step(p, feed_with(p, event_plain(EVENT_DATA), PHASE_DATA, "i",
	    m->queue_id), EVENT_DATA);
	send_fields(p);
	if (goes_on(p))
		step(p, feed(p, event_plain(EVENT_EOH)), EVENT_EOH);
	if (goes_on(p) && body.len > 0) {
		step(p, feed(p, event_body(span_head(body, m->body_split))),
		    EVENT_BODY);
		step(p, feed(p, event_body(span_skip(body, m->body_split))),
		    EVENT_BODY);
	}
	if (!goes_on(p))
		return;
	end.macros = macros_at(p, PHASE_EOM, &last[0]) > 0 ? last : last + 1;
	end.macro_count = macros_at(p, PHASE_EOM, &last[0]) +
	    macros_at(p, PHASE_EOM, &last[1]);
	step(p, feed(p, end), EVENT_EOM);
}

static void
send_message(struct play *p)
{
	const struct ref_message *m = p->m;
	struct span params[2] = { span_of(m->params[0]),
		span_of(m->params[1]) };
	char path[REF_ADDRESS_MAX + 2];
	struct event mail;
	size_t i, left = 0;

	snprintf(path, sizeof path,
	    m->sender_local != NULL ? "<%s>" : "%s", m->sender);
	mail = event_mail(span_of(path), params, m->param_count);
	mail.time = m->time;
	step(p, feed_with(p, mail, PHASE_MAIL, "auth_authen", m->auth),
	    EVENT_MAIL);
	for (i = 0; i < m->recipient_count && goes_on(p); i++)
		send_recipient(p, i);
	for (i = 0; i < m->recipient_count; i++)
		left += !ref_is_again(m, i) && !p->refused[i];
	if (goes_on(p) && !m->reset && (left > 0 || p->withheld))
		send_content(p);
	p->r->judged_all = p->r->where == EVENT_EOM;
	for (i = 0; i < m->recipient_count && p->r->judged_all; i++)
		if (!ref_is_again(m, i) && !p->refused[i])
			ask_fate(p, i);
	if (p->r->kind != VERDICT_CLOSE)
		feed(p, event_plain(EVENT_ABORT));
}

/* Was the connection ended by V, an answer to its start or to HELO? */
static bool
is_ended(struct play *p, enum event_kind where, const struct verdict *v)
{
	if (!has_reply(v->kind))
		return false;
	p->o->where = where;
	p->o->kind = v->kind;
	copy_reply(v, p->o->reply);
	return true;
}

static struct verdict
begin(struct play *p)
{
	const struct ref_session *s = &p->c->session;
	struct sockaddr_in in = { .sin_family = AF_INET,
		.sin_port = htons(s->port) };

	inet_pton(AF_INET, s->ip, &in.sin_addr);
	return feed_with(p, event_connect(span_of(s->name),
	    (struct sockaddr *)&in), PHASE_CONNECT, "daemon_name", s->daemon);
}

static void
begin_message(struct play *p, size_t i)
{
	size_t k;

	p->m = &p->c->session.messages[i];
	p->r = &p->o->results[i];
	memset(p->r, 0, sizeof *p->r);
	p->r->came = true;
	p->r->where = EVENT_ABORT;
	for (k = 0; k < REF_RECIPIENTS; k++)
		p->r->fates[k].rule = -1;
	memset(p->refused, 0, sizeof p->refused);
	p->answered = false;
}

static void
run_session(struct play *p)
{
	const struct ref_session *s = &p->c->session;
	struct verdict v = begin(p), all = { .kind = VERDICT_ACCEPT };
	bool accepted = v.kind == VERDICT_ACCEPT;
	size_t i, h, helos = 0;

	if (is_ended(p, EVENT_CONNECT, &v))
		return;
	for (i = 0; i < s->count; i++) {
		for (h = 0; h < s->messages[i].helo_count && !accepted; h++) {
			p->o->helo = ++helos;
			v = feed(p, event_helo(span_of(
			    s->messages[i].helos[h])));
			if (is_ended(p, EVENT_HELO, &v))
				return;
		}
		begin_message(p, i);
		if (accepted && !s->messages[i].reset)
			take_answer(p, EVENT_CONNECT, &all);
		else if (!accepted)
			send_message(p);
		if (p->r->kind == VERDICT_CLOSE)
			return;
	}
}

bool
ref_play(const struct ref_case *c, bool lean, struct ref_outcome *o)
{
	struct error_list errors = { .count = 0 };
	struct play p = { .c = c, .o = o, .lean = lean };
	struct buffer text;
	size_t i;

	buffer_init(&text, 1u << 20);
	ref_write(&c->policy, &text);
	o->where = EVENT_CLOSE;
	for (i = 0; i < REF_MESSAGES; i++)
		o->results[i].came = false;
	buffer_clear(&o->broken);
	p.policy = policy_load_text("reference.yaml", buffer_span(&text),
	    &errors);
	buffer_release(&text);
	if (p.policy == NULL)
		note(&p, true, errors.at[0].text);
	error_list_release(&errors);
	if (p.policy == NULL)
		return false;
	p.withheld = policy_settings(p.policy)->shadow;
	p.engine = engine_new(p.policy);
	if (p.engine != NULL)
		run_session(&p);
	engine_free(p.engine);
	policy_unref(p.policy);
	return true;
}
