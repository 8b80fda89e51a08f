/*
 * test_event.c - whatever an MTA calls it, a rule sees one form.
 */
#include "config.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/un.h>

#include "event.h"
#include "ip.h"
#include "tests/unit/unit.h"
#include "verdict.h"

#define COUNT(a) (sizeof(a) / sizeof(a)[0])

struct text_row {
	const char *sentence;
	const char *given;
	const char *want;
};

static const struct text_row client_names[] = {
	{ "a verified name stays", "mx.example.org", "mx.example.org" },
	{ "Sendmail's form of no name", "[192.0.2.1]", "unknown" },
	{ "Sendmail's form for IPv6", "[IPv6:2001:db8::1]", "unknown" },
	{ "Postfix's form of no name", "unknown", "unknown" },
	{ "the same in capitals", "UNKNOWN", "unknown" },
	{ "nothing", "", "unknown" },
	{ "no name at all", NULL, "unknown" },
	{ "only blanks", " ", "unknown" },
};

static void
test_client_name(void)
{
	for (size_t i = 0; i < COUNT(client_names); i++) {
		struct event ev =
		    event_connect(span_of(client_names[i].given), NULL);

		unit_case(client_names[i].sentence);
		check_int(ev.kind, EVENT_CONNECT);
		check_span(ev.connect.name, client_names[i].want);
	}
}

static void
check_address(const struct sockaddr *addr, const char *ip, unsigned port)
{
	struct event ev = event_connect(span_of("x"), addr);
	char out[IP_TEXT_MAX];

	ip_format(&ev.connect.ip, out);
	check_text(out, ip);
	check_int(ev.connect.port, port);
}

static void
test_client_address(void)
{
	struct sockaddr_in in = { .sin_family = AF_INET,
		.sin_port = htons(40112) };
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6,
		.sin6_port = htons(25) };
	struct sockaddr_un un = { .sun_family = AF_UNIX };

	inet_pton(AF_INET, "192.0.2.1", &in.sin_addr);
	check_address((const struct sockaddr *)&in, "192.0.2.1", 40112);
	inet_pton(AF_INET6, "2001:db8::1", &in6.sin6_addr);
	check_address((const struct sockaddr *)&in6, "2001:db8::1", 25);
	unit_case("an IPv4 address mapped into IPv6 is IPv4");
	inet_pton(AF_INET6, "::ffff:192.0.2.1", &in6.sin6_addr);
	check_address((const struct sockaddr *)&in6, "192.0.2.1", 25);
	unit_case("a local submission has no address");
	check_address((const struct sockaddr *)&un, "", 0);
	check_address(NULL, "", 0);
}

static const struct text_row paths[] = {
	{ "brackets go", "<joe@example.org>", "joe@example.org" },
	{ "without brackets nothing changes", "joe@x.org", "joe@x.org" },
	{ "blanks go, outside and inside", " < joe@x.org > ", "joe@x.org" },
	{ "the null sender keeps its name", "<>", "<>" },
	{ "the null sender with a blank inside", "< >", "<>" },
	{ "nothing is the null sender", "", "<>" },
	{ "a source route goes (RFC 5321 4.1.1.3)",
	    "<@a.example,@b.example:joe@x.org>", "joe@x.org" },
	{ "a source route without brackets", "@a.example:joe@x.org",
	    "joe@x.org" },
	{ "an '@' in front without a colon is no route", "<@x.org>", "@x.org" },
	{ "a colon in a quoted local part is no route", "<\"a:b\"@x.org>",
	    "\"a:b\"@x.org" },
	{ "a bracket on one side is left for a rule to see", "<joe@x.org",
	    "<joe@x.org" },
	{ "only one pair of brackets goes", "<<joe@x.org>>", "<joe@x.org>" },
	{ "a name without a domain", "<Postmaster>", "Postmaster" },
};

static void
test_paths(void)
{
	const struct span params[] = { { "SIZE=52", 7 } };

	for (size_t i = 0; i < COUNT(paths); i++) {
		struct span given = span_of(paths[i].given);
		struct event ev = event_mail(given, params, 1);

		unit_case(paths[i].sentence);
		check_int(ev.kind, EVENT_MAIL);
		check_span(ev.envelope.path, paths[i].want);
		check_size(ev.envelope.param_count, 1);
		check_true(ev.envelope.params == params);
		ev = event_rcpt(given, NULL, 0);
		check_int(ev.kind, EVENT_RCPT);
		check_span(ev.envelope.path, paths[i].want);
	}
}

static const struct text_row values[] = {
	{ "the blanks in front go", " \t hello", "hello" },
	{ "the blanks behind stay", " hello ", "hello " },
	{ "a fold of CRLF is one of LF", "a\r\n b\r\n\tc", "a\n b\n\tc" },
	{ "a fold of LF stays", "a\n b", "a\n b" },
	{ "a bare CR is a space", "a\rb", "a b" },
	{ "a CR at the end is a space", "a\r", "a " },
	{ "two CRs before an LF: one is bare", "a\r\r\n b", "a \n b" },
	{ "an empty value", "", "" },
	{ "a value of blanks", " \t", "" },
	{ "a value that begins with a fold loses it", " \r\n x", "x" },
	{ "and when it came as LF", "\n\tx", "x" },
};

static void
test_header_value(void)
{
	struct buffer scratch;

	buffer_init(&scratch, 1000);
	buffer_add_text(&scratch, "left over");
	for (size_t i = 0; i < COUNT(values); i++) {
		struct event ev = event_header(
		    span_of("Subject"), span_of(values[i].given), &scratch);

		unit_case(values[i].sentence);
		check_int(ev.kind, EVENT_HEADER);
		check_span(ev.header.name, "Subject");
		check_span(ev.header.value, values[i].want);
	}
	buffer_release(&scratch);
}

static void
test_header_name(void)
{
	struct buffer scratch;
	struct event ev;

	buffer_init(&scratch, 1000);
	ev = event_header(span_of("Subject \t"), span_of("x"), &scratch);
	check_span(ev.header.name, "Subject");
	ev = event_header(span_of(""), span_of("x"), &scratch);
	check_span(ev.header.name, "");
	unit_case("a value that needs no rewriting is not copied");
	check_size(scratch.cap, 0);
	buffer_release(&scratch);
}

static const struct text_row macros[] = {
	{ "braces go", "{if_addr}", "if_addr" },
	{ "a letter alone has none", "i", "i" },
	{ "a letter in braces", "{i}", "i" },
	{ "one brace is part of the name", "{i", "{i" },
	{ "nothing in braces", "{}", "" },
	{ "nothing", "", "" },
};

static void
test_macros(void)
{
	for (size_t i = 0; i < COUNT(macros); i++) {
		struct macro m =
		    macro_make(span_of(macros[i].given), span_of("{v}"));

		unit_case(macros[i].sentence);
		check_span(m.name, macros[i].want);
		check_span(m.value, "{v}");
	}
}

static void
test_others(void)
{
	struct event ev = event_helo(span_of(" mail.example.org "));

	check_int(ev.kind, EVENT_HELO);
	check_span(ev.helo.name, "mail.example.org");
	ev = event_body(span_make("a\0\r", 3));
	check_int(ev.kind, EVENT_BODY);
	check_size(ev.body.bytes.len, 3);
	ev = event_unknown(span_of("XFOO bar"));
	check_int(ev.kind, EVENT_UNKNOWN);
	check_span(ev.unknown.line, "XFOO bar");
	ev = event_plain(EVENT_EOM);
	check_int(ev.kind, EVENT_EOM);
	check_size(ev.macro_count, 0);
}

static void
test_names(void)
{
	static const char *const phases[PHASE_COUNT] = {
		"connect",
		"helo",
		"mail",
		"rcpt",
		"data",
		"eoh",
		"eom",
		"unknown",
	};

	for (int i = 0; i < PHASE_COUNT; i++)
		check_text(phase_name((enum phase)i), phases[i]);
	check_text(verdict_name(VERDICT_CONTINUE), "continue");
	check_text(verdict_name(VERDICT_ACCEPT), "accept");
	check_text(verdict_name(VERDICT_REJECT), "reject");
	check_text(verdict_name(VERDICT_TEMPFAIL), "tempfail");
}

static const struct unit_test tests[] = {
	{ "every form of no client name is 'unknown'", test_client_name },
	{ "the client's address and port, mapped ones as IPv4",
	    test_client_address },
	{ "paths lose brackets, blanks and routes", test_paths },
	{ "header values have one kind of fold and no CR", test_header_value },
	{ "header names lose the blanks behind them", test_header_name },
	{ "macro names lose their braces", test_macros },
	{ "other events carry what they were given", test_others },
	{ "phases and verdicts have the names that rules use", test_names },
};

UNIT_MAIN("event", tests)
