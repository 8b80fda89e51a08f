/*
 * test_abuse.c - packets that no MTA sends.
 *
 * Whatever is done to one connection, the daemon goes on, the others are
 * answered rightly, and what the connection held is given back.
 */
#include "config.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/abuse.h"
#include "tests/support/daemon.h"
#include "tests/unit/unit.h"

#define bytes(literal) { literal, sizeof (literal) - 1 }
#define COUNT(array) (sizeof (array) / sizeof *(array))
#define STREAMS 2000
#define MESSAGE_STEPS 10	/* from CONNECT to EOM */

static struct daemon daemon;
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
}

static const struct {
	const char *sentence;
	struct span raw;
} malformed[] = {
	{ "a length of 0", bytes("\0\0\0\0") },
	{ "a length of 0 and more", bytes("\0\0\0\0Hmx\0\0\0\0\1Q") },
	{ "a length of 1 and a strange letter", bytes("\0\0\0\1?") },
	{ "a length of 1 and NUL", bytes("\0\0\0\1\0") },
	{ "half a length", bytes("\0\0") },
	{ "half a packet", bytes("\0\0\0\12Hmx") },
	{ "a length of 65536", bytes("\0\1\0\0Bx") },
	{ "a length of 65537", bytes("\0\1\0\1Bx") },
	{ "a length of 2^31-1", bytes("\177\377\377\377Bx") },
	{ "a length of 2^31", bytes("\200\0\0\0Bx") },
	{ "a length of 2^32-1", bytes("\377\377\377\377Bx") },
	{ "options of no bytes", bytes("\0\0\0\1O") },
	{ "options that are too short", bytes("\0\0\0\5O\0\0\0\6") },
	{ "options of version 1",
	    bytes("\0\0\0\15O\0\0\0\1\0\0\0\0\0\0\0\0") },
	{ "options of a version to come",
	    bytes("\0\0\0\15O\377\377\377\377\377\377\377\377"
		  "\377\377\377\377") },
	{ "CONNECT of nothing", bytes("\0\0\0\1C") },
	{ "CONNECT without a NUL", bytes("\0\0\0\3Cmx") },
	{ "CONNECT without a family", bytes("\0\0\0\4Cmx\0") },
	{ "CONNECT without a port", bytes("\0\0\0\5Cmx\0" "4") },
	{ "CONNECT without an address", bytes("\0\0\0\7Cmx\0" "4\0\31") },
	{ "CONNECT without the last NUL",
	    bytes("\0\0\0\20Cmx\0" "4\0\31" "192.0.2.1") },
	{ "CONNECT from no address",
	    bytes("\0\0\0\13Cmx\0" "4\0\31" "abc\0") },
	{ "CONNECT of a strange family",
	    bytes("\0\0\0\13Cmx\0" "x\0\31" "abc\0") },
	{ "HELO of nothing", bytes("\0\0\0\1H") },
	{ "HELO without a NUL", bytes("\0\0\0\3Hmx") },
	{ "MAIL of nothing", bytes("\0\0\0\1M") },
	{ "MAIL without a NUL", bytes("\0\0\0\4M<a>") },
	{ "MAIL of an empty string", bytes("\0\0\0\2M\0") },
	{ "MAIL with parameters without a NUL",
	    bytes("\0\0\0\11M<a>\0SIZ") },
	{ "RCPT of nothing", bytes("\0\0\0\1R") },
	{ "RCPT without a NUL", bytes("\0\0\0\4R<a>") },
	{ "HEADER of nothing", bytes("\0\0\0\1L") },
	{ "HEADER without a value", bytes("\0\0\0\3LX\0") },
	{ "HEADER without a NUL", bytes("\0\0\0\4LX\0y") },
	{ "HEADER without a name", bytes("\0\0\0\4L\0y\0") },
	{ "UNKNOWN of nothing", bytes("\0\0\0\1U") },
	{ "UNKNOWN without a NUL", bytes("\0\0\0\4Uabc") },
	{ "MACROS of nothing", bytes("\0\0\0\1D") },
	{ "MACROS of a strange command", bytes("\0\0\0\6D?i\0x\0") },
	{ "MACROS without a value", bytes("\0\0\0\4DMi\0") },
	{ "MACROS without a NUL", bytes("\0\0\0\5DMi\0x") },
	{ "EOH with a payload", bytes("\0\0\0\4Nabc") },
	{ "text of another protocol", bytes("EHLO mx.example.org\r\n") },
};

static void
test_malformed(void)
{
	for (size_t i = 0; i < COUNT(malformed); i++) {
		unit_case(malformed[i].sentence);
		check_true(abuse_send(&daemon, malformed[i].raw, false));
		check_true(abuse_send(&daemon, malformed[i].raw, true));
	}
	check_healthy();
}

/* The same behind a dialogue, where the daemon knows more that could break. */
static void
test_malformed_later(void)
{
	for (size_t i = 0; i < COUNT(malformed); i++) {
		struct buffer stream;

		unit_case(malformed[i].sentence);
		buffer_init(&stream, ABUSE_STREAM_MAX);
		abuse_add_dialogue(&stream, MESSAGE_STEPS);
		buffer_add(&stream, malformed[i].raw);
		check_true(abuse_send(&daemon, buffer_span(&stream), true));
		buffer_release(&stream);
	}
	check_healthy();
}

/* A small generator: a failure can be had again from the number of its row. */
static uint32_t
next_random(uint32_t *state)
{
	*state = *state * 1664525 + 1013904223;
	return *state >> 8;
}

/* Change STREAM in one of five ways. */
static void
mutate(struct buffer *stream, uint32_t *seed)
{
	size_t at = next_random(seed) % stream->len;
	size_t left = stream->len - at;
	size_t some = 1 + next_random(seed) % (left < 16 ? left : 16);
	char again[16];

	switch (next_random(seed) % 5) {
	case 0:
		stream->ptr[at] ^= (char)(1u << next_random(seed) % 8);
		break;
	case 1:
		stream->ptr[at] = (char)next_random(seed);
		break;
	case 2:
		memset(stream->ptr + at, 0, some);
		break;
	case 3:
		memmove(stream->ptr + at, stream->ptr + at + some,
		    left - some);
		stream->len -= some;
		break;
	case 4:
		memcpy(again, stream->ptr + at, some);
		buffer_add(stream, span_make(again, some));
		break;
	}
}

/*
 * Is there a packet of macros in STREAM that is not made of pairs? libmilter's
 * smfi_getsymval() steps over the end of its array then, whatever the filter
 * does, so a peer that may send those is one that only the socket's mode keeps
 * out: millgate(8) says so.
 */
static bool
has_odd_macros(struct span stream)
{
	uint32_t length;
	size_t strings;

	while (stream.len > 5) {
		memcpy(&length, stream.ptr, sizeof length);
		length = ntohl(length);
		if (length == 0 || length > stream.len - 4)
			return stream.ptr[4] == WIRE_MACROS;
		strings = 0;
		for (uint32_t i = 2; i < length; i++)
			strings += stream.ptr[4 + i] == '\0';
		if (stream.ptr[4] == WIRE_MACROS && (strings % 2 != 0 ||
		    length < 2 || stream.ptr[3 + length] != '\0'))
			return true;
		stream = span_skip(stream, 4 + (size_t)length);
	}
	return false;
}

/* How many streams: MILLGATE_STREAMS, or some. */
static uint32_t
streams_wanted(void)
{
	const char *text = getenv("MILLGATE_STREAMS");
	long wanted = text != NULL ? atol(text) : 0;

	return wanted > 0 ? (uint32_t)wanted : STREAMS;
}

/* Stream number I, mutated one to four times. */
static void
make_stream(struct buffer *stream, uint32_t i)
{
	uint32_t seed = i;

	buffer_init(stream, ABUSE_STREAM_MAX);
	abuse_add_dialogue(stream, MESSAGE_STEPS);
	for (uint32_t n = next_random(&seed) % 4; n < 4; n++)
		if (stream->len > 0)
			mutate(stream, &seed);
}

static void
test_mutated(void)
{
	size_t files = abuse_open_files(&daemon), sent = 0;
	uint32_t count = streams_wanted();
	char row[64];

	for (uint32_t i = 0; i < count; i++) {
		struct buffer stream;

		snprintf(row, sizeof row, "stream %lu", (unsigned long)i);
		unit_case(row);
		make_stream(&stream, i);
		if (!has_odd_macros(buffer_span(&stream))) {
			check_true(abuse_send(&daemon, buffer_span(&stream),
			    i % 8 != 0));
			sent++;
		}
		buffer_release(&stream);
		if (i % 200 == 0)
			check_healthy();
	}
	check_true(sent > count / 2);
	unit_case("afterwards");
	check_healthy();
	check_true(abuse_open_files(&daemon) <= files + 2);
	printf("# NUMBERS %lu streams made, %zu sent, the worker is the same\n",
	    (unsigned long)count, sent);
}

static void
test_stop(void)
{
	check_int(daemon_finish(&daemon), 0);
}

static const struct unit_test tests[] = {
	{ "a daemon answers", test_start },
	{ "a malformed packet harms nobody", test_malformed },
	{ "neither does one behind a message", test_malformed_later },
	{ "mutated streams harm nobody", test_mutated },
	{ "it stops when told to", test_stop },
};

UNIT_MAIN("daemon/abuse", tests)
