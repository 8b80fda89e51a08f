/*
 * event.c - the constructors that remove what MTAs do differently.
 *
 * Every producer of events goes through here, so a rule sees the same client
 * name, path, header field and macro whoever told it. Nothing is copied but a
 * header value that had to be rewritten, and that goes into the caller's
 * buffer.
 *
 * Failure: what cannot be understood is passed on as it came, for a rule may
 * want to see it. A rewritten value that passes the limit of the caller's buffer
 * lacks pieces, and the buffer's `overflow` says so.
 */
#include "config.h"

#include <assert.h>
#include <netinet/in.h>

#include "event.h"
#include "ip.h"
#include "verdict.h"

static const char *const phase_names[PHASE_COUNT] = {
	[PHASE_CONNECT] = "connect",
	[PHASE_HELO] = "helo",
	[PHASE_MAIL] = "mail",
	[PHASE_RCPT] = "rcpt",
	[PHASE_DATA] = "data",
	[PHASE_EOH] = "eoh",
	[PHASE_EOM] = "eom",
	[PHASE_UNKNOWN] = "unknown",
};

static const char *const verdict_names[] = {
	[VERDICT_CONTINUE] = "continue",
	[VERDICT_ACCEPT] = "accept",
	[VERDICT_REJECT] = "reject",
	[VERDICT_TEMPFAIL] = "tempfail",
	[VERDICT_DISCARD] = "discard",
	[VERDICT_CLOSE] = "close",
};

const char *
phase_name(enum phase p)
{
	assert(p < PHASE_COUNT);
	return phase_names[p];
}

const char *
verdict_name(enum verdict_kind k)
{
	assert(k < sizeof verdict_names / sizeof verdict_names[0]);
	return verdict_names[k];
}

/* Sendmail gives "[192.0.2.1]" for a name it could not verify. */
static struct span
client_name(struct span name)
{
	static const char unknown[] = "unknown";

	name = span_trim(name);
	if (name.len == 0 || name.ptr[0] == '[' ||
	    span_equal_nocase(name, span_of(unknown)))
		return span_of(unknown);
	return name;
}

struct event
event_connect(struct span name, const struct sockaddr *addr)
{
	struct event ev = { .kind = EVENT_CONNECT };
	struct sockaddr_in in;
	struct sockaddr_in6 in6;

	ev.connect.name = client_name(name);
	if (addr == NULL)
		return ev;

	/* Copied, because ADDR need not be aligned for its true type. */
	if (addr->sa_family == AF_INET) {
		memcpy(&in, addr, sizeof in);
		ev.connect.ip.len = 4;
		memcpy(ev.connect.ip.bytes, &in.sin_addr, 4);
		ev.connect.port = ntohs(in.sin_port);
	} else if (addr->sa_family == AF_INET6) {
		memcpy(&in6, addr, sizeof in6);
		ev.connect.ip.len = 16;
		memcpy(ev.connect.ip.bytes, &in6.sin6_addr, 16);
		ip_unmap(&ev.connect.ip);
		ev.connect.port = ntohs(in6.sin6_port);
	}
	return ev;
}

struct event
event_helo(struct span name)
{
	struct event ev = { .kind = EVENT_HELO };

	ev.helo.name = span_trim(name);
	return ev;
}

/*
 * RFC 5321 4.1.1.3: a source route, "@a.example,@b.example:", is to be ignored.
 * A path that begins with '@' and has no colon is none; it stays as it is.
 */
static struct span
without_route(struct span path)
{
	size_t colon = span_find(path, ':');

	if (path.len == 0 || path.ptr[0] != '@' || colon == path.len)
		return path;
	return span_trim(span_skip(path, colon + 1));
}

static struct span
bare_path(struct span path)
{
	path = span_trim(path);
	if (path.len >= 2 && path.ptr[0] == '<' &&
	    path.ptr[path.len - 1] == '>')
		path = span_trim(span_make(path.ptr + 1, path.len - 2));
	path = without_route(path);
	return path.len > 0 ? path : span_of("<>");
}

static struct event
envelope(enum event_kind kind, struct span path, const struct span *params,
    size_t param_count)
{
	struct event ev = { .kind = kind };

	ev.envelope.path = bare_path(path);
	ev.envelope.params = params;
	ev.envelope.param_count = param_count;
	return ev;
}

struct event
event_mail(struct span path, const struct span *params, size_t param_count)
{
	return envelope(EVENT_MAIL, path, params, param_count);
}

struct event
event_rcpt(struct span path, const struct span *params, size_t param_count)
{
	return envelope(EVENT_RCPT, path, params, param_count);
}

/* A blank, or a part of a fold. */
static bool
is_white(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/*
 * CRLF becomes LF, any other CR a space. A CR before a CRLF is such another
 * one: "\r\r\n" is " \n".
 */
static void
add_without_cr(struct buffer *out, struct span value)
{
	for (size_t cr; value.len > 0; value = span_skip(value, cr + 1)) {
		cr = span_find(value, '\r');
		buffer_add(out, span_head(value, cr));
		if (cr < value.len &&
		    (cr + 1 == value.len || value.ptr[cr + 1] != '\n'))
			buffer_add_char(out, ' ');
	}
}

struct event
event_header(struct span name, struct span value, struct buffer *scratch)
{
	struct event ev = { .kind = EVENT_HEADER };

	/* RFC 5322 4.5: blanks may stand between the name and the colon. */
	name = span_trim(name);
	/* "Subject:\r\n hello" is the same field as "Subject: hello". */
	while (value.len > 0 && is_white(value.ptr[0]))
		value = span_skip(value, 1);
	buffer_clear(scratch);
	if (span_find(value, '\r') < value.len) {
		add_without_cr(scratch, value);
		value = buffer_span(scratch);
	}
	ev.header.name = name;
	ev.header.value = value;
	return ev;
}

struct event
event_body(struct span bytes)
{
	struct event ev = { .kind = EVENT_BODY };

	ev.body.bytes = bytes;
	return ev;
}

struct event
event_unknown(struct span line)
{
	struct event ev = { .kind = EVENT_UNKNOWN };

	ev.unknown.line = line;
	return ev;
}

struct event
event_plain(enum event_kind kind)
{
	assert(kind == EVENT_DATA || kind == EVENT_EOH || kind == EVENT_EOM ||
	       kind == EVENT_ABORT || kind == EVENT_CLOSE);
	return (struct event){ .kind = kind };
}

struct macro
macro_make(struct span name, struct span value)
{
	if (name.len >= 2 && name.ptr[0] == '{' &&
	    name.ptr[name.len - 1] == '}')
		name = span_make(name.ptr + 1, name.len - 2);
	return (struct macro){ .name = name, .value = value };
}

bool
macro_name_is_valid(struct span name)
{
	char c;

	for (size_t i = 0; i < name.len; i++) {
		c = ascii_lower(name.ptr[i]);
		if (c != '_' && (c < 'a' || c > 'z') && (c < '0' || c > '9'))
			return false;
	}
	return name.len > 0;
}

bool
reply_status_is_valid(struct span status, char class)
{
	size_t i, digits = 0, dots = 0;

	if (status.len < 5 || status.ptr[0] != class || status.ptr[1] != '.')
		return false;
	for (i = 0; i < status.len; i++) {
		if (status.ptr[i] == '.') {
			if (digits == 0 || ++dots > 2)
				return false;
			digits = 0;
		} else if (status.ptr[i] < '0' || status.ptr[i] > '9' ||
		    ++digits > 3) {
			return false;
		}
	}
	return dots == 2 && digits > 0;
}
