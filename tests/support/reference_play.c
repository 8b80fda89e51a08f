/*
 * reference_play.c - what the engine makes of a case, step by step.
 */
#include "config.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>

#include "tests/support/reference_end.h"
#include "tests/support/reference_mta.h"

/* An MTA that is told nothing sends everything. */
static bool
goes_on(const struct ref_play *p)
{
	return !p->answered || (p->withheld && p->r->kind != VERDICT_CLOSE);
}

static void
step(struct ref_play *p, struct verdict v, enum event_kind kind)
{
	if (!p->answered && !(p->withheld && v.kind == VERDICT_CONTINUE))
		ref_take_answer(p, kind, &v);
}

static void
ask_fate(struct ref_play *p, size_t i)
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
send_recipient(struct ref_play *p, size_t i)
{
	const struct ref_recipient *r = &p->m->recipients[i];
	size_t first = p->m->recipients[i].first;
	char path[REF_ADDRESS_MAX + 2], again[REF_TEXT_MAX];
	struct ref_fate *f = &p->r->fates[first];
	struct span param = span_of(r->param);
	struct verdict v;

	snprintf(path, sizeof path, "<%s>", r->address);
	v = ref_feed_with(p, event_rcpt(span_of(path), &param,
	    r->param != NULL), PHASE_RCPT, "rcpt_host", r->host);
	if (p->answered)
		return;
	if (v.kind == VERDICT_CLOSE) {
		ref_take_answer(p, EVENT_RCPT, &v);
		return;
	}
	ref_note(p, v.kind != VERDICT_CONTINUE && !ref_refuses(v.kind),
	    "RCPT cannot be told that");
	if (first != i) {
		again[0] = '\0';
		if (v.kind != VERDICT_CONTINUE)
			ref_copy_reply(&v, again);
		ref_note(p, strcmp(again, f->reply) != 0 && !p->withheld,
		    "another answer to the same recipient");
		return;
	}
	if (v.kind == VERDICT_CONTINUE)
		return;
	ref_copy_reply(&v, f->reply);
	f->refused = p->refused[i] = true;
	ask_fate(p, i);
}

static void
send_fields(struct ref_play *p)
{
	const struct ref_message *m = p->m;
	struct buffer scratch;
	size_t i;

	buffer_init(&scratch, REF_TEXT_MAX);
	for (i = 0; i < m->field_count && goes_on(p); i++)
		step(p, ref_feed(p, event_header(span_of(m->fields[i].name),
		    span_of(m->fields[i].value), &scratch)), EVENT_HEADER);
	buffer_release(&scratch);
}

/* A piece of the body. A lean MTA leaves it out when it has been enough. */
static void
send_body(struct ref_play *p, struct span bytes)
{
	struct verdict v;

	if (!goes_on(p) || p->m->body[0] == '\0')
		return;
	if (p->enough && p->lean) {
		p->r->spared += bytes.len;
		return;
	}
	v = ref_feed(p, event_body(bytes));
	ref_note(p, p->enough && !v.enough, "enough is not enough");
	p->enough = v.enough;
	step(p, v, EVENT_BODY);
}

static void
send_content(struct ref_play *p)
{
	const struct ref_message *m = p->m;
	struct span body = span_of(m->body);
	struct event end = event_plain(EVENT_EOM);
	struct macro last[] = { { span_of("i"), span_of(m->queue_id) },
		{ span_of("late"), span_of(m->late) } };

	p->enough = false;
	step(p, ref_feed_with(p, event_plain(EVENT_DATA), PHASE_DATA, "i",
	    m->queue_id), EVENT_DATA);
	send_fields(p);
	if (goes_on(p))
		step(p, ref_feed(p, event_plain(EVENT_EOH)), EVENT_EOH);
	send_body(p, span_head(body, m->body_split));
	send_body(p, span_skip(body, m->body_split));
	if (!goes_on(p))
		return;
	end.macros = ref_macros_at(p, PHASE_EOM, &last[0]) > 0 ? last :
	    last + 1;
	end.macro_count = ref_macros_at(p, PHASE_EOM, &last[0]) +
	    ref_macros_at(p, PHASE_EOM, &last[1]);
	step(p, ref_feed(p, end), EVENT_EOM);
}

/* A command that the MTA does not know, if there is one. */
static void
send_unknown(struct ref_play *p, int which)
{
	const char *command = p->m->unknown[which];
	struct verdict v;

	if (command == NULL || p->answered)
		return;
	v = ref_feed(p, event_unknown(span_of(command)));
	if (ref_refuses(v.kind))
		ref_copy_reply(&v, p->r->unknown[which]);
	if (v.kind == VERDICT_CLOSE) {
		p->answered = true;
		p->r->kind = v.kind;
	}
}

static void
send_message(struct ref_play *p)
{
	const struct ref_message *m = p->m;
	struct span params[2] = { span_of(m->params[0]),
		span_of(m->params[1]) };
	char path[REF_ADDRESS_MAX + 2];
	struct event mail;
	size_t i, left = 0;

	snprintf(path, sizeof path,
	    m->sender_local != NULL ? "<%s>" : "%s", m->sender);
	send_unknown(p, 0);
	if (!goes_on(p))
		return;
	mail = event_mail(span_of(path), params, m->param_count);
	mail.time = m->time;
	step(p, ref_feed_with(p, mail, PHASE_MAIL, "auth_authen", m->auth),
	    EVENT_MAIL);
	for (i = 0; i < m->recipient_count && goes_on(p); i++)
		send_recipient(p, i);
	send_unknown(p, 1);
	for (i = 0; i < m->recipient_count; i++)
		left += !ref_is_again(m, i) && !p->refused[i];
	if (goes_on(p) && !m->reset && (left > 0 || p->withheld))
		send_content(p);
	p->r->judged_all = p->r->where == EVENT_EOM;
	for (i = 0; i < m->recipient_count && p->r->judged_all; i++)
		if (!ref_is_again(m, i) && !p->refused[i])
			ask_fate(p, i);
	if (p->r->kind != VERDICT_CLOSE)
		ref_feed(p, event_plain(EVENT_ABORT));
}

/* Was the connection ended by V, an answer to its start or to HELO? */
static bool
is_ended(struct ref_play *p, enum event_kind where, const struct verdict *v)
{
	if (!ref_refuses(v->kind))
		return false;
	p->o->where = where;
	p->o->kind = v->kind;
	ref_copy_reply(v, p->o->reply);
	return true;
}

static struct verdict
begin(struct ref_play *p)
{
	const struct ref_session *s = &p->c->session;
	struct sockaddr_in in = { .sin_family = AF_INET,
		.sin_port = htons(s->port) };

	inet_pton(AF_INET, s->ip, &in.sin_addr);
	return ref_feed_with(p, event_connect(span_of(s->name),
	    (struct sockaddr *)&in), PHASE_CONNECT, "daemon_name", s->daemon);
}

static void
begin_message(struct ref_play *p, size_t i)
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
run_session(struct ref_play *p)
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
			v = ref_feed(p, event_helo(span_of(
			    s->messages[i].helos[h])));
			if (is_ended(p, EVENT_HELO, &v))
				return;
		}
		begin_message(p, i);
		if (accepted && !s->messages[i].reset)
			ref_take_answer(p, EVENT_CONNECT, &all);
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
	struct ref_play p = { .c = c, .o = o, .lean = lean };
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
		ref_note(&p, true, errors.at[0].text);
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
