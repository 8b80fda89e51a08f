/*
 * test_smtp_xclient.c - XCLIENT: a client that says that it is another one.
 */
#include "config.h"

#include "tests/support/smtp_stage.h"
#include "tests/unit/unit.h"

#define GREETING "220 mx.example.com ESMTP\r\n"
#define STRANGER "550 5.7.0 Error: insufficient authorization\r\n"
#define WHO "mx.example.org 192.0.2.8 40112\n"

static const struct {
	const char *sentence;
	const char *said;
	const char *reply;
	const char *connect;	/* what the sink hears of the new client */
	const char *helo;	/* and of its HELO */
} rows[] = {
	{ "a name", "XCLIENT NAME=a.example", GREETING,
	    "a.example 192.0.2.8 40112\n", "" },
	{ "an address and a port", "XCLIENT ADDR=198.51.100.7 PORT=25",
	    GREETING, "mx.example.org 198.51.100.7 25\n", "" },
	{ "an address of IPv6", "xclient addr=IPV6:2001:DB8::1", GREETING,
	    "mx.example.org 2001:db8::1 40112\n", "" },
	{ "nobody knows the name", "XCLIENT NAME=[UNAVAILABLE]", GREETING,
	    "unknown 192.0.2.8 40112\n", "" },
	{ "nobody knows it today", "XCLIENT NAME=[tempunavail]", GREETING,
	    "unknown 192.0.2.8 40112\n", "" },
	{ "nobody knows anything",
	    "XCLIENT NAME=[UNAVAILABLE] ADDR=[UNAVAILABLE]"
	    " PORT=[UNAVAILABLE] HELO=[UNAVAILABLE] LOGIN=[UNAVAILABLE]",
	    GREETING, "unknown  0\n", "" },
	{ "a HELO", "XCLIENT HELO=c.example PROTO=SMTP", GREETING, WHO,
	    "helo c.example\n" },
	{ "a HELO in xtext", "XCLIENT HELO=c+2Bd+20e", GREETING, WHO,
	    "helo c+d e\n" },
	{ "what is no xtext is meant as it is", "XCLIENT HELO=c+zz", GREETING,
	    WHO, "helo c+zz\n" },
	{ "line ends are masked", "XCLIENT HELO=a+0D+0Ab+00c", GREETING,
	    WHO, "helo a??b?c\n" },
	{ "where the server is", "XCLIENT DESTADDR=192.0.2.1 DESTPORT=25",
	    GREETING, WHO, "" },
	{ "nothing at all", "XCLIENT",
	    "501 5.5.4 Syntax: XCLIENT attribute=value...\r\n", NULL, NULL },
	{ "no value", "XCLIENT NAME=",
	    "501 5.5.4 Error: attribute=value expected\r\n", NULL, NULL },
	{ "no equals sign", "XCLIENT NAME",
	    "501 5.5.4 Error: attribute=value expected\r\n", NULL, NULL },
	{ "an attribute that is none", "XCLIENT FOO=1",
	    "501 5.5.4 Bad XCLIENT attribute name: FOO\r\n", NULL, NULL },
	{ "a name that is none", "XCLIENT NAME=a..b",
	    "501 5.5.4 Bad NAME syntax: a..b\r\n", NULL, NULL },
	{ "a name with a hyphen at its end", "XCLIENT NAME=a-.b",
	    "501 5.5.4 Bad NAME syntax: a-.b\r\n", NULL, NULL },
	{ "a name with a line end", "XCLIENT NAME=a+0D+0Ab",
	    "501 5.5.4 Bad NAME syntax: a??b\r\n", NULL, NULL },
	{ "an address that is none", "XCLIENT ADDR=256.0.0.1",
	    "501 5.5.4 Bad ADDR syntax: 256.0.0.1\r\n", NULL, NULL },
	{ "a port that is none", "XCLIENT PORT=65536",
	    "501 5.5.4 Bad PORT syntax: 65536\r\n", NULL, NULL },
	{ "a protocol that is none", "XCLIENT PROTO=LMTP",
	    "501 5.5.4 Bad PROTO syntax: LMTP\r\n", NULL, NULL },
	{ "one that is wrong takes the others with it",
	    "XCLIENT NAME=a.example PORT=x",
	    "501 5.5.4 Bad PORT syntax: x\r\n", NULL, NULL },
};

static const struct smtp_config offering = { .features = SMTP_XCLIENT };

static void
clients_become_others(void)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct stage st = { .config = offering };
		struct buffer want;

		unit_case(rows[i].sentence);
		buffer_init(&want, 1000);
		if (rows[i].connect != NULL)
			buffer_addf(&want, "close\nconnect %s%s",
			    rows[i].connect, rows[i].helo);
		stage_open(&st);
		buffer_clear(&st.events);
		stage_say(&st, rows[i].said);
		check_text(stage_say(&st, "\r\n"), rows[i].reply);
		check_text(buffer_text(&st.events), buffer_text(&want));
		buffer_release(&want);
		stage_close(&st);
	}
}

static void
values_are_bounded(void)
{
	struct stage st = { .config = offering };
	struct buffer line;

	stage_open(&st);
	buffer_init(&line, 1000);
	buffer_add_text(&line, "XCLIENT HELO=");
	for (int i = 0; i < 256; i++)
		buffer_add_char(&line, 'a');
	buffer_add_text(&line, "\r\n");
	check_text(stage_say(&st, buffer_text(&line)),
	    "501 5.5.4 Error: attribute value too long\r\n");
	buffer_release(&line);
	stage_close(&st);
}

static const char said_ehlo[] = "EHLO c\r\n";
#define OFFER "250-XCLIENT NAME ADDR PORT PROTO HELO LOGIN\r\n"

static bool
is_offered(struct stage *st)
{
	return strstr(stage_say(st, said_ehlo), OFFER) != NULL;
}

/* By who may not, or where it is not offered, as by Postfix. */
static void
strangers_are_refused(void)
{
	struct stage st = { .local = false };
	struct stage other = { .config = offering, .stranger = true };

	stage_open(&st);
	check_true(!is_offered(&st));
	check_text(stage_say(&st, "XCLIENT NAME=a.b\r\n"), STRANGER);
	stage_close(&st);

	stage_open(&other);
	buffer_clear(&other.events);
	check_true(!is_offered(&other));
	check_text(stage_say(&other, "XCLIENT NAME=a.b\r\n"), STRANGER);
	check_text(buffer_text(&other.events), "helo c\n");
	stage_close(&other);
}

/* The right is that of an address, and the new one does not have it. */
static void
the_right_goes_with_the_address(void)
{
	struct stage st = { .config = offering };

	stage_open(&st);
	check_true(is_offered(&st));
	check_text(stage_say(&st, "XCLIENT NAME=a.b\r\n"), GREETING);
	check_true(is_offered(&st));
	check_text(stage_say(&st, "XCLIENT ADDR=192.0.2.9\r\n"), GREETING);
	check_true(!is_offered(&st));
	check_text(stage_say(&st, "XCLIENT ADDR=192.0.2.10\r\n"), STRANGER);
	stage_close(&st);
}

static void
not_in_a_transaction(void)
{
	struct stage st = { .config = offering };

	stage_open(&st);
	stage_say(&st, "MAIL FROM:<a@b>\r\n");
	check_text(stage_say(&st, "XCLIENT NAME=a.b\r\n"),
	    "503 5.5.1 Error: MAIL transaction in progress\r\n");
	stage_close(&st);
}

#define ALWAYS " j=mx.example.com _=mx.example.org [192.0.2.8] v=Postfix" \
	" daemon_name=mx.example.com daemon_addr=127.0.0.1"

static void
a_login_is_one(void)
{
	struct stage st = { .show_macros = true,
		.config = { .features = SMTP_XCLIENT | SMTP_AUTH } };

	stage_open(&st);
	buffer_clear(&st.events);
	stage_say(&st, "XCLIENT LOGIN=joe+40example.org\r\n");
	check_text(buffer_text(&st.events), "close" ALWAYS
	    "\nconnect mx.example.org 192.0.2.8 40112" ALWAYS
	    " auth_type=XCLIENT auth_authen=joe@example.org\n");
	check_text(stage_say(&st, "AUTH PLAIN\r\n"),
	    "503 5.5.1 Error: already authenticated\r\n");
	buffer_clear(&st.events);
	/* Another one begins without. */
	stage_say(&st, "XCLIENT PORT=40112\r\n");
	check_text(buffer_text(&st.events), "close" ALWAYS
	    " auth_type=XCLIENT auth_authen=joe@example.org"
	    "\nconnect mx.example.org 192.0.2.8 40112" ALWAYS "\n");
	check_text(stage_say(&st, "AUTH PLAIN\r\n"), "334 \r\n");
	stage_close(&st);
}

/* What a sink made of the first client says nothing of the second. */
static void
decisions_are_forgotten(void)
{
	static const enum verdict_kind verdicts[] = { VERDICT_ACCEPT,
		VERDICT_REJECT };

	for (size_t i = 0; i < 2; i++) {
		struct stage st = { .config = offering, .more_sinks = 1 };

		stage_answer(&st, EVENT_CONNECT, 1, verdicts[i]);
		stage_open(&st);
		buffer_clear(&st.events);
		check_text(stage_say(&st, "XCLIENT NAME=a.b\r\n"), GREETING);
		check_text(buffer_text(&st.events), i == 0 ?
		    "close\n1 close\nconnect a.b 192.0.2.8 40112\n"
		    "1 connect a.b 192.0.2.8 40112\n" :
		    "close\nconnect a.b 192.0.2.8 40112\n"
		    "1 connect a.b 192.0.2.8 40112\n");
		check_text(stage_say(&st, "MAIL FROM:<a@b>\r\n"),
		    "250 2.1.0 Ok\r\n");
		stage_close(&st);
	}
}

static const struct {
	const char *sentence;
	enum event_kind kind;
	enum verdict_kind verdict;
	const char *greeting;
} refusals[] = {
	{ "the new client is refused", EVENT_CONNECT, VERDICT_REJECT,
	    "554 mx.example.com ESMTP not accepting connections\r\n" },
	{ "its HELO is", EVENT_HELO, VERDICT_REJECT,
	    "554 mx.example.com ESMTP not accepting connections\r\n" },
	{ "it is hung up on", EVENT_HELO, VERDICT_CLOSE,
	    "421 mx.example.com Service unavailable - try again later\r\n" },
};

static void
the_new_client_may_be_refused(void)
{
	for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
		struct stage st = { .config = offering };

		unit_case(refusals[i].sentence);
		stage_answer(&st, refusals[i].kind,
		    refusals[i].kind == EVENT_CONNECT ? 2 : 1,
		    refusals[i].verdict);
		stage_open(&st);
		check_text(stage_say(&st, "XCLIENT NAME=a.b HELO=c\r\n"),
		    refusals[i].greeting);
		check_true((st.want == SMTP_CLOSED) ==
		    (refusals[i].verdict == VERDICT_CLOSE));
		stage_close(&st);
	}
}

static const struct unit_test tests[] = {
	{ "clients become others", clients_become_others },
	{ "values are bounded", values_are_bounded },
	{ "strangers are refused", strangers_are_refused },
	{ "the right goes with the address",
	    the_right_goes_with_the_address },
	{ "not in a transaction", not_in_a_transaction },
	{ "a login is one", a_login_is_one },
	{ "decisions are forgotten", decisions_are_forgotten },
	{ "the new client may be refused", the_new_client_may_be_refused },
};

UNIT_MAIN("smtp_xclient", tests)
