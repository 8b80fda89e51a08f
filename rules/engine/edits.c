/*
 * edits.c - from the actions of the rules that hold to operations on a message.
 *
 * The actions are done, in order, on a model of the message: its sender, its
 * recipients, its header, its body. From what the models have become follow the
 * operations, so that an MTA never hears of what was undone again.
 *
 * Failure: what one action cannot do is logged, and the others are done.
 */
#include "config.h"

#include "rules/engine/edit_body.h"
#include "rules/engine/edit_recipients.h"
#include "rules/engine/edits.h"
#include "rules/engine/reading.h"

#define QUARANTINE_REASON_MAX 250	/* bytes; MTAs log it in one line */

struct model {
	struct engine *engine;
	struct span sender;		/* ptr NULL: it stays */
	struct span quarantine;		/* the reason; ptr NULL: none */
	struct recipient_model recipients;
	struct header_model header;
	struct body_model body;
};

static void
model_init(struct model *m, struct engine *e)
{
	*m = (struct model){ .engine = e };
	recipient_model_init(&m->recipients, e);
	header_model_init(&m->header, e);
	body_model_init(&m->body, e, &m->header);
}

static void
set_sender(struct model *m, const struct deed *d)
{
	struct span text = deed_text(d);

	/* RFC 5321 4.5.5: the null reverse-path. */
	if (span_is(text, "<>") || deed_address(d, text, &text))
		m->sender = text;
}

/* TEXT in one line of printable ASCII, as whatever shows it may need it. */
static struct span
one_line(const struct deed *d, struct span text)
{
	struct buffer *out = &d->engine->encoded;
	size_t i;
	char c;

	buffer_clear(out);
	for (i = 0; i < text.len && i < QUARANTINE_REASON_MAX; i++) {
		c = text.ptr[i];
		if (c < ' ' || c > '~')
			c = c == '\n' || c == '\t' ? ' ' : '?';
		buffer_add_char(out, c);
	}
	if (i < text.len)
		deed_log(d, "its reason was too long and was cut");
	return arena_copy(&d->engine->message, span_trim(buffer_span(out)));
}

/* The first reason is the one that counts. */
static void
quarantine(struct model *m, const struct deed *d)
{
	if (m->quarantine.ptr != NULL)
		return;
	m->quarantine = one_line(d, deed_text(d));
	/* An MTA holds nothing without a reason. */
	if (m->quarantine.len == 0)
		m->quarantine = one_line(d, d->rule->name);
}

static void
model_do(struct model *m, const struct deed *d)
{
	switch (d->action->kind) {
	case ACTION_ADD_HEADER:
		header_add(&m->header, d);
		break;
	case ACTION_SET_HEADER:
		header_set(&m->header, d);
		break;
	case ACTION_REMOVE_HEADER:
		header_remove(&m->header, d);
		break;
	case ACTION_REWRITE_HEADER:
		header_rewrite(&m->header, d);
		break;
	case ACTION_SET_SENDER:
		set_sender(m, d);
		break;
	case ACTION_ADD_RECIPIENT:
		recipient_add(&m->recipients, d);
		break;
	case ACTION_REMOVE_RECIPIENT:
		recipient_remove(&m->recipients, d);
		break;
	case ACTION_REWRITE_RECIPIENT:
		recipient_rewrite(&m->recipients, d);
		break;
	case ACTION_REPLACE_BODY:
		body_replace(&m->body, d);
		break;
	case ACTION_REWRITE_BODY:
		body_rewrite(&m->body, d);
		break;
	case ACTION_APPEND_BODY:
		body_append(&m->body, d);
		break;
	case ACTION_QUARANTINE:
		quarantine(m, d);
		break;
	}
}

/* Do all that RULE does, for R. */
static void
model_do_rule(struct model *m, const struct rule *rule,
    const struct recipient *r)
{
	struct deed d = { .engine = m->engine, .rule = rule, .recipient = r };
	size_t i;

	for (i = 0; i < rule->action_count; i++) {
		d.action = &rule->actions[i];
		model_do(m, &d);
	}
}

/* Put what the model has become into V; -1: memory is used up. */
static int
model_operations(struct model *m, struct verdict *v)
{
	struct engine *e = m->engine;
	struct span body;
	bool new_body = body_operation(&m->body, &body);
	size_t most = 3 + recipient_operations_max(&m->recipients) +
	    header_operations_max(&m->header), n = 0;
	struct edit *edits = arena_calloc(&e->message, most, sizeof *edits);

	if (edits == NULL)
		return -1;
	if (m->sender.ptr != NULL && !span_equal_nocase(m->sender, e->sender))
		edits[n++] = (struct edit){ .kind = EDIT_SET_SENDER,
			.value = m->sender };
	n += recipient_operations(&m->recipients, edits + n);
	n += header_operations(&m->header, edits + n);
	if (new_body)
		edits[n++] = (struct edit){ .kind = EDIT_REPLACE_BODY,
			.value = body };
	if (m->quarantine.ptr != NULL)
		edits[n++] = (struct edit){ .kind = EDIT_QUARANTINE,
			.value = m->quarantine };
	if (session_is_exhausted(e))
		return -1;
	v->edits = edits;
	v->edit_count = n;
	return 0;
}

static int
model_end(struct model *m, struct verdict *v)
{
	int result = model_operations(m, v);

	body_model_release(&m->body);
	return result;
}

/* Remove those for whom the message is discarded. */
static void
discard(struct model *m)
{
	struct engine *e = m->engine;
	const struct recipient *r;
	struct outcome o;

	for (r = e->recipients; r != NULL; r = r->next) {
		if (r->refused)
			continue;
		o = reading_outcome(e, r->reading);
		if (outcome_verdict(e, &o) == VERDICT_DISCARD)
			recipient_discard(&m->recipients, r);
	}
}

int
edits_resolve(struct engine *e, struct verdict *v)
{
	const struct rule_list *list = &e->policy->views[VIEW_ENFORCED].editing;
	const struct recipient *r;
	struct model m;
	size_t i;

	if (list->count == 0 && !e->policy->discards)
		return 0;
	model_init(&m, e);
	if (e->policy->discards)
		discard(&m);
	for (i = 0; i < list->count; i++)
		if (reading_applies(e, list->at[i], &r))
			model_do_rule(&m, list->at[i], r);
	return model_end(&m, v);
}

int
edits_of_rule(struct engine *e, const struct rule *rule,
    const struct recipient *r, struct verdict *v)
{
	struct model m;

	model_init(&m, e);
	model_do_rule(&m, rule, r);
	return model_end(&m, v);
}
