/*
 * test_wire_answers.c - what a filter answers, as verdicts.
 */
#include "config.h"

#include "milter/wire/protocol.h"
#include "tests/support/wire_desk.h"
#include "tests/unit/unit.h"

#define bytes(literal) { literal, sizeof (literal) - 1 }
#define COUNT(array) (sizeof (array) / sizeof *(array))

static const struct {
	const char *sentence;
	char letter;
	struct span payload;
	const char *want;
} answers[] = {
	{ "CONTINUE", WIRE_CONTINUE, bytes(""), "continue" },
	{ "ACCEPT", WIRE_ACCEPT, bytes(""), "accept" },
	{ "REJECT has no words of its own", WIRE_REJECT, bytes(""), "reject" },
	{ "TEMPFAIL neither", WIRE_TEMPFAIL, bytes(""), "tempfail" },
	{ "DISCARD", WIRE_DISCARD, bytes(""), "discard" },
	{ "SHUTDOWN closes", WIRE_SHUTDOWN, bytes(""), "close" },
	{ "a 5xx reply", WIRE_REPLYCODE, bytes("550 5.7.1 no way\0"),
	    "reject 550 5.7.1 no way" },
	{ "a 4xx reply", WIRE_REPLYCODE, bytes("450 4.2.0 later\0"),
	    "tempfail 450 4.2.0 later" },
	{ "421 closes", WIRE_REPLYCODE, bytes("421 4.3.2 bye\0"),
	    "close 421 4.3.2 bye" },
	{ "a reply without status", WIRE_REPLYCODE, bytes("550 no way\0"),
	    "reject 550  no way" },
	{ "a reply without text", WIRE_REPLYCODE, bytes("550 5.7.1\0"),
	    "reject 550 5.7.1 " },
	{ "a reply of a code", WIRE_REPLYCODE, bytes("550\0"),
	    "reject 550  " },
	{ "numbers are no status", WIRE_REPLYCODE, bytes("550 5.7 and 1\0"),
	    "reject 550  5.7 and 1" },
	{ "several lines", WIRE_REPLYCODE,
	    bytes("550-5.7.1 one\r\n550-5.7.1 two\r\n550 5.7.1 three\0"),
	    "reject 550 5.7.1 one\\ntwo\\nthree" },
	{ "not all lines have the status", WIRE_REPLYCODE,
	    bytes("550-one\r\n550 5.7.1 two\0"),
	    "reject 550 5.7.1 one\\ntwo" },
	{ "%% is %", WIRE_REPLYCODE, bytes("550 5.7.1 100%% %%41\0"),
	    "reject 550 5.7.1 100% %41" },
	{ "% alone is nothing", WIRE_REPLYCODE, bytes("550 5.7.1 1% %s%\0"),
	    "reject 550 5.7.1 1 s" },
	{ "what is not ASCII is '?'", WIRE_REPLYCODE,
	    bytes("550 5.7.1 \303\274ber\0"), "reject 550 5.7.1 ??ber" },
	{ "a tab is a space", WIRE_REPLYCODE, bytes("550 5.7.1 a\tb\0"),
	    "reject 550 5.7.1 a b" },
};

static void
test_answers(void)
{
	for (size_t i = 0; i < COUNT(answers); i++) {
		struct wire_desk d = { .config.version = 6 };

		unit_case(answers[i].sentence);
		wire_desk_open(&d);
		wire_desk_meet(&d, 6, 0, 0);
		(void)wire_desk_feed(&d, event_mail(span_of("a@b"), NULL, 0));
		check_text(wire_desk_says(&d, answers[i].letter,
		    answers[i].payload), answers[i].want);
		check_size(d.log_lines, 0);
		wire_desk_close(&d);
	}
}

/* A line as long as it may be, and one that is longer, cut by no byte. */
static void
test_line_bound(void)
{
	for (size_t more = 0; more < 2; more++)
		for (int percent = 0; percent < 2; percent++) {
			struct wire_desk d = { .config.version = 6 };
			struct buffer b;

			buffer_init(&b, 4096);
			buffer_add_text(&b, "550 5.7.1 ");
			for (size_t i = 0; i < REPLY_LINE_MAX + 2 * more; i++)
				buffer_add_char(&b, percent ? '%' : 'x');
			buffer_add_char(&b, '\0');
			wire_desk_open(&d);
			wire_desk_meet(&d, 6, 0, 0);
			(void)wire_desk_feed(&d, event_helo(span_of("c")));
			(void)wire_desk_says(&d, WIRE_REPLYCODE,
			    buffer_span(&b));
			check_size(d.log_lines, more);
			check_int(d.verdict.kind, more > 0 ?
			    VERDICT_TEMPFAIL : VERDICT_REJECT);
			wire_desk_close(&d);
			buffer_release(&b);
		}
}

static void
test_line_count(void)
{
	for (size_t more = 0; more < 2; more++) {
		struct wire_desk d = { .config.version = 6 };
		struct buffer b;

		buffer_init(&b, 4096);
		for (size_t i = 1; i < REPLY_LINES_MAX + more; i++)
			buffer_add_text(&b, "550-5.7.1 x\r\n");
		buffer_add_text(&b, "550 5.7.1 x");
		buffer_add_char(&b, '\0');
		wire_desk_open(&d);
		wire_desk_meet(&d, 6, 0, 0);
		(void)wire_desk_feed(&d, event_helo(span_of("c")));
		(void)wire_desk_says(&d, WIRE_REPLYCODE, buffer_span(&b));
		check_size(d.log_lines, more);
		wire_desk_close(&d);
		buffer_release(&b);
	}
}

static void
test_skip(void)
{
	struct wire_desk d = { .config.version = 6 };

	wire_desk_open(&d);
	wire_desk_meet(&d, 6, 0, WIRE_CAN_SKIP);
	(void)wire_desk_feed(&d, event_body(span_of("a")));
	check_text(wire_desk_says(&d, WIRE_SKIP, span_of("")),
	    "continue enough");
	(void)wire_desk_told(&d);
	unit_case("a piece more is not told");
	check_text(wire_desk_feed(&d, event_body(span_of("b"))),
	    "continue enough");
	check_text(wire_desk_told(&d), "");
	unit_case("the end is");
	check_text(wire_desk_feed(&d, event_plain(EVENT_EOM)), "later");
	check_text(wire_desk_says(&d, WIRE_CONTINUE, span_of("")),
	    "continue");
	unit_case("and so is the next body");
	check_text(wire_desk_feed(&d, event_body(span_of("c"))), "later");
	(void)wire_desk_says(&d, WIRE_SKIP, span_of(""));
	(void)wire_desk_feed(&d, event_plain(EVENT_ABORT));
	unit_case("and one after a message that broke off");
	check_text(wire_desk_feed(&d, event_body(span_of("d"))), "later");
	wire_desk_close(&d);
}

/* As Postfix does, a filter that discards a connection is not listened to. */
static void
test_discard(void)
{
	struct wire_desk d = { .config.version = 6 };

	wire_desk_open(&d);
	wire_desk_meet(&d, 6, 0, 0);
	(void)wire_desk_feed(&d, event_helo(span_of("c")));
	check_text(wire_desk_says(&d, WIRE_DISCARD, span_of("")), "continue");
	check_text(buffer_text(&d.log), "milter test: it may not discard a "
	    "connection; that is ignored\n");
	check_text(wire_desk_feed(&d, event_mail(span_of("a@b"), NULL, 0)),
	    "later");
	wire_desk_close(&d);
}

static void
test_progress(void)
{
	struct wire_desk d = { .config.version = 6 };
	unsigned long turn, now;
	unsigned limit;

	wire_desk_open(&d);
	wire_desk_meet(&d, 6, 0, 0);
	(void)wire_desk_feed(&d, event_plain(EVENT_EOM));
	(void)wire_desk_told(&d);
	(void)milter_want(d.milter, &limit, &turn);
	check_int(limit, 300000);
	for (int i = 0; i < 1000; i++) {
		check_text(wire_desk_says(&d, WIRE_PROGRESS, span_of("")),
		    "later");
		check_int(milter_want(d.milter, &limit, &now), MILTER_CARRY);
		check_true(now != turn);
		turn = now;
	}
	check_text(wire_desk_says(&d, WIRE_ACCEPT, span_of("")), "accept");
	wire_desk_close(&d);
}

/* However the bytes of the answers are cut. */
static void
test_cuts(void)
{
	static const struct span sent = bytes("\0\0\0\1p"
	    "\0\0\0\17y550 5.7.1 one\0");
	struct wire_desk d = { .config.version = 6 };

	for (size_t step = 1; step <= sent.len; step++) {
		const char *got = "later";

		memset(&d, 0, sizeof d);
		wire_desk_open(&d);
		wire_desk_meet(&d, 6, 0, 0);
		(void)wire_desk_feed(&d, event_helo(span_of("c")));
		for (size_t at = 0; at < sent.len; at += step)
			got = wire_desk_sends(&d,
			    span_head(span_skip(sent, at), step));
		check_text(got, "reject 550 5.7.1 one");
		wire_desk_close(&d);
	}
}

static const struct unit_test tests[] = {
	{ "an answer is a verdict", test_answers },
	{ "a line of a reply is bounded", test_line_bound },
	{ "so are its lines", test_line_count },
	{ "SKIP saves the rest of a body", test_skip },
	{ "a connection is not discarded", test_discard },
	{ "progress begins a new turn", test_progress },
	{ "answers may be cut anywhere", test_cuts },
};

UNIT_MAIN("wire_answers", tests)
