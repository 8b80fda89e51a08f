/*
 * test_wire_negotiate.c - what a filter is offered, and what it may take.
 */
#include "config.h"

#include "milter/wire/protocol.h"
#include "tests/support/wire_desk.h"
#include "tests/unit/unit.h"

#define bytes(literal) { literal, sizeof (literal) - 1 }
#define COUNT(array) (sizeof (array) / sizeof *(array))
#define SAFE "tempfail 451 4.7.1 Service unavailable - try again later"

static const struct {
	const char *sentence;
	unsigned version;
	const char *offer;
} offers[] = {
	{ "version 2", 2, "O|||\\x02|||?|||\\x7f\n" },
	{ "version 3", 3, "O|||\\x03|||?||\\x01\\x7f\n" },
	{ "version 4", 4, "O|||\\x04|||?||\\x03\\x7f\n" },
	{ "version 6 has all but refused recipients", 6,
	    "O|||\\x06||\\x01\\xff|\\x1f\\xf7\\xff\n" },
	{ "no version is 6", 0, "O|||\\x06||\\x01\\xff|\\x1f\\xf7\\xff\n" },
	{ "there is none after 6", 7,
	    "O|||\\x06||\\x01\\xff|\\x1f\\xf7\\xff\n" },
};

static void
test_offers(void)
{
	for (size_t i = 0; i < COUNT(offers); i++) {
		struct wire_desk d = { .config.version = offers[i].version };
		unsigned limit;
		unsigned long turn;

		unit_case(offers[i].sentence);
		wire_desk_open(&d);
		check_text(wire_desk_feed(&d,
		    event_connect(span_of("a"), NULL)), "later");
		check_int(milter_want(d.milter, &limit, &turn),
		    MILTER_CONNECTION);
		check_text(wire_desk_told(&d), "");
		milter_connected(d.milter);
		check_int(milter_want(d.milter, &limit, &turn), MILTER_CARRY);
		check_text(wire_desk_told(&d), offers[i].offer);
		wire_desk_close(&d);
	}
}

static const struct {
	const char *sentence;
	unsigned ours;
	uint32_t version;
	uint32_t actions;
	uint32_t protocol;
	struct span lists;
	const char *log;	/* "": it is agreed */
} agreements[] = {
	{ "all of it", 6, 6, 0x1ff, 0x1ff7ff, bytes(""), "" },
	{ "nothing of it", 6, 6, 0, 0, bytes(""), "" },
	{ "an older version", 6, 2, 0x3f, 0x7f, bytes(""), "" },
	{ "lists of macros", 6, 6, 0x100, 0,
	    bytes("\0\0\0\0j\0\0\0\0\6\0"), "" },
	{ "a newer version", 6, 99, 0, 0, bytes(""),
	    "milter test: it speaks version 99 of the protocol, we 2 to 6\n" },
	{ "newer than ours", 4, 6, 0, 0, bytes(""),
	    "milter test: it speaks version 6 of the protocol, we 2 to 4\n" },
	{ "a version before all", 6, 1, 0, 0, bytes(""),
	    "milter test: it speaks version 1 of the protocol, we 2 to 6\n" },
	{ "an action that was not offered", 4, 4, 0x40, 0, bytes(""),
	    "milter test: it asks for actions 0x40, and was offered 0x3f\n" },
	{ "an action that nobody has", 6, 6, 0x200, 0, bytes(""),
	    "milter test: it asks for actions 0x200, and was offered "
	    "0x1ff\n" },
	{ "refused recipients", 6, 6, 0, 0x800, bytes(""),
	    "milter test: it asks for protocol options 0x800, and was offered "
	    "0x1ff7ff\n" },
	{ "an option of a newer version", 4, 4, 0, 0x80, bytes(""),
	    "milter test: it asks for protocol options 0x80, and was offered "
	    "0x37f\n" },
	{ "macros for a stage that there is not", 6, 6, 0x100, 0,
	    bytes("\0\0\0\7i\0"),
	    "milter test: OPTIONS: macros for stage 7, which does not "
	    "exist\n" },
	{ "macros that break off", 6, 6, 0x100, 0, bytes("\0\0\0\1i"),
	    "milter test: OPTIONS: a list of macros is cut off\n" },
};

static void
test_agreements(void)
{
	for (size_t i = 0; i < COUNT(agreements); i++) {
		struct wire_desk d = { .config.version = agreements[i].ours };
		bool agreed = agreements[i].log[0] == '\0';

		unit_case(agreements[i].sentence);
		wire_desk_open(&d);
		wire_desk_call(&d);
		wire_desk_options(&d, agreements[i].version,
		    agreements[i].actions, agreements[i].protocol,
		    agreements[i].lists);
		check_text(buffer_text(&d.log), agreements[i].log);
		if (agreed && d.later)
			check_text(wire_desk_says(&d, WIRE_CONTINUE,
			    span_of("")), "continue");
		check_int(d.verdict.kind, agreed ? VERDICT_CONTINUE :
		    VERDICT_TEMPFAIL);
		if (!agreed)
			check_text(wire_desk_feed(&d,
			    event_helo(span_of("a"))), SAFE);
		check_size(d.log_lines, agreed ? 0 : 1);
		wire_desk_close(&d);
	}
}

static void
test_not_options(void)
{
	struct wire_desk d = { .config.version = 6 };

	wire_desk_open(&d);
	wire_desk_call(&d);
	check_text(wire_desk_says(&d, WIRE_CONTINUE, span_of("")), SAFE);
	check_text(buffer_text(&d.log), "milter test: it answered CONTINUE "
	    "instead of its options\n");
	wire_desk_close(&d);
}

static void
test_long_lists(void)
{
	struct wire_desk d = { .config.version = 6 };
	struct buffer lists;

	buffer_init(&lists, 1 << 16);
	buffer_add(&lists, span_make("\0\0\0\0", 4));
	for (size_t i = 0; i < 2048; i++)
		buffer_add_text(&lists, "i ");
	buffer_add_char(&lists, '\0');
	wire_desk_open(&d);
	wire_desk_call(&d);
	wire_desk_options(&d, 6, 0x100, 0, buffer_span(&lists));
	check_text(buffer_text(&d.log),
	    "milter test: its lists of macros are too long\n");
	wire_desk_close(&d);
	buffer_release(&lists);
}

static const struct unit_test tests[] = {
	{ "each version offers what it has", test_offers },
	{ "a filter takes what it was offered, and no more", test_agreements },
	{ "a filter agrees before it answers", test_not_options },
	{ "lists of macros are bounded", test_long_lists },
};

UNIT_MAIN("wire_negotiate", tests)
