/*
 * play_render.c - what a sink said to an event, as text.
 *
 * Every verdict is first held against the promises of verdict.h and edit.h, so
 * that each test of a sink is a test of them as well.
 */
#include "config.h"

#include <stdio.h>

#include "rules/base/number.h"
#include "rules/mail/address.h"
#include "tests/support/play_render.h"

#define HEADER_LINE_MAX 998	/* RFC 5322 2.1.1 */

static bool
is_refusal(const struct verdict *v)
{
	return v->kind == VERDICT_REJECT || v->kind == VERDICT_TEMPFAIL ||
	    v->kind == VERDICT_CLOSE;
}

static const char *
reply_breach(const struct verdict *v)
{
	unsigned class = v->kind == VERDICT_REJECT ? 5 : 4;
	struct span text = v->reply.text, line;
	size_t lines = 0, cost, i, end;

	if (v->reply.code / 100 != class || v->reply.status.len < 5 ||
	    v->reply.status.ptr[0] != (char)('0' + class))
		return "code, status and verdict disagree";
	if ((v->reply.code == 421) != (v->kind == VERDICT_CLOSE))
		return "421 belongs to CLOSE, and CLOSE to 421";
	for (; text.len > 0; text = span_skip(text, end + 1)) {
		end = span_find(text, '\n');
		line = span_head(text, end);
		cost = line.len;
		for (i = 0; i < line.len; i++) {
			if (line.ptr[i] < ' ' || line.ptr[i] > '~')
				return "a reply that is not printable";
			cost += line.ptr[i] == '%';
		}
		if (cost > REPLY_LINE_MAX || ++lines > REPLY_LINES_MAX)
			return "a reply that is too long";
	}
	return NULL;
}

static const char *
value_breach(const struct edit *e)
{
	struct span value = e->value;
	size_t i, column = 0;
	char c;

	for (i = 0; i < value.len; i++) {
		c = value.ptr[i];
		if (c == '\r' || c == '\0' || ((unsigned char)c > 127 &&
		    e->kind != EDIT_CHANGE_HEADER))
			return "a field with a byte that no field may have";
		column = c == '\n' ? 0 : column + 1;
		if (column > HEADER_LINE_MAX)
			return "a field with a line that is too long";
		if (c == '\n' && (i + 1 == value.len ||
		    (value.ptr[i + 1] != ' ' && value.ptr[i + 1] != '\t')))
			return "a field that ends before its value";
	}
	return value.ptr[value.len] != '\0' ? "a value without NUL" : NULL;
}

#define RANK_ORIGINAL 3		/* is about a field that came */

/* What stands before what in a list of edits. */
static const unsigned char edit_rank[] = {
	[EDIT_SET_SENDER] = 0,
	[EDIT_REMOVE_RECIPIENT] = 1,
	[EDIT_ADD_RECIPIENT] = 2,
	[EDIT_CHANGE_HEADER] = RANK_ORIGINAL,
	[EDIT_REMOVE_HEADER] = RANK_ORIGINAL,
	[EDIT_ADD_HEADER] = 4,
	[EDIT_INSERT_HEADER] = 4,
	[EDIT_REPLACE_BODY] = 5,
	[EDIT_QUARANTINE] = 6,
};

/* Is the I-th edit of a field of a name lower than those before it? */
static bool
is_descending(const struct edit *edits, size_t i)
{
	size_t k;

	for (k = 0; k < i; k++)
		if (edit_rank[edits[k].kind] == RANK_ORIGINAL &&
		    span_equal_nocase(edits[k].name, edits[i].name) &&
		    edits[k].index <= edits[i].index)
			return false;
	return edits[i].index > 0;
}

static const char *
address_breach(const struct edit *e)
{
	if (e->value.ptr == NULL || e->value.ptr[e->value.len] != '\0')
		return "an address without NUL";
	if (e->kind == EDIT_REMOVE_RECIPIENT ||
	    (e->kind == EDIT_SET_SENDER && span_is(e->value, "<>")))
		return NULL;
	return address_is_valid(e->value) ? NULL : "an address that is none";
}

static const char *
reason_breach(struct span reason)
{
	size_t i;

	if (reason.len == 0 || reason.ptr[reason.len] != '\0')
		return "a quarantine without a reason";
	for (i = 0; i < reason.len; i++)
		if (reason.ptr[i] < ' ' || reason.ptr[i] > '~')
			return "a reason that is not printable";
	return NULL;
}

static const char *
body_breach(const struct edit *edits, size_t i)
{
	struct span body = edits[i].value;
	size_t k;

	if (i > 0 && edits[i - 1].kind == EDIT_REPLACE_BODY)
		return "two bodies";
	if (body.ptr == NULL || body.ptr[body.len] != '\0')
		return "a body without NUL";
	for (k = 0; k < body.len; k++)
		if (body.ptr[k] == '\n' && (k == 0 || body.ptr[k - 1] != '\r'))
			return "a body with a line that ends in LF";
	return body.len == 0 || span_ends_with(body, span_of("\r\n")) ?
	    NULL : "a body whose last line has no end";
}

static const char *
field_breach(const struct edit *edits, size_t i)
{
	const struct edit *e = &edits[i];

	if (e->name.len == 0 || e->name.ptr[e->name.len] != '\0')
		return "a name without NUL";
	if (edit_rank[e->kind] == RANK_ORIGINAL && !is_descending(edits, i))
		return "edits of a name out of order";
	return e->kind == EDIT_REMOVE_HEADER ? NULL : value_breach(e);
}

static const char *
edit_breach(const struct edit *edits, size_t i)
{
	if (i > 0 && edit_rank[edits[i - 1].kind] > edit_rank[edits[i].kind])
		return "edits out of order";
	switch (edits[i].kind) {
	case EDIT_SET_SENDER:
	case EDIT_ADD_RECIPIENT:
	case EDIT_REMOVE_RECIPIENT:
		return address_breach(&edits[i]);
	case EDIT_REPLACE_BODY:
		return body_breach(edits, i);
	case EDIT_QUARANTINE:
		return reason_breach(edits[i].value);
	case EDIT_ADD_HEADER:
	case EDIT_INSERT_HEADER:
	case EDIT_CHANGE_HEADER:
	case EDIT_REMOVE_HEADER:
		break;
	}
	return field_breach(edits, i);
}

static const char *
edits_breach(const struct verdict *v)
{
	const char *why = NULL;
	size_t i;

	for (i = 0; i < v->edit_count && why == NULL; i++)
		why = edit_breach(v->edits, i);
	return why;
}

/* At which events each verdict may be given: bits are 1u << event_kind. */
#define AT(kind) (1u << EVENT_##kind)
#define AT_MESSAGE (AT(DATA) | AT(EOH) | AT(EOM))
#define AT_ALL (AT(CONNECT) | AT(HELO) | AT(MAIL) | AT(RCPT) | AT_MESSAGE | \
	AT(UNKNOWN))

static const unsigned places[] = {
	[VERDICT_CONTINUE] = ~0u,
	[VERDICT_ACCEPT] = AT(CONNECT) | AT(MAIL) | AT_MESSAGE,
	[VERDICT_REJECT] = AT_ALL,
	[VERDICT_TEMPFAIL] = AT_ALL,
	[VERDICT_DISCARD] = AT(MAIL) | AT_MESSAGE,
	[VERDICT_CLOSE] = AT_ALL,
};

/* What is wrong with A, or NULL. */
static const char *
breach(const struct answered *a)
{
	const struct verdict *v = &a->verdict;
	enum event_kind event = a->event->kind;
	bool edits = event == EVENT_EOM && (v->kind == VERDICT_ACCEPT ||
	    v->kind == VERDICT_CONTINUE);

	if (v->kind > VERDICT_CLOSE || (places[v->kind] & 1u << event) == 0)
		return "a verdict where there can be none";
	if (v->edit_count > 0 && !edits)
		return "edits where there can be none";
	if (a->result < 0 && v->error.text[0] == '\0')
		return "a failure without a reason";
	if (is_refusal(v) && reply_breach(v) != NULL)
		return reply_breach(v);
	return edits_breach(v);
}

void
play_render_bytes(struct buffer *out, struct span bytes)
{
	size_t i;

	for (i = 0; i < bytes.len; i++)
		if (bytes.ptr[i] < ' ' || bytes.ptr[i] > '~')
			buffer_addf(out, "\\%02x", (unsigned char)bytes.ptr[i]);
		else
			buffer_add_char(out, bytes.ptr[i]);
}

/* How each edit begins; see play.h. */
static const char *const edit_sign[] = {
	[EDIT_ADD_HEADER] = "+",
	[EDIT_INSERT_HEADER] = "^",
	[EDIT_CHANGE_HEADER] = "~",
	[EDIT_REMOVE_HEADER] = "-",
	[EDIT_SET_SENDER] = "<",
	[EDIT_ADD_RECIPIENT] = ">+",
	[EDIT_REMOVE_RECIPIENT] = ">-",
	[EDIT_REPLACE_BODY] = "body ",
	[EDIT_QUARANTINE] = "quarantine ",
};

static void
render_edits(struct buffer *out, const struct verdict *v)
{
	const struct edit *e;
	size_t i;

	for (i = 0; i < v->edit_count; i++) {
		e = &v->edits[i];
		buffer_addf(out, " %s", edit_sign[e->kind]);
		play_render_bytes(out, e->name);
		if (e->index > 0)
			buffer_addf(out, "/%u", e->index);
		if (e->kind == EDIT_REMOVE_HEADER)
			continue;
		if (e->name.len > 0)
			buffer_add_char(out, '=');
		play_render_bytes(out, e->value);
	}
}

static void
render_note(struct buffer *out, const struct decision *d, const char *frame)
{
	buffer_addf(out, " %c", frame[0]);
	play_render_bytes(out, d->rule);
	buffer_add_text(out, ": ");
	play_render_bytes(out, d->detail);
	buffer_add_char(out, frame[1]);
}

/* Who decided, and what the message had come to. */
static void
render_judgement(struct buffer *out, const struct decision *d)
{
	char score[NUMBER_TEXT_MAX];

	if (d->shadow == SHADOW_WOULD || d->shadow == SHADOW_POLICY)
		buffer_addf(out, " would-%s", verdict_name(d->kind));
	else if (d->shadow == SHADOW_UNDECIDED)
		buffer_add_text(out, " undecided");
	if (d->rule.len > 0) {
		buffer_add_text(out, " by ");
		play_render_bytes(out, d->rule);
	}
	if (d->scored) {
		number_format(d->score, score);
		buffer_addf(out, " score %s", score);
	}
}

static void
render_decisions(struct buffer *out, const struct verdict *v)
{
	size_t i;

	for (i = 0; i < v->decision_count; i++)
		switch (v->decisions[i].scope) {
		case DECISION_FAILURE:
			render_note(out, &v->decisions[i], "()");
			break;
		case DECISION_LOG:
			render_note(out, &v->decisions[i], "[]");
			break;
		case DECISION_CONNECTION:
		case DECISION_MESSAGE:
		case DECISION_RECIPIENT:
		case DECISION_COMMAND:
			render_judgement(out, &v->decisions[i]);
			break;
		}
}

void
play_render(struct buffer *out, const struct answered *a)
{
	const struct verdict *v = &a->verdict;
	const char *wrong = breach(a);

	if (v->kind == VERDICT_CONTINUE && v->edit_count == 0 &&
	    v->decision_count == 0 && a->result == 0 && wrong == NULL)
		return;
	if (out->len > 0)
		buffer_add_char(out, '|');
	buffer_add_text(out, a->name);
	if (a->event->kind == EVENT_RCPT) {
		buffer_add_char(out, ' ');
		play_render_bytes(out, span_head(a->event->envelope.path, 60));
	}
	if (wrong != NULL)
		buffer_addf(out, " BROKEN %s", wrong);
	if (a->result < 0)
		buffer_add_text(out, " failed");
	buffer_addf(out, " %s", verdict_name(v->kind));
	if (is_refusal(v)) {
		buffer_addf(out, " %u ", v->reply.code);
		play_render_bytes(out, v->reply.status);
		buffer_add_char(out, ' ');
		play_render_bytes(out, v->reply.text);
	}
	render_decisions(out, v);
	render_edits(out, v);
}
