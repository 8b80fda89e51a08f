/*
 * test_macros.c - macros as no MTA should send them.
 *
 * None, empty ones, very many, very long ones; and packets of them that are not
 * made of pairs, which libmilter itself does not survive: the service does.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "milter/wire/packet.h"
#include "tests/support/abuse.h"
#include "tests/support/rawmilter.h"
#include "tests/unit/unit.h"

#define bytes(literal) { literal, sizeof (literal) - 1 }
#define COUNT(array) (sizeof (array) / sizeof *(array))
#define MANY 200
#define LONGEST (65536 - 64)	/* a packet with it is still one */

static struct daemon daemon;
static char names[MANY][16];
static char long_value[1 << 17];

static void
test_start(void)
{
	check_true(daemon_start(&daemon, "", abuse_rules));
	check_true(abuse_healthy(&daemon));
	memset(long_value, 'x', sizeof long_value - 1);
	for (size_t i = 0; i < MANY; i++)
		snprintf(names[i], sizeof names[i], "name_%zu", i);
}

enum amount { NONE, EMPTY, FEW, MOST, LONG };

/* Macros for COMMAND into OUT. */
static void
add_macros(struct buffer *out, enum wire_letter command, enum amount amount)
{
	struct macro macros[MANY];
	size_t count = amount == MOST ? MANY : 3;
	const char *value = amount == EMPTY ? "" : "value";

	if (amount == NONE) {
		packet_add_macros(out, command, NULL, 0);
		return;
	}
	for (size_t i = 0; i < count; i++)
		macros[i] = (struct macro){ span_of(names[i]),
			span_of(value) };
	macros[0].name = span_of("i");
	macros[1].name = span_of("daemon_name");
	macros[2].name = span_of("auth_authen");
	if (amount == LONG)
		macros[2].value = span_make(long_value, LONGEST);
	packet_add_macros(out, command, macros, count);
}

static const struct {
	const char *sentence;
	enum amount amount;
} amounts[] = {
	{ "no macros", NONE },
	{ "empty macros", EMPTY },
	{ "three macros", FEW },
	{ "two hundred macros", MOST },
	{ "a macro of 64 KiB", LONG },
};

/* A whole session with macros of AMOUNT at each step. */
static const char *
session(enum amount amount)
{
	static char answer[RAWMILTER_TEXT_MAX];
	const char *got = "unreachable";
	struct rawmilter m;

	if (rawmilter_start(&m, daemon.address)) {
		add_macros(&m.out, WIRE_CONNECT, amount);
		rawmilter_connect(&m, "mx.example.org", "192.0.2.1");
		add_macros(&m.out, WIRE_HELO, amount);
		rawmilter_helo(&m, "mx.example.org");
		add_macros(&m.out, WIRE_MAIL, amount);
		rawmilter_mail(&m, "<a@example.org>");
		add_macros(&m.out, WIRE_RCPT, amount);
		rawmilter_rcpt(&m, "<b@example.org>");
		add_macros(&m.out, WIRE_DATA, amount);
		rawmilter_plain(&m, WIRE_DATA);
		rawmilter_header(&m, "Subject", "good");
		add_macros(&m.out, WIRE_EOH, amount);
		rawmilter_plain(&m, WIRE_EOH);
		rawmilter_body(&m, span_of("hello\r\n"));
		add_macros(&m.out, WIRE_EOM, amount);
		got = rawmilter_plain(&m, WIRE_EOM);
	}
	snprintf(answer, sizeof answer, "%s", got);
	rawmilter_close(&m);
	return answer;
}

static void
test_amounts(void)
{
	for (size_t i = 0; i < COUNT(amounts); i++) {
		unit_case(amounts[i].sentence);
		check_text(session(amounts[i].amount), "continue");
		check_true(abuse_healthy(&daemon));
	}
}

/* One byte more than a packet may have: that session ends, and no other. */
static void
test_too_long(void)
{
	struct macro macro = { span_of("auth_authen"),
		span_make(long_value, 65536) };
	struct buffer stream;

	buffer_init(&stream, ABUSE_STREAM_MAX);
	abuse_add_dialogue(&stream, 2);
	packet_add_macros(&stream, WIRE_MAIL, &macro, 1);
	abuse_add_dialogue(&stream, 4);
	check_true(abuse_send(&daemon, buffer_span(&stream), true));
	buffer_release(&stream);
	check_true(abuse_healthy(&daemon));
}

static void
test_stop(void)
{
	check_int(daemon_finish(&daemon), 0);
}

static const struct {
	const char *sentence;
	struct span raw;
} unpaired[] = {
	{ "a name without a value", bytes("\0\0\0\4DMi\0") },
	{ "three strings", bytes("\0\0\0\10DMi\0x\0y\0") },
	/* The memory of the long name is that of the array of three. */
	{ "three strings behind a long name",
	    bytes("\0\0\0\50HAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\0"
		  "\0\0\0\10DMi\0x\0y\0") },
	{ "nothing at all", bytes("\0\0\0\1D") },
	{ "no NUL", bytes("\0\0\0\6DMi\0xy") },
};

/* Each may end the worker: that is told by no more than a cut session. */
static void
test_unpaired(void)
{
	long worker;
	size_t ended = 0;

	check_true(daemon_start(&daemon, "", abuse_rules));
	check_true(abuse_healthy(&daemon));
	for (size_t i = 0; i < COUNT(unpaired); i++) {
		struct buffer stream;

		unit_case(unpaired[i].sentence);
		worker = abuse_worker(&daemon);
		buffer_init(&stream, ABUSE_STREAM_MAX);
		abuse_add_dialogue(&stream, 2);
		buffer_add(&stream, unpaired[i].raw);
		abuse_add_step(&stream, 3);
		abuse_add_dialogue(&stream, 10);
		check_true(abuse_send(&daemon, buffer_span(&stream), true));
		buffer_release(&stream);
		check_true(abuse_recovers(&daemon));
		ended += abuse_worker(&daemon) != worker;
	}
	check_int(daemon_stop(&daemon), 0);
	printf("# NUMBERS %zu amounts of macros; %zu packets not in pairs, "
	    "which ended %zu workers: served again\n", COUNT(amounts) + 1,
	    COUNT(unpaired), ended);

	/* What a sanitizer says of libmilter's reading is expected. */
	daemon_finish(&daemon);
}

static const struct unit_test tests[] = {
	{ "a daemon answers", test_start },
	{ "any amount of macros is taken", test_amounts },
	{ "a packet that is too long ends its session", test_too_long },
	{ "it stops when told to", test_stop },
	{ "macros not in pairs end no service", test_unpaired },
};

UNIT_MAIN("daemon/macros", tests)
