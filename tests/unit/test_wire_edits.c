/*
 * test_wire_edits.c - what a filter changes in a message, as edits.
 */
#include "config.h"

#include "milter/wire/protocol.h"
#include "tests/support/wire_desk.h"
#include "tests/unit/unit.h"

#define bytes(literal) { literal, sizeof (literal) - 1 }
#define COUNT(array) (sizeof (array) / sizeof *(array))

/* A filter that has agreed to ACTIONS and PROTOCOL is asked at EOM. */
static void
ask(struct wire_desk *d, uint32_t actions, uint32_t protocol)
{
	wire_desk_open(d);
	wire_desk_meet(d, 6, actions, protocol);
	(void)wire_desk_feed(d, event_plain(EVENT_EOM));
	(void)wire_desk_told(d);
}

static const char *
let_pass(struct wire_desk *d)
{
	return wire_desk_says(d, WIRE_ACCEPT, span_of(""));
}

static const struct {
	const char *sentence;
	char letter;
	struct span payload;
	const char *want;	/* behind "accept" */
} edits[] = {
	{ "ADDHEADER", WIRE_ADDHEADER, bytes("X-A\0b\0"), "\nadd X-A: b" },
	{ "ADDHEADER without a value", WIRE_ADDHEADER, bytes("X-A\0\0"),
	    "\nadd X-A: " },
	{ "INSHEADER at its place", WIRE_INSHEADER, bytes("\0\0\0\0X\0y\0"),
	    "\ninsert 0 X: y" },
	{ "INSHEADER far below", WIRE_INSHEADER,
	    bytes("\377\377\377\377X\0y\0"), "\ninsert 4294967295 X: y" },
	{ "CHGHEADER", WIRE_CHGHEADER, bytes("\0\0\0\2X\0y\0"),
	    "\nchange 2 X: y" },
	{ "CHGHEADER of 0 is of the first", WIRE_CHGHEADER,
	    bytes("\0\0\0\0X\0y\0"), "\nchange 1 X: y" },
	{ "CHGHEADER to nothing removes", WIRE_CHGHEADER,
	    bytes("\0\0\0\3X\0\0"), "\nremove 3 X: " },
	{ "CHGFROM", WIRE_CHGFROM, bytes("<a@b>\0"), "\nsender a@b" },
	{ "CHGFROM without brackets", WIRE_CHGFROM, bytes("a@b\0"),
	    "\nsender a@b" },
	{ "CHGFROM to nobody", WIRE_CHGFROM, bytes("<>\0"), "\nsender <>" },
	{ "CHGFROM to nothing is nobody", WIRE_CHGFROM, bytes("\0"),
	    "\nsender <>" },
	{ "ADDRCPT", WIRE_ADDRCPT, bytes("<a@b>\0"), "\nadd-recipient a@b" },
	{ "ADDRCPT with quotes", WIRE_ADDRCPT, bytes("<\"a \\\" b\"@c>\0"),
	    "\nadd-recipient \"a \\\" b\"@c" },
	{ "ADDRCPT at an address literal", WIRE_ADDRCPT,
	    bytes("<a@[IPv6:::1]>\0"), "\nadd-recipient a@[IPv6:::1]" },
	{ "ADDRCPT by a route", WIRE_ADDRCPT, bytes("<@x,@y:a@b>\0"),
	    "\nadd-recipient a@b" },
	{ "ADDRCPT_PAR", WIRE_ADDRCPT_PAR, bytes("<a@b>\0"),
	    "\nadd-recipient a@b" },
	{ "DELRCPT", WIRE_DELRCPT, bytes("<a@b>\0"),
	    "\nremove-recipient a@b" },
	{ "DELRCPT of a local user", WIRE_DELRCPT, bytes("<postmaster>\0"),
	    "\nremove-recipient postmaster" },
	{ "QUARANTINE", WIRE_QUARANTINE, bytes("a reason\0"),
	    "\nquarantine a reason" },
	{ "QUARANTINE in one line", WIRE_QUARANTINE, bytes("a\r\nb\0"),
	    "\nquarantine a  b" },
	{ "REPLBODY", WIRE_REPLBODY, bytes("a\r\n\0b\r\n"),
	    "\nbody a\\x0d\\n|b\\x0d\\n" },
	{ "REPLBODY with LF", WIRE_REPLBODY, bytes("a\n\nb\n"),
	    "\nbody a\\x0d\\n\\x0d\\nb\\x0d\\n" },
	{ "REPLBODY without an end", WIRE_REPLBODY, bytes("a"),
	    "\nbody a\\x0d\\n" },
	{ "REPLBODY by nothing", WIRE_REPLBODY, bytes(""), "\nbody " },
	{ "a CR in a body stays", WIRE_REPLBODY, bytes("a\rb\r\n"),
	    "\nbody a\\x0db\\x0d\\n" },
};

static void
test_edits(void)
{
	for (size_t i = 0; i < COUNT(edits); i++) {
		struct wire_desk d = { .config.version = 6 };
		const char *got;

		unit_case(edits[i].sentence);
		ask(&d, WIRE_MAY_ALL, 0);
		check_text(wire_desk_says(&d, edits[i].letter,
		    edits[i].payload), "later");
		got = let_pass(&d);
		check_true(strncmp(got, "accept", 6) == 0);
		check_text(got + 6, edits[i].want);
		for (size_t k = 0; k < d.verdict.edit_count; k++) {
			const struct edit *e = &d.verdict.edits[k];

			check_int(e->value.ptr[e->value.len], '\0');
		}
		check_size(d.log_lines, 0);
		wire_desk_close(&d);
	}
}

static const struct {
	const char *sentence;
	const char *value;
	const char *want;
} values[] = {
	{ "a fold stays", "one\n two", "one\\n two" },
	{ "a fold by CRLF", "one\r\n\ttwo", "one\\n\\x09two" },
	{ "a line end gets a tab", "one\nX-Evil: yes",
	    "one\\n\\x09X-Evil: yes" },
	{ "a CR is dropped", "a\rb", "ab" },
	{ "two line ends", "a\n\nb", "a\\n\\x09\\n\\x09b" },
	{ "a line end at the end", "a\r\n", "a\\n\\x09" },
	{ "bytes that are not ASCII stay", "\303\274", "\\xc3\\xbc" },
	{ "a blank in front stays", " a", " a" },
};

static void
test_values(void)
{
	for (size_t i = 0; i < COUNT(values); i++) {
		struct wire_desk d = { .config.version = 6 };
		struct buffer b, want;

		unit_case(values[i].sentence);
		buffer_init(&b, 1000);
		buffer_init(&want, 1000);
		buffer_add(&b, span_make("X\0", 2));
		buffer_add(&b, span_of(values[i].value));
		buffer_add_char(&b, '\0');
		buffer_addf(&want, "accept\nadd X: %s", values[i].want);
		ask(&d, WIRE_MAY_ALL, 0);
		(void)wire_desk_says(&d, WIRE_ADDHEADER, buffer_span(&b));
		check_text(let_pass(&d), buffer_text(&want));
		wire_desk_close(&d);
		buffer_release(&b);
		buffer_release(&want);
	}
}

/* No line of V, with NAME_LEN bytes before the first, is over 998 bytes. */
static void
check_lines(struct span v, size_t name_len)
{
	size_t len = name_len;

	for (size_t i = 0; i < v.len; i++) {
		len = v.ptr[i] == '\n' ? 0 : len + 1;
		check_true(len <= 998);
	}
}

static void
test_long_values(void)
{
	static char value[60000];
	struct buffer b;

	buffer_init(&b, 1 << 20);
	for (size_t blank = 2; blank <= 3000; blank += 333) {
		struct wire_desk d = { .config.version = 6 };
		const struct edit *e;

		for (size_t i = 0; i < sizeof value; i++)
			value[i] = i % blank == blank - 1 ? ' ' : 'x';
		buffer_clear(&b);
		buffer_add(&b, span_make("X-Name\0", 7));
		buffer_add(&b, span_make(value, sizeof value));
		buffer_add_char(&b, '\0');
		ask(&d, WIRE_MAY_ALL, 0);
		(void)wire_desk_says(&d, WIRE_ADDHEADER, buffer_span(&b));
		(void)let_pass(&d);
		e = &d.verdict.edits[0];
		check_size(d.verdict.edit_count, 1);
		check_true(e->value.len >= sizeof value);
		check_lines(e->value, strlen("X-Name: "));
		if (blank < 900) {
			size_t at = 0;

			/* Folded at blanks: nothing else has changed. */
			for (size_t i = 0; i < e->value.len; i++)
				if (e->value.ptr[i] != '\n')
					check_true(e->value.ptr[i] ==
					    value[at++]);
			check_size(at, sizeof value);
		}
		wire_desk_close(&d);
	}
	buffer_release(&b);
}

static const struct {
	const char *sentence;
	char letter;
	struct span payload;
} unsound[] = {
	{ "a field without a name", WIRE_ADDHEADER, bytes("\0x\0") },
	{ "a name with a blank", WIRE_ADDHEADER, bytes("X Bad\0x\0") },
	{ "a name with a colon", WIRE_ADDHEADER, bytes("X: a\0x\0") },
	{ "a name with a line end", WIRE_INSHEADER,
	    bytes("\0\0\0\0X\r\nY\0x\0") },
	{ "a name that is not ASCII", WIRE_CHGHEADER,
	    bytes("\0\0\0\1X\303\274\0x\0") },
	{ "no recipient", WIRE_ADDRCPT, bytes("\0") },
	{ "nobody as recipient", WIRE_ADDRCPT, bytes("<>\0") },
	{ "a recipient without a domain", WIRE_ADDRCPT, bytes("<a>\0") },
	{ "one with an empty domain", WIRE_ADDRCPT, bytes("<a@>\0") },
	{ "one without a local part", WIRE_ADDRCPT, bytes("<@b>\0") },
	{ "one with a blank", WIRE_ADDRCPT, bytes("<a b@c>\0") },
	{ "one with a line end", WIRE_ADDRCPT, bytes("a@b\r\nRCPT TO:<c>\0") },
	{ "one with parameters", WIRE_ADDRCPT, bytes("<a@b> ORCPT=x\0") },
	{ "one that is two", WIRE_ADDRCPT, bytes("<a@b>,<c@d>\0") },
	{ "one with a quote that is open", WIRE_ADDRCPT, bytes("<\"a@b>\0") },
	{ "one with two @", WIRE_ADDRCPT, bytes("<a@b@c>\0") },
	{ "one that is no UTF-8", WIRE_ADDRCPT, bytes("<a\377@b>\0") },
	{ "one with a C1 control", WIRE_ADDRCPT, bytes("<a\302\205@b>\0") },
	{ "a literal that is open", WIRE_ADDRCPT, bytes("<a@[1.2.3.4>\0") },
	{ "a recipient to be removed, with a blank", WIRE_DELRCPT,
	    bytes("<a b>\0") },
	{ "a sender without a domain", WIRE_CHGFROM, bytes("<a>\0") },
	{ "parameters that are none", WIRE_CHGFROM,
	    bytes("<a@b>\0=x\0") },
	{ "parameters with a line end", WIRE_ADDRCPT_PAR,
	    bytes("<a@b>\0NOTIFY=NEVER\r\n\0") },
};

static void
test_unsound(void)
{
	for (size_t i = 0; i < COUNT(unsound); i++) {
		struct wire_desk d = { .config.version = 6 };

		unit_case(unsound[i].sentence);
		ask(&d, WIRE_MAY_ALL, 0);
		(void)wire_desk_says(&d, unsound[i].letter,
		    unsound[i].payload);
		(void)wire_desk_says(&d, WIRE_ADDHEADER,
		    span_make("X-A\0b\0", 6));
		check_text(let_pass(&d), "accept\nadd X-A: b");
		check_size(d.log_lines, 1);
		check_true(strstr(buffer_text(&d.log), "is left out, for ")
		    != NULL);
		wire_desk_close(&d);
	}
}

/* A filter that says nothing but nonsense does not fill the log. */
static void
test_complaints(void)
{
	struct wire_desk d = { .config.version = 6 };

	ask(&d, WIRE_MAY_ALL, 0);
	for (int i = 0; i < 1000; i++)
		(void)wire_desk_says(&d, WIRE_ADDHEADER,
		    span_make("X Y\0b\0", 6));
	check_text(let_pass(&d), "accept");
	check_size(d.log_lines, 11);
	check_true(strstr(buffer_text(&d.log), "990 more edits are not taken")
	    != NULL);
	wire_desk_close(&d);
}

static void
test_params(void)
{
	struct wire_desk d = { .config.version = 6 };

	ask(&d, WIRE_MAY_ALL, 0);
	(void)wire_desk_says(&d, WIRE_CHGFROM,
	    span_make("<a@b>\0RET=HDRS ENVID=x\0", 23));
	check_text(let_pass(&d), "accept\nsender a@b");
	check_text(buffer_text(&d.log), "milter test: its CHGFROM is done "
	    "without its parameters: \"RET=HDRS ENVID=x\"\n");
	wire_desk_close(&d);
}

/* All in their order; pieces of a body are one, wherever they are cut. */
static void
test_order(void)
{
	struct wire_desk d = { .config.version = 6 };

	ask(&d, WIRE_MAY_ALL, 0);
	(void)wire_desk_says(&d, WIRE_ADDHEADER, span_make("A\0b\0", 4));
	(void)wire_desk_says(&d, WIRE_REPLBODY, span_of("one\r"));
	(void)wire_desk_says(&d, WIRE_DELRCPT, span_make("c@d\0", 4));
	(void)wire_desk_says(&d, WIRE_REPLBODY, span_of("\ntwo\n"));
	(void)wire_desk_says(&d, WIRE_REPLBODY, span_of("three"));
	check_text(let_pass(&d), "accept\nadd A: b\n"
	    "body one\\x0d\\ntwo\\x0d\\nthree\\x0d\\n\n"
	    "remove-recipient c@d");
	unit_case("the next message begins without them");
	(void)wire_desk_feed(&d, event_plain(EVENT_EOM));
	check_text(let_pass(&d), "accept");
	wire_desk_close(&d);
}

/* Each piece of a large body, and each edit of many, once. */
static void
test_many(void)
{
	static char piece[65535];
	struct wire_desk d = { .config.version = 6 };

	memset(piece, 'x', sizeof piece);
	ask(&d, WIRE_MAY_ALL, 0);
	for (int i = 0; i < 200; i++)
		(void)wire_desk_says(&d, WIRE_REPLBODY,
		    span_make(piece, sizeof piece));
	for (int i = 0; i < 10000; i++)
		(void)wire_desk_says(&d, WIRE_ADDHEADER,
		    span_make("A\0b\0", 4));
	check_true(milter_answer(d.milter, &d.verdict) == false);
	(void)let_pass(&d);
	check_size(d.verdict.edit_count, 10001);
	check_size(d.verdict.edits[0].value.len, 200 * sizeof piece + 2);
	wire_desk_close(&d);
}

/* One packet may hold all of a body: not every filter is libmilter's. */
static void
test_large_packet(void)
{
	static char body[5000000];
	struct wire_desk d = { .config.version = 6 };

	ask(&d, WIRE_MAY_ALL, 0);
	(void)wire_desk_says(&d, WIRE_REPLBODY, span_make(body, sizeof body));
	(void)let_pass(&d);
	check_size(d.verdict.edits[0].value.len, sizeof body + 2);
	wire_desk_close(&d);
}

static void
test_spaced(void)
{
	struct wire_desk d = { .config.version = 6 };

	ask(&d, WIRE_MAY_ALL, WIRE_LEADING_SPACE);
	(void)wire_desk_says(&d, WIRE_ADDHEADER, span_make("A\0 b\0", 5));
	(void)wire_desk_says(&d, WIRE_INSHEADER,
	    span_make("\0\0\0\1A\0b\0", 8));
	check_text(let_pass(&d), "accept\nadd A: b\ninsert 1 A:b");
	wire_desk_close(&d);
}

static void
test_refused(void)
{
	struct wire_desk d = { .config.version = 6 };

	ask(&d, WIRE_MAY_ALL, 0);
	(void)wire_desk_says(&d, WIRE_ADDHEADER, span_make("A\0b\0", 4));
	(void)wire_desk_says(&d, WIRE_TEMPFAIL, span_of(""));
	check_int(d.verdict.kind, VERDICT_TEMPFAIL);
	check_size(d.verdict.edit_count, 0);
	wire_desk_close(&d);
}

static const struct unit_test tests[] = {
	{ "each edit is read", test_edits },
	{ "a value cannot leave its field", test_values },
	{ "long lines are folded", test_long_values },
	{ "an unsound edit is left out", test_unsound },
	{ "complaints are bounded", test_complaints },
	{ "parameters are not used", test_params },
	{ "edits come in their order", test_order },
	{ "there may be many", test_many },
	{ "a packet may be as large as a body", test_large_packet },
	{ "with the agreed blank values bring their own", test_spaced },
	{ "edits of a message that is refused are forgotten", test_refused },
};

UNIT_MAIN("wire_edits", tests)
