/*
 * test_protocol.c - the letters of the milter protocol.
 */
#include "config.h"

#include "milter/wire/protocol.h"
#include "tests/unit/unit.h"

#define COUNT(array) (sizeof (array) / sizeof *(array))

static const struct {
	const char *sentence;
	enum wire_letter command;
	uint32_t protocol;
	bool sent;
	bool answered;
} step_rows[] = {
	{ "a step is sent and answered", WIRE_HELO, 0, true, true },
	{ "a step that is switched off is not sent", WIRE_HELO, WIRE_NO_HELO,
	    false, false },
	{ "a step may be sent without an answer", WIRE_HEADER, WIRE_NR_HEADER,
	    true, false },
	{ "the bits of one step leave the others alone", WIRE_RCPT,
	    WIRE_PROTOCOL_ALL & ~(WIRE_NO_RCPT | WIRE_NR_RCPT), true, true },
	{ "end of message is always sent and answered", WIRE_EOM,
	    WIRE_PROTOCOL_ALL, true, true },
	{ "macros are not answered", WIRE_MACROS, 0, true, false },
	{ "ABORT is not answered", WIRE_ABORT, 0, true, false },
	{ "options are answered", WIRE_OPTIONS, 0, true, true },
};

static void
test_steps(void)
{
	for (size_t i = 0; i < COUNT(step_rows); i++) {
		struct wire_options o = { .protocol = step_rows[i].protocol };

		unit_case(step_rows[i].sentence);
		check_int(wire_is_sent(&o, step_rows[i].command),
		    step_rows[i].sent);
		check_int(wire_is_answered(&o, step_rows[i].command),
		    step_rows[i].answered);
	}
}

/* The numbers as they stand on the wire. */
static const struct {
	enum wire_letter step;
	uint32_t unsent;
	uint32_t unanswered;
} bit_rows[] = {
	{ WIRE_CONNECT, 0x1, 0x1000 },
	{ WIRE_HELO, 0x2, 0x2000 },
	{ WIRE_MAIL, 0x4, 0x4000 },
	{ WIRE_RCPT, 0x8, 0x8000 },
	{ WIRE_DATA, 0x200, 0x10000 },
	{ WIRE_HEADER, 0x20, 0x80 },
	{ WIRE_EOH, 0x40, 0x40000 },
	{ WIRE_BODY, 0x10, 0x80000 },
	{ WIRE_EOM, 0, 0 },
	{ WIRE_UNKNOWN, 0x100, 0x20000 },
};

static void
test_bits(void)
{
	for (size_t i = 0; i < COUNT(bit_rows); i++) {
		const struct wire_kind *kind = wire_kind(
		    (char)bit_rows[i].step);

		unit_case(kind->name);
		check_int(kind->unsent, bit_rows[i].unsent);
		check_int(kind->unanswered, bit_rows[i].unanswered);
	}
}

static void
test_letters(void)
{
	size_t found = 0;

	for (int letter = 0; letter < 256; letter++) {
		const struct wire_kind *kind = wire_kind((char)letter);

		if (kind == NULL)
			continue;
		found++;
		unit_case(kind->name);
		check_int(kind->letter, letter);
		check_true(kind->fewest <= kind->most);
	}
	check_size(found, 34);
	check_true(wire_kind('?') == NULL);
	check_true(wire_kind('\0') == NULL);
}

static const struct unit_test tests[] = {
	{ "options decide which steps are sent and answered", test_steps },
	{ "every step has its own bits", test_bits },
	{ "every letter has its own row", test_letters },
};

UNIT_MAIN("protocol", tests)
