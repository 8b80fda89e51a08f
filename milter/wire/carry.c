/*
 * carry.c - a conversation with a filter: the bytes in both directions.
 *
 * This is the filter's side. What it sends is an answer only to what is open;
 * whatever else it sends is a failure. An answer to an event that was called off
 * is read and dropped, for the one behind it is the next event's.
 *
 * Failure: a connection that cannot be had, or ends where it should not, and
 * bytes that are no packets, are failures of the filter.
 */
#include "config.h"

#include "milter/wire/conversation.h"

enum milter_want
milter_want(const struct milter *m, unsigned *limit_ms, unsigned long *turn)
{
	bool content = m->kind >= EVENT_HEADER && m->kind <= EVENT_EOM;

	*turn = m->turn;
	*limit_ms = m->config.connect_ms;
	if (m->state == MILTER_DIALLING)
		return MILTER_CONNECTION;
	if (m->state == MILTER_AGREEING)
		return MILTER_CARRY;
	*limit_ms = content ? m->config.content_ms : m->config.command_ms;
	if (!m->linked)
		return MILTER_NOTHING;
	if (m->state != MILTER_TALKING)
		return MILTER_FAREWELL;
	if (m->pending != MILTER_PENDING_NONE || milter_output(m).len > 0)
		return MILTER_CARRY;
	return MILTER_NOTHING;
}

void
milter_connected(struct milter *m)
{
	m->linked = true;
	if (m->state != MILTER_DIALLING)
		return;
	m->state = MILTER_AGREEING;
	packet_reader_bound(&m->in, WIRE_PAYLOAD_MAX);
	milter_offer(m);
}

struct span
milter_output(const struct milter *m)
{
	return span_skip(buffer_span(&m->out), m->sent);
}

/* The event that was open needs nothing more. */
static void
settle(struct milter *m)
{
	m->pending = MILTER_PENDING_NONE;
	m->answered = true;
}

void
milter_sent(struct milter *m, size_t n)
{
	m->sent += n;
	m->turn += n > 0 && m->state == MILTER_TALKING;
	if (m->sent == m->out.len) {
		buffer_clear(&m->out);
		m->sent = 0;
	} else if (m->sent > MILTER_WAITING_MAX / 2) {
		m->out.len -= m->sent;
		memmove(m->out.ptr, m->out.ptr + m->sent, m->out.len);
		m->sent = 0;
	}
	if (m->pending == MILTER_PENDING_ROOM && milter_output(m).len <= MILTER_WAITING_MAX)
		settle(m);
}

/* The filter has agreed: now it can be told of the client. */
static void
greet(struct milter *m)
{
	m->pending = MILTER_PENDING_NONE;
	milter_ask(m, &m->client);
	if (m->pending == MILTER_PENDING_NONE)
		m->answered = true;
}

static void
take_options(struct milter *m, const struct wire_reply *r)
{
	if (r->role != WIRE_ROLE_OPTIONS) {
		milter_fail(m, "it answered %s instead of its options",
		    wire_kind((char)r->letter)->name);
		return;
	}
	milter_agree(m, &r->options);
	if (m->state == MILTER_TALKING)
		greet(m);
}

static void
take_answer(struct milter *m, const struct wire_reply *r)
{
	milter_take_answer(m, r);
	if (m->kind == EVENT_EOM)
		m->in_message = false;
}

static void
take_reply(struct milter *m, const struct wire_reply *r)
{
	m->turn++;
	if (m->state == MILTER_AGREEING)
		take_options(m, r);
	else if (m->stale > 0)
		m->stale -= r->role == WIRE_ROLE_ANSWER;
	else if (m->pending != MILTER_PENDING_ANSWER ||
	    r->role == WIRE_ROLE_OPTIONS)
		milter_fail(m, "it sent %s, which nobody asked for",
		    wire_kind((char)r->letter)->name);
	else if (r->role == WIRE_ROLE_EDIT)
		milter_take_edit(m, r);
	else if (r->role == WIRE_ROLE_ANSWER)
		take_answer(m, r);
}

static bool
listens(const struct milter *m)
{
	return m->state == MILTER_AGREEING || m->state == MILTER_TALKING;
}

static void
take_packets(struct milter *m)
{
	struct wire_reply reply;
	struct packet packet;
	struct error error;
	int got = 1;

	while (got > 0 && listens(m)) {
		got = packet_reader_next(&m->in, &packet, &error);
		if (got > 0)
			got = wire_reply_read(&packet, &reply, &error) < 0 ?
			    -1 : 1;
		if (got > 0)
			take_reply(m, &reply);
	}
	if (got < 0)
		milter_fail(m, "%s", error.text);
}

void
milter_input(struct milter *m, struct span bytes)
{
	while (bytes.len > 0 && listens(m)) {
		packet_reader_feed(&m->in, span_head(bytes, PACKET_FEED_MAX));
		bytes = span_skip(bytes, PACKET_FEED_MAX);
		take_packets(m);
	}
}

void
milter_broken(struct milter *m, const char *why)
{
	m->linked = false;
	if (m->state == MILTER_TALKING && m->over)
		m->state = MILTER_IDLE;
	if (m->state == MILTER_DIALLING)
		milter_fail(m, "it cannot be reached: %s", why);
	else if (listens(m))
		milter_fail(m, "the connection to it is lost: %s", why);
	buffer_clear(&m->out);
	m->sent = 0;
}
