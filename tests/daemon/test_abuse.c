/*
 * test_abuse.c - packets that no MTA sends.
 *
 * Whatever is done to one connection, the daemon goes on, the others are
 * answered rightly, and what the connection held is given back.
 */
#include "config.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <stdio.h>
#include <string.h>

#include "tests/support/daemon.h"
#include "tests/support/rawmilter.h"
#include "tests/unit/unit.h"

#define bytes(literal) { literal, sizeof (literal) - 1 }
#define COUNT(array) (sizeof (array) / sizeof *(array))
#define STREAMS 2000
#define STREAM_MAX 4096

static const char rules[] =
    "rules:\n"
    "  - rule: evil\n"
    "    when: {helo: evil.example}\n"
    "    then: {reject: no evil}\n"
    "  - rule: bad-subject\n"
    "    when: {header_raw.subject: '/bad(.*)/'}\n"
    "    then: {reject: 'bad ${1}'}\n"
    "  - rule: tag\n"
    "    when: {recipient: {exists: true}}\n"
    "    then:\n"
    "      - add_header: {name: X-Tag, value: '${sender} ${helo|-}'}\n"
    "      - remove_header: {name: Received}\n";

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

/* BYTES alone, or behind a negotiation. */
static void
send_raw(struct span raw, bool negotiated)
{
	struct rawmilter m;

	check_true(rawmilter_open(&m, daemon.address));
	if (negotiated)
		check_true(rawmilter_negotiate(&m, WIRE_VERSION, WIRE_MAY_ALL,
		    0));
	buffer_add(&m.out, raw);
	check_true(rawmilter_settle(&m));
	rawmilter_drop(&m);
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
		send_raw(malformed[i].raw, false);
		send_raw(malformed[i].raw, true);
	}
	check_healthy();
}

/* The same behind a dialogue, where the daemon knows more that could break. */
static void
add_dialogue(struct buffer *out)
{
	const struct span mail[] = { span_of("<a@example.org>"),
		span_of("SIZE=100") };
	const struct span subject[] = { span_of("Subject"), span_of("good") };
	const struct span trace[] = { span_of("Received"), span_of("a\n b") };
	const struct macro macros[] = { { span_of("i"), span_of("4Xyz") },
		{ span_of("auth_authen"), span_of("user") } };

	packet_add_connect(out, span_of("mx.example.org"), NULL);
	packet_add_strings(out, WIRE_HELO, mail, 1);
	packet_add_macros(out, WIRE_MAIL, macros, COUNT(macros));
	packet_add_strings(out, WIRE_MAIL, mail, 2);
	packet_add_strings(out, WIRE_RCPT, mail, 1);
	packet_add_strings(out, WIRE_RCPT, mail + 1, 1);
	packet_add(out, WIRE_DATA, span_of(""));
	packet_add_strings(out, WIRE_HEADER, subject, 2);
	packet_add_strings(out, WIRE_HEADER, trace, 2);
	packet_add(out, WIRE_EOH, span_of(""));
	packet_add(out, WIRE_BODY, span_of("hello\r\n"));
	packet_add(out, WIRE_EOM, span_of(""));
}

static void
test_malformed_later(void)
{
	for (size_t i = 0; i < COUNT(malformed); i++) {
		struct buffer stream;

		unit_case(malformed[i].sentence);
		buffer_init(&stream, STREAM_MAX);
		add_dialogue(&stream);
		buffer_add(&stream, malformed[i].raw);
		send_raw(buffer_span(&stream), true);
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

static size_t
open_files(void)
{
	char path[64];
	size_t count = 0;
	DIR *list;

	snprintf(path, sizeof path, "/proc/%ld/fd", (long)daemon.pid);
	list = opendir(path);
	while (list != NULL && readdir(list) != NULL)
		count++;
	if (list != NULL)
		closedir(list);
	return count;
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

static void
test_mutated(void)
{
	size_t files = open_files(), sent = 0;
	char row[64];

	for (uint32_t i = 0; i < STREAMS; i++) {
		uint32_t seed = i;
		struct buffer stream;

		snprintf(row, sizeof row, "stream %lu", (unsigned long)i);
		unit_case(row);
		buffer_init(&stream, STREAM_MAX);
		add_dialogue(&stream);
		for (uint32_t n = next_random(&seed) % 4; n < 4; n++)
			if (stream.len > 0)
				mutate(&stream, &seed);
		if (!has_odd_macros(buffer_span(&stream))) {
			send_raw(buffer_span(&stream), i % 8 != 0);
			sent++;
		}
		buffer_release(&stream);
		if (i % 200 == 0)
			check_healthy();
	}
	check_true(sent > STREAMS / 2);
	unit_case("afterwards");
	check_healthy();
	check_true(open_files() <= files + 2);
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
	{ "2000 mutated streams harm nobody", test_mutated },
	{ "it stops when told to", test_stop },
};

UNIT_MAIN("daemon/abuse", tests)
