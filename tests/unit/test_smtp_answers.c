/*
 * test_smtp_answers.c - a sink's own words, its edits, and its moods.
 */
#include "config.h"

#include "tests/support/smtp_stage.h"
#include "tests/unit/unit.h"

#define BROKEN "451 4.3.5 Server configuration problem - try again later\r\n"
#define GO_ON "354 End data with <CR><LF>.<CR><LF>\r\n"

/* A sink's own words at each step, and a reply that is none. */
static const struct {
	const char *sentence;
	enum event_kind at;
	const char *text;	/* of a 550 reply */
	const char *said;
	const char *want;
} worded[] = {
	{ "words at connect", EVENT_CONNECT, "no way",
	    "HELO c\r\nMAIL FROM:<>\r\nVRFY a\r\nFOO\r\nNOOP\r\nRSET\r\n",
	    "250 mx.example.com\r\n550 5.7.1 no way\r\n550 5.7.1 no way\r\n"
	    "550 5.7.1 no way\r\n250 2.0.0 Ok\r\n250 2.0.0 Ok\r\n" },
	{ "words at helo", EVENT_HELO, "no way",
	    "HELO c\r\nMAIL FROM:<>\r\nHELO d\r\n",
	    "250 mx.example.com\r\n550 5.7.1 no way\r\n"
	    "250 mx.example.com\r\n" },
	{ "words at mail", EVENT_MAIL, "a\nb", "MAIL FROM:<>\r\n",
	    "550-5.7.1 a\r\n550 5.7.1 b\r\n" },
	{ "words at an unknown command", EVENT_UNKNOWN, "no way",
	    "FOO\r\nHELP\r\n", "550 5.7.1 no way\r\n550 5.7.1 no way\r\n" },
	{ "no words at connect", EVENT_CONNECT, "a\rb",
	    "HELO c\r\nMAIL FROM:<>\r\nMAIL FROM:<>\r\n",
	    "250 mx.example.com\r\n" BROKEN BROKEN },
	{ "no words at mail, from then on", EVENT_MAIL, "a\rb",
	    "MAIL FROM:<>\r\nFOO\r\nMAIL FROM:<>\r\nVRFY a\r\nRSET\r\n",
	    BROKEN BROKEN BROKEN BROKEN "250 2.0.0 Ok\r\n" },
};

static void
a_sinks_own_words_are_told(void)
{
	for (size_t i = 0; i < sizeof worded / sizeof worded[0]; i++) {
		struct stage st = { .want = SMTP_CLOSED };

		unit_case(worded[i].sentence);
		stage_answer_reply(&st, worded[i].at, 0, VERDICT_REJECT, 550,
		    "5.7.1", worded[i].text);
		stage_open(&st);
		check_text(stage_say(&st, worded[i].said), worded[i].want);
		stage_close(&st);
	}
}

/* An unknown command in the middle of a message, and one outside. */
static const struct {
	const char *sentence;
	enum verdict_kind verdict;
	const char *events;
	const char *mail;
} unknown[] = {
	{ "accept is for the message", VERDICT_ACCEPT,
	    "unknown A\nunknown B\nmail bob@example.org\n"
	    "rcpt alice@example.com\nunknown C\nunknown E\n",
	    "000000001 from bob@example.org to alice@example.com\n" },
	{ "discard is for nothing", VERDICT_DISCARD,
	    "unknown A\nunknown B\nmail bob@example.org\n"
	    "rcpt alice@example.com\nunknown C\nunknown D\ndata\neoh\neom\n"
	    "unknown E\n",
	    "000000001 from bob@example.org to alice@example.com\n" },
};

static void
unknown_commands_may_be_in_a_message(void)
{
	for (size_t i = 0; i < sizeof unknown / sizeof unknown[0]; i++) {
		struct stage st = { .want = SMTP_CLOSED };

		unit_case(unknown[i].sentence);
		stage_answer(&st, EVENT_UNKNOWN, 0, unknown[i].verdict);
		stage_open(&st);
		buffer_clear(&st.events);
		stage_say(&st, "A\r\nB\r\n");
		stage_begin_message(&st);
		stage_say(&st, "C\r\nD\r\nDATA\r\n.\r\nE\r\n");
		check_text(buffer_text(&st.events), unknown[i].events);
		check_text(buffer_text(&st.mail), unknown[i].mail);
		stage_close(&st);
	}
}

static void
any_421_closes(void)
{
	struct stage st = { .want = SMTP_CLOSED };

	stage_answer_reply(&st, EVENT_MAIL, 0, VERDICT_TEMPFAIL, 421, "4.7.0",
	    "go away");
	stage_open(&st);
	check_text(stage_say(&st, "MAIL FROM:<>\r\nNOOP\r\n"),
	    "421 4.7.0 go away\r\n");
	check_int(st.want, SMTP_CLOSED);
	stage_close(&st);
}

static void
a_transaction_forgets_the_one_before(void)
{
	struct stage st = { .want = SMTP_CLOSED };

	stage_answer(&st, EVENT_MAIL, 1, VERDICT_DISCARD);
	stage_open(&st);
	stage_begin_message(&st);
	stage_say(&st, "RSET\r\nMAIL FROM:<>\r\nRCPT TO:<a@b>\r\nDATA\r\n");
	stage_say(&st, ".\r\n");
	check_text(buffer_text(&st.mail), "000000002 from <> to a@b\n");
	stage_close(&st);
}

/* Edits at the end of a message that is accepted, and only there. */
static void
edits_are_carried_out(void)
{
	static const struct edit edits[] = {
		{ EDIT_CHANGE_HEADER, { "A", 1 }, { "one", 3 }, 1, false },
		{ EDIT_INSERT_HEADER, { "T", 1 }, { "top", 3 }, 0, false },
		{ EDIT_ADD_HEADER, { "B", 1 }, { "a\n b", 4 }, 0, false },
		{ EDIT_SET_SENDER, { "", 0 }, { "<>", 2 }, 0, false },
		{ EDIT_REMOVE_RECIPIENT, { "", 0 },
		    { "alice@example.com", 17 }, 0, false },
		{ EDIT_ADD_RECIPIENT, { "", 0 }, { "new@x.example", 13 }, 0,
		    false },
		{ EDIT_REMOVE_RECIPIENT, { "", 0 }, { "none@x", 6 }, 0, false },
		{ EDIT_REMOVE_RECIPIENT, { "", 0 }, { "New@x.example", 13 },
		    0, false },
		{ EDIT_ADD_RECIPIENT, { "", 0 },
		    { "a@b> ORCPT=x\r\nRCPT TO:<evil@x.example", 39 }, 0,
		    false },
		{ EDIT_ADD_RECIPIENT, { "", 0 }, { "a@b NOTIFY=NEVER", 16 },
		    0, false },
		{ EDIT_ADD_RECIPIENT, { "", 0 }, { "<>", 2 }, 0, false },
		{ EDIT_SET_SENDER, { "", 0 }, { "a b@c", 5 }, 0, false },
		{ EDIT_QUARANTINE, { "", 0 }, { "looks odd", 9 }, 0, false },
	};
	struct stage st = { .want = SMTP_CLOSED };

	stage_answer(&st, EVENT_EOM, 1, VERDICT_CONTINUE);
	stage_answer(&st, EVENT_EOH, 2, VERDICT_CONTINUE);
	for (size_t i = 0; i < 2; i++) {
		st.answers[i].verdict.edits = edits;
		st.answers[i].verdict.edit_count =
		    sizeof edits / sizeof edits[0];
	}
	stage_open(&st);
	for (size_t i = 0; i < 2; i++) {
		stage_begin_message(&st);
		stage_say(&st, "DATA\r\nA: 1\r\nC: 2\r\n\r\nbody\r\n.\r\n");
	}
	check_text(buffer_text(&st.mail),
	    "quarantined(looks odd) 000000001 from <> to new@x.example\n"
	    "T: top\r\nA: one\r\nC: 2\r\nB: a\r\n b\r\n\r\nbody\r\n"
	    "000000002 from bob@example.org to alice@example.com\n"
	    "A: 1\r\nC: 2\r\n\r\nbody\r\n");
	stage_close(&st);
}

#define ENVELOPE "000000001 from bob@example.org to alice@example.com\n"

/* A text and its length; BODY is a span of them. */
#define TEXT(text) text, sizeof text - 1
#define BODY(text) { TEXT(text) }

static const struct {
	const char *sentence;
	const char *sent;
	struct span body;
	const char *want;
	size_t want_len;
} bodies[] = {
	{ "another body", "A: 1\r\n\r\nold\r\n", BODY("new\r\n"),
	    TEXT(ENVELOPE "B: b\r\nA: 1\r\n\r\nnew\r\n") },
	{ "nothing in its place", "A: 1\r\n\r\nold\r\n", BODY(""),
	    TEXT(ENVELOPE "B: b\r\nA: 1\r\n\r\n") },
	{ "a body where none was", "A: 1\r\n\r\n", BODY("new\r\n"),
	    TEXT(ENVELOPE "B: b\r\nA: 1\r\n\r\nnew\r\n") },
	{ "a body where no empty line was", "A: 1\r\n", BODY("new\r\n"),
	    TEXT(ENVELOPE "B: b\r\nA: 1\r\n\r\nnew\r\n") },
	{ "nothing where no empty line was", "A: 1\r\n", BODY(""),
	    TEXT(ENVELOPE "B: b\r\nA: 1\r\n") },
	{ "a body without a header", "old\r\n", BODY("new\r\n"),
	    TEXT(ENVELOPE "B: b\r\n\r\nnew\r\n") },
	{ "lines with dots", "A: 1\r\n\r\n", BODY(".\r\n..\r\n.a\r\n"),
	    TEXT(ENVELOPE "B: b\r\nA: 1\r\n\r\n.\r\n..\r\n.a\r\n") },
	{ "any bytes", "A: 1\r\n\r\n", BODY("a\0b\r\n\0\377\r\n"),
	    TEXT(ENVELOPE "B: b\r\nA: 1\r\n\r\na\0b\r\n\0\377\r\n") },
	{ "lines that look like fields", "A: 1\r\n\r\n",
	    BODY("\r\nC: 1\r\n"),
	    TEXT(ENVELOPE "B: b\r\nA: 1\r\n\r\n\r\nC: 1\r\n") },
};

static void
a_body_is_replaced(void)
{
	for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
		const struct edit edits[] = {
			{ EDIT_INSERT_HEADER, { "B", 1 }, { "b", 1 }, 0,
			    false },
			{ .kind = EDIT_REPLACE_BODY,
			    .value = bodies[i].body },
		};
		struct stage st = { .want = SMTP_CLOSED };

		unit_case(bodies[i].sentence);
		stage_answer(&st, EVENT_EOM, 0, VERDICT_CONTINUE);
		st.answers[0].verdict.edits = edits;
		st.answers[0].verdict.edit_count = 2;
		stage_open(&st);
		stage_begin_message(&st);
		stage_say(&st, "DATA\r\n");
		stage_say(&st, bodies[i].sent);
		stage_say(&st, ".\r\n");
		check_true(span_equal(buffer_span(&st.mail),
		    span_make(bodies[i].want, bodies[i].want_len)));
		stage_close(&st);
	}
}

static void
mail_that_cannot_be_kept_is_not_accepted(void)
{
	struct stage st = { .refuse_mail = true };

	stage_open(&st);
	stage_begin_message(&st);
	check_text(stage_say(&st, "DATA\r\n.\r\n"), GO_ON
	    "451 4.3.0 Error: queue file write error\r\n");
	check_text(stage_say(&st, "RCPT TO:<a@b>\r\n"),
	    "503 5.5.1 Error: need MAIL command\r\n");
	stage_close(&st);
}

static void
a_sink_that_failed_has_answered(void)
{
	struct stage st = { .sink_fails = true };

	stage_answer(&st, EVENT_MAIL, 1, VERDICT_TEMPFAIL);
	stage_open(&st);
	check_text(stage_say(&st, "MAIL FROM:<>\r\nMAIL FROM:<>\r\n"),
	    "451 4.7.1 Service unavailable - try again later\r\n"
	    "250 2.1.0 Ok\r\n");
	stage_close(&st);
}

static const struct unit_test tests[] = {
	{ "a sink's own words are told", a_sinks_own_words_are_told },
	{ "an unknown command may be in a message",
	    unknown_commands_may_be_in_a_message },
	{ "any 421 closes", any_421_closes },
	{ "a transaction forgets the one before",
	    a_transaction_forgets_the_one_before },
	{ "edits are carried out at the end of a message",
	    edits_are_carried_out },
	{ "a body is replaced", a_body_is_replaced },
	{ "mail that cannot be kept is not accepted",
	    mail_that_cannot_be_kept_is_not_accepted },
	{ "a sink that failed has answered",
	    a_sink_that_failed_has_answered },
};

UNIT_MAIN("smtp_answers", tests)
