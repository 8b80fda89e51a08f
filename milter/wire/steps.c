/*
 * steps.c - an event, as the filter is told of it.
 *
 * Before each step come its macros, as Postfix 3.7 sends them: those that the
 * filter has chosen for it, or else Postfix's own choice. They are sent for a
 * step of the envelope that the filter does not want, too; libmilter keeps them
 * for the later ones.
 *
 * Failure: a step that no packet can hold is not told, and the filter has
 * failed: it would not know what it was asked.
 */
#include "config.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include "milter/wire/conversation.h"

#define MACROS_MAX 256		/* that are sent with a step */

/*
 * Stages without a list of the filter's have Postfix's (postconf -d). Some are
 * shared: in Postfix a field has the macros of the end of the header, a piece of
 * the body those of the end of the message. -1: none.
 */
static const struct {
	enum wire_letter letter;
	int stage;
	const char *macros;
} step_table[EVENT_COUNT] = {
	[EVENT_CONNECT] = { WIRE_CONNECT, WIRE_STAGE_CONNECT,
	    "j {daemon_name} {daemon_addr} v _" },
	[EVENT_HELO] = { WIRE_HELO, WIRE_STAGE_HELO,
	    "{tls_version} {cipher} {cipher_bits} {cert_subject} "
	    "{cert_issuer}" },
	[EVENT_MAIL] = { WIRE_MAIL, WIRE_STAGE_MAIL,
	    "i {auth_type} {auth_authen} {auth_author} {mail_addr} "
	    "{mail_host} {mail_mailer}" },
	[EVENT_RCPT] = { WIRE_RCPT, WIRE_STAGE_RCPT,
	    "i {rcpt_addr} {rcpt_host} {rcpt_mailer}" },
	[EVENT_DATA] = { WIRE_DATA, WIRE_STAGE_DATA, "i" },
	[EVENT_HEADER] = { WIRE_HEADER, WIRE_STAGE_EOH, "i" },
	[EVENT_EOH] = { WIRE_EOH, WIRE_STAGE_EOH, "i" },
	[EVENT_BODY] = { WIRE_BODY, WIRE_STAGE_EOM, "i" },
	[EVENT_EOM] = { WIRE_EOM, WIRE_STAGE_EOM, "i" },
	[EVENT_UNKNOWN] = { WIRE_UNKNOWN, -1, "" },
};

enum wire_letter
milter_letter(enum event_kind kind)
{
	return step_table[kind].letter;
}

/* The next name of a list, which it is taken off; empty at the end. */
static struct span
next_name(struct span *list)
{
	struct span name;
	size_t len = 0;

	while (list->len > 0 && strchr(" \t\r\n,", list->ptr[0]) != NULL)
		*list = span_skip(*list, 1);
	while (len < list->len && strchr(" \t\r\n,", list->ptr[len]) == NULL)
		len++;
	name = span_head(*list, len);
	*list = span_skip(*list, len);
	return name;
}

static void
tell_macros(struct milter *m, const struct event *event)
{
	int stage = step_table[event->kind].stage;
	struct span list = span_of(step_table[event->kind].macros);
	struct macro known[MACROS_MAX];
	struct span name;
	size_t count = 0;

	if (stage >= 0 && m->options.macros[stage].ptr != NULL)
		list = m->options.macros[stage];
	if (list.len == 0)
		return;
	while (count < MACROS_MAX && (name = next_name(&list)).len > 0) {
		name = macro_make(name, name).name;
		for (size_t i = 0; i < event->macro_count; i++)
			if (span_equal(event->macros[i].name, name)) {
				known[count++] = event->macros[i];
				break;
			}
	}
	/* One without macros is sent as well: it makes the filter forget those
	 * that this step had before. */
	packet_add_macros(&m->out, step_table[event->kind].letter, known,
	    count);
}

static void
tell_connect(struct milter *m, const struct event *event)
{
	struct sockaddr_in in = { .sin_family = AF_INET };
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6 };
	struct span name = event->connect.name;
	char text[IP_TEXT_MAX + 2] = "[";
	const void *addr = NULL;

	if (event->connect.ip.len == 4) {
		memcpy(&in.sin_addr, event->connect.ip.bytes, 4);
		in.sin_port = htons(event->connect.port);
		addr = &in;
	} else if (event->connect.ip.len == 16) {
		memcpy(&in6.sin6_addr, event->connect.ip.bytes, 16);
		in6.sin6_port = htons(event->connect.port);
		addr = &in6;
	}
	/* Postfix tells a name that is not known in Sendmail's form. */
	if (addr != NULL && span_is(name, "unknown")) {
		ip_format(&event->connect.ip, text + 1);
		strcat(text, "]");
		name = span_of(text);
	}
	packet_add_connect(&m->out, name, addr);
}

/* MAIL and RCPT: the path in <> and the parameters. */
static void
tell_envelope(struct milter *m, const struct event *event)
{
	size_t count = event->envelope.param_count;
	struct span path = event->envelope.path;
	struct span *strings;

	strings = arena_calloc(&m->text, count + 1, sizeof *strings);
	if (strings == NULL)
		return;
	if (!span_is(path, "<>")) {
		buffer_add_char(&m->scratch, '<');
		buffer_add(&m->scratch, path);
		buffer_add_char(&m->scratch, '>');
		path = buffer_span(&m->scratch);
	}
	strings[0] = path;
	if (count > 0)
		memcpy(strings + 1, event->envelope.params,
		    count * sizeof *strings);
	packet_add_strings(&m->out, milter_letter(event->kind), strings,
	    count + 1);
}

/*
 * A filter that has not agreed to see the blank behind the colon is shown the
 * field without one space; a tab, or a second space, stays.
 */
static void
tell_header(struct milter *m, const struct event *event)
{
	struct span lead = event->header.lead;
	struct span strings[2] = { event->header.name, event->header.value };

	if ((m->options.protocol & WIRE_LEADING_SPACE) == 0 &&
	    lead.len > 0 && lead.ptr[0] == ' ')
		lead = span_skip(lead, 1);
	if (lead.len > 0) {
		buffer_add(&m->scratch, lead);
		buffer_add(&m->scratch, event->header.value);
		strings[1] = buffer_span(&m->scratch);
	}
	packet_add_strings(&m->out, WIRE_HEADER, strings, 2);
}

static void
tell_step(struct milter *m, const struct event *event)
{
	enum wire_letter letter = milter_letter(event->kind);

	switch (event->kind) {
	case EVENT_CONNECT:
		tell_connect(m, event);
		break;
	case EVENT_HELO:
		packet_add_strings(&m->out, letter, &event->helo.name, 1);
		break;
	case EVENT_MAIL:
	case EVENT_RCPT:
		tell_envelope(m, event);
		break;
	case EVENT_HEADER:
		tell_header(m, event);
		break;
	case EVENT_BODY:
		packet_add(&m->out, (char)letter, event->body.bytes);
		break;
	case EVENT_UNKNOWN:
		packet_add_strings(&m->out, letter, &event->unknown.line, 1);
		break;
	case EVENT_DATA:
	case EVENT_EOH:
	case EVENT_EOM:
		packet_add(&m->out, (char)letter, span_of(""));
		break;
	case EVENT_ABORT:
	case EVENT_CLOSE:
	case EVENT_COUNT:
		break;
	}
}

/* Can the packet that begins at START be sent? If not, it has failed. */
static bool
is_sound(struct milter *m, size_t start)
{
	if (m->scratch.overflow || m->text.exhausted || m->out.len - start >
	    WIRE_NUMBER_BYTES + 1 + WIRE_PAYLOAD_MAX)
		milter_fail(m, "what it has to be told is too long for the "
		    "protocol");
	else if (m->out.overflow)
		milter_fail(m, "it does not read what it is told");
	return m->state != MILTER_FAILED;
}

static bool
is_content(enum event_kind kind)
{
	return kind == EVENT_HEADER || kind == EVENT_EOH || kind == EVENT_BODY;
}

bool
milter_tell(struct milter *m, const struct event *event)
{
	enum wire_letter letter = milter_letter(event->kind);
	bool wanted = wire_is_sent(&m->options, letter);
	size_t start = m->out.len;

	if (!wanted && is_content(event->kind))
		return false;
	buffer_clear(&m->scratch);
	tell_macros(m, event);
	if (!is_sound(m, start))
		return false;
	start = m->out.len;
	if (wanted)
		tell_step(m, event);
	return is_sound(m, start) && wire_is_answered(&m->options, letter);
}
