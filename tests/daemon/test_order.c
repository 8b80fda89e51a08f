/*
 * test_order.c - a peer may say anything, in any order.
 *
 * libmilter calls xxfi_close without xxfi_connect, and xxfi_envfrom before
 * anything else, if the peer makes it so. Every test ends with the question
 * whether the daemon still does its work.
 */
#include "config.h"

#include "tests/support/daemon.h"
#include "tests/support/rawmilter.h"
#include "tests/unit/unit.h"

#define COUNT(array) (sizeof (array) / sizeof *(array))

/* Facts of every phase, so that every step matters. */
static const char rules[] =
    "rules:\n"
    "  - rule: evil\n"
    "    when: {helo: evil.example}\n"
    "    then: {reject: no evil}\n"
    "  - rule: bad-subject\n"
    "    when: {header_raw.subject: bad}\n"
    "    then: {reject: bad subject}\n"
    "  - rule: tag\n"
    "    when: {recipient: {exists: true}}\n"
    "    then: {add_header: {name: X-Tag, value: 'from ${sender}'}}\n";

static struct daemon daemon;

static void
check_healthy(void)
{
	char answer[RAWMILTER_TEXT_MAX];

	rawmilter_probe(daemon.address, "evil.example", answer);
	check_text(answer, "550 5.7.1 no evil");
	rawmilter_probe(daemon.address, "mx.example.org", answer);
	check_text(answer, "accept");
	check_int(daemon_wait(&daemon, 0), DAEMON_STUCK);
}

static void
test_start(void)
{
	check_true(daemon_start(&daemon, "", rules));
	check_healthy();
}

static void
test_connect_and_close(void)
{
	for (int i = 0; i < 20; i++) {
		struct rawmilter m;

		check_true(rawmilter_open(&m, daemon.address));
		rawmilter_drop(&m);
	}
	check_healthy();
}

static void
test_negotiate_and_close(void)
{
	for (int i = 0; i < 20; i++) {
		struct rawmilter m;

		check_true(rawmilter_start(&m, daemon.address));
		rawmilter_drop(&m);
		check_true(rawmilter_start(&m, daemon.address));
		rawmilter_close(&m);
	}
	check_healthy();
}

/* Append COMMAND with a payload that is well-formed. */
static void
put(struct rawmilter *m, enum wire_letter command)
{
	struct wire_options none = { .version = WIRE_VERSION };
	const struct span words[] = { span_of("<a@example.org>"),
		span_of("SIZE=5") };
	const struct span field[] = { span_of("Subject"), span_of("bad") };
	const struct macro macro = { span_of("i"), span_of("4Xyz") };

	if (command == WIRE_OPTIONS)
		packet_add_options(&m->out, &none);
	else if (command == WIRE_MACROS)
		packet_add_macros(&m->out, WIRE_MAIL, &macro, 1);
	else if (command == WIRE_CONNECT)
		packet_add_connect(&m->out, span_of("mx"), NULL);
	else if (command == WIRE_HELO || command == WIRE_UNKNOWN)
		packet_add_strings(&m->out, command, words, 1);
	else if (command == WIRE_MAIL || command == WIRE_RCPT)
		packet_add_strings(&m->out, command, words, 2);
	else if (command == WIRE_HEADER)
		packet_add_strings(&m->out, command, field, 2);
	else
		packet_add(&m->out, (char)command,
		    span_of(command == WIRE_BODY ? "hello\r\n" : ""));
}

/* An MTA that offers nothing must be sent an answer to every step. */
static bool
open_plainly(struct rawmilter *m)
{
	return rawmilter_open(m, daemon.address)
	    && rawmilter_negotiate(m, WIRE_VERSION, WIRE_MAY_ALL, 0);
}

static void
check_first(enum wire_letter command)
{
	struct rawmilter m;

	unit_case(wire_kind((char)command)->name);
	check_true(open_plainly(&m));
	put(&m, command);
	check_true(rawmilter_settle(&m));
	rawmilter_drop(&m);
}

static void
test_first_command(void)
{
	check_first(WIRE_MAIL);
	check_first(WIRE_BODY);
	check_first(WIRE_RCPT);
	check_first(WIRE_HEADER);
	check_first(WIRE_EOM);
	check_first(WIRE_ABORT);
	check_healthy();
}

/* A dialogue in its proper order; every prefix of it is a state. */
static const enum wire_letter dialogue[] = {
	WIRE_CONNECT, WIRE_HELO, WIRE_MACROS, WIRE_MAIL, WIRE_RCPT, WIRE_DATA,
	WIRE_HEADER, WIRE_EOH, WIRE_BODY, WIRE_EOM, WIRE_ABORT, WIRE_UNKNOWN,
	WIRE_QUIT_NC,
};

static const enum wire_letter commands[] = {
	WIRE_OPTIONS, WIRE_MACROS, WIRE_CONNECT, WIRE_HELO, WIRE_MAIL,
	WIRE_RCPT, WIRE_DATA, WIRE_HEADER, WIRE_EOH, WIRE_BODY, WIRE_EOM,
	WIRE_UNKNOWN, WIRE_ABORT, WIRE_QUIT, WIRE_QUIT_NC,
};

/* STEPS of the dialogue, then COMMAND twice. */
static void
check_in_state(size_t steps, enum wire_letter command, bool negotiated)
{
	struct rawmilter m;

	unit_case(wire_kind((char)command)->name);
	if (negotiated)
		check_true(open_plainly(&m));
	else
		check_true(rawmilter_open(&m, daemon.address));
	for (size_t i = 0; i < steps; i++)
		put(&m, dialogue[i]);
	put(&m, command);
	put(&m, command);
	check_true(rawmilter_settle(&m));
	rawmilter_drop(&m);
}

static void
test_every_command_everywhere(void)
{
	for (size_t i = 0; i < COUNT(commands); i++)
		check_in_state(0, commands[i], false);
	check_healthy();
	for (size_t steps = 0; steps <= COUNT(dialogue); steps++) {
		for (size_t i = 0; i < COUNT(commands); i++)
			check_in_state(steps, commands[i], true);
		check_healthy();
	}
}

static void
test_stop(void)
{
	check_int(daemon_finish(&daemon), 0);
}

static const struct unit_test tests[] = {
	{ "a daemon answers", test_start },
	{ "a peer may connect and hang up", test_connect_and_close },
	{ "a peer may negotiate and hang up", test_negotiate_and_close },
	{ "MAIL, BODY and others may come first", test_first_command },
	{ "every command may come in every state",
	    test_every_command_everywhere },
	{ "it stops when told to", test_stop },
};

UNIT_MAIN("daemon/order", tests)
