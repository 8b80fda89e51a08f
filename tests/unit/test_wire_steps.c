/*
 * test_wire_steps.c - what a filter is told at each step, byte for byte.
 */
#include "config.h"

#include "milter/wire/protocol.h"
#include "tests/support/wire_desk.h"
#include "tests/unit/unit.h"

#define bytes(literal) { literal, sizeof (literal) - 1 }
#define COUNT(array) (sizeof (array) / sizeof *(array))

static const struct span params[] = { bytes("SIZE=52"), bytes("RET=HDRS") };

static struct event
a_header(const char *lead)
{
	struct event e = { .kind = EVENT_HEADER };

	e.header.name = span_of("Subject");
	e.header.value = span_of("one\n two");
	e.header.lead = span_of(lead);
	return e;
}

static struct event
some_event(enum event_kind kind)
{
	switch (kind) {
	case EVENT_HELO:
		return event_helo(span_of("client.example"));
	case EVENT_MAIL:
		return event_mail(span_of("<a@b>"), params, COUNT(params));
	case EVENT_RCPT:
		return event_rcpt(span_of("c@d"), NULL, 0);
	case EVENT_HEADER:
		return a_header(" ");
	case EVENT_BODY:
		return event_body(span_make("a\0b\r\n", 5));
	case EVENT_UNKNOWN:
		return event_unknown(span_of("FOO bar"));
	default:
		return event_plain(kind);
	}
}

static const struct {
	const char *sentence;
	enum event_kind kind;
	const char *told;	/* with macros: the first line */
	uint32_t unsent;
	uint32_t unanswered;
	const char *told_unsent;
} steps[] = {
	{ "HELO", EVENT_HELO, "DH\nHclient.example|\n", WIRE_NO_HELO,
	    WIRE_NR_HELO, "DH\n" },
	{ "MAIL", EVENT_MAIL, "DMi|Q1|{auth_type}|PLAIN|\n"
	    "M<a@b>|SIZE=52|RET=HDRS|\n", WIRE_NO_MAIL, WIRE_NR_MAIL,
	    "DMi|Q1|{auth_type}|PLAIN|\n" },
	{ "RCPT", EVENT_RCPT, "DRi|Q1|\nR<c@d>|\n", WIRE_NO_RCPT,
	    WIRE_NR_RCPT, "DRi|Q1|\n" },
	{ "DATA", EVENT_DATA, "DTi|Q1|\nT\n", WIRE_NO_DATA, WIRE_NR_DATA,
	    "DTi|Q1|\n" },
	{ "HEADER", EVENT_HEADER, "DLi|Q1|\nLSubject|one\\n two|\n",
	    WIRE_NO_HEADERS, WIRE_NR_HEADER, "" },
	{ "EOH", EVENT_EOH, "DNi|Q1|\nN\n", WIRE_NO_EOH, WIRE_NR_EOH, "" },
	{ "BODY", EVENT_BODY, "DBi|Q1|\nBa|b\\x0d\\n\n", WIRE_NO_BODY,
	    WIRE_NR_BODY, "" },
	{ "EOM is always sent and answered", EVENT_EOM, "DEi|Q1|\nE\n", 0, 0,
	    NULL },
	{ "UNKNOWN has no macros", EVENT_UNKNOWN, "UFOO bar|\n",
	    WIRE_NO_UNKNOWN, WIRE_NR_UNKNOWN, "" },
};

static void
test_steps(void)
{
	for (size_t i = 0; i < COUNT(steps); i++) {
		struct wire_desk d = { .config.version = 6 };

		unit_case(steps[i].sentence);
		wire_desk_open(&d);
		wire_desk_meet(&d, 6, 0, 0);
		check_text(wire_desk_feed_macros(&d,
		    some_event(steps[i].kind)), "later");
		check_text(wire_desk_told(&d), steps[i].told);
		check_text(wire_desk_says(&d, WIRE_CONTINUE, span_of("")),
		    "continue");
		check_size(d.log_lines, 0);
		wire_desk_close(&d);
	}
}

static void
test_unsent(void)
{
	for (size_t i = 0; i < COUNT(steps); i++) {
		struct wire_desk d = { .config.version = 6 };
		bool body = steps[i].kind == EVENT_BODY;

		if (steps[i].told_unsent == NULL)
			continue;
		unit_case(steps[i].sentence);
		wire_desk_open(&d);
		wire_desk_meet(&d, 6, 0, steps[i].unsent);
		check_text(wire_desk_feed_macros(&d,
		    some_event(steps[i].kind)), body ? "continue enough" :
		    "continue");
		check_text(wire_desk_told(&d), steps[i].told_unsent);
		wire_desk_close(&d);
	}
}

static void
test_unanswered(void)
{
	for (size_t i = 0; i < COUNT(steps); i++) {
		struct wire_desk d = { .config.version = 6 };

		if (steps[i].told_unsent == NULL)
			continue;
		unit_case(steps[i].sentence);
		wire_desk_open(&d);
		wire_desk_meet(&d, 6, 0, steps[i].unanswered);
		check_text(wire_desk_feed_macros(&d,
		    some_event(steps[i].kind)), "continue");
		check_text(wire_desk_told(&d), steps[i].told);
		wire_desk_close(&d);
	}
}

static const struct {
	const char *sentence;
	struct span name;
	struct ip ip;
	const char *told;
} clients[] = {
	{ "a name and IPv4", bytes("mx.example"), { { 192, 0, 2, 1 }, 4 },
	    "Cmx.example|4\\x9c\\xb0192.0.2.1|\n" },
	{ "no name is the address", bytes("unknown"), { { 192, 0, 2, 1 }, 4 },
	    "C[192.0.2.1]|4\\x9c\\xb0192.0.2.1|\n" },
	{ "IPv6", bytes("unknown"), { { 0x20, 1, 0xd, 0xb8, [15] = 1 }, 16 },
	    "C[2001:db8::1]|6\\x9c\\xb02001:db8::1|\n" },
	{ "no address at all", bytes("unknown"), { { 0 }, 0 },
	    "Cunknown|U\n" },
};

static void
test_clients(void)
{
	for (size_t i = 0; i < COUNT(clients); i++) {
		struct wire_desk d = { .config.version = 6 };
		struct event e = event_connect(clients[i].name, NULL);
		struct buffer want;

		unit_case(clients[i].sentence);
		e.connect.ip = clients[i].ip;
		e.connect.port = 40112;
		wire_desk_open(&d);
		check_text(wire_desk_feed_macros(&d, e), "later");
		milter_connected(d.milter);
		(void)wire_desk_told(&d);
		wire_desk_options(&d, 6, 0, 0, span_of(""));
		buffer_init(&want, 1000);
		buffer_addf(&want, "DCj|mx.example.com|\n%s", clients[i].told);
		check_text(wire_desk_told(&d), buffer_text(&want));
		buffer_release(&want);
		wire_desk_close(&d);
	}
}

static const struct {
	const char *sentence;
	enum event_kind kind;
	struct span lists;
	const char *macros;
} lists[] = {
	{ "the list of a stage", EVENT_RCPT, bytes("\0\0\0\3j {auth_type}\0"),
	    "DRj|mx.example.com|{auth_type}|PLAIN|\n" },
	{ "with commas, without braces", EVENT_RCPT,
	    bytes("\0\0\0\3auth_type,j\0"),
	    "DR{auth_type}|PLAIN|j|mx.example.com|\n" },
	{ "what is not known is left out", EVENT_RCPT,
	    bytes("\0\0\0\3{rcpt_addr} j\0"), "DRj|mx.example.com|\n" },
	{ "an empty list asks for none", EVENT_RCPT, bytes("\0\0\0\3\0"), "" },
	{ "another stage's does not count", EVENT_RCPT, bytes("\0\0\0\2j\0"),
	    "DRi|Q1|\n" },
	{ "a field has the macros of the header's end", EVENT_HEADER,
	    bytes("\0\0\0\6j\0\0\0\0\5i\0"), "DLj|mx.example.com|\n" },
	{ "a piece of the body has those of the end", EVENT_BODY,
	    bytes("\0\0\0\6i\0\0\0\0\5j\0"), "DBj|mx.example.com|\n" },
};

static void
test_lists(void)
{
	for (size_t i = 0; i < COUNT(lists); i++) {
		struct wire_desk d = { .config.version = 6 };
		const char *told;

		unit_case(lists[i].sentence);
		wire_desk_open(&d);
		wire_desk_call(&d);
		wire_desk_options(&d, 6, WIRE_MAY_CHOOSE_MACROS, 0,
		    lists[i].lists);
		(void)wire_desk_told(&d);
		(void)wire_desk_says(&d, WIRE_CONTINUE, span_of(""));
		(void)wire_desk_feed_macros(&d, some_event(lists[i].kind));
		told = wire_desk_told(&d);
		check_true(strncmp(told, lists[i].macros,
		    strlen(lists[i].macros)) == 0);
		check_int(told[0] == 'D', lists[i].macros[0] == 'D');
		wire_desk_close(&d);
	}
}

static const struct {
	const char *sentence;
	const char *lead;
	const char *told;	/* the blank is not agreed */
	const char *told_spaced;
} leads[] = {
	{ "one space", " ", "LSubject|one\\n two|\n",
	    "LSubject| one\\n two|\n" },
	{ "two spaces", "  ", "LSubject| one\\n two|\n",
	    "LSubject|  one\\n two|\n" },
	{ "a tab stays", "\t", "LSubject|\\x09one\\n two|\n",
	    "LSubject|\\x09one\\n two|\n" },
	{ "a fold stays", "\n ", "LSubject|\\n one\\n two|\n",
	    "LSubject|\\n one\\n two|\n" },
	{ "none", "", "LSubject|one\\n two|\n", "LSubject|one\\n two|\n" },
};

static void
test_leads(void)
{
	for (size_t i = 0; i < COUNT(leads); i++)
		for (int spaced = 0; spaced < 2; spaced++) {
			struct wire_desk d = { .config.version = 6 };

			unit_case(leads[i].sentence);
			wire_desk_open(&d);
			wire_desk_meet(&d, 6, 0,
			    spaced ? WIRE_LEADING_SPACE : 0);
			(void)wire_desk_feed(&d, a_header(leads[i].lead));
			check_text(wire_desk_told(&d) + strlen("DL\n"),
			    spaced ? leads[i].told_spaced : leads[i].told);
			wire_desk_close(&d);
		}
}

/* Steps that came with a later version than the filter's are not told. */
static void
test_old_versions(void)
{
	for (uint32_t version = 2; version <= 6; version++) {
		struct wire_desk d = { .config.version = 6 };

		wire_desk_open(&d);
		wire_desk_meet(&d, version, 0, 0);
		check_text(wire_desk_feed_macros(&d, event_plain(EVENT_DATA)),
		    version < 4 ? "continue" : "later");
		check_text(wire_desk_told(&d),
		    version < 4 ? "" : "DTi|Q1|\nT\n");
		if (d.later)
			(void)wire_desk_says(&d, WIRE_CONTINUE, span_of(""));
		check_text(wire_desk_feed(&d, some_event(EVENT_UNKNOWN)),
		    version < 3 ? "continue" : "later");
		wire_desk_close(&d);
	}
}

static void
test_null_sender(void)
{
	struct wire_desk d = { .config.version = 6 };

	wire_desk_open(&d);
	wire_desk_meet(&d, 6, 0, 0);
	(void)wire_desk_feed(&d, event_mail(span_of("<>"), NULL, 0));
	check_text(wire_desk_told(&d), "DM\nM<>|\n");
	wire_desk_close(&d);
}

static void
test_too_long(void)
{
	static char big[WIRE_PAYLOAD_MAX + 1];
	struct wire_desk d = { .config.version = 6 };

	wire_desk_open(&d);
	wire_desk_meet(&d, 6, 0, 0);
	check_text(wire_desk_feed(&d, event_body(span_make(big,
	    WIRE_PAYLOAD_MAX))), "later");
	(void)wire_desk_says(&d, WIRE_CONTINUE, span_of(""));
	check_size(d.log_lines, 0);
	(void)wire_desk_feed(&d, event_body(span_make(big,
	    WIRE_PAYLOAD_MAX + 1)));
	check_text(buffer_text(&d.log), "milter test: what it has to be told "
	    "is too long for the protocol\n");
	wire_desk_close(&d);
}

static const struct unit_test tests[] = {
	{ "a step is told with the macros that Postfix sends", test_steps },
	{ "a step that is not wanted is not told", test_unsent },
	{ "a step without an answer is told, and done", test_unanswered },
	{ "a client is told by name and address", test_clients },
	{ "a filter's own lists of macros count", test_lists },
	{ "blanks before a value are told as agreed", test_leads },
	{ "old filters are not told of later steps", test_old_versions },
	{ "the null sender is told as it is", test_null_sender },
	{ "a step that no packet can hold is a failure", test_too_long },
};

UNIT_MAIN("wire_steps", tests)
