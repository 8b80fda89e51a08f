/*
 * test_smtp_actions.c - each verdict at each step, and what comes of it.
 *
 * The answers are those that Postfix 3.7 gave the same client when a milter
 * said the same; where ours differ the row says so.
 */
#include "config.h"

#include "tests/support/smtp_stage.h"
#include "tests/unit/unit.h"

#define REJECTED "550 5.7.1 Command rejected\r\n"
#define LATER "451 4.7.1 Service unavailable - try again later\r\n"
#define BROKEN "451 4.3.5 Server configuration problem - try again later\r\n"
#define CLOSED "421 4.7.0 Server closing connection\r\n"
#define NO_MAIL "503 5.5.1 Error: need MAIL command\r\n"
#define NO_RCPT "503 5.5.1 Error: need RCPT command\r\n"
#define NOBODY "554 5.5.1 Error: no valid recipients\r\n"
#define NO_COMMAND "500 5.5.2 Error: command not recognized\r\n"
#define FEATURES "250-mx.example.com\r\n250-PIPELINING\r\n" \
	"250-SIZE 10240000\r\n250-VRFY\r\n250-8BITMIME\r\n" \
	"250 ENHANCEDSTATUSCODES\r\n"
#define NO_FEATURES "250-mx.example.com\r\n250 ENHANCEDSTATUSCODES\r\n"
#define MAIL_OK "250 2.1.0 Ok\r\n"
#define RCPT_OK "250 2.1.5 Ok\r\n"
#define GO_ON "354 End data with <CR><LF>.<CR><LF>\r\n"
#define QUEUED_1 "250 2.0.0 Ok: queued as 000000001\r\n"
#define QUEUED_2 "250 2.0.0 Ok: queued as 000000002\r\n"
#define EVENTS_BEGIN "connect mx.example.org 192.0.2.8 40112\nhelo c\n"
#define MESSAGE "data\nheader A|1\neoh\nbody x\\r\\n\neom\n"
#define ENVELOPE "mail bob@example.org\nrcpt a@x.example\nrcpt b@x.example\n"
#define SECOND "mail two@example.org\nrcpt c@x.example\ndata\neoh\neom\n"
#define END_2 "unknown FOO\n" SECOND "close\n"

/* Answers that many rows have: to EHLO, to one message, to the next. */
#define HELLO "220 mx.example.com ESMTP\r\n" FEATURES
#define FIRST MAIL_OK RCPT_OK RCPT_OK GO_ON QUEUED_1
#define NEXT NO_COMMAND MAIL_OK RCPT_OK GO_ON QUEUED_2
#define NEXT_1 NO_COMMAND MAIL_OK RCPT_OK GO_ON QUEUED_1
#define NOT_BEGUN NO_MAIL NO_MAIL NO_RCPT
#define BYE "221 2.0.0 Bye\r\n"

/*
 * What the client says in all rows; a step that is refused takes with it what
 * depends on it, for a client reads the replies.
 */
static void
converse(struct stage *st, struct buffer *told)
{
	static const char *const steps[] = {
		"EHLO c\r\n",
		"MAIL FROM:<bob@example.org>\r\n",
		"RCPT TO:<a@x.example>\r\n",
		"RCPT TO:<b@x.example>\r\n",
		"DATA\r\n",
		"A: 1\r\n\r\nx\r\n.\r\n",
		"FOO\r\n",
		"MAIL FROM:<two@example.org>\r\n",
		"RCPT TO:<c@x.example>\r\n",
		"DATA\r\n",
		".\r\n",
		"QUIT\r\n",
	};

	stage_open(st);
	buffer_add(told, buffer_span(&st->out));
	for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
		bool content = steps[i - (i > 0)][0] == 'D';

		if (content && st->want != SMTP_WANT_DATA)
			continue;
		buffer_add_text(told, stage_say(st, steps[i]));
	}
}

static const struct {
	const char *sentence;
	enum event_kind at;
	unsigned nth;
	enum verdict_kind verdict;
	const char *told;
	const char *events;
	const char *mail;
} rows[] = {
	{ "accept at connect: no more of the connection",
	    EVENT_CONNECT, 0, VERDICT_ACCEPT, HELLO FIRST NEXT BYE,
	    "connect mx.example.org 192.0.2.8 40112\nclose\n",
	    "000000001 from bob@example.org to a@x.example b@x.example\n"
	    "A: 1\r\n\r\nx\r\n000000002 from two@example.org to c@x.example\n"
	    },
	{ "reject at connect stands", EVENT_CONNECT, 0, VERDICT_REJECT,
	    "554 mx.example.com ESMTP not accepting connections\r\n"
	    NO_FEATURES REJECTED NOT_BEGUN REJECTED REJECTED NO_MAIL NO_RCPT
	    BYE, "connect mx.example.org 192.0.2.8 40112\nclose\n", "" },
	{ "tempfail at connect stands", EVENT_CONNECT, 0, VERDICT_TEMPFAIL,
	    HELLO LATER NOT_BEGUN LATER LATER NO_MAIL NO_RCPT BYE,
	    "connect mx.example.org 192.0.2.8 40112\nclose\n", "" },
	{ "discard at connect is nothing", EVENT_CONNECT, 0, VERDICT_DISCARD,
	    HELLO FIRST NEXT BYE, EVENTS_BEGIN ENVELOPE MESSAGE END_2, NULL },
	{ "close at connect", EVENT_CONNECT, 0, VERDICT_CLOSE,
	    "421 mx.example.com Service unavailable - try again later\r\n",
	    "connect mx.example.org 192.0.2.8 40112\nclose\n", "" },

	{ "accept at helo: no more of the connection",
	    EVENT_HELO, 0, VERDICT_ACCEPT, HELLO FIRST NEXT BYE,
	    EVENTS_BEGIN "close\n", NULL },
	{ "reject at helo stands", EVENT_HELO, 0, VERDICT_REJECT,
	    "220 mx.example.com ESMTP\r\n" NO_FEATURES REJECTED NOT_BEGUN
	    REJECTED REJECTED NO_MAIL NO_RCPT BYE, EVENTS_BEGIN "close\n",
	    "" },
	{ "tempfail at helo stands", EVENT_HELO, 0, VERDICT_TEMPFAIL,
	    HELLO LATER NOT_BEGUN LATER LATER NO_MAIL NO_RCPT BYE,
	    EVENTS_BEGIN "close\n", "" },
	{ "discard at helo is nothing", EVENT_HELO, 0, VERDICT_DISCARD,
	    HELLO FIRST NEXT BYE, EVENTS_BEGIN ENVELOPE MESSAGE END_2, NULL },
	{ "close at helo", EVENT_HELO, 0, VERDICT_CLOSE,
	    "220 mx.example.com ESMTP\r\n" CLOSED, EVENTS_BEGIN "close\n",
	    "" },

	{ "accept at mail: no more of the message",
	    EVENT_MAIL, 1, VERDICT_ACCEPT, HELLO FIRST NEXT BYE,
	    EVENTS_BEGIN "mail bob@example.org\n" END_2, NULL },
	{ "reject at mail ends the transaction",
	    EVENT_MAIL, 1, VERDICT_REJECT,
	    HELLO REJECTED NOT_BEGUN NEXT_1 BYE,
	    EVENTS_BEGIN "mail bob@example.org\n" END_2, NULL },
	{ "tempfail at mail ends the transaction",
	    EVENT_MAIL, 1, VERDICT_TEMPFAIL, HELLO LATER NOT_BEGUN NEXT_1 BYE,
	    EVENTS_BEGIN "mail bob@example.org\n" END_2, NULL },
	{ "discard at mail drops the message",
	    EVENT_MAIL, 1, VERDICT_DISCARD, HELLO FIRST NEXT BYE,
	    EVENTS_BEGIN "mail bob@example.org\n" END_2,
	    "discarded 000000001 from bob@example.org to a@x.example "
	    "b@x.example\nA: 1\r\n\r\nx\r\n"
	    "000000002 from two@example.org to c@x.example\n" },
	{ "close at mail", EVENT_MAIL, 1, VERDICT_CLOSE, HELLO CLOSED,
	    EVENTS_BEGIN "mail bob@example.org\nclose\n", "" },

	{ "accept at rcpt: no more of the message",
	    EVENT_RCPT, 1, VERDICT_ACCEPT, HELLO FIRST NEXT BYE,
	    EVENTS_BEGIN "mail bob@example.org\nrcpt a@x.example\n" END_2,
	    NULL },
	{ "reject at rcpt is for that recipient",
	    EVENT_RCPT, 1, VERDICT_REJECT, HELLO MAIL_OK REJECTED RCPT_OK
	    GO_ON QUEUED_1 NEXT BYE, EVENTS_BEGIN ENVELOPE MESSAGE END_2,
	    "000000001 from bob@example.org to b@x.example\n"
	    "A: 1\r\n\r\nx\r\n000000002 from two@example.org to c@x.example\n"
	    },
	{ "tempfail at rcpt is for that recipient",
	    EVENT_RCPT, 2, VERDICT_TEMPFAIL, HELLO MAIL_OK RCPT_OK LATER GO_ON
	    QUEUED_1 NEXT BYE, EVENTS_BEGIN ENVELOPE MESSAGE END_2,
	    "000000001 from bob@example.org to a@x.example\n"
	    "A: 1\r\n\r\nx\r\n000000002 from two@example.org to c@x.example\n"
	    },
	{ "reject at each rcpt leaves nobody",
	    EVENT_RCPT, 0, VERDICT_REJECT, HELLO MAIL_OK REJECTED REJECTED
	    NOBODY NO_COMMAND "503 5.5.1 Error: nested MAIL command\r\n"
	    REJECTED NOBODY BYE, EVENTS_BEGIN ENVELOPE "unknown FOO\n"
	    "rcpt c@x.example\nabort\nclose\n", "" },
	{ "discard at rcpt drops the message",
	    EVENT_RCPT, 1, VERDICT_DISCARD, HELLO FIRST NEXT BYE,
	    EVENTS_BEGIN "mail bob@example.org\nrcpt a@x.example\n" END_2,
	    "discarded 000000001 from bob@example.org to a@x.example "
	    "b@x.example\nA: 1\r\n\r\nx\r\n"
	    "000000002 from two@example.org to c@x.example\n" },
	{ "close at rcpt", EVENT_RCPT, 1, VERDICT_CLOSE,
	    HELLO MAIL_OK CLOSED, EVENTS_BEGIN
	    "mail bob@example.org\nrcpt a@x.example\nabort\nclose\n", "" },

	{ "accept at data: no more of the message",
	    EVENT_DATA, 1, VERDICT_ACCEPT, HELLO FIRST NEXT BYE,
	    EVENTS_BEGIN ENVELOPE "data\n" END_2, NULL },
	{ "reject at data leaves the transaction as it is",
	    EVENT_DATA, 1, VERDICT_REJECT, HELLO MAIL_OK RCPT_OK RCPT_OK
	    REJECTED NO_COMMAND "503 5.5.1 Error: nested MAIL command\r\n"
	    RCPT_OK GO_ON QUEUED_1 BYE, EVENTS_BEGIN ENVELOPE "data\n"
	    "unknown FOO\nrcpt c@x.example\ndata\neoh\neom\nclose\n",
	    "000000001 from bob@example.org to a@x.example b@x.example "
	    "c@x.example\n" },
	{ "discard at data drops the message",
	    EVENT_DATA, 1, VERDICT_DISCARD, HELLO FIRST NEXT BYE,
	    EVENTS_BEGIN ENVELOPE "data\n" END_2,
	    "discarded 000000001 from bob@example.org to a@x.example "
	    "b@x.example\nA: 1\r\n\r\nx\r\n"
	    "000000002 from two@example.org to c@x.example\n" },
	{ "close at data", EVENT_DATA, 1, VERDICT_CLOSE,
	    HELLO MAIL_OK RCPT_OK RCPT_OK CLOSED,
	    EVENTS_BEGIN ENVELOPE "data\nabort\nclose\n", "" },

	{ "accept at a field: no more of the message",
	    EVENT_HEADER, 1, VERDICT_ACCEPT, HELLO FIRST NEXT BYE,
	    EVENTS_BEGIN ENVELOPE "data\nheader A|1\n" END_2, NULL },
	{ "reject at a field is said at the end",
	    EVENT_HEADER, 1, VERDICT_REJECT, HELLO MAIL_OK RCPT_OK RCPT_OK
	    GO_ON REJECTED NEXT BYE, EVENTS_BEGIN ENVELOPE
	    "data\nheader A|1\n" END_2,
	    "000000002 from two@example.org to c@x.example\n" },
	{ "tempfail at the end of the header is said at the end",
	    EVENT_EOH, 1, VERDICT_TEMPFAIL, HELLO MAIL_OK RCPT_OK RCPT_OK
	    GO_ON LATER NEXT BYE, EVENTS_BEGIN ENVELOPE
	    "data\nheader A|1\neoh\n" END_2,
	    "000000002 from two@example.org to c@x.example\n" },
	{ "discard at the end of the header",
	    EVENT_EOH, 1, VERDICT_DISCARD, HELLO FIRST NEXT BYE,
	    EVENTS_BEGIN ENVELOPE "data\nheader A|1\neoh\n" END_2,
	    "discarded 000000001 from bob@example.org to a@x.example "
	    "b@x.example\nA: 1\r\n\r\nx\r\n"
	    "000000002 from two@example.org to c@x.example\n" },
	{ "close at the end of the header (Postfix: 250)",
	    EVENT_EOH, 1, VERDICT_CLOSE, HELLO MAIL_OK RCPT_OK RCPT_OK GO_ON
	    CLOSED, EVENTS_BEGIN ENVELOPE "data\nheader A|1\neoh\nclose\n",
	    "" },
	{ "reject at the body is said at the end",
	    EVENT_BODY, 1, VERDICT_REJECT, HELLO MAIL_OK RCPT_OK RCPT_OK
	    GO_ON REJECTED NEXT BYE, EVENTS_BEGIN ENVELOPE
	    "data\nheader A|1\neoh\nbody x\\r\\n\n" END_2,
	    "000000002 from two@example.org to c@x.example\n" },

	{ "accept at the end delivers", EVENT_EOM, 1, VERDICT_ACCEPT,
	    HELLO FIRST NEXT BYE, EVENTS_BEGIN ENVELOPE MESSAGE END_2, NULL },
	{ "reject at the end", EVENT_EOM, 1, VERDICT_REJECT,
	    HELLO MAIL_OK RCPT_OK RCPT_OK GO_ON REJECTED NEXT BYE,
	    EVENTS_BEGIN ENVELOPE MESSAGE END_2,
	    "000000002 from two@example.org to c@x.example\n" },
	{ "tempfail at the end", EVENT_EOM, 1, VERDICT_TEMPFAIL,
	    HELLO MAIL_OK RCPT_OK RCPT_OK GO_ON LATER NEXT BYE,
	    EVENTS_BEGIN ENVELOPE MESSAGE END_2,
	    "000000002 from two@example.org to c@x.example\n" },
	{ "discard at the end", EVENT_EOM, 1, VERDICT_DISCARD,
	    HELLO FIRST NEXT BYE, EVENTS_BEGIN ENVELOPE MESSAGE END_2,
	    "discarded 000000001 from bob@example.org to a@x.example "
	    "b@x.example\nA: 1\r\n\r\nx\r\n"
	    "000000002 from two@example.org to c@x.example\n" },
	{ "close at the end (Postfix: 250)", EVENT_EOM, 1, VERDICT_CLOSE,
	    HELLO MAIL_OK RCPT_OK RCPT_OK GO_ON CLOSED,
	    EVENTS_BEGIN ENVELOPE MESSAGE "close\n", "" },

	{ "accept at an unknown command, outside of a message",
	    EVENT_UNKNOWN, 1, VERDICT_ACCEPT, HELLO FIRST NEXT BYE,
	    EVENTS_BEGIN ENVELOPE MESSAGE END_2, NULL },
	{ "reject at an unknown command",
	    EVENT_UNKNOWN, 1, VERDICT_REJECT, HELLO FIRST REJECTED MAIL_OK
	    RCPT_OK GO_ON QUEUED_2 BYE, EVENTS_BEGIN ENVELOPE MESSAGE END_2,
	    NULL },
	{ "tempfail at an unknown command",
	    EVENT_UNKNOWN, 1, VERDICT_TEMPFAIL, HELLO FIRST LATER MAIL_OK
	    RCPT_OK GO_ON QUEUED_2 BYE, EVENTS_BEGIN ENVELOPE MESSAGE END_2,
	    NULL },
	{ "discard at an unknown command is nothing",
	    EVENT_UNKNOWN, 1, VERDICT_DISCARD, HELLO FIRST NEXT BYE,
	    EVENTS_BEGIN ENVELOPE MESSAGE END_2, NULL },
	{ "close at an unknown command",
	    EVENT_UNKNOWN, 1, VERDICT_CLOSE, HELLO FIRST CLOSED,
	    EVENTS_BEGIN ENVELOPE MESSAGE "unknown FOO\nclose\n", NULL },
};

static void
verdicts_do_what_they_do_in_postfix(void)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct stage st = { .want = SMTP_CLOSED };
		struct buffer told;

		unit_case(rows[i].sentence);
		buffer_init(&told, 65536);
		stage_answer(&st, rows[i].at, rows[i].nth, rows[i].verdict);
		converse(&st, &told);
		check_text(buffer_text(&told), rows[i].told);
		check_text(buffer_text(&st.events), rows[i].events);
		if (rows[i].mail != NULL)
			check_text(buffer_text(&st.mail), rows[i].mail);
		else
			check_true(st.mail.len > 0);
		check_int(st.want, SMTP_CLOSED);
		buffer_release(&told);
		stage_close(&st);
	}
}

static const struct unit_test tests[] = {
	{ "each verdict at each step does what it does in Postfix",
	    verdicts_do_what_they_do_in_postfix },
};

UNIT_MAIN("smtp_actions", tests)
