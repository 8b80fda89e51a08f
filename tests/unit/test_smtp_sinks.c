/*
 * test_smtp_sinks.c - several sinks: who is asked, who answers, who is told.
 *
 * The lines of events without a number are the first sink's.
 */
#include "config.h"

#include "tests/support/smtp_stage.h"
#include "tests/unit/unit.h"

#define OK_ENVELOPE "250 2.1.0 Ok\r\n250 2.1.5 Ok\r\n"
#define GO_ON "354 End data with <CR><LF>.<CR><LF>\r\n"
#define QUEUED "250 2.0.0 Ok: queued as 000000001\r\n"
#define REJECTED "550 5.7.1 Command rejected\r\n"
#define NO_RCPT "554 5.5.1 Error: no valid recipients\r\n"
#define SYNC "554 5.5.0 Error: SMTP protocol synchronization\r\n"
#define CLOSING "421 4.7.0 Server closing connection\r\n"

#define MAIL_0 "mail a@b\n"
#define MAIL_1 "1 mail a@b\n"
#define RCPT_0 "rcpt c@d\n"
#define RCPT_1 "1 rcpt c@d\n"
#define SHOWN_0 "header A|1\neoh\nbody x\\r\\n\neom\n"
#define SHOWN_1 "1 header A|1\n1 eoh\n1 body x\\r\\n\n1 eom\n"

static const struct {
	const char *sentence;
	size_t sink;
	enum event_kind kind;
	enum verdict_kind verdict;
	const char *replies;
	const char *events;
	bool delivered;
} rows[] = {
	{ "both are asked, then both see the message", 0, EVENT_COUNT,
	    VERDICT_CONTINUE, OK_ENVELOPE GO_ON QUEUED,
	    MAIL_0 MAIL_1 RCPT_0 RCPT_1 "data\n1 data\n" SHOWN_0 SHOWN_1,
	    true },
	{ "the first refuses, and the second is not asked", 0, EVENT_RCPT,
	    VERDICT_REJECT, "250 2.1.0 Ok\r\n" REJECTED NO_RCPT SYNC,
	    MAIL_0 MAIL_1 RCPT_0 "abort\n1 abort\nclose\n1 close\n", false },
	{ "the second refuses", 1, EVENT_RCPT, VERDICT_REJECT,
	    "250 2.1.0 Ok\r\n" REJECTED NO_RCPT SYNC,
	    MAIL_0 MAIL_1 RCPT_0 RCPT_1 "abort\n1 abort\nclose\n1 close\n",
	    false },
	{ "who let MAIL pass hears that it is over", 1, EVENT_MAIL,
	    VERDICT_REJECT, REJECTED "503 5.5.1 Error: need MAIL command\r\n"
	    "503 5.5.1 Error: need RCPT command\r\n" SYNC,
	    MAIL_0 MAIL_1 "abort\nclose\n1 close\n", false },
	{ "an accept is for the one who says it", 0, EVENT_MAIL,
	    VERDICT_ACCEPT, OK_ENVELOPE GO_ON QUEUED,
	    MAIL_0 MAIL_1 RCPT_1 "1 data\n" SHOWN_1, true },
	{ "so is one in the middle of the content", 0, EVENT_EOH,
	    VERDICT_ACCEPT, OK_ENVELOPE GO_ON QUEUED,
	    MAIL_0 MAIL_1 RCPT_0 RCPT_1 "data\n1 data\nheader A|1\neoh\n"
	    SHOWN_1, true },
	{ "a discard is for all", 0, EVENT_MAIL, VERDICT_DISCARD,
	    OK_ENVELOPE GO_ON QUEUED, MAIL_0, true },
	{ "a discard of the second, too", 1, EVENT_RCPT, VERDICT_DISCARD,
	    OK_ENVELOPE GO_ON QUEUED, MAIL_0 MAIL_1 RCPT_0 RCPT_1 "abort\n",
	    true },
	{ "a discard at the end of the message", 0, EVENT_EOM,
	    VERDICT_DISCARD, OK_ENVELOPE GO_ON QUEUED,
	    MAIL_0 MAIL_1 RCPT_0 RCPT_1 "data\n1 data\n" SHOWN_0 "1 abort\n",
	    true },
	{ "the first refuses the content", 0, EVENT_EOM, VERDICT_REJECT,
	    OK_ENVELOPE GO_ON REJECTED,
	    MAIL_0 MAIL_1 RCPT_0 RCPT_1 "data\n1 data\n" SHOWN_0 "1 abort\n",
	    false },
	{ "the second refuses the content", 1, EVENT_EOM, VERDICT_TEMPFAIL,
	    OK_ENVELOPE GO_ON
	    "451 4.7.1 Service unavailable - try again later\r\n",
	    MAIL_0 MAIL_1 RCPT_0 RCPT_1 "data\n1 data\n" SHOWN_0 SHOWN_1,
	    false },
	{ "the second closes", 1, EVENT_DATA, VERDICT_CLOSE,
	    OK_ENVELOPE CLOSING, MAIL_0 MAIL_1 RCPT_0 RCPT_1
	    "data\n1 data\nabort\n1 abort\nclose\n1 close\n", false },
};

static void
each_has_its_say(void)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct stage st = { .more_sinks = 1 };

		unit_case(rows[i].sentence);
		if (rows[i].kind != EVENT_COUNT)
			stage_answer_of(&st, rows[i].sink, rows[i].kind, 1,
			    rows[i].verdict);
		stage_open(&st);
		buffer_clear(&st.events);
		check_text(stage_say(&st, "MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\n"
		    "DATA\r\nA: 1\r\n\r\nx\r\n.\r\n"), rows[i].replies);
		check_text(buffer_text(&st.events), rows[i].events);
		check_true((st.mail.len > 0) == rows[i].delivered);
		stage_close(&st);
	}
}

static const struct {
	const char *sentence;
	size_t sink;
	enum event_kind kind;
	enum verdict_kind verdict;
	const char *greeting;
	const char *mail;	/* the reply to it */
	const char *events;
} connections[] = {
	{ "the first refuses all: the second never hears of it", 0,
	    EVENT_CONNECT, VERDICT_REJECT,
	    "554 mx.example.com ESMTP not accepting connections\r\n", REJECTED,
	    "connect unknown  0\nclose\n" },
	{ "the second refuses all", 1, EVENT_CONNECT, VERDICT_REJECT,
	    "554 mx.example.com ESMTP not accepting connections\r\n", REJECTED,
	    "connect unknown  0\n1 connect unknown  0\nhelo c\nmail a@b\n"
	    "abort\nclose\n1 close\n" },
	{ "the first accepts all: the second is asked", 0, EVENT_CONNECT,
	    VERDICT_ACCEPT, "220 mx.example.com ESMTP\r\n", "250 2.1.0 Ok\r\n",
	    "connect unknown  0\n1 connect unknown  0\n1 helo c\n"
	    "1 mail a@b\n1 abort\nclose\n1 close\n" },
	{ "the second refuses at HELO", 1, EVENT_HELO, VERDICT_TEMPFAIL,
	    "220 mx.example.com ESMTP\r\n",
	    "451 4.7.1 Service unavailable - try again later\r\n",
	    "connect unknown  0\n1 connect unknown  0\nhelo c\n1 helo c\n"
	    "mail a@b\nabort\nclose\n1 close\n" },
	{ "the second closes", 1, EVENT_CONNECT, VERDICT_CLOSE,
	    "421 mx.example.com Service unavailable - try again later\r\n",
	    "", "connect unknown  0\n1 connect unknown  0\nclose\n1 close\n" },
};

static void
each_decides_on_the_connection(void)
{
	for (size_t i = 0; i < sizeof connections / sizeof connections[0];
	    i++) {
		struct stage st = { .more_sinks = 1, .local = true };

		unit_case(connections[i].sentence);
		stage_answer_of(&st, connections[i].sink, connections[i].kind,
		    1, connections[i].verdict);
		stage_open(&st);
		check_text(buffer_text(&st.out), connections[i].greeting);
		stage_say(&st, "HELO c\r\n");
		check_text(stage_say(&st, "MAIL FROM:<a@b>\r\n"),
		    connections[i].mail);
		smtp_session_disconnect(st.session);
		check_text(buffer_text(&st.events), connections[i].events);
		stage_close(&st);
	}
}

/* What one has changed is what the next one sees; all of it is delivered. */
static void
edits_add_up(void)
{
	static const struct edit first[] = {
		{ EDIT_CHANGE_HEADER, { "A", 1 }, { "one", 3 }, 1, false },
		{ EDIT_ADD_HEADER, { "B", 1 }, { "2", 1 }, 0, false },
		{ EDIT_REPLACE_BODY, { "", 0 }, { "new\r\n", 5 }, 0, false },
		{ EDIT_QUARANTINE, { "", 0 }, { "odd", 3 }, 0, false },
	};
	static const struct edit second[] = {
		{ EDIT_REMOVE_HEADER, { "B", 1 }, { "", 0 }, 1, false },
		{ EDIT_INSERT_HEADER, { "C", 1 }, { "3", 1 }, 0, false },
		{ EDIT_ADD_RECIPIENT, { "", 0 }, { "e@f", 3 }, 0, false },
	};
	struct stage st = { .more_sinks = 2 };

	stage_answer(&st, EVENT_EOM, 1, VERDICT_CONTINUE);
	st.answers[0].verdict.edits = first;
	st.answers[0].verdict.edit_count = 4;
	stage_answer_of(&st, 1, EVENT_EOM, 1, VERDICT_ACCEPT);
	st.answers[1].verdict.edits = second;
	st.answers[1].verdict.edit_count = 3;
	stage_open(&st);
	stage_say(&st, "MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n");
	buffer_clear(&st.events);
	check_text(stage_say(&st, "A: 1\r\n\r\nold\r\n.\r\n"), QUEUED);
	check_text(buffer_text(&st.events),
	    "header A|1\neoh\nbody old\\r\\n\neom\n"
	    "1 header A|one\n1 header B|2\n1 eoh\n1 body new\\r\\n\n1 eom\n"
	    "2 header C|3\n2 header A|one\n2 eoh\n2 body new\\r\\n\n2 eom\n");
	check_text(buffer_text(&st.mail), "quarantined(odd) 000000001 from a@b"
	    " to c@d e@f\nC: 3\r\nA: one\r\n\r\nnew\r\n");
	stage_close(&st);
}

/* One that has enough of the body does not speak for the next one. */
static void
each_has_enough_for_itself(void)
{
	struct stage st = { .more_sinks = 1, .config = { .chunk_max = 2 } };

	stage_answer(&st, EVENT_BODY, 1, VERDICT_CONTINUE);
	st.answers[0].verdict.enough = true;
	stage_open(&st);
	stage_begin_message(&st);
	stage_say(&st, "DATA\r\n");
	buffer_clear(&st.events);
	stage_say(&st, "\r\nabcd\r\n.\r\n");
	check_text(buffer_text(&st.events), "eoh\nbody ab\neom\n"
	    "1 eoh\n1 body ab\n1 body cd\n1 body \\r\\n\n1 eom\n");
	stage_close(&st);
}

/* A second message begins afresh for those who had decided on the first. */
static void
decisions_end_with_the_message(void)
{
	struct stage st = { .more_sinks = 1 };

	stage_answer(&st, EVENT_MAIL, 1, VERDICT_ACCEPT);
	stage_answer_of(&st, 1, EVENT_MAIL, 1, VERDICT_DISCARD);
	stage_open(&st);
	stage_say(&st, "MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n.\r\n");
	buffer_clear(&st.events);
	stage_say(&st, "MAIL FROM:<a@b>\r\n");
	check_text(buffer_text(&st.events), MAIL_0 MAIL_1);
	stage_close(&st);
}

static int
let_pass(void *self, const struct event *event, struct verdict *verdict)
{
	(void)event;
	++*(unsigned *)self;
	*verdict = (struct verdict){ .kind = VERDICT_CONTINUE };
	return 0;
}

static void
sinks_are_bounded(void)
{
	struct smtp_config config = { .host = "mx" };
	struct smtp_client client = { .port = 0 };
	struct smtp_session *s = smtp_session_new(&config, NULL, NULL);
	struct buffer out;
	unsigned asked = 0;

	buffer_init(&out, 1000);
	for (size_t i = 0; i < SMTP_SINKS_MAX; i++)
		check_int(smtp_session_add_sink(s, let_pass, &asked), 0);
	check_int(smtp_session_add_sink(s, let_pass, &asked), -1);
	smtp_session_connect(s, &client, 0, &out);
	check_size(asked, SMTP_SINKS_MAX);
	smtp_session_free(s);
	check_size(asked, (size_t)2 * SMTP_SINKS_MAX);
	buffer_release(&out);
}

static void
there_may_be_none(void)
{
	struct smtp_config config = { .host = "mx" };
	struct smtp_client client = { .port = 0 };
	struct smtp_session *s = smtp_session_new(&config, NULL, NULL);
	struct buffer out;

	buffer_init(&out, 1000);
	smtp_session_connect(s, &client, 0, &out);
	smtp_session_feed(s, span_of("MAIL FROM:<>\r\nRCPT TO:<a@b>\r\n"
	    "DATA\r\nA: 1\r\n\r\nx\r\n.\r\n"), &out);
	check_text(buffer_text(&out), "220 mx ESMTP\r\n" OK_ENVELOPE GO_ON
	    QUEUED);
	smtp_session_free(s);
	buffer_release(&out);
}

static const struct unit_test tests[] = {
	{ "each has its say", each_has_its_say },
	{ "each decides on the connection", each_decides_on_the_connection },
	{ "edits add up", edits_add_up },
	{ "each has enough for itself", each_has_enough_for_itself },
	{ "decisions end with the message", decisions_end_with_the_message },
	{ "sinks are bounded", sinks_are_bounded },
	{ "there may be none", there_may_be_none },
};

UNIT_MAIN("smtp_sinks", tests)
