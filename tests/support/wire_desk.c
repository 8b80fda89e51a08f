/*
 * wire_desk.c - the filter's side of a conversation, for tests: what it is told
 * is written down, what it says is the test's.
 */
#include "config.h"

#include <stdlib.h>

#include "tests/support/wire_desk.h"

#define TEXT_LIMIT (1u << 22)

static void
add_visible(struct buffer *out, struct span s)
{
	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.ptr[i];

		if (c == '\0')
			buffer_add_char(out, '|');
		else if (c == '\n')
			buffer_add_text(out, "\\n");
		else if (c >= ' ' && c <= '~')
			buffer_add_char(out, s.ptr[i]);
		else
			buffer_addf(out, "\\x%02x", c);
	}
}

static void
note(void *self, const char *text)
{
	struct wire_desk *d = self;

	buffer_addf(&d->log, "%s\n", text);
	d->log_lines++;
}

void
wire_desk_open(struct wire_desk *d)
{
	if (d->config.name == NULL)
		d->config.name = "test";
	d->config.log = note;
	d->config.self = d;
	buffer_init(&d->log, TEXT_LIMIT);
	buffer_init(&d->told, TEXT_LIMIT);
	buffer_init(&d->answer, TEXT_LIMIT);
	d->milter = milter_new(&d->config);
	if (d->milter == NULL)
		abort();
}

void
wire_desk_close(struct wire_desk *d)
{
	milter_free(d->milter);
	buffer_release(&d->log);
	buffer_release(&d->told);
	buffer_release(&d->answer);
}

static const char *const edit_words[] = {
	[EDIT_ADD_HEADER] = "add",
	[EDIT_INSERT_HEADER] = "insert",
	[EDIT_CHANGE_HEADER] = "change",
	[EDIT_REMOVE_HEADER] = "remove",
	[EDIT_SET_SENDER] = "sender",
	[EDIT_ADD_RECIPIENT] = "add-recipient",
	[EDIT_REMOVE_RECIPIENT] = "remove-recipient",
	[EDIT_REPLACE_BODY] = "body",
	[EDIT_QUARANTINE] = "quarantine",
};

static void
add_edit(struct buffer *out, const struct edit *e)
{
	buffer_addf(out, "\n%s ", edit_words[e->kind]);
	if (e->kind == EDIT_INSERT_HEADER || e->kind == EDIT_CHANGE_HEADER ||
	    e->kind == EDIT_REMOVE_HEADER)
		buffer_addf(out, "%u ", e->index);
	if (e->name.len > 0) {
		add_visible(out, e->name);
		buffer_add_text(out, e->spaced ? ":" : ": ");
	}
	add_visible(out, e->value);
}

static const char *
answer_text(struct wire_desk *d)
{
	const struct verdict *v = &d->verdict;

	buffer_clear(&d->answer);
	buffer_add_text(&d->answer, verdict_name(v->kind));
	if (v->reply.code != 0) {
		buffer_addf(&d->answer, " %u ", v->reply.code);
		add_visible(&d->answer, v->reply.status);
		buffer_add_char(&d->answer, ' ');
		add_visible(&d->answer, v->reply.text);
	}
	if (v->enough)
		buffer_add_text(&d->answer, " enough");
	for (size_t i = 0; i < v->edit_count; i++)
		add_edit(&d->answer, &v->edits[i]);
	return buffer_text(&d->answer);
}

const char *
wire_desk_answer(struct wire_desk *d)
{
	if (d->later && !milter_answer(d->milter, &d->verdict))
		return "later";
	d->later = false;
	return answer_text(d);
}

const char *
wire_desk_feed(struct wire_desk *d, struct event event)
{
	int result = milter_feed(d->milter, &event, &d->verdict);

	d->later = result == EVENT_LATER;
	if (!d->later && (result < 0) != (d->verdict.error.text[0] != '\0'))
		return "the result and the error do not agree";
	return wire_desk_answer(d);
}

const char *
wire_desk_feed_macros(struct wire_desk *d, struct event event)
{
	static const struct macro macros[] = {
		{ { "j", 1 }, { "mx.example.com", 14 } },
		{ { "i", 1 }, { "Q1", 2 } },
		{ { "auth_type", 9 }, { "PLAIN", 5 } },
	};

	event.macros = macros;
	event.macro_count = sizeof macros / sizeof macros[0];
	return wire_desk_feed(d, event);
}

const char *
wire_desk_told(struct wire_desk *d)
{
	struct span out = milter_output(d->milter);
	size_t all = out.len;

	buffer_clear(&d->told);
	while (out.len >= WIRE_NUMBER_BYTES) {
		size_t len = wire_number(out.ptr);

		out = span_skip(out, WIRE_NUMBER_BYTES);
		add_visible(&d->told, span_head(out, len));
		buffer_add_char(&d->told, '\n');
		out = span_skip(out, len);
	}
	milter_sent(d->milter, all);
	return buffer_text(&d->told);
}

const char *
wire_desk_sends(struct wire_desk *d, struct span bytes)
{
	bool open = d->later;

	milter_input(d->milter, bytes);
	return open ? wire_desk_answer(d) : "";
}

const char *
wire_desk_says(struct wire_desk *d, char letter, struct span payload)
{
	const char *answer;
	struct buffer b;

	buffer_init(&b, (size_t)1 << 28);
	packet_add(&b, letter, payload);
	answer = wire_desk_sends(d, buffer_span(&b));
	buffer_release(&b);
	return answer;
}

const char *
wire_desk_says_text(struct wire_desk *d, char letter, const char *text)
{
	return wire_desk_says(d, letter, span_make(text, strlen(text) + 1));
}

void
wire_desk_call(struct wire_desk *d)
{
	struct event event = event_connect(span_of("unknown"), NULL);

	event.connect.ip = (struct ip){ { 192, 0, 2, 1 }, 4 };
	event.connect.port = 40112;
	wire_desk_feed_macros(d, event);
	milter_connected(d->milter);
	(void)wire_desk_told(d);
}

static void
add_number(struct buffer *b, uint32_t n)
{
	for (int shift = 24; shift >= 0; shift -= 8)
		buffer_add_char(b, (char)(n >> shift));
}

void
wire_desk_options(struct wire_desk *d, uint32_t version, uint32_t actions,
    uint32_t protocol, struct span lists)
{
	struct buffer b;

	buffer_init(&b, TEXT_LIMIT);
	add_number(&b, version);
	add_number(&b, actions);
	add_number(&b, protocol);
	buffer_add(&b, lists);
	(void)wire_desk_says(d, WIRE_OPTIONS, buffer_span(&b));
	buffer_release(&b);
}

void
wire_desk_meet(struct wire_desk *d, uint32_t version, uint32_t actions,
    uint32_t protocol)
{
	wire_desk_call(d);
	wire_desk_options(d, version, actions, protocol, span_of(""));
	(void)wire_desk_told(d);
	if (d->later)
		(void)wire_desk_says(d, WIRE_CONTINUE, span_of(""));
}
