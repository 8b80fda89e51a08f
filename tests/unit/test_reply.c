/*
 * test_reply.c - what a milter answered, and what it must not answer.
 *
 * Payloads are literals with their NULs visible; bytes() takes the length from
 * the literal, less the NUL that the compiler adds.
 */
#include "config.h"

#include <stdlib.h>

#include "milter/wire/reply.h"
#include "tests/unit/unit.h"

#define bytes(literal) { literal, sizeof (literal) - 1 }
#define COUNT(array) (sizeof (array) / sizeof *(array))

static const struct {
	const char *sentence;
	enum wire_letter letter;
	struct span payload;
	enum wire_role role;
	const char *first;		/* strings */
	const char *second;
	uint32_t index;
} reply_rows[] = {
	{ "CONTINUE", WIRE_CONTINUE, bytes(""), WIRE_ROLE_ANSWER, "", "", 0 },
	{ "ACCEPT", WIRE_ACCEPT, bytes(""), WIRE_ROLE_ANSWER, "", "", 0 },
	{ "REJECT", WIRE_REJECT, bytes(""), WIRE_ROLE_ANSWER, "", "", 0 },
	{ "TEMPFAIL", WIRE_TEMPFAIL, bytes(""), WIRE_ROLE_ANSWER, "", "", 0 },
	{ "DISCARD", WIRE_DISCARD, bytes(""), WIRE_ROLE_ANSWER, "", "", 0 },
	{ "SKIP", WIRE_SKIP, bytes(""), WIRE_ROLE_ANSWER, "", "", 0 },
	{ "SHUTDOWN", WIRE_SHUTDOWN, bytes(""), WIRE_ROLE_ANSWER, "", "", 0 },
	{ "CONN_FAIL", WIRE_CONN_FAIL, bytes(""), WIRE_ROLE_ANSWER,
	    "", "", 0 },
	{ "PROGRESS", WIRE_PROGRESS, bytes(""), WIRE_ROLE_WAIT, "", "", 0 },
	{ "REPLYCODE has its text", WIRE_REPLYCODE, bytes("550 5.7.1 no\0"),
	    WIRE_ROLE_ANSWER, "550 5.7.1 no", "", 0 },
	{ "ADDHEADER has name and value", WIRE_ADDHEADER, bytes("X-A\0b\0"),
	    WIRE_ROLE_EDIT, "X-A", "b", 0 },
	{ "ADDHEADER may have an empty value", WIRE_ADDHEADER,
	    bytes("X-A\0\0"), WIRE_ROLE_EDIT, "X-A", "", 0 },
	{ "INSHEADER has an index before them", WIRE_INSHEADER,
	    bytes("\0\0\0\0X\0y\0"), WIRE_ROLE_EDIT, "X", "y", 0 },
	{ "CHGHEADER has an index of four bytes", WIRE_CHGHEADER,
	    bytes("\1\0\1\2X\0y\0"), WIRE_ROLE_EDIT, "X", "y", 0x01000102 },
	{ "CHGHEADER with an empty value removes", WIRE_CHGHEADER,
	    bytes("\0\0\0\3X\0\0"), WIRE_ROLE_EDIT, "X", "", 3 },
	{ "ADDRCPT has an address", WIRE_ADDRCPT, bytes("<a@b>\0"),
	    WIRE_ROLE_EDIT, "<a@b>", "", 0 },
	{ "ADDRCPT_PAR may go without parameters", WIRE_ADDRCPT_PAR,
	    bytes("<a@b>\0"), WIRE_ROLE_EDIT, "<a@b>", "", 0 },
	{ "ADDRCPT_PAR may have parameters", WIRE_ADDRCPT_PAR,
	    bytes("<a@b>\0NOTIFY=NEVER\0"), WIRE_ROLE_EDIT,
	    "<a@b>", "NOTIFY=NEVER", 0 },
	{ "DELRCPT has an address", WIRE_DELRCPT, bytes("<a@b>\0"),
	    WIRE_ROLE_EDIT, "<a@b>", "", 0 },
	{ "CHGFROM may go without parameters", WIRE_CHGFROM, bytes("<>\0"),
	    WIRE_ROLE_EDIT, "<>", "", 0 },
	{ "CHGFROM may have parameters", WIRE_CHGFROM, bytes("<>\0RET=HDRS\0"),
	    WIRE_ROLE_EDIT, "<>", "RET=HDRS", 0 },
	{ "QUARANTINE has its reason", WIRE_QUARANTINE, bytes("why\0"),
	    WIRE_ROLE_EDIT, "why", "", 0 },
};

static void
check_reply(size_t row, const struct packet *p)
{
	struct error error = { "" };
	struct wire_reply reply;

	unit_case(reply_rows[row].sentence);
	check_int(wire_reply_read(p, &reply, &error), 0);
	check_text(error.text, "");
	check_int(reply.letter, reply_rows[row].letter);
	check_int(reply.role, reply_rows[row].role);
	check_int(reply.index, reply_rows[row].index);
	check_span(reply.strings[0], reply_rows[row].first);
	check_span(reply.strings[1], reply_rows[row].second);
	check_size(reply.bytes.len, 0);
}

static void
test_replies(void)
{
	for (size_t i = 0; i < COUNT(reply_rows); i++) {
		struct packet p = { (char)reply_rows[i].letter,
			reply_rows[i].payload };

		check_reply(i, &p);
	}
}

static void
test_body_reply(void)
{
	struct span body = bytes("a\0\r\n\377");
	struct packet p = { WIRE_REPLBODY, body };
	struct wire_reply reply;

	check_int(wire_reply_read(&p, &reply, NULL), 0);
	check_int(reply.role, WIRE_ROLE_EDIT);
	unit_check_span(reply.bytes, body, __FILE__, __LINE__);
}

static void
test_options_reply(void)
{
	struct packet p = { WIRE_OPTIONS,
		bytes("\0\0\0\6\0\0\0\21\0\22\0\1"
		      "\0\0\0\2i {auth_type}\0\0\0\0\6\0") };
	struct wire_reply reply;

	check_int(wire_reply_read(&p, &reply, NULL), 0);
	check_int(reply.role, WIRE_ROLE_OPTIONS);
	check_int(reply.options.version, 6);
	check_int(reply.options.actions,
	    WIRE_MAY_ADD_HEADERS | WIRE_MAY_CHANGE_HEADERS);
	check_int(reply.options.protocol, 0x120001);
	check_span(reply.options.macros[WIRE_STAGE_MAIL], "i {auth_type}");
	check_true(reply.options.macros[WIRE_STAGE_EOH].ptr != NULL);
	check_size(reply.options.macros[WIRE_STAGE_EOH].len, 0);
	check_true(reply.options.macros[WIRE_STAGE_CONNECT].ptr == NULL);
}

static const struct {
	const char *sentence;
	char letter;
	struct span payload;
	const char *want;
} bad_rows[] = {
	{ "CONTINUE has no payload", 'c', bytes("\0"),
	    "CONTINUE: 1 bytes too many" },
	{ "REPLYCODE needs a text", 'y', bytes(""),
	    "REPLYCODE: the payload is too short" },
	{ "REPLYCODE needs a NUL", 'y', bytes("550 no"),
	    "REPLYCODE: a string without its NUL" },
	{ "REPLYCODE has one text", 'y', bytes("550 no\0x\0"),
	    "REPLYCODE: 2 bytes too many" },
	{ "ADDHEADER needs a value", 'h', bytes("X-A\0"),
	    "ADDHEADER: the payload is too short" },
	{ "ADDHEADER needs a NUL behind the value", 'h', bytes("X-A\0b"),
	    "ADDHEADER: a string without its NUL" },
	{ "ADDHEADER has two strings", 'h', bytes("X-A\0b\0c\0"),
	    "ADDHEADER: 2 bytes too many" },
	{ "INSHEADER needs four bytes of index", 'i', bytes("\0\0\0"),
	    "INSHEADER: the payload is too short" },
	{ "INSHEADER needs name and value", 'i', bytes("\0\0\0\0"),
	    "INSHEADER: the payload is too short" },
	{ "CHGHEADER needs a value", 'm', bytes("\0\0\0\1X\0"),
	    "CHGHEADER: the payload is too short" },
	{ "CHGHEADER needs a NUL", 'm', bytes("\0\0\0\1X"),
	    "CHGHEADER: a string without its NUL" },
	{ "CHGFROM has two strings at most", 'e', bytes("a\0b\0c\0"),
	    "CHGFROM: 2 bytes too many" },
	{ "OPTIONS has three numbers", 'O', bytes("\0\0\0\6\0\0\0\0\0\0\0"),
	    "OPTIONS: the payload is too short" },
	{ "OPTIONS may not end in a stage", 'O',
	    bytes("\0\0\0\6\0\0\0\0\0\0\0\0\0\0\0\1"),
	    "OPTIONS: a list of macros is cut off" },
	{ "OPTIONS needs a NUL behind its macros", 'O',
	    bytes("\0\0\0\6\0\0\0\0\0\0\0\0\0\0\0\1i"),
	    "OPTIONS: a list of macros is cut off" },
	{ "OPTIONS has seven stages", 'O',
	    bytes("\0\0\0\6\0\0\0\0\0\0\0\0\0\0\0\7i\0"),
	    "OPTIONS: macros for stage 7, which does not exist" },
	{ "a command is no reply", 'R', bytes("<a@b>\0"),
	    "no reply has the letter 0x52" },
	{ "a notice is no reply", 'D', bytes("M"),
	    "no reply has the letter 0x44" },
	{ "a strange letter is no reply", '\377', bytes(""),
	    "no reply has the letter 0xff" },
};

static void
test_bad_replies(void)
{
	for (size_t i = 0; i < COUNT(bad_rows); i++) {
		/* In memory of its own, so that a sanitizer sees the end. */
		size_t len = bad_rows[i].payload.len;
		char *copy = malloc(len > 0 ? len : 1);
		struct packet p = { bad_rows[i].letter, { copy, len } };
		struct error error = { "" };
		struct wire_reply reply;

		unit_case(bad_rows[i].sentence);
		memcpy(copy, bad_rows[i].payload.ptr, len);
		check_int(wire_reply_read(&p, &reply, &error), -1);
		check_text(error.text, bad_rows[i].want);
		free(copy);
	}
}

static const struct unit_test tests[] = {
	{ "every reply of strings is read", test_replies },
	{ "a piece of another body may hold any byte", test_body_reply },
	{ "options bring the macros that are asked for", test_options_reply },
	{ "a malformed reply is refused", test_bad_replies },
};

UNIT_MAIN("reply", tests)
