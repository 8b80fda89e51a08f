/*
 * test_smtp_verdict.c - a sink's reply, as an SMTP client sees it.
 */
#include "config.h"

#include "milter/smtp/reply.h"
#include "tests/unit/unit.h"

#define BROKEN "451 4.3.5 Server configuration problem - try again later\r\n"
#define TEN "1234567890"
#define HUNDRED TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN
#define LONGEST HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED \
	HUNDRED HUNDRED
#define EIGHT_LINES "\nx\nx\nx\nx\nx\nx\nx\nx"

static const struct {
	const char *sentence;
	enum verdict_kind kind;
	unsigned code;
	const char *status;
	const char *text;
	const char *want;		/* NULL: it is no reply */
} replies[] = {
	{ "reject has a reply of its own", VERDICT_REJECT, 0, "", "",
	    "550 5.7.1 Command rejected\r\n" },
	{ "tempfail has one", VERDICT_TEMPFAIL, 0, "", "",
	    "451 4.7.1 Service unavailable - try again later\r\n" },
	{ "close has one", VERDICT_CLOSE, 0, "", "",
	    "421 4.7.0 Server closing connection\r\n" },
	{ "code, status and text", VERDICT_REJECT, 554, "5.1.1", "Go away",
	    "554 5.1.1 Go away\r\n" },
	{ "the status is on each line", VERDICT_REJECT, 550, "5.7.1", "a\nb\nc",
	    "550-5.7.1 a\r\n550-5.7.1 b\r\n550 5.7.1 c\r\n" },
	{ "an empty line stays", VERDICT_REJECT, 550, "5.7.1", "a\n\nb",
	    "550-5.7.1 a\r\n550-5.7.1 \r\n550 5.7.1 b\r\n" },
	{ "no status", VERDICT_REJECT, 550, "", "no", "550 no\r\n" },
	{ "no text", VERDICT_TEMPFAIL, 450, "4.2.1", "",
	    "450 4.2.1 Service unavailable - try again later\r\n" },
	{ "a percent sign is itself", VERDICT_REJECT, 550, "5.7.1", "100% %s",
	    "550 5.7.1 100% %s\r\n" },
	{ "421 with tempfail", VERDICT_TEMPFAIL, 421, "4.7.0", "later",
	    "421 4.7.0 later\r\n" },
	{ "the longest status", VERDICT_REJECT, 550, "5.999.999", "x",
	    "550 5.999.999 x\r\n" },
	{ "UTF-8 in the text", VERDICT_REJECT, 550, "5.7.1", "\xc3\xa9",
	    "550 5.7.1 \xc3\xa9\r\n" },
	{ "the longest line", VERDICT_REJECT, 550, "5.7.1", LONGEST,
	    "550 5.7.1 " LONGEST "\r\n" },

	{ "CRLF in the text", VERDICT_REJECT, 550, "5.7.1",
	    "no\r\n250 2.0.0 yes", NULL },
	{ "CR in the text", VERDICT_REJECT, 550, "5.7.1", "no\rno", NULL },
	{ "ESC in the text", VERDICT_REJECT, 550, "5.7.1", "\033[2J", NULL },
	{ "DEL in the text", VERDICT_REJECT, 550, "5.7.1", "\177", NULL },
	{ "a line too long", VERDICT_REJECT, 550, "5.7.1", LONGEST "x", NULL },
	{ "33 lines", VERDICT_REJECT, 550, "5.7.1",
	    "x" EIGHT_LINES EIGHT_LINES EIGHT_LINES EIGHT_LINES, NULL },
	{ "a 2xx code", VERDICT_REJECT, 250, "2.1.5", "Ok", NULL },
	{ "a 3xx code", VERDICT_REJECT, 354, "", "go on", NULL },
	{ "a 4xx code with reject", VERDICT_REJECT, 450, "4.7.1", "x", NULL },
	{ "a 5xx code with tempfail", VERDICT_TEMPFAIL, 550, "5.7.1", "x",
	    NULL },
	{ "a code of two digits", VERDICT_REJECT, 55, "5.7.1", "x", NULL },
	{ "a code of four digits", VERDICT_REJECT, 5500, "5.7.1", "x", NULL },
	{ "a code beyond 599", VERDICT_REJECT, 600, "6.7.1", "x", NULL },
	{ "close with 450", VERDICT_CLOSE, 450, "4.7.1", "x", NULL },
	{ "a status of the other class", VERDICT_REJECT, 550, "4.7.1", "x",
	    NULL },
	{ "a status of two parts", VERDICT_REJECT, 550, "5.7", "x", NULL },
	{ "a status of four parts", VERDICT_REJECT, 550, "5.7.1.1", "x",
	    NULL },
	{ "a status with text", VERDICT_REJECT, 550, "5.7.1 a", "x", NULL },
	{ "a status with a long part", VERDICT_REJECT, 550, "5.7.1000", "x",
	    NULL },
	{ "a status with an empty part", VERDICT_REJECT, 550, "5..11", "x",
	    NULL },
	{ "a status without its last part", VERDICT_REJECT, 550, "5.711.",
	    "x", NULL },
	{ "a verdict that is no refusal", VERDICT_ACCEPT, 0, "", "", NULL },
};

static void
replies_are_shown_as_postfix_shows_them(void)
{
	for (size_t i = 0; i < sizeof replies / sizeof replies[0]; i++) {
		struct verdict v = { .kind = replies[i].kind,
			.reply = { replies[i].code,
			    span_of(replies[i].status),
			    span_of(replies[i].text) } };
		bool sound = replies[i].want != NULL;
		struct buffer out;

		unit_case(replies[i].sentence);
		buffer_init(&out, 65536);
		check_int(smtp_say_verdict(&out, &v), sound ? 0 : -1);
		check_text(buffer_text(&out),
		    sound ? replies[i].want : BROKEN);
		buffer_release(&out);
	}
}

static void
a_nul_is_in_no_reply(void)
{
	struct verdict v = { .kind = VERDICT_REJECT,
		.reply = { 550, span_of("5.7.1"), span_make("a\0b", 3) } };
	struct buffer out;

	buffer_init(&out, 65536);
	check_int(smtp_say_verdict(&out, &v), -1);
	check_text(buffer_text(&out), BROKEN);
	buffer_release(&out);
}

static const struct unit_test tests[] = {
	{ "a reply is shown as Postfix shows it, or not at all",
	    replies_are_shown_as_postfix_shows_them },
	{ "a NUL is in no reply", a_nul_is_in_no_reply },
};

UNIT_MAIN("smtp_verdict", tests)
