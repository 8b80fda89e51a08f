/*
 * fuzz_smtp.c - any bytes as what an SMTP client sends, cut anywhere.
 *
 * The first two bytes say how the rest is cut, what is offered, how many sinks
 * there are and what is borne. The same dialogue is played three times: with
 * sinks and deliveries that answer at once; with some that answer later; and so
 * again, with a client that leaves in the middle.
 *
 * Promised: every line that is answered is an SMTP reply; of what was later
 * nobody can tell; whoever was told of a beginning is told of its end; no
 * memory is owed to the pool.
 */
#include "config.h"

#include <stdlib.h>

#include "smtp_session.h"
#include "tests/fuzz/fuzz.h"

#define OUT_MAX ((size_t)16 << 20)
#define SINKS 3

enum pace {
	PACE_AT_ONCE,
	PACE_LATER,
	PACE_LEAVE,		/* later, and not to the end */
};

struct world;

struct moody {
	struct world *world;
	unsigned mood;			/* goes on with each event */
	bool connected, in_message;
	bool owes;
	struct verdict owed;
};

struct world {
	enum pace pace;
	struct moody sinks[SINKS];
	unsigned dice;			/* for what may make no difference */
	unsigned messages;
	enum smtp_delivery owed;
	struct smtp_pool pool;
	struct smtp_config config;
	struct smtp_session *session;
	struct buffer out;
	struct buffer told;		/* what sinks and mailboxes got */
};

static unsigned
next(unsigned *mood)
{
	*mood = *mood * 1103515245u + 12345u;
	return *mood >> 16;
}

/* Is this one answered later? */
static bool
is_later(struct world *w)
{
	return w->pace != PACE_AT_ONCE && next(&w->dice) % 2 == 0;
}

static void
check(bool ok)
{
	if (!ok)
		abort();
}

/* Who is told of an end was told of its beginning. */
static void
keep_books(struct moody *m, const struct event *event)
{
	switch (event->kind) {
	case EVENT_CONNECT:
		check(!m->connected);
		m->connected = true;
		break;
	case EVENT_CLOSE:
		check(m->connected);
		m->connected = false;
		break;
	case EVENT_MAIL:
		m->in_message = true;
		break;
	case EVENT_EOM:
		check(m->in_message);
		m->in_message = false;
		break;
	case EVENT_ABORT:
		check(m->in_message || m->owes);
		m->in_message = false;
		break;
	default:
		break;
	}
	/* A sink that owes an answer is told of nothing but the end. */
	check(!m->owes || event->kind == EVENT_ABORT ||
	    event->kind == EVENT_CLOSE);
	m->owes = false;
}

static void
write_event(struct buffer *to, const struct event *event)
{
	buffer_addf(to, "%d ", event->kind);
	if (event->kind == EVENT_HEADER) {
		buffer_add(to, event->header.name);
		buffer_add(to, event->header.lead);
		buffer_add(to, event->header.value);
	} else if (event->kind == EVENT_BODY)
		buffer_add(to, event->body.bytes);
	else if (event->kind == EVENT_MAIL || event->kind == EVENT_RCPT)
		buffer_add(to, event->envelope.path);
	for (size_t i = 0; i < event->macro_count; i++)
		buffer_add(to, event->macros[i].value);
}

/* Refuses and edits by its mood, so that all paths are walked. */
static int
moody_feed(void *self, const struct event *event, struct verdict *v)
{
	static const struct edit edits[] = {
		{ EDIT_ADD_HEADER, { "X-A", 3 }, { "one\n two", 8 }, 0, false },
		{ EDIT_REMOVE_HEADER, { "Subject", 7 }, { "", 0 }, 1, false },
		{ EDIT_INSERT_HEADER, { "X-B", 3 }, { "\tthree", 6 }, 1, true },
		{ EDIT_REPLACE_BODY, { "", 0 }, { "new\r\n", 5 }, 0, false },
		{ EDIT_ADD_RECIPIENT, { "", 0 }, { "more@example", 12 }, 0,
		    false },
		{ EDIT_QUARANTINE, { "", 0 }, { "odd", 3 }, 0, false },
	};
	struct moody *m = self;
	struct verdict said = { .kind = VERDICT_CONTINUE };
	unsigned mood = next(&m->mood);

	keep_books(m, event);
	write_event(&m->world->told, event);
	if (mood % 16 == 0)
		said.kind = (enum verdict_kind)(mood / 16 %
		    (VERDICT_CLOSE + 1));
	said.enough = mood % 5 == 0;
	if (event->kind == EVENT_EOM) {
		said.edits = edits;
		said.edit_count = mood % 7;
	}
	if (event->kind != EVENT_ABORT && event->kind != EVENT_CLOSE &&
	    is_later(m->world)) {
		m->owes = true;
		m->owed = said;
		return EVENT_LATER;
	}
	*v = said;
	return 0;
}

static enum smtp_delivery
deliver(void *self, const struct smtp_message *m, struct error *error)
{
	struct world *w = self;

	(void)error;
	buffer_add(&w->told, m->sender);
	for (size_t i = 0; i < m->recipient_count; i++)
		buffer_add(&w->told, m->recipients[i]);
	buffer_add(&w->told, m->header);
	buffer_add(&w->told, m->body);
	for (size_t i = 0; i < m->field_count; i++)
		buffer_add(&w->told, m->fields[i].value);
	buffer_addf(&w->told, "%d%d", m->discarded, m->quarantined);
	w->owed = (enum smtp_delivery)(w->messages++ % 4 %
	    SMTP_DELIVERY_LATER);
	return is_later(w) ? SMTP_DELIVERY_LATER : w->owed;
}

static void
check_replies(struct span out)
{
	for (size_t i = 0; i < out.len; i++)
		check(out.ptr[i] != '\0' && (out.ptr[i] != '\n' ||
		    (i > 0 && out.ptr[i - 1] == '\r')));
	check(out.len == 0 || (out.len >= 5 && out.ptr[out.len - 1] == '\n' &&
	    out.ptr[0] >= '2' && out.ptr[0] <= '5'));
}

/* Until nothing is owed. */
static void
settle(struct world *w, enum smtp_want want)
{
	struct moody *m;

	while (want == SMTP_WANT_VERDICT || want == SMTP_WANT_DELIVERY) {
		if (want == SMTP_WANT_DELIVERY) {
			want = smtp_session_delivered(w->session, w->owed,
			    &w->out);
			continue;
		}
		m = &w->sinks[smtp_session_asked(w->session)];
		check(m->owes);
		m->owes = false;
		want = smtp_session_verdict(w->session, &m->owed, &w->out);
	}
}

/* PIECE is all sent; false: the client left. */
static bool
say(struct world *w, struct span piece)
{
	enum smtp_want want;

	while (piece.len > 0) {
		want = smtp_session_take(w->session, &piece, &w->out);
		check(piece.len == 0 || want == SMTP_WANT_VERDICT ||
		    want == SMTP_WANT_DELIVERY);
		if (w->pace == PACE_LEAVE && want == SMTP_WANT_VERDICT &&
		    next(&w->dice) % 16 == 0)
			return false;
		settle(w, want);
		if (want == SMTP_WANT_TLS)
			smtp_session_tls_started(w->session);
	}
	return true;
}

static void
configure(struct world *w, const uint8_t *data)
{
	w->pool.limit = data[1] & 8 ? 6000 : (size_t)1 << 24;
	w->config = (struct smtp_config){
		.features = (data[0] & 15) | (data[1] & 4 ? SMTP_XCLIENT : 0),
		.message_max = 65536,
		.recipients_max = 20,
		.chunk_max = data[1] & 1 ? 7 : 0,
		.normalize = (data[0] & 16) != 0,
		.trust = (data[0] & 32) != 0,
		.errors_max = data[1] & 16 ? 5 : 0,
		.junk_max = data[1] & 16 ? 3 : 0,
		.strict_order = (data[1] & 32) != 0,
		.trace = (data[1] & 64) != 0,
		.pool = &w->pool,
		.self = w,
		.deliver = deliver,
	};
}

static void
play(struct world *w, enum pace pace, const uint8_t *data, size_t size)
{
	struct smtp_client client = { .name = span_of("unknown"),
		.xclient = true };
	struct span rest = span_make((const char *)data + 2, size - 2);
	size_t step = data[0] % 7 == 0 ? 1 : data[0] + 1u;
	size_t sinks = data[1] / 64 + (size_t)(data[1] & 1);

	*w = (struct world){ .pace = pace, .dice = data[0] };
	configure(w, data);
	buffer_init(&w->out, OUT_MAX);
	buffer_init(&w->told, OUT_MAX);
	w->session = smtp_session_new(&w->config, NULL, NULL);
	check(w->session != NULL);
	for (size_t i = 0; i < sinks && i < SINKS; i++) {
		w->sinks[i] = (struct moody){ .world = w,
			.mood = data[0] + data[1] + (unsigned)i };
		check(smtp_session_add_sink(w->session, moody_feed,
		    &w->sinks[i]) == 0);
	}
	settle(w, smtp_session_connect(w->session, &client, 1, &w->out));
	while (rest.len > 0 && say(w, span_head(rest, step)))
		rest = span_skip(rest, step);
	check_replies(buffer_span(&w->out));
	smtp_session_free(w->session);
	check(w->pool.used == 0);
	for (size_t i = 0; i < SINKS; i++)
		check(!w->sinks[i].connected);
}

static void
end(struct world *w)
{
	buffer_release(&w->out);
	buffer_release(&w->told);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct world at_once, later, leaving;

	if (size < 2)
		return 0;
	play(&at_once, PACE_AT_ONCE, data, size);
	play(&later, PACE_LATER, data, size);
	play(&leaving, PACE_LEAVE, data, size);
	check(span_equal(buffer_span(&at_once.out), buffer_span(&later.out)));
	check(span_equal(buffer_span(&at_once.told),
	    buffer_span(&later.told)));
	end(&at_once);
	end(&later);
	end(&leaving);
	return 0;
}
