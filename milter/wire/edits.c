/*
 * edits.c - what a filter wants to change in a message, as edits.
 *
 * Edits come one by one before the answer to the end of the message, another
 * body in pieces. They are kept in their order; the pieces are one edit, where
 * the first of them came.
 *
 * Failure: an edit that was not agreed, or that comes at another step, is a
 * failure of the filter, and so are edits beyond the bound. One that would make
 * the message unsound is left out, and the log says so; so does Postfix.
 */
#include "config.h"

#include <limits.h>

#include "milter/wire/conversation.h"
#include "milter/wire/edit_text.h"

#define COMPLAINTS_MAX 10	/* in the log, for a message */
#define QUOTED_MAX 64		/* bytes of what is complained of */

/* What each kind needs to be agreed. */
static const struct {
	enum wire_letter letter;
	enum edit_kind kind;
	uint32_t actions;
} edit_table[] = {
	{ WIRE_ADDHEADER, EDIT_ADD_HEADER, WIRE_MAY_ADD_HEADERS },
	{ WIRE_INSHEADER, EDIT_INSERT_HEADER, WIRE_MAY_ADD_HEADERS },
	{ WIRE_CHGHEADER, EDIT_CHANGE_HEADER, WIRE_MAY_CHANGE_HEADERS },
	{ WIRE_CHGFROM, EDIT_SET_SENDER, WIRE_MAY_CHANGE_SENDER },
	{ WIRE_ADDRCPT, EDIT_ADD_RECIPIENT, WIRE_MAY_ADD_RECIPIENTS },
	{ WIRE_ADDRCPT_PAR, EDIT_ADD_RECIPIENT, WIRE_MAY_ADD_WITH_PARAMS },
	{ WIRE_DELRCPT, EDIT_REMOVE_RECIPIENT, WIRE_MAY_REMOVE_RECIPIENTS },
	{ WIRE_REPLBODY, EDIT_REPLACE_BODY, WIRE_MAY_CHANGE_BODY },
	{ WIRE_QUARANTINE, EDIT_QUARANTINE, WIRE_MAY_QUARANTINE },
};

/* TEXT of a filter's edit is not taken as it came, and WHY. */
static void
complain(struct milter *m, const struct wire_reply *r, const char *why,
    struct span text)
{
	if (m->complaints++ < COMPLAINTS_MAX)
		milter_log(m, "its %s %s: \"%.*s\"",
		    wire_kind((char)r->letter)->name, why,
		    (int)span_head(text, QUOTED_MAX).len, text.ptr);
}

static void
keep(struct milter *m, const struct edit *edit)
{
	void *at = m->edits;

	m->edit_bytes += sizeof *edit + edit->name.len + edit->value.len;
	if (m->edit_bytes > m->config.edits_max ||
	    arena_grow(&m->text, &at, &m->edit_room, m->edit_count,
	    sizeof *edit) < 0 || m->text.exhausted) {
		milter_fail(m, "its edits of a message are over %zu bytes",
		    m->config.edits_max);
		return;
	}
	m->edits = at;
	m->edits[m->edit_count++] = *edit;
}

static void
take_field(struct milter *m, const struct wire_reply *r, struct edit *edit)
{
	struct span name = r->strings[0];
	struct span value = r->strings[1];

	if (!edit_name_is_sound(name)) {
		complain(m, r, "is left out, for that is no name of a field",
		    name);
		return;
	}
	if (value.len > EDIT_VALUE_MAX) {
		complain(m, r, "is left out, for the field is too long", name);
		return;
	}
	if (r->letter == WIRE_CHGHEADER && value.len == 0)
		edit->kind = EDIT_REMOVE_HEADER;
	edit->index = r->index;
	if (r->letter == WIRE_CHGHEADER && r->index == 0)
		edit->index = 1;
	edit->spaced = (m->options.protocol & WIRE_LEADING_SPACE) != 0 &&
	    edit->kind != EDIT_REMOVE_HEADER;
	buffer_clear(&m->scratch);
	edit_add_value(&m->scratch, value, name.len);
	edit->name = arena_copy(&m->text, name);
	edit->value = arena_copy(&m->text, buffer_span(&m->scratch));
	keep(m, edit);
}

static void
take_address(struct milter *m, const struct wire_reply *r, struct edit *edit)
{
	struct span address = edit_bare_address(r->strings[0]);
	struct span params = r->strings[1];
	bool nobody = span_is(address, "<>");
	bool sender = edit->kind == EDIT_SET_SENDER;

	if (!(nobody && sender) && !edit_address_is_sound(address,
	    edit->kind != EDIT_REMOVE_RECIPIENT)) {
		complain(m, r, "is left out, for that is no address",
		    r->strings[0]);
		return;
	}
	if (!edit_params_are_sound(params)) {
		complain(m, r, "is left out, for these are no parameters",
		    params);
		return;
	}
	if (params.len > 0)
		complain(m, r, "is done without its parameters", params);
	edit->value = arena_copy(&m->text, address);
	keep(m, edit);
}

/* Add a piece of the body; line ends become CRLF, wherever it was cut. */
static void
take_body(struct milter *m, struct span bytes, struct edit *edit)
{
	struct buffer *body = &m->body;

	if (m->body_edit == 0) {
		keep(m, edit);
		m->body_edit = m->edit_count;
	}
	while (bytes.len > 0 && m->state != MILTER_FAILED) {
		size_t end = span_find(bytes, '\n');

		buffer_add(body, span_head(bytes, end));
		if (end < bytes.len)
			buffer_add_text(body, body->len > 0 &&
			    body->ptr[body->len - 1] == '\r' ? "\n" : "\r\n");
		bytes = span_skip(bytes, end + 1);
		if (body->overflow || m->edit_bytes + body->len >
		    m->config.edits_max)
			milter_fail(m, "its edits of a message are over %zu "
			    "bytes", m->config.edits_max);
	}
}

static void
take_reason(struct milter *m, struct span reason, struct edit *edit)
{
	buffer_clear(&m->scratch);
	edit_add_line(&m->scratch, span_head(reason, EDIT_VALUE_MAX));
	edit->value = arena_copy(&m->text, buffer_span(&m->scratch));
	keep(m, edit);
}

static void
take(struct milter *m, const struct wire_reply *r, struct edit *edit)
{
	switch (edit->kind) {
	case EDIT_ADD_HEADER:
	case EDIT_INSERT_HEADER:
	case EDIT_CHANGE_HEADER:
	case EDIT_REMOVE_HEADER:
		take_field(m, r, edit);
		break;
	case EDIT_SET_SENDER:
	case EDIT_ADD_RECIPIENT:
	case EDIT_REMOVE_RECIPIENT:
		take_address(m, r, edit);
		break;
	case EDIT_REPLACE_BODY:
		take_body(m, r->bytes, edit);
		break;
	case EDIT_QUARANTINE:
		take_reason(m, r->strings[0], edit);
		break;
	}
}

void
milter_take_edit(struct milter *m, const struct wire_reply *r)
{
	const char *name = wire_kind((char)r->letter)->name;
	struct edit edit = { .value = span_of("") };
	size_t i = 0;

	while (edit_table[i].letter != r->letter)
		i++;
	edit.kind = edit_table[i].kind;
	if (m->kind != EVENT_EOM)
		milter_fail(m, "it sent %s before the end of a message", name);
	else if ((m->options.actions & edit_table[i].actions) == 0)
		milter_fail(m, "it sent %s, which was not agreed", name);
	else
		take(m, r, &edit);
}

void
milter_finish_edits(struct milter *m)
{
	struct buffer *body = &m->body;

	if (m->complaints > COMPLAINTS_MAX)
		milter_log(m, "%zu more edits are not taken as they came",
		    m->complaints - COMPLAINTS_MAX);
	if (m->body_edit > 0) {
		if (body->len > 0 && body->ptr[body->len - 1] != '\n')
			buffer_add_text(body, "\r\n");
		m->edits[m->body_edit - 1].value = span_of(buffer_text(body));
		m->edits[m->body_edit - 1].value.len = body->len;
	}
	if (m->verdict.kind == VERDICT_REJECT ||
	    m->verdict.kind == VERDICT_TEMPFAIL ||
	    m->verdict.kind == VERDICT_CLOSE)
		return;
	m->verdict.edits = m->edits;
	m->verdict.edit_count = m->edit_count;
}
