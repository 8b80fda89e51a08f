/*
 * test_wire_flow.c - a conversation's life: who is wanted when, what is called
 * off, and what a filter that does not read makes wait.
 */
#include "config.h"

#include "milter/wire/protocol.h"
#include "tests/support/wire_desk.h"
#include "tests/unit/unit.h"

#define COUNT(array) (sizeof (array) / sizeof *(array))
#define SAFE "tempfail 451 4.7.1 Service unavailable - try again later"
#define WAITING_MAX (256u << 10)	/* bytes, before a client waits too */

static struct event
mail(void)
{
	return event_mail(span_of("a@b"), NULL, 0);
}

static enum milter_want
want(const struct wire_desk *d)
{
	unsigned long turn;
	unsigned limit;

	return milter_want(d->milter, &limit, &turn);
}

static const char *
says(struct wire_desk *d, char letter)
{
	return wire_desk_says(d, letter, span_of(""));
}

static void
test_life(void)
{
	struct wire_desk d = { .config.version = 6 };

	wire_desk_open(&d);
	check_int(want(&d), MILTER_NOTHING);
	for (int i = 0; i < 3; i++) {
		wire_desk_meet(&d, 6, 0, 0);
		check_int(want(&d), MILTER_NOTHING);
		check_text(wire_desk_feed(&d, mail()), "later");
		check_int(want(&d), MILTER_CARRY);
		check_text(wire_desk_told(&d), "DM\nM<a@b>|\n");
		check_int(want(&d), MILTER_CARRY);
		check_text(says(&d, WIRE_CONTINUE), "continue");
		check_true(!milter_answer(d.milter, &d.verdict));
		check_int(want(&d), MILTER_NOTHING);
		check_text(wire_desk_feed(&d, event_plain(EVENT_ABORT)),
		    "continue");
		check_text(wire_desk_told(&d), "A\n");
		check_text(wire_desk_feed(&d, event_plain(EVENT_CLOSE)),
		    "continue");
		check_int(want(&d), MILTER_FAREWELL);
		check_text(wire_desk_told(&d), "Q\n");
		check_int(want(&d), MILTER_FAREWELL);
		milter_broken(d.milter, "hung up");
		check_int(want(&d), MILTER_NOTHING);
	}
	check_size(d.log_lines, 0);
	wire_desk_close(&d);
}

static void
test_limits(void)
{
	struct wire_desk d = { .config = { .connect_ms = 1, .command_ms = 2,
		.content_ms = 3 } };
	unsigned long turn, now;
	unsigned limit;

	wire_desk_open(&d);
	(void)wire_desk_feed(&d, event_connect(span_of("a"), NULL));
	(void)milter_want(d.milter, &limit, &turn);
	check_int(limit, 1);
	milter_connected(d.milter);
	(void)wire_desk_told(&d);
	(void)milter_want(d.milter, &limit, &now);
	unit_case("to be connected and to agree is one turn");
	check_int(limit, 1);
	check_true(now == turn);
	wire_desk_options(&d, 6, 0, 0, span_of(""));
	(void)milter_want(d.milter, &limit, &now);
	check_int(limit, 2);
	check_true(now != turn);
	(void)says(&d, WIRE_CONTINUE);
	(void)wire_desk_feed(&d, event_plain(EVENT_DATA));
	(void)milter_want(d.milter, &limit, &turn);
	check_int(limit, 2);
	(void)says(&d, WIRE_CONTINUE);
	for (int kind = EVENT_EOH; kind <= EVENT_EOM; kind++) {
		if (kind == EVENT_BODY)
			continue;
		(void)wire_desk_feed(&d,
		    event_plain((enum event_kind)kind));
		(void)milter_want(d.milter, &limit, &now);
		check_int(limit, 3);
		check_true(now != turn);
		turn = now;
		(void)says(&d, WIRE_CONTINUE);
	}
	wire_desk_close(&d);
}

static void
test_unreachable(void)
{
	struct wire_desk d = { .config.version = 6 };

	wire_desk_open(&d);
	check_text(wire_desk_feed(&d, event_connect(span_of("a"), NULL)),
	    "later");
	milter_broken(d.milter, "Connection refused");
	check_text(wire_desk_answer(&d), SAFE);
	check_int(want(&d), MILTER_NOTHING);
	check_text(wire_desk_feed(&d, event_helo(span_of("c"))), SAFE);
	check_text(buffer_text(&d.log), "milter test: it cannot be reached: "
	    "Connection refused\n");
	unit_case("it is wanted again for the next client");
	(void)wire_desk_feed(&d, event_plain(EVENT_CLOSE));
	check_int(want(&d), MILTER_NOTHING);
	check_text(wire_desk_feed(&d, event_connect(span_of("a"), NULL)),
	    "later");
	check_int(want(&d), MILTER_CONNECTION);
	wire_desk_close(&d);
}

static void
test_nobody_connected(void)
{
	static const enum event_kind kinds[] = { EVENT_DATA, EVENT_EOH,
		EVENT_EOM };

	for (size_t i = 0; i < COUNT(kinds); i++) {
		struct wire_desk d = { .config.version = 6 };

		wire_desk_open(&d);
		check_text(wire_desk_feed(&d, event_plain(EVENT_ABORT)),
		    "continue");
		check_text(wire_desk_feed(&d, event_plain(EVENT_CLOSE)),
		    "continue");
		check_text(wire_desk_feed(&d, event_plain(kinds[i])), SAFE);
		check_size(d.log_lines, 1);
		check_int(want(&d), MILTER_NOTHING);
		wire_desk_close(&d);
	}
}

/* The client leaves while the filter is being called. */
static void
test_left_early(void)
{
	struct wire_desk d = { .config.version = 6 };

	wire_desk_open(&d);
	(void)wire_desk_feed(&d, event_connect(span_of("a"), NULL));
	check_text(wire_desk_feed(&d, event_plain(EVENT_CLOSE)), "continue");
	check_int(want(&d), MILTER_NOTHING);
	unit_case("a connection that comes late is hung up");
	milter_connected(d.milter);
	check_int(want(&d), MILTER_FAREWELL);
	check_text(wire_desk_told(&d), "");
	milter_broken(d.milter, "hung up");
	check_int(want(&d), MILTER_NOTHING);
	check_size(d.log_lines, 0);
	unit_case("so is one that has not agreed");
	wire_desk_call(&d);
	(void)wire_desk_feed(&d, event_plain(EVENT_CLOSE));
	check_int(want(&d), MILTER_FAREWELL);
	wire_desk_options(&d, 99, 0, 0, span_of(""));
	check_size(d.log_lines, 0);
	unit_case("and one that is called off");
	wire_desk_call(&d);
	(void)wire_desk_feed(&d, event_plain(EVENT_ABORT));
	check_int(want(&d), MILTER_FAREWELL);
	check_true(!milter_answer(d.milter, &d.verdict));
	check_text(wire_desk_feed(&d, mail()), SAFE);
	wire_desk_close(&d);
}

/* A question that is called off is answered all the same, to nobody. */
static void
test_called_off(void)
{
	struct wire_desk d = { .config.version = 6 };

	wire_desk_open(&d);
	wire_desk_meet(&d, 6, WIRE_MAY_ALL, 0);
	(void)wire_desk_feed(&d, mail());
	(void)says(&d, WIRE_CONTINUE);
	check_text(wire_desk_feed(&d, event_plain(EVENT_EOM)), "later");
	check_text(wire_desk_feed(&d, event_plain(EVENT_ABORT)), "continue");
	check_true(!milter_answer(d.milter, &d.verdict));
	check_text(wire_desk_feed(&d, mail()), "later");
	(void)says(&d, WIRE_PROGRESS);
	(void)wire_desk_says(&d, WIRE_ADDHEADER, span_make("A\0b\0", 4));
	check_text(says(&d, WIRE_REJECT), "later");
	check_text(says(&d, WIRE_TEMPFAIL), "tempfail");
	check_size(d.log_lines, 0);
	wire_desk_close(&d);
}

/* ABORT is for a message that was begun and has not ended. */
static void
test_abort(void)
{
	struct wire_desk d = { .config.version = 6 };

	wire_desk_open(&d);
	wire_desk_meet(&d, 6, 0, 0);
	(void)wire_desk_feed(&d, event_plain(EVENT_ABORT));
	check_text(wire_desk_told(&d), "");
	(void)wire_desk_feed(&d, mail());
	(void)says(&d, WIRE_CONTINUE);
	(void)wire_desk_feed(&d, event_plain(EVENT_EOM));
	(void)says(&d, WIRE_CONTINUE);
	(void)wire_desk_told(&d);
	(void)wire_desk_feed(&d, event_plain(EVENT_ABORT));
	check_text(wire_desk_told(&d), "");
	wire_desk_close(&d);
}

/* A filter that has decided about the connection may hang up. */
static void
test_over(void)
{
	static const char letters[] = { WIRE_ACCEPT, WIRE_REJECT,
		WIRE_TEMPFAIL, WIRE_SHUTDOWN };

	for (size_t i = 0; i < COUNT(letters); i++) {
		struct wire_desk d = { .config.version = 6 };

		wire_desk_open(&d);
		wire_desk_meet(&d, 6, 0, 0);
		(void)wire_desk_feed(&d, event_helo(span_of("c")));
		(void)says(&d, letters[i]);
		milter_broken(d.milter, "it has hung up");
		check_size(d.log_lines, 0);
		check_int(want(&d), MILTER_NOTHING);
		wire_desk_close(&d);
	}
}

static void
test_hangs_up(void)
{
	struct wire_desk d = { .config.version = 6 };

	wire_desk_open(&d);
	wire_desk_meet(&d, 6, 0, 0);
	milter_broken(d.milter, "it has hung up");
	check_text(buffer_text(&d.log), "milter test: the connection to it is "
	    "lost: it has hung up\n");
	check_true(!milter_answer(d.milter, &d.verdict));
	check_text(wire_desk_feed(&d, mail()), SAFE);
	check_size(d.log_lines, 1);
	wire_desk_close(&d);
}

/* Ten megabytes, for a filter that answers nothing, and does not read. */
static void
test_backpressure(void)
{
	static char piece[65535];
	struct wire_desk d = { .config.version = 6 };
	size_t most = 0, told = 0, waits = 0;

	wire_desk_open(&d);
	wire_desk_meet(&d, 6, 0, WIRE_NR_BODY);
	for (size_t i = 0; i < 160; i++) {
		const char *got = wire_desk_feed(&d,
		    event_body(span_make(piece, sizeof piece)));

		while (strcmp(got, "later") == 0) {
			size_t waiting = milter_output(d.milter).len;

			waits++;
			check_true(waiting > WAITING_MAX);
			check_int(want(&d), MILTER_CARRY);
			most = waiting > most ? waiting : most;
			told += 50000;
			milter_sent(d.milter, 50000);
			got = wire_desk_answer(&d);
		}
		check_text(got, "continue");
	}
	told += milter_output(d.milter).len;
	check_true(waits > 100);
	check_true(most <= WAITING_MAX + sizeof piece + 100);
	unit_case("each byte of it");
	check_size(told, 160 * (sizeof piece + 5 + strlen("....DB")));
	check_text(wire_desk_feed(&d, event_plain(EVENT_EOM)), "later");
	(void)wire_desk_told(&d);
	check_text(says(&d, WIRE_ACCEPT), "accept");
	wire_desk_close(&d);
}

/* One that waits for room has not asked anything. */
static void
test_speaks_while_it_should_read(void)
{
	static char piece[65535];
	struct wire_desk d = { .config.version = 6 };
	const char *got = "continue";

	wire_desk_open(&d);
	wire_desk_meet(&d, 6, 0, WIRE_NR_BODY);
	while (strcmp(got, "continue") == 0)
		got = wire_desk_feed(&d,
		    event_body(span_make(piece, sizeof piece)));
	check_text(says(&d, WIRE_CONTINUE), SAFE);
	wire_desk_close(&d);
}

/* A client that begins and leaves off, again and again, and a filter that reads
 * nothing: the memory for it is bounded. */
static void
test_never_reads(void)
{
	struct wire_desk d = { .config.version = 6 };
	const char *got = "later";
	size_t most = 0;

	wire_desk_open(&d);
	wire_desk_meet(&d, 6, 0, 0);
	for (int i = 0; i < 1000000 && strcmp(got, SAFE) != 0; i++) {
		got = wire_desk_feed(&d, mail());
		if (strcmp(got, SAFE) != 0)
			(void)wire_desk_feed(&d, event_plain(EVENT_ABORT));
		if (milter_output(d.milter).len > most)
			most = milter_output(d.milter).len;
	}
	check_text(got, SAFE);
	check_true(most <= 2u << 20);
	check_text(buffer_text(&d.log), "milter test: it does not read what "
	    "it is told\n");
	wire_desk_close(&d);
}

static const struct unit_test tests[] = {
	{ "a conversation begins, ends and begins anew", test_life },
	{ "each step has its time", test_limits },
	{ "a filter that is not there has failed", test_unreachable },
	{ "a command without a client is a failure", test_nobody_connected },
	{ "a client may leave before the filter is there", test_left_early },
	{ "what is called off is answered to nobody", test_called_off },
	{ "an ABORT is for a message", test_abort },
	{ "a filter that has done its part may go", test_over },
	{ "one that has not may not", test_hangs_up },
	{ "a filter that does not read makes the client wait",
	    test_backpressure },
	{ "what it says then is no answer", test_speaks_while_it_should_read },
	{ "one that never reads takes no more than its share",
	    test_never_reads },
};

UNIT_MAIN("wire_flow", tests)
