/*
 * test_states.c - every command at every step, and lengths that no packet has.
 *
 * A session is led up to each of its steps; then each command comes, as it
 * comes from an MTA, without its strings, with strings that no NUL ends, and
 * with lengths that are not its own.
 */
#include "config.h"

#include <stdio.h>

#include "milter/wire/packet.h"
#include "tests/support/abuse.h"
#include "tests/unit/unit.h"

#define COUNT(array) (sizeof (array) / sizeof *(array))

static struct daemon daemon;
static size_t sent;
static size_t files;
static long worker;

static void
check_healthy(void)
{
	check_true(abuse_is_unharmed(&daemon, worker));
}

static void
test_start(void)
{
	check_true(daemon_start(&daemon, "", abuse_rules));
	check_true(abuse_healthy(&daemon));
	worker = abuse_worker(&daemon);
	files = abuse_open_files(&daemon);
}

/* STREAM with and without a negotiation before it. */
static void
send_both(struct buffer *stream)
{
	check_true(abuse_send(&daemon, buffer_span(stream), true));
	check_true(abuse_send(&daemon, buffer_span(stream), false));
	sent += 2;
	buffer_release(stream);
}

/* A row for a failure to be told by. */
static void
name_case(size_t step, size_t command)
{
	static char row[64];

	snprintf(row, sizeof row, "after %zu steps, %s", step,
	    wire_kind((char)abuse_letter(command))->name);
	unit_case(row);
}

static void
test_matrix(void)
{
	for (size_t step = 0; step <= ABUSE_STEPS; step++) {
		for (size_t command = 0; command < ABUSE_STEPS; command++) {
			struct buffer stream;

			name_case(step, command);
			buffer_init(&stream, ABUSE_STREAM_MAX);
			abuse_add_dialogue(&stream, step);
			abuse_add_step(&stream, command);
			send_both(&stream);
		}
		check_healthy();
	}
}

/* One command before each command, and nothing else: 15 by 15. */
static void
test_pairs(void)
{
	for (size_t first = 0; first < ABUSE_STEPS; first++) {
		for (size_t second = 0; second < ABUSE_STEPS; second++) {
			struct buffer stream;

			name_case(first, second);
			buffer_init(&stream, ABUSE_STREAM_MAX);
			abuse_add_step(&stream, first);
			abuse_add_step(&stream, second);
			abuse_add_step(&stream, first);
			send_both(&stream);
		}
		check_healthy();
	}
}

static const struct {
	const char *sentence;
	const char *payload;
	size_t len;
} payloads[] = {
	{ "nothing", "", 0 },
	{ "a NUL", "", 1 },
	{ "no NUL", "xy", 2 },
	{ "no NUL at the end", "x\0y", 3 },
	{ "two NULs", "\0", 2 },
};

/* Macros not in pairs are for test_macros. */
static void
test_payloads(void)
{
	for (size_t step = 0; step < ABUSE_STEPS; step++) {
		for (size_t i = 0; i < COUNT(payloads); i++) {
			enum wire_letter letter = abuse_letter(step);
			struct buffer stream;

			if (letter == WIRE_MACROS)
				continue;
			unit_case(payloads[i].sentence);
			buffer_init(&stream, ABUSE_STREAM_MAX);
			abuse_add_dialogue(&stream, step);
			packet_add(&stream, (char)letter, span_make(
			    payloads[i].payload, payloads[i].len));
			abuse_add_dialogue(&stream, ABUSE_STEPS);
			send_both(&stream);
		}
		check_healthy();
	}
}

static const struct {
	const char *sentence;
	char bytes[4];
} lengths[] = {
	{ "a length of 0", { 0, 0, 0, 0 } },
	{ "a length of 1", { 0, 0, 0, 1 } },
	{ "a length of 65536", { 0, 1, 0, 0 } },
	{ "a length of 65537", { 0, 1, 0, 1 } },
	{ "a length of 2^31-1", { '\177', '\377', '\377', '\377' } },
	{ "a length of 2^31", { '\200', 0, 0, 0 } },
	{ "a length of 2^32-1", { '\377', '\377', '\377', '\377' } },
};

/* With 64 KiB behind it, so that the length of 65536 is a whole packet. */
static void
test_lengths(void)
{
	static const char filling[65536];

	for (size_t step = 0; step < ABUSE_STEPS; step++) {
		for (size_t i = 0; i < COUNT(lengths); i++) {
			char letter = (char)abuse_letter(step);
			struct buffer stream;

			if (letter == WIRE_MACROS)
				continue;
			unit_case(lengths[i].sentence);
			buffer_init(&stream, ABUSE_STREAM_MAX);
			abuse_add_dialogue(&stream, step);
			buffer_add(&stream, span_make(lengths[i].bytes, 4));
			buffer_add_char(&stream, letter);
			buffer_add(&stream, span_make(filling,
			    sizeof filling));
			send_both(&stream);
		}
		check_healthy();
	}
}

static void
test_stop(void)
{
	check_true(abuse_open_files(&daemon) <= files + 2);
	check_int(daemon_finish(&daemon), 0);
	printf("# NUMBERS %zu dialogues, the worker is the same\n", sent);
}

static const struct unit_test tests[] = {
	{ "a daemon answers", test_start },
	{ "every command may come after every step", test_matrix },
	{ "every command may come after every other", test_pairs },
	{ "every command may lack what it should have", test_payloads },
	{ "every command may have any length", test_lengths },
	{ "nothing is left behind, and it stops", test_stop },
};

UNIT_MAIN("daemon/states", tests)
