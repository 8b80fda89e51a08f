/*
 * fuzz_wire.c - a filter that says anything, in any dialogue of events.
 *
 * The input is a script: a byte chooses what happens next, the bytes behind it
 * are what the filter says, cut anywhere, or packets whose letters and lengths
 * are right. The events are fed as their contract asks. Whatever verdict comes
 * of it must be sound, its edits as edit.h promises, each line of the log
 * printable, and what waits for the filter bounded.
 */
#include "config.h"

#include <stdlib.h>

#include "milter/wire/packet.h"
#include "tests/fuzz/fuzz.h"
#include "wire.h"

#define EDITS_MAX_SMALL 4096
#define EDITS_MAX_LARGE (1u << 20)
#define WAITING_MAX (2u << 20)	/* more than wire.c lets wait */
#define BODY_MAX 60000

struct script {
	struct span rest;
	struct milter *milter;
	size_t edits_max;
	enum event_kind kind;
	bool open;		/* the verdict comes later */
	struct span param;	/* of the event */
};

static void
need(bool cond)
{
	if (!cond)
		abort();
}

static unsigned
take(struct script *s)
{
	unsigned byte = s->rest.len > 0 ? (unsigned char)s->rest.ptr[0] : 0;

	s->rest = span_skip(s->rest, 1);
	return byte;
}

static struct span
take_bytes(struct script *s, size_t n)
{
	struct span bytes = span_head(s->rest, n);

	s->rest = span_skip(s->rest, n);
	return bytes;
}

static void
check_line(void *self, const char *text)
{
	(void)self;
	need(text[0] != '\0');
	for (; *text != '\0'; text++)
		need(*text >= ' ' && *text <= '~');
}

static void
check_reply(const struct verdict *v)
{
	const struct reply *r = &v->reply;
	size_t len = 0, lines = 1;

	if (r->code == 0)
		return;
	need(v->kind != VERDICT_REJECT || (r->code >= 500 && r->code <= 599));
	need(v->kind != VERDICT_TEMPFAIL || (r->code >= 400 &&
	    r->code <= 499 && r->code != 421));
	need(v->kind != VERDICT_CLOSE || r->code == 421);
	need(r->status.len == 0 || reply_status_is_valid(r->status,
	    (char)('0' + r->code / 100)));
	for (size_t i = 0; i < r->text.len; i++) {
		char c = r->text.ptr[i];

		need(c == '\n' || (c >= ' ' && c <= '~'));
		len = c == '\n' ? 0 : len + (c == '%' ? 2 : 1);
		lines += c == '\n';
		need(len <= REPLY_LINE_MAX && lines <= REPLY_LINES_MAX);
	}
}

static void
check_field(const struct edit *e)
{
	size_t len = e->name.len + 2;

	need(e->name.len > 0);
	for (size_t i = 0; i < e->name.len; i++)
		need(e->name.ptr[i] > ' ' && e->name.ptr[i] <= '~' &&
		    e->name.ptr[i] != ':');
	need(e->kind == EDIT_ADD_HEADER || e->kind == EDIT_INSERT_HEADER ||
	    e->index > 0);
	for (size_t i = 0; i < e->value.len; i++) {
		char c = e->value.ptr[i];

		need(c != '\0' && c != '\r');
		/* The NUL behind a value is no blank either. */
		need(c != '\n' || e->value.ptr[i + 1] == ' ' ||
		    e->value.ptr[i + 1] == '\t');
		len = c == '\n' ? 0 : len + 1;
		need(len <= 998);
	}
}

static void
check_address(const struct edit *e)
{
	bool quoted = false, escaped = false, domain = false;

	if (e->kind == EDIT_SET_SENDER && span_is(e->value, "<>"))
		return;
	need(e->value.len > 0);
	for (size_t i = 0; i < e->value.len; i++) {
		unsigned char c = (unsigned char)e->value.ptr[i];

		need(c >= ' ' && c != 0x7f);
		need(quoted || (c != ' ' && c != '<' && c != '>'));
		domain = domain || (!quoted && c == '@');
		quoted = quoted != (c == '"' && !escaped);
		escaped = quoted && c == '\\' && !escaped;
	}
	need(!quoted);
	need(domain || e->kind == EDIT_REMOVE_RECIPIENT);
}

static void
check_body(struct span body)
{
	for (size_t i = 0; i < body.len; i++)
		need(body.ptr[i] != '\n' || (i > 0 && body.ptr[i - 1] ==
		    '\r'));
	need(body.len == 0 || body.ptr[body.len - 1] == '\n');
}

static size_t
check_edit(const struct edit *e)
{
	need(e->value.ptr[e->value.len] == '\0');
	switch (e->kind) {
	case EDIT_ADD_HEADER:
	case EDIT_INSERT_HEADER:
	case EDIT_CHANGE_HEADER:
	case EDIT_REMOVE_HEADER:
		check_field(e);
		break;
	case EDIT_SET_SENDER:
	case EDIT_ADD_RECIPIENT:
	case EDIT_REMOVE_RECIPIENT:
		check_address(e);
		break;
	case EDIT_REPLACE_BODY:
		check_body(e->value);
		break;
	case EDIT_QUARANTINE:
		need(span_find(e->value, '\n') == e->value.len);
		break;
	}
	return e->name.len + e->value.len;
}

static void
check_verdict(const struct script *s, const struct verdict *v)
{
	size_t sum = 0, bodies = 0;

	need(v->kind <= VERDICT_CLOSE);
	check_reply(v);
	need(!v->enough || s->kind == EVENT_BODY);
	need(v->edit_count == 0 || s->kind == EVENT_EOM);
	need(v->edit_count == 0 || v->error.text[0] == '\0');
	need(v->kind != VERDICT_DISCARD || (s->kind != EVENT_CONNECT &&
	    s->kind != EVENT_HELO));
	for (size_t i = 0; i < v->edit_count; i++) {
		sum += check_edit(&v->edits[i]);
		bodies += v->edits[i].kind == EDIT_REPLACE_BODY;
	}
	need(bodies <= 1);
	need(sum <= s->edits_max + 2);
}

static void
settle(struct script *s)
{
	struct verdict v;

	need(milter_output(s->milter).len <= WAITING_MAX);
	if (s->open && milter_answer(s->milter, &v)) {
		s->open = false;
		check_verdict(s, &v);
	}
	need(!milter_answer(s->milter, &v));
}

static struct event
make_event(struct script *s, enum event_kind kind)
{
	static char body[BODY_MAX];
	struct span text = take_bytes(s, take(s) % 16);
	struct event e = { .kind = kind };

	switch (kind) {
	case EVENT_CONNECT:
		e = event_connect(text, NULL);
		e.connect.ip.len = take(s) % 3 == 0 ? 4 : 16;
		break;
	case EVENT_HELO:
		e = event_helo(text);
		break;
	case EVENT_MAIL:
	case EVENT_RCPT:
		s->param = text;
		e = event_mail(text, &s->param, take(s) % 2);
		e.kind = kind;
		break;
	case EVENT_HEADER:
		e.header.name = span_of("Subject");
		e.header.lead = span_of(take(s) % 2 != 0 ? " " : "\t");
		e.header.value = text;
		break;
	case EVENT_BODY:
		e = event_body(span_make(body, take(s) % 2 != 0 ? BODY_MAX :
		    text.len));
		break;
	case EVENT_UNKNOWN:
		e = event_unknown(text);
		break;
	default:
		break;
	}
	return e;
}

static void
feed(struct script *s, enum event_kind kind)
{
	static const struct macro macros[] = {
		{ { "i", 1 }, { "Q1", 2 } },
		{ { "rcpt_addr", 9 }, { "a@b", 3 } },
	};
	struct event e;
	struct verdict v;
	int result;

	if (s->open)
		kind = kind % 2 == 0 ? EVENT_ABORT : EVENT_CLOSE;
	e = make_event(s, kind);
	e.macros = macros;
	e.macro_count = 2;
	s->kind = kind;
	result = milter_feed(s->milter, &e, &v);
	s->open = result == EVENT_LATER;
	need(!s->open || (kind != EVENT_ABORT && kind != EVENT_CLOSE));
	if (s->open)
		return;
	need((result < 0) == (v.error.text[0] != '\0'));
	check_verdict(s, &v);
}

/* A packet whose length is right. */
static void
say(struct script *s)
{
	static const char letters[] = "catrydspf4hmi+2-ebqOcahhmmbbyy";
	unsigned letter = take(s);
	size_t len = take(s);
	struct span payload;
	struct buffer b;

	if (len >= 250)
		len *= 8;
	payload = take_bytes(s, len);
	buffer_init(&b, 1 << 16);
	packet_add(&b, letter < 128 ? letters[letter % (sizeof letters - 1)] :
	    (char)letter, payload);
	milter_input(s->milter, buffer_span(&b));
	buffer_release(&b);
}

/* What an honest filter would agree to, of what the script wants. */
static void
agree(struct script *s)
{
	unsigned char options[12] = { [3] = 6, [6] = 1, [7] = 0xff };
	struct buffer b;

	options[9] = (unsigned char)(take(s) & 0x1f);
	options[10] = (unsigned char)(take(s) & 0xf7);
	options[11] = (unsigned char)take(s);
	buffer_init(&b, 64);
	packet_add(&b, WIRE_OPTIONS,
	    span_make((const char *)options, sizeof options));
	milter_input(s->milter, buffer_span(&b));
	buffer_release(&b);
}

static void
step(struct script *s)
{
	unsigned op = take(s) % 24;
	size_t waiting = milter_output(s->milter).len;

	if (op < EVENT_COUNT)
		feed(s, (enum event_kind)op);
	else if (op < 17)
		say(s);
	else if (op == 17)
		milter_input(s->milter, take_bytes(s, take(s)));
	else if (op == 18)
		milter_connected(s->milter);
	else if (op == 19)
		agree(s);
	else if (op == 20)
		milter_broken(s->milter, "gone");
	else if (op == 21)
		milter_sent(s->milter, waiting / 2);
	else
		milter_sent(s->milter, waiting);
}

/* A filter that is wanted is there, so that most of a script is of use. */
static void
serve(struct script *s)
{
	unsigned long turn;
	unsigned limit;

	switch (milter_want(s->milter, &limit, &turn)) {
	case MILTER_CONNECTION:
		milter_connected(s->milter);
		agree(s);
		break;
	case MILTER_FAREWELL:
		milter_broken(s->milter, "hung up");
		break;
	case MILTER_CARRY:
	case MILTER_NOTHING:
		break;
	}
	need(limit > 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct script s = { .rest = span_make((const char *)data, size) };
	unsigned first = take(&s);
	struct milter_config config = {
		.version = first % 8,
		.on_failure = (enum milter_failure)(first / 8 % 3),
		.edits_max = (first & 64) != 0 ? EDITS_MAX_SMALL :
		    EDITS_MAX_LARGE,
		.log = check_line,
	};

	s.edits_max = config.edits_max;
	s.milter = milter_new(&config);
	need(s.milter != NULL);
	while (s.rest.len > 0) {
		step(&s);
		settle(&s);
		if ((first & 128) == 0)
			serve(&s);
		settle(&s);
	}
	milter_free(s.milter);
	return 0;
}
