/*
 * rawmilter_steps.c - one step of a dialogue, and a whole message.
 *
 * A step is written, sent and answered, unless the negotiation says that it is
 * not sent or not answered.
 */
#include "config.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "tests/support/rawmilter.h"

#define MACROS_MAX 16

bool
rawmilter_negotiate(struct rawmilter *m, uint32_t version, uint32_t actions,
    uint32_t protocol)
{
	struct wire_options offer = { .version = version, .actions = actions,
		.protocol = protocol };

	packet_add_options(&m->out, &offer);
	return rawmilter_flush(m)
	    && strcmp(rawmilter_answer(m), "options") == 0;
}

bool
rawmilter_start(struct rawmilter *m, const char *address)
{
	return rawmilter_open(m, address)
	    && rawmilter_negotiate(m, WIRE_VERSION, WIRE_MAY_ALL,
	    WIRE_PROTOCOL_ALL & ~WIRE_LEADING_SPACE);
}

/* What is in M->out ends with COMMAND: send it and wait if there is a reply. */
static const char *
finish_step(struct rawmilter *m, enum wire_letter command)
{
	if (!rawmilter_flush(m))
		return "closed";
	if (!wire_is_answered(&m->options, command))
		return "continue";
	return rawmilter_answer(m);
}

static const char *
step(struct rawmilter *m, enum wire_letter command, const char *first,
    const char *second)
{
	struct span strings[2] = { span_of(first), span_of(second) };

	if (!wire_is_sent(&m->options, command)) {
		buffer_clear(&m->out);
		return "continue";
	}
	packet_add_strings(&m->out, command, strings, second != NULL ? 2 : 1);
	return finish_step(m, command);
}

const char *
rawmilter_connect(struct rawmilter *m, const char *name, const char *client)
{
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6,
		.sin6_port = htons(40112) };
	struct sockaddr_in in = { .sin_family = AF_INET,
		.sin_port = htons(40112) };
	const void *addr = NULL;

	if (!wire_is_sent(&m->options, WIRE_CONNECT)) {
		buffer_clear(&m->out);
		return "continue";
	}
	if (client != NULL && inet_pton(AF_INET, client, &in.sin_addr) == 1)
		addr = &in;
	else if (client != NULL
	    && inet_pton(AF_INET6, client, &in6.sin6_addr) == 1)
		addr = &in6;
	packet_add_connect(&m->out, span_of(name), addr);
	return finish_step(m, WIRE_CONNECT);
}

const char *
rawmilter_helo(struct rawmilter *m, const char *name)
{
	return step(m, WIRE_HELO, name, NULL);
}

const char *
rawmilter_mail(struct rawmilter *m, const char *path)
{
	buffer_clear(&m->edits);
	buffer_clear(&m->body);
	m->edit_count = 0;
	return step(m, WIRE_MAIL, path, NULL);
}

const char *
rawmilter_rcpt(struct rawmilter *m, const char *path)
{
	return step(m, WIRE_RCPT, path, NULL);
}

const char *
rawmilter_header(struct rawmilter *m, const char *name, const char *value)
{
	return step(m, WIRE_HEADER, name, value);
}

const char *
rawmilter_unknown(struct rawmilter *m, const char *line)
{
	return step(m, WIRE_UNKNOWN, line, NULL);
}

static const char *
step_bytes(struct rawmilter *m, enum wire_letter command, struct span bytes)
{
	if (!wire_is_sent(&m->options, command)) {
		buffer_clear(&m->out);
		return "continue";
	}
	packet_add(&m->out, (char)command, bytes);
	return finish_step(m, command);
}

const char *
rawmilter_body(struct rawmilter *m, struct span bytes)
{
	return step_bytes(m, WIRE_BODY, bytes);
}

const char *
rawmilter_plain(struct rawmilter *m, enum wire_letter command)
{
	return step_bytes(m, command, span_of(""));
}

bool
rawmilter_abort(struct rawmilter *m)
{
	packet_add(&m->out, WIRE_ABORT, span_of(""));
	return rawmilter_flush(m);
}

void
rawmilter_macros(struct rawmilter *m, enum wire_letter command, ...)
{
	struct macro macros[MACROS_MAX];
	size_t count = 0;
	const char *name;
	va_list args;

	va_start(args, command);
	while (count < MACROS_MAX &&
	    (name = va_arg(args, const char *)) != NULL) {
		macros[count].name = span_of(name);
		macros[count++].value = span_of(va_arg(args, const char *));
	}
	va_end(args);
	packet_add_macros(&m->out, command, macros, count);
}

static bool
goes_on(const char *answer)
{
	return strcmp(answer, "continue") == 0 || strcmp(answer, "skip") == 0;
}

/* MAIL and RCPT: "continue" when a recipient is left, or what ended it. */
static const char *
send_envelope(struct rawmilter *m, const struct rawmilter_message *message)
{
	const char *answer = rawmilter_mail(m, message->sender);
	bool anybody = false;

	if (!goes_on(answer))
		return answer;
	for (size_t i = 0; i < RAWMILTER_RECIPIENTS; i++) {
		if (message->recipients[i] == NULL)
			break;
		answer = rawmilter_rcpt(m, message->recipients[i]);
		anybody = anybody || goes_on(answer);
	}
	if (anybody)
		return "continue";
	rawmilter_abort(m);
	return answer;
}

static const char *
send_fields(struct rawmilter *m, const struct rawmilter_message *message)
{
	const char *answer = "continue";

	for (size_t i = 0; i < RAWMILTER_FIELDS && goes_on(answer); i++) {
		if (message->fields[i].name == NULL)
			break;
		answer = rawmilter_header(m, message->fields[i].name,
		    message->fields[i].value);
	}
	return answer;
}

/* DATA or EOM, with the queue ID as Postfix gives it. */
static const char *
send_with_id(struct rawmilter *m, enum wire_letter command, const char *id)
{
	if (id != NULL)
		rawmilter_macros(m, command, "i", id, NULL);
	return rawmilter_plain(m, command);
}

const char *
rawmilter_send(struct rawmilter *m, const struct rawmilter_message *message)
{
	const char *answer = send_envelope(m, message);

	if (goes_on(answer))
		answer = send_with_id(m, WIRE_DATA, message->queue_id);
	if (goes_on(answer))
		answer = send_fields(m, message);
	if (goes_on(answer))
		answer = rawmilter_plain(m, WIRE_EOH);
	if (goes_on(answer) && message->body != NULL)
		answer = rawmilter_body(m, span_of(message->body));
	if (goes_on(answer))
		answer = send_with_id(m, WIRE_EOM, message->queue_id);
	return goes_on(answer) ? "accept" : answer;
}

void
rawmilter_probe(const char *address, const char *helo,
    char answer[RAWMILTER_TEXT_MAX])
{
	static const struct rawmilter_message message = {
		.sender = "<probe@example.org>",
		.recipients = { "<alice@example.com>" },
		.fields = { { "Subject", "probe" } },
		.body = "hello\r\n",
	};
	const char *got = "unreachable";
	struct rawmilter m;

	if (rawmilter_start(&m, address))
		got = rawmilter_connect(&m, "mx.example.org", "192.0.2.1");
	if (goes_on(got))
		got = rawmilter_helo(&m, helo);
	if (goes_on(got))
		got = rawmilter_send(&m, &message);
	snprintf(answer, RAWMILTER_TEXT_MAX, "%s", got);
	rawmilter_close(&m);
}

bool
rawmilter_settle(struct rawmilter *m)
{
	const char *answer;

	/* A filter that has hung up already takes nothing more. */
	rawmilter_flush(m);
	if (m->fd >= 0)
		shutdown(m->fd, SHUT_WR);
	do
		answer = rawmilter_answer(m);
	while (m->fd >= 0);
	return strcmp(answer, "closed") == 0;
}
