/*
 * test_xclient.c - unit tests for milter/replay/xclient.c.
 */
#include "config.h"

#include "milter/replay/xclient.h"
#include "tests/unit/unit.h"

#define COUNT(table) (sizeof (table) / sizeof (table)[0])
#define ALL "250-here\r\n250 XCLIENT NAME ADDR PROTO HELO PORT\r\n"

static const struct {
	const char *sentence;
	const char *reply;
	bool offered;
} offers[] = {
	{ "offered", ALL, true },
	{ "in small letters, in the middle",
	    "250-here\r\n250-xclient addr name\r\n250 SIZE\r\n", true },
	{ "without the name", "250 XCLIENT ADDR PORT\r\n", false },
	{ "without the address", "250 XCLIENT NAME\r\n", false },
	{ "something else", "250-XCLIENTS NAME ADDR\r\n250 NAME ADDR\r\n",
	    false },
	{ "nothing", "", false },
	{ "no reply", "2", false },
};

static void
test_offers(void)
{
	for (size_t i = 0; i < COUNT(offers); i++) {
		unit_case(offers[i].sentence);
		check_int(xclient_is_offered(span_of(offers[i].reply)),
		    offers[i].offered);
	}
}

static const struct {
	const char *sentence;
	const char *reply;
	const char *name;
	const char *ip;
	uint16_t port;
	const char *line;
} lines[] = {
	{ "all is known", ALL, "mx.example.org", "192.0.2.1", 4711,
	    "XCLIENT NAME=mx.example.org ADDR=192.0.2.1 PORT=4711" },
	{ "nothing is", ALL, "unknown", "", 0, "XCLIENT NAME=[UNAVAILABLE] "
	    "ADDR=[UNAVAILABLE] PORT=[UNAVAILABLE]" },
	{ "IPv6", ALL, "", "2001:db8::1", 0, "XCLIENT NAME=[UNAVAILABLE] "
	    "ADDR=IPV6:2001:db8::1 PORT=[UNAVAILABLE]" },
	{ "a port that cannot be said", "250 XCLIENT NAME ADDR\r\n", "a",
	    "192.0.2.1", 25, "XCLIENT NAME=a ADDR=192.0.2.1" },
	{ "a name that would be more than one word", ALL,
	    "a b=c+d\r\nQUIT\x7f", "192.0.2.1", 1, "XCLIENT "
	    "NAME=a+20b+3Dc+2Bd+0D+0AQUIT+7F ADDR=192.0.2.1 PORT=1" },
};

static void
test_lines(void)
{
	struct buffer line;

	buffer_init(&line, 4096);
	for (size_t i = 0; i < COUNT(lines); i++) {
		struct smtp_client client = { .name = span_of(lines[i].name),
			.port = lines[i].port };

		unit_case(lines[i].sentence);
		buffer_clear(&line);
		(void)ip_parse(span_of(lines[i].ip), &client.ip);
		xclient_write(span_of(lines[i].reply), &client, &line);
		check_text(buffer_text(&line), lines[i].line);
	}
	buffer_release(&line);
}

static const struct unit_test tests[] = {
	{ "it is known whether XCLIENT can be said", test_offers },
	{ "a client is named as XCLIENT wants it", test_lines },
};

UNIT_MAIN("xclient", tests)
