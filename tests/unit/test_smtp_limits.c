/*
 * test_smtp_limits.c - what a server does not bear for ever: errors, commands
 * that bring nothing, clients that do not wait, and too much mail at a time.
 */
#include "config.h"

#include <stdlib.h>

#include "tests/support/smtp_stage.h"
#include "tests/unit/unit.h"

#define UNKNOWN "500 5.5.2 Error: command not recognized\r\n"
#define TOO_MANY "421 4.7.0 mx.example.com Error: too many errors\r\n"
#define OK "250 2.0.0 Ok\r\n"
#define MAIL_OK "250 2.1.0 Ok\r\n"
#define RCPT_OK "250 2.1.5 Ok\r\n"
#define GO_ON "354 End data with <CR><LF>.<CR><LF>\r\n"
#define QUEUED "250 2.0.0 Ok: queued as 000000001\r\n"
#define NO_ROOM "452 4.3.1 Insufficient system storage\r\n"
#define SYNC "554 5.5.0 Error: SMTP protocol synchronization\r\n"
#define FOO "FOO\r\n"
#define NOOP "NOOP\r\n"
#define MESSAGE "MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n.\r\n"
#define TAKEN MAIL_OK RCPT_OK GO_ON QUEUED

static const struct {
	const char *sentence;
	unsigned errors_max, junk_max;
	const char *said;
	const char *replies;
	bool closed;
} rows[] = {
	{ "the third error is the last", 3, 0, FOO FOO FOO FOO,
	    UNKNOWN UNKNOWN UNKNOWN TOO_MANY, true },
	{ "two are borne", 3, 0, FOO FOO NOOP, UNKNOWN UNKNOWN OK, false },
	{ "a message makes them forgotten", 3, 0, FOO FOO MESSAGE FOO FOO,
	    UNKNOWN UNKNOWN TAKEN UNKNOWN UNKNOWN, false },
	{ "a refused recipient is one", 2, 0,
	    "RCPT TO:<a@b>\r\n" FOO, "503 5.5.1 Error: need MAIL command\r\n"
	    UNKNOWN TOO_MANY, true },
	{ "so is a line that is too long", 1, 0, "NOOP 0123456789"
	    "0123456789012345678901234567890123456789\r\n",
	    "500 5.5.2 Error: line too long\r\n" TOO_MANY, true },
	{ "and a chunk that is refused", 1, 0, "BDAT 4\r\nRSETNOOP\r\n",
	    "503 5.5.1 Error: need RCPT command\r\n" TOO_MANY, true },
	{ "and a password that is wrong", 1, 0, "AUTH PLAIN AAA=\r\n",
	    "535 5.7.8 Error: authentication failed\r\n" TOO_MANY, true },
	{ "QUIT comes first", 1, 0, "QUIT\r\n", "221 2.0.0 Bye\r\n", true },
	/* Postfix bears one more than it says. */
	{ "commands that bring no mail on", 2, 1, NOOP "RSET\r\n" NOOP
	    "HELO c\r\n" NOOP, OK OK OK "250 mx.example.com\r\n" TOO_MANY,
	    true },
	{ "mail in between", 1, 1, NOOP NOOP MESSAGE NOOP NOOP,
	    OK OK TAKEN OK OK, false },
	{ "mail that is not sent", 1, 1, NOOP NOOP
	    "MAIL FROM:<a@b>\r\n" NOOP, OK OK MAIL_OK OK TOO_MANY, true },
	{ "no end to errors", 0, 1, FOO FOO NOOP NOOP NOOP NOOP,
	    UNKNOWN UNKNOWN OK OK OK OK, false },
};

static void
patience_ends(void)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		for (int later = 0; later < 2; later++) {
			struct stage st = { .later = later > 0, .config = {
				.features = SMTP_CHUNKING | SMTP_AUTH,
				.line_max = 50,
				.errors_max = rows[i].errors_max,
				.junk_max = rows[i].junk_max } };

			unit_case(rows[i].sentence);
			stage_open(&st);
			check_text(stage_say(&st, rows[i].said),
			    rows[i].replies);
			check_true((st.want == SMTP_CLOSED) ==
			    rows[i].closed);
			stage_close(&st);
		}
	}
}

/* RFC 2920 3.1. */
static void
who_does_not_wait_is_hung_up_on(void)
{
	struct stage st = { .config = { .strict_order = true } };
	struct stage calm = { .config = { .strict_order = true } };

	stage_open(&st);
	stage_begin_message(&st);
	buffer_clear(&st.events);
	check_text(stage_say(&st, "DATA\r\nA: 1\r\n\r\nx\r\n.\r\n"), SYNC);
	check_int(st.want, SMTP_CLOSED);
	check_text(buffer_text(&st.events), "abort\nclose\n");
	check_text(buffer_text(&st.mail), "");
	stage_close(&st);

	stage_open(&calm);
	check_text(stage_say(&calm, "MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\n"
	    "DATA\r\n"), MAIL_OK RCPT_OK GO_ON);
	check_text(stage_say(&calm, ".\r\nNOOP\r\n"), QUEUED OK);
	stage_close(&calm);
}

/* RFC 3207 4.2: what was not protected counts for nothing. */
static void
nothing_is_put_before_tls(void)
{
	struct stage st = { .config = { .features = SMTP_STARTTLS } };

	stage_open(&st);
	stage_say(&st, "EHLO c\r\n");
	buffer_clear(&st.events);
	check_text(stage_say(&st, "STARTTLS\r\nMAIL FROM:<evil@x>\r\n"),
	    "220 2.0.0 Ready to start TLS\r\n");
	check_int(st.want, SMTP_WANT_TLS);
	check_text(stage_say(&st, "RCPT TO:<evil@x>\r\n"), "");
	smtp_session_tls_started(st.session);
	check_text(stage_say(&st, "RCPT TO:<evil@x>\r\n"),
	    "503 5.5.1 Error: need MAIL command\r\n");
	check_text(buffer_text(&st.events), "");
	stage_close(&st);
}

/* What no SMTP server takes for the end of a line, in a message. */
static const struct {
	const char *sentence;
	struct span bytes;
} no_ends[] = {
	{ "CRLF NUL . CRLF", { "\r\n\0.\r\n", 6 } },
	{ "CRLF . NUL CRLF", { "\r\n.\0\r\n", 6 } },
	{ "NUL . NUL", { "\0.\0", 3 } },
	{ "CRLF . blank CRLF", { "\r\n. \r\n", 6 } },
	{ "CRLF tab . CRLF", { "\r\n\t.\r\n", 6 } },
	{ "VT . VT", { "\v.\v", 3 } },
	{ "FF . FF", { "\f.\f", 3 } },
	{ "NEL . NEL of ISO 8859", { "\x85.\x85", 3 } },
	{ "line separators of Unicode", { "\xe2\x80\xa8.\xe2\x80\xa8", 7 } },
	{ "CR and LF with the highest bit", { "\x8d\x8a.\x8d\x8a", 5 } },
	{ "a full stop of another alphabet", { "\r\n\xe3\x80\x82\r\n", 7 } },
};

static void
they_end_nothing(void)
{
	for (size_t i = 0; i < sizeof no_ends / sizeof no_ends[0]; i++) {
		for (int normalize = 0; normalize < 2; normalize++) {
			struct stage st = { .config = {
				.normalize = normalize > 0 } };

			unit_case(no_ends[i].sentence);
			stage_open(&st);
			stage_begin_message(&st);
			stage_say(&st, "DATA\r\n\r\nx");
			check_text(stage_send(&st, no_ends[i].bytes), "");
			check_text(stage_say(&st, "MAIL FROM:<evil@x>\r\n"),
			    "");
			check_text(stage_say(&st, ".\r\n"), QUEUED);
			stage_close(&st);
		}
	}
}

/* COUNT bytes of content, in lines. */
static void
send_content(struct stage *st, size_t count)
{
	char line[] = "0123456789012345678901234567890\r\n";

	for (size_t sent = 0; sent < count; sent += sizeof line - 1)
		stage_send(st, span_make(line, sizeof line - 1));
}

static void
mail_is_bounded_by_what_others_have(void)
{
	struct smtp_pool pool = { .limit = 100000 };
	struct stage one = { .config = { .pool = &pool } };
	struct stage two = { .config = { .pool = &pool } };

	stage_open(&one);
	stage_open(&two);
	stage_begin_message(&one);
	stage_begin_message(&two);
	check_true(pool.used > 0);
	stage_say(&one, "DATA\r\n\r\n");
	stage_say(&two, "DATA\r\n\r\n");
	send_content(&one, 60000);
	check_true(pool.used >= 60000);
	send_content(&two, 60000);
	check_true(pool.used <= pool.limit);
	check_text(stage_say(&two, ".\r\n"), NO_ROOM);
	check_text(stage_say(&one, ".\r\n"), QUEUED);
	check_size(pool.used, 0);

	/* Now there is room. */
	stage_begin_message(&two);
	stage_say(&two, "DATA\r\n\r\n");
	send_content(&two, 60000);
	check_text(stage_say(&two, ".\r\n"),
	    "250 2.0.0 Ok: queued as 000000002\r\n");
	stage_begin_message(&two);
	stage_say(&two, "DATA\r\n\r\n");
	send_content(&two, 20000);
	check_true(pool.used >= 20000);
	stage_close(&two);
	check_size(pool.used, 0);
	stage_close(&one);
	check_size(pool.used, 0);
}

/* What a message needs at its end, and what edits make of it, counts. */
static void
edits_are_bounded_too(void)
{
	struct smtp_pool pool = { .limit = 70000 };
	struct stage st = { .config = { .pool = &pool }, .more_sinks = 1 };
	char *big = calloc(1, 50000);
	struct edit edit = { .kind = EDIT_ADD_HEADER, .name = span_of("X") };

	memset(big, 'x', 50000);
	edit.value = span_make(big, 50000);
	stage_answer(&st, EVENT_EOM, 1, VERDICT_CONTINUE);
	st.answers[0].verdict.edits = &edit;
	st.answers[0].verdict.edit_count = 1;
	stage_open(&st);
	stage_begin_message(&st);
	buffer_clear(&st.events);
	check_text(stage_say(&st, "DATA\r\n\r\n.\r\n"), GO_ON NO_ROOM);
	check_text(buffer_text(&st.events),
	    "data\n1 data\neoh\neom\n1 abort\n");
	check_size(pool.used, 0);
	stage_begin_message(&st);
	check_text(stage_say(&st, "DATA\r\n\r\n.\r\n"),
	    GO_ON "250 2.0.0 Ok: queued as 000000002\r\n");
	check_size(pool.used, 0);
	stage_close(&st);
	free(big);
}

static void
envelopes_are_bounded_too(void)
{
	struct smtp_pool pool = { .limit = 1000 };
	struct stage st = { .config = { .pool = &pool } };
	size_t taken = 0;

	stage_open(&st);
	stage_say(&st, "MAIL FROM:<a@b>\r\n");
	while (strcmp(stage_say(&st, "RCPT TO:<c@d.example>\r\n"), RCPT_OK) ==
	    0 && taken < 1000)
		taken++;
	check_true(taken > 1 && taken < 20);
	check_text(buffer_text(&st.out), NO_ROOM);
	check_true(pool.used <= pool.limit);
	check_text(stage_say(&st, "RSET\r\n"), OK);
	check_size(pool.used, 0);
	pool.used = 1000;
	check_text(stage_say(&st, "MAIL FROM:<a@b>\r\n"), NO_ROOM);
	check_size(pool.used, 1000);
	stage_close(&st);
}

static const struct unit_test tests[] = {
	{ "patience ends", patience_ends },
	{ "who does not wait is hung up on", who_does_not_wait_is_hung_up_on },
	{ "nothing is put before TLS", nothing_is_put_before_tls },
	{ "they end nothing", they_end_nothing },
	{ "mail is bounded by what others have",
	    mail_is_bounded_by_what_others_have },
	{ "edits are bounded too", edits_are_bounded_too },
	{ "envelopes are bounded too", envelopes_are_bounded_too },
};

UNIT_MAIN("smtp_limits", tests)
