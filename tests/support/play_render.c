/*
 * play_render.c - what a sink said to an event, as text.
 *
 * Every verdict is first held against the promises of verdict.h and edit.h, so
 * that each test of a sink is a test of them as well.
 */
#include "config.h"

#include <stdio.h>

#include "tests/support/play_render.h"

#define HEADER_LINE_MAX 998	/* RFC 5322 2.1.1 */

static bool
is_refusal(const struct verdict *v)
{
	return v->kind == VERDICT_REJECT || v->kind == VERDICT_TEMPFAIL;
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
value_breach(struct span value)
{
	size_t i, column = 0;
	char c;

	for (i = 0; i < value.len; i++) {
		c = value.ptr[i];
		if (c == '\r' || c == '\0' || (unsigned char)c > 127)
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

/* Does a removal stand where those before it allow? */
static bool
is_in_order(const struct edit *edits, size_t i)
{
	size_t k;

	for (k = 0; k < i; k++)
		if (edits[k].kind != EDIT_REMOVE_HEADER ||
		    (span_equal_nocase(edits[k].name, edits[i].name) &&
		    edits[k].index <= edits[i].index))
			return false;
	return edits[i].index > 0;
}

static const char *
edits_breach(const struct verdict *v)
{
	const char *why = NULL;
	const struct edit *e;
	size_t i;

	for (i = 0; i < v->edit_count && why == NULL; i++) {
		e = &v->edits[i];
		if (e->name.len == 0 || e->name.ptr[e->name.len] != '\0')
			why = "a name without NUL";
		else if (e->kind != EDIT_REMOVE_HEADER)
			why = value_breach(e->value);
		else if (!is_in_order(v->edits, i))
			why = "removals out of order";
	}
	return why;
}

/* What is wrong with A, or NULL. */
static const char *
breach(const struct answered *a)
{
	static const unsigned answers = 1u << EVENT_CONNECT |
	    1u << EVENT_MAIL | 1u << EVENT_RCPT | 1u << EVENT_DATA |
	    1u << EVENT_EOH | 1u << EVENT_EOM;
	const struct verdict *v = &a->verdict;
	enum event_kind event = a->event->kind;

	if (v->kind != VERDICT_CONTINUE && (answers & 1u << event) == 0)
		return "a verdict where there can be none";
	if (v->kind == VERDICT_ACCEPT && event == EVENT_RCPT)
		return "ACCEPT at RCPT";
	if (is_refusal(v) && event == EVENT_CONNECT)
		return "a refusal at CONNECT";
	if (v->edit_count > 0 && (event != EVENT_EOM || is_refusal(v)))
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

static void
render_edits(struct buffer *out, const struct verdict *v)
{
	static const char sign[] = { [EDIT_ADD_HEADER] = '+',
		[EDIT_INSERT_HEADER] = '^', [EDIT_REMOVE_HEADER] = '-' };
	const struct edit *e;
	size_t i;

	for (i = 0; i < v->edit_count; i++) {
		e = &v->edits[i];
		buffer_addf(out, " %c", sign[e->kind]);
		play_render_bytes(out, e->name);
		if (e->kind == EDIT_REMOVE_HEADER) {
			buffer_addf(out, "/%u", e->index);
			continue;
		}
		buffer_add_char(out, '=');
		play_render_bytes(out, e->value);
	}
}

static void
render_decisions(struct buffer *out, const struct verdict *v)
{
	const struct decision *d;
	size_t i;

	for (i = 0; i < v->decision_count; i++) {
		d = &v->decisions[i];
		if (d->scope != DECISION_FAILURE && d->rule.len == 0)
			continue;
		buffer_add_text(out, d->scope == DECISION_FAILURE ? " (" :
		    " by ");
		play_render_bytes(out, d->rule);
		if (d->scope != DECISION_FAILURE)
			continue;
		buffer_add_text(out, ": ");
		play_render_bytes(out, d->detail);
		buffer_add_char(out, ')');
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
