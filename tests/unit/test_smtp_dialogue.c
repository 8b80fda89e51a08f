/*
 * test_smtp_dialogue.c - what a client says, and what it is answered.
 */
#include "config.h"

#include "tests/support/smtp_stage.h"
#include "tests/unit/unit.h"

#define MAIL "MAIL FROM:<bob@example.org>\r\n"
#define MAIL_OK "250 2.1.0 Ok\r\n"
#define RCPT "RCPT TO:<alice@example.com>\r\n"
#define RCPT_OK "250 2.1.5 Ok\r\n"
#define SYNTAX "500 5.5.2 Error: bad syntax\r\n"
#define BYE "221 2.0.0 Bye\r\n"

struct exchange {
	const char *sentence;
	const char *said;
	const char *want;
};

/* All of EXCHANGES, each in a session of its own. */
static void
try_each(const struct exchange *exchanges, size_t count,
    const struct smtp_config *config)
{
	for (size_t i = 0; i < count; i++) {
		struct stage st = { .config = *config };

		unit_case(exchanges[i].sentence);
		stage_open(&st);
		check_text(stage_say(&st, exchanges[i].said),
		    exchanges[i].want);
		stage_close(&st);
	}
}

#define EACH(rows) rows, sizeof rows / sizeof rows[0]

static const struct exchange commands[] = {
	{ "HELO", "HELO mx\r\n", "250 mx.example.com\r\n" },
	{ "HELO without a name", "HELO\r\n", "501 Syntax: HELO hostname\r\n" },
	{ "EHLO without a name", "EHLO \r\n",
	    "501 Syntax: EHLO hostname\r\n" },
	{ "EHLO", "EHLO mx\r\n", "250-mx.example.com\r\n250-PIPELINING\r\n"
	    "250-SIZE 10240000\r\n250-VRFY\r\n250-8BITMIME\r\n"
	    "250 ENHANCEDSTATUSCODES\r\n" },
	{ "small letters", "helo mx\r\nmail from:<bob@example.org>\r\n",
	    "250 mx.example.com\r\n" MAIL_OK },
	{ "blanks around a command", " NOOP \t\r\n", "250 2.0.0 Ok\r\n" },
	{ "NOOP with words", "NOOP a b\r\n", "250 2.0.0 Ok\r\n" },
	{ "RSET", "RSET\r\n", "250 2.0.0 Ok\r\n" },
	{ "RSET with a word", "RSET x\r\n", "501 5.5.4 Syntax: RSET\r\n" },
	{ "VRFY", "VRFY alice\r\n", "252 2.0.0 alice\r\n" },
	{ "VRFY of two words", "VRFY a b\r\n",
	    "501 5.5.4 Syntax: VRFY address\r\n" },
	{ "VRFY of nobody", "VRFY\r\n",
	    "501 5.5.4 Syntax: VRFY address\r\n" },
	{ "HELP", "HELP\r\n", "214 2.0.0 See RFC 5321\r\n" },
	{ "QUIT, and no more", "QUIT\r\nNOOP\r\n", BYE },
	{ "a command that is none", "FOO bar\r\n",
	    "500 5.5.2 Error: command not recognized\r\n" },
	{ "no command", "\r\n", SYNTAX },
	{ "a header field, and no more", "Subject: x\r\nNOOP\r\n",
	    "221 2.7.0 Error: this is not SMTP. Goodbye.\r\n" },
	{ "HTTP, and no more", "POST / HTTP/1.1\r\nNOOP\r\n",
	    "221 2.7.0 Error: this is not SMTP. Goodbye.\r\n" },
	{ "STARTTLS that is not offered", "STARTTLS\r\n",
	    "502 5.5.1 Error: command not implemented\r\n" },
	{ "a CR in a command", "NO\rOP\r\nNOOP\r\n",
	    SYNTAX "250 2.0.0 Ok\r\n" },
	{ "two CR at its end", "NOOP\r\r\nNOOP\r\n",
	    SYNTAX "250 2.0.0 Ok\r\n" },
	{ "a bare LF behind a command, and no more", "NOOP\nNOOP\r\n",
	    "550 5.5.2 Error: bare <LF> received\r\n" },
	{ "a bare LF alone, and no more", "NOOP\r\n\nNOOP\r\n",
	    "250 2.0.0 Ok\r\n550 5.5.2 Error: bare <LF> received\r\n" },
};

static void
commands_are_answered(void)
{
	static const struct smtp_config config;

	try_each(EACH(commands), &config);
}

static const struct exchange arguments[] = {
	{ "no argument", "MAIL\r\n",
	    "501 5.5.4 Syntax: MAIL FROM:<address>\r\n" },
	{ "no path", "MAIL FROM:\r\n",
	    "501 5.5.4 Syntax: MAIL FROM:<address>\r\n" },
	{ "another keyword", "MAIL TO:<a@b.example>\r\n",
	    "501 5.5.4 Syntax: MAIL FROM:<address>\r\n" },
	{ "a blank behind the keyword", "MAIL FROM: <a@b.example>\r\n",
	    MAIL_OK },
	{ "a bad path", "MAIL FROM:<a b@c.example>\r\n",
	    "501 5.1.7 Bad sender address syntax\r\n" },
	{ "the null sender", "MAIL FROM:<>\r\n", MAIL_OK },
	{ "a size", "MAIL FROM:<> SIZE=10240000\r\n", MAIL_OK },
	{ "one byte too many", "MAIL FROM:<> SIZE=10240001\r\n",
	    "552 5.3.4 Message size exceeds fixed limit\r\n" },
	{ "a size of twenty digits", "MAIL FROM:<> SIZE=99999999999999999999"
	    "\r\n", "552 5.3.4 Message size exceeds fixed limit\r\n" },
	{ "a size of 2 to the 64th", "MAIL FROM:<> SIZE=18446744073709551616"
	    "\r\n", "552 5.3.4 Message size exceeds fixed limit\r\n" },
	{ "a size of too many digits", "MAIL FROM:<> SIZE="
	    "000000000000000000001\r\n",
	    "501 5.5.4 Bad message size syntax\r\n" },
	{ "a size that is no number", "MAIL FROM:<> SIZE=9x\r\n",
	    "501 5.5.4 Bad message size syntax\r\n" },
	{ "a negative size", "MAIL FROM:<> SIZE=-1\r\n",
	    "501 5.5.4 Bad message size syntax\r\n" },
	{ "no size", "MAIL FROM:<> SIZE\r\n",
	    "501 5.5.4 Bad message size syntax\r\n" },
	{ "BODY in small letters", "MAIL FROM:<> body=8bitmime\r\n", MAIL_OK },
	{ "BODY=7BIT", "MAIL FROM:<> BODY=7BIT\r\n", MAIL_OK },
	{ "BODY=BINARYMIME", "MAIL FROM:<> BODY=BINARYMIME\r\n",
	    "555 5.5.4 Unsupported option: BODY=BINARYMIME\r\n" },
	{ "all of them", "MAIL FROM:<> SIZE=1 BODY=7BIT\r\n", MAIL_OK },
	{ "an unknown one", "MAIL FROM:<> FOO=1\r\n",
	    "555 5.5.4 Unsupported option: FOO=1\r\n" },
	{ "one that is none", "MAIL FROM:<> =1\r\n",
	    "555 5.5.4 Unsupported option: =1\r\n" },
	{ "one that is not offered", "MAIL FROM:<> SMTPUTF8\r\n",
	    "555 5.5.4 Unsupported option: SMTPUTF8\r\n" },
	{ "AUTH that is not offered", "MAIL FROM:<> AUTH=<>\r\n",
	    "555 5.5.4 Unsupported option: AUTH=<>\r\n" },
	{ "DSN, which is not offered", "MAIL FROM:<> RET=HDRS\r\n",
	    "555 5.5.4 Unsupported option: RET=HDRS\r\n" },
	{ "33 of them", "MAIL FROM:<> SIZE=1 SIZE=1 SIZE=1 SIZE=1 SIZE=1 "
	    "SIZE=1 SIZE=1 SIZE=1 SIZE=1 SIZE=1 SIZE=1 SIZE=1 SIZE=1 SIZE=1 "
	    "SIZE=1 SIZE=1 SIZE=1 SIZE=1 SIZE=1 SIZE=1 SIZE=1 SIZE=1 SIZE=1 "
	    "SIZE=1 SIZE=1 SIZE=1 SIZE=1 SIZE=1 SIZE=1 SIZE=1 SIZE=1 SIZE=1 "
	    "SIZE=1\r\n", "555 5.5.4 Unsupported option: SIZE=1\r\n" },

	{ "RCPT of the null path", MAIL "RCPT TO:<>\r\n",
	    MAIL_OK "501 5.1.3 Bad recipient address syntax\r\n" },
	{ "RCPT without a path", MAIL "RCPT\r\n",
	    MAIL_OK "501 5.5.4 Syntax: RCPT TO:<address>\r\n" },
	{ "RCPT of postmaster", MAIL "RCPT TO:<postmaster>\r\n",
	    MAIL_OK RCPT_OK },
	{ "RCPT with a parameter of MAIL", MAIL "RCPT TO:<a@b> SIZE=1\r\n",
	    MAIL_OK "555 5.5.4 Unsupported option: SIZE=1\r\n" },
	{ "a bad path over a route", MAIL "RCPT TO:<@a:b@@c>\r\n",
	    MAIL_OK "501 5.1.3 Bad recipient address syntax\r\n" },
};

static void
arguments_are_checked(void)
{
	static const struct smtp_config config;

	try_each(EACH(arguments), &config);
}

static const struct exchange orders[] = {
	{ "MAIL before HELO, as Postfix takes it", MAIL, MAIL_OK },
	{ "RCPT before MAIL", RCPT, "503 5.5.1 Error: need MAIL command\r\n" },
	{ "DATA before MAIL", "DATA\r\n",
	    "503 5.5.1 Error: need RCPT command\r\n" },
	{ "DATA before RCPT", MAIL "DATA\r\n",
	    MAIL_OK "554 5.5.1 Error: no valid recipients\r\n" },
	{ "DATA with a word", MAIL RCPT "DATA x\r\n",
	    MAIL_OK RCPT_OK "501 5.5.4 Syntax: DATA\r\n" },
	{ "MAIL in MAIL", MAIL MAIL,
	    MAIL_OK "503 5.5.1 Error: nested MAIL command\r\n" },
	{ "RCPT behind RSET", MAIL RCPT "RSET\r\n" RCPT,
	    MAIL_OK RCPT_OK "250 2.0.0 Ok\r\n"
	    "503 5.5.1 Error: need MAIL command\r\n" },
	{ "RCPT behind a second HELO", MAIL RCPT "HELO again\r\n" RCPT,
	    MAIL_OK RCPT_OK "250 mx.example.com\r\n"
	    "503 5.5.1 Error: need MAIL command\r\n" },
	{ "RCPT behind a HELO that is none", MAIL RCPT "HELO\r\n" RCPT,
	    MAIL_OK RCPT_OK "501 Syntax: HELO hostname\r\n" RCPT_OK },
	{ "two messages", MAIL RCPT "DATA\r\n.\r\n" MAIL RCPT
	    "DATA\r\nA: b\r\n.\r\n", MAIL_OK RCPT_OK
	    "354 End data with <CR><LF>.<CR><LF>\r\n"
	    "250 2.0.0 Ok: queued as 000000001\r\n" MAIL_OK RCPT_OK
	    "354 End data with <CR><LF>.<CR><LF>\r\n"
	    "250 2.0.0 Ok: queued as 000000002\r\n" },
	{ "everything at once", "EHLO x\r\n" MAIL RCPT RCPT
	    "DATA\r\n.\r\nQUIT\r\n", "250-mx.example.com\r\n250-PIPELINING\r\n"
	    "250-SIZE 10240000\r\n250-VRFY\r\n250-8BITMIME\r\n"
	    "250 ENHANCEDSTATUSCODES\r\n" MAIL_OK RCPT_OK RCPT_OK
	    "354 End data with <CR><LF>.<CR><LF>\r\n"
	    "250 2.0.0 Ok: queued as 000000001\r\n" BYE },
	{ "a message behind a DATA that was refused, and no more",
	    MAIL "DATA\r\nNOOP\r\n",
	    MAIL_OK "554 5.5.1 Error: no valid recipients\r\n"
	    "554 5.5.0 Error: SMTP protocol synchronization\r\n" },
};

static void
order_is_kept(void)
{
	static const struct smtp_config config;

	try_each(EACH(orders), &config);
}

static const struct exchange extensions[] = {
	{ "EHLO offers them", "EHLO mx\r\n", "250-mx.example.com\r\n"
	    "250-PIPELINING\r\n250-SIZE 10240000\r\n250-VRFY\r\n"
	    "250-STARTTLS\r\n250-AUTH PLAIN LOGIN\r\n250-8BITMIME\r\n"
	    "250-SMTPUTF8\r\n250-CHUNKING\r\n250 ENHANCEDSTATUSCODES\r\n" },
	{ "SMTPUTF8", "MAIL FROM:<\xc3\xa9@x.example> SMTPUTF8\r\n", MAIL_OK },
	{ "SMTPUTF8 with a value", "MAIL FROM:<> SMTPUTF8=1\r\n",
	    "555 5.5.4 Unsupported option: SMTPUTF8=1\r\n" },
	{ "AUTH=", "MAIL FROM:<> AUTH=<>\r\n", MAIL_OK },
	{ "AUTH= of nobody", "MAIL FROM:<> AUTH\r\n",
	    "555 5.5.4 Unsupported option: AUTH\r\n" },
	{ "DSN of a recording", "MAIL FROM:<> RET=HDRS ENVID=1\r\n"
	    "RCPT TO:<a@b> NOTIFY=NEVER ORCPT=rfc822;a@b\r\n",
	    MAIL_OK RCPT_OK },
	{ "STARTTLS that a recording tells of", "STARTTLS\r\nSTARTTLS\r\n",
	    "220 2.0.0 Ready to start TLS\r\n"
	    "554 5.5.1 Error: TLS already active\r\n" },
	{ "AUTH without its secret", "AUTH PLAIN\r\n",
	    "235 2.7.0 Authentication successful\r\n" },
	{ "AUTH by another mechanism", "AUTH CRAM-MD5\r\n",
	    "235 2.7.0 Authentication successful\r\n" },
	{ "a bare LF behind a command", "NOOP\nNOOP\r\n",
	    "250 2.0.0 Ok\r\n250 2.0.0 Ok\r\n" },
};

static void
a_recording_may_do_more(void)
{
	static const struct smtp_config config = { .trust = true,
		.normalize = true, .features = SMTP_CHUNKING |
		    SMTP_SMTPUTF8 | SMTP_STARTTLS | SMTP_AUTH };

	try_each(EACH(extensions), &config);
}

/* One that ends in a LF ends, and gets no empty line more. */
static void
a_recorded_message_may_end_in_lf(void)
{
	struct stage st = { .config = { .normalize = true } };

	stage_open(&st);
	stage_begin_message(&st);
	smtp_session_command(st.session, span_of("DATA"), &st.out);
	smtp_session_message(st.session, span_of("A: 1\n\nbody\n"), &st.out);
	check_text(buffer_text(&st.mail), "000000001 from bob@example.org to "
	    "alice@example.com\nA: 1\r\n\r\nbody\r\n");
	stage_close(&st);
}

static void
there_is_a_greeting(void)
{
	struct stage st = { .want = SMTP_CLOSED };

	stage_open(&st);
	check_text(buffer_text(&st.out), "220 mx.example.com ESMTP\r\n");
	check_int(st.want, SMTP_WANT_COMMAND);
	stage_close(&st);
}

static int
pass(void *self, const struct event *event, struct verdict *verdict)
{
	char ip[IP_TEXT_MAX];

	(void)self;
	memset(verdict, 0, sizeof *verdict);
	if (event->kind == EVENT_CONNECT) {
		ip_format(&event->connect.ip, ip);
		check_text(ip, "2001:db8::1");
		check_int(event->connect.port, 25);
	}
	return 0;
}

static void
a_config_may_be_empty(void)
{
	static const struct smtp_config config;
	struct smtp_client client = { .name = span_of(""), .port = 25 };
	struct smtp_session *s = smtp_session_new(&config, pass, NULL);
	struct buffer out;

	buffer_init(&out, 4096);
	ip_parse(span_of("2001:db8::1"), &client.ip);
	smtp_session_connect(s, &client, 0, &out);
	smtp_session_feed(s, span_of(MAIL RCPT "DATA\r\n.\r\n"), &out);
	check_text(buffer_text(&out), "220 localhost ESMTP\r\n" MAIL_OK
	    RCPT_OK "354 End data with <CR><LF>.<CR><LF>\r\n"
	    "250 2.0.0 Ok: queued as 000000001\r\n");
	smtp_session_free(s);
	smtp_session_free(NULL);
	buffer_release(&out);
}

static void
whole_commands_and_messages_go_the_same_way(void)
{
	struct stage st = { .want = SMTP_CLOSED };

	stage_open(&st);
	stage_begin_message(&st);
	buffer_clear(&st.out);
	check_int(smtp_session_message(st.session, span_of("x"), &st.out),
	    SMTP_WANT_COMMAND);
	check_int(smtp_session_command(st.session, span_of("DATA"), &st.out),
	    SMTP_WANT_DATA);
	check_int(smtp_session_command(st.session, span_of("NOOP"), &st.out),
	    SMTP_WANT_DATA);
	check_int(smtp_session_message(st.session,
	    span_of(".A: 1\r\n..\r\n.\r\nx"), &st.out), SMTP_WANT_COMMAND);
	check_text(buffer_text(&st.out),
	    "354 End data with <CR><LF>.<CR><LF>\r\n"
	    "250 2.0.0 Ok: queued as 000000001\r\n");
	check_text(buffer_text(&st.mail),
	    "000000001 from bob@example.org to alice@example.com\n"
	    ".A: 1\r\n\r\n..\r\n.\r\nx\r\n");
	stage_close(&st);
}

static void
an_answer_that_does_not_fit_closes(void)
{
	struct stage st = { .want = SMTP_CLOSED };
	struct buffer small;

	stage_open(&st);
	buffer_init(&small, 20);
	check_int(smtp_session_feed(st.session,
	    span_of("NOOP\r\nNOOP\r\nNOOP\r\n"), &small), SMTP_CLOSED);
	check_true(small.overflow);
	check_text(buffer_text(&st.events), "connect mx.example.org 192.0.2.8 "
	    "40112\nclose\n");
	buffer_release(&small);
	stage_close(&st);
}

static const struct unit_test tests[] = {
	{ "each command is answered", commands_are_answered },
	{ "arguments of MAIL and RCPT are checked", arguments_are_checked },
	{ "the order of commands is kept", order_is_kept },
	{ "extensions, and what a recording may do", a_recording_may_do_more },
	{ "a recorded message may end in LF",
	    a_recorded_message_may_end_in_lf },
	{ "there is a greeting", there_is_a_greeting },
	{ "a config may be empty", a_config_may_be_empty },
	{ "whole commands and messages go the same way",
	    whole_commands_and_messages_go_the_same_way },
	{ "an answer that does not fit closes",
	    an_answer_that_does_not_fit_closes },
};

UNIT_MAIN("smtp_dialogue", tests)
