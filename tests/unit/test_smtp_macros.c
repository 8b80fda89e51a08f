/*
 * test_smtp_macros.c - which macros a sink sees at which step.
 */
#include "config.h"

#include <stdlib.h>

#include "milter/smtp/macros.h"
#include "tests/support/smtp_stage.h"
#include "tests/unit/unit.h"

#define ALWAYS " j=mx.example.com _=mx.example.org [192.0.2.8] v=Postfix" \
	" daemon_name=mx.example.com daemon_addr=127.0.0.1"
#define BOB ALWAYS " mail_addr=bob@example.org mail_host=Example.ORG" \
	" mail_mailer=smtp"
#define ALICE " rcpt_addr=alice@mx.example.com rcpt_host=mx.example.com" \
	" rcpt_mailer=local"
#define CAROL " rcpt_addr=carol@example.com rcpt_host=example.com" \
	" rcpt_mailer=smtp"
#define NAMED BOB " i=000000001"

static void
macros_come_when_postfix_sends_them(void)
{
	struct stage st = { .show_macros = true };

	stage_open(&st);
	stage_say(&st, "EHLO c\r\nMAIL FROM:<Bob@Example.ORG>\r\n"
	    "RCPT TO:<alice>\r\nRCPT TO:<carol@example.com>\r\nDATA\r\n"
	    "A: 1\r\n\r\nx\r\n.\r\nMAIL FROM:<>\r\nRSET\r\nFOO\r\nQUIT\r\n");
	check_text(buffer_text(&st.events),
	    "connect mx.example.org 192.0.2.8 40112" ALWAYS "\n"
	    "helo c" ALWAYS "\n"
	    "mail Bob@Example.ORG" BOB "\n"
	    "rcpt alice" BOB ALICE "\n"
	    "rcpt carol@example.com" NAMED CAROL "\n"
	    "data" NAMED CAROL "\n"
	    "header A|1" NAMED CAROL "\n"
	    "eoh" NAMED CAROL "\n"
	    "body x\\r\\n" NAMED CAROL "\n"
	    "eom" NAMED CAROL "\n"
	    "mail <>" ALWAYS " mail_addr= mail_host=mx.example.com"
	    " mail_mailer=local\n"
	    "abort" ALWAYS " mail_addr= mail_host=mx.example.com"
	    " mail_mailer=local\n"
	    "unknown FOO" ALWAYS "\n"
	    "close" ALWAYS "\n");
	stage_close(&st);
}

static void
a_message_has_a_name_when_a_recipient_was_accepted(void)
{
	struct stage st = { .show_macros = true };

	stage_answer(&st, EVENT_RCPT, 1, VERDICT_REJECT);
	stage_open(&st);
	stage_say(&st, "MAIL FROM:<bob@Example.ORG>\r\nRCPT TO:<alice>\r\n");
	buffer_clear(&st.events);
	stage_say(&st, "RCPT TO:<alice>\r\nRCPT TO:<alice>\r\n");
	check_text(buffer_text(&st.events), "rcpt alice" BOB ALICE "\n"
	    "rcpt alice" NAMED ALICE "\n");
	stage_close(&st);
}

static void
name_it(void *self, char name[SMTP_NAME_MAX])
{
	(void)self;
	memcpy(name, "4Xyz", 5);
}

static void
others_may_name_messages(void)
{
	struct stage st = { .config = { .name_message = name_it,
		.host = "h", .software = "s", .address = "::1" },
		.show_macros = true };

	stage_open(&st);
	check_text(buffer_text(&st.events), "connect mx.example.org "
	    "192.0.2.8 40112 j=h _=mx.example.org [192.0.2.8] v=s "
	    "daemon_name=h daemon_addr=::1\n");
	stage_begin_message(&st);
	stage_say(&st, "DATA\r\n");
	check_text(stage_say(&st, ".\r\n"),
	    "250 2.0.0 Ok: queued as 4Xyz\r\n");
	stage_close(&st);
}

static void
give(struct stage *st, const char *name, const char *value)
{
	struct macro m = { span_of(name), span_of(value) };

	check_int(smtp_session_set_macros(st->session, &m, 1), 0);
}

#define REST " v=Postfix daemon_addr=127.0.0.1"

static void
given_macros_stand_above_our_own(void)
{
	struct stage st = { .show_macros = true };

	stage_open(&st);
	give(&st, "{daemon_name}", "smtpd");
	give(&st, "tls_version", "TLSv1.3");
	buffer_clear(&st.events);
	stage_say(&st, "HELO c\r\n");
	check_text(buffer_text(&st.events), "helo c daemon_name=smtpd"
	    " tls_version=TLSv1.3 j=mx.example.com"
	    " _=mx.example.org [192.0.2.8]" REST "\n");
	give(&st, "j", "");
	give(&st, "_", "me");
	give(&st, "tls_version", "none");
	give(&st, "i", "4Xyz");
	buffer_clear(&st.events);
	stage_begin_message(&st);
	check_text(buffer_text(&st.events), "mail bob@example.org"
	    " daemon_name=smtpd tls_version=none j= _=me i=4Xyz" REST
	    " mail_addr=bob@example.org mail_host=example.org"
	    " mail_mailer=smtp\n"
	    "rcpt alice@example.com daemon_name=smtpd tls_version=none j="
	    " _=me i=4Xyz" REST " mail_addr=bob@example.org"
	    " mail_host=example.org mail_mailer=smtp"
	    " rcpt_addr=alice@example.com rcpt_host=example.com"
	    " rcpt_mailer=smtp\n");
	stage_say(&st, "DATA\r\n");
	check_text(stage_say(&st, ".\r\n"),
	    "250 2.0.0 Ok: queued as 4Xyz\r\n");
	stage_close(&st);
}

static void
given_macros_are_bounded(void)
{
	struct smtp_macros *m = calloc(1, sizeof *m);
	struct macro all[MACROS_GIVEN_MAX + 1];
	char names[MACROS_GIVEN_MAX + 1][8];
	char *large = calloc(1, MACROS_TEXT_MAX);

	for (size_t i = 0; i <= MACROS_GIVEN_MAX; i++) {
		names[i][0] = (char)('a' + i % 26);
		names[i][1] = (char)('a' + i / 26);
		all[i] = (struct macro){ span_make(names[i], 2),
			span_of("v") };
	}
	check_int(smtp_macros_give(m, all, MACROS_GIVEN_MAX + 1), -1);
	check_size(m->given, 0);
	check_int(smtp_macros_give(m, all, MACROS_GIVEN_MAX), 0);
	check_int(smtp_macros_give(m, all + MACROS_GIVEN_MAX, 1), -1);
	check_size(m->given, MACROS_GIVEN_MAX);
	check_int(smtp_macros_give(m, all + 7, 1), 0);

	all[0].value = span_make(large, MACROS_TEXT_MAX);
	check_int(smtp_macros_give(m, all, 1), -1);
	check_span(m->at[0].value, "v");
	all[0].value = span_make(large, 65536);
	check_int(smtp_macros_give(m, all, 1), 0);
	check_size(m->at[0].value.len, 65536);
	smtp_macros_update(m);
	check_size(m->count, MACROS_GIVEN_MAX);
	smtp_macros_release(m);
	smtp_macros_release(m);
	free(m);
	free(large);
}

static void
the_time_is_that_which_was_set_last(void)
{
	struct stage st = { .show_times = true };

	stage_open(&st);
	smtp_session_set_time(st.session, 2000);
	stage_say(&st, "HELO c\r\nRSET\r\n");
	smtp_session_set_time(st.session, 3000);
	stage_say(&st, "FOO\r\n");
	check_text(buffer_text(&st.events),
	    "connect mx.example.org 192.0.2.8 40112 at 1000\n"
	    "helo c at 2000\nunknown FOO at 3000\n");
	stage_close(&st);
}

static void
a_client_may_be_local(void)
{
	struct stage st = { .local = true, .show_macros = true };

	stage_open(&st);
	check_text(buffer_text(&st.events), "connect unknown  0"
	    " j=mx.example.com _=unknown [unknown] v=Postfix"
	    " daemon_name=mx.example.com daemon_addr=127.0.0.1\n");
	stage_close(&st);
}

static const struct unit_test tests[] = {
	{ "macros come when Postfix sends them",
	    macros_come_when_postfix_sends_them },
	{ "a message has a name when a recipient was accepted",
	    a_message_has_a_name_when_a_recipient_was_accepted },
	{ "others may name messages", others_may_name_messages },
	{ "given macros stand above our own",
	    given_macros_stand_above_our_own },
	{ "given macros are bounded", given_macros_are_bounded },
	{ "the time is that which was set last",
	    the_time_is_that_which_was_set_last },
	{ "a client may be local", a_client_may_be_local },
};

UNIT_MAIN("smtp_macros", tests)
