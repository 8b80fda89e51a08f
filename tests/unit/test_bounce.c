/*
 * test_bounce.c - a report on what could not be delivered.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>

#include "milter/smtpd/bounce.h"
#include "tests/unit/unit.h"

static struct span recipients[2];
static struct queue_envelope envelope;
static struct queue_state *state;
static struct bounce bounce;
static struct buffer out;

static void
begin(const char *content)
{
	recipients[0] = span_of("one@x.y");
	recipients[1] = span_of("two@x.y");
	envelope = (struct queue_envelope){ .id = span_of("4XyZ12"),
	    .sender = span_of("a@b.c"), .arrived = 1700000000,
	    .recipients = recipients, .recipient_count = 2 };
	state = queue_state_new(2);
	queue_state_set(state, 0, QUEUE_DELIVERED, "250 ok");
	queue_state_set(state, 1, QUEUE_REFUSED, "550 5.1.1 no two");
	bounce = (struct bounce){ .host = "mx.example", .name = "N.0",
	    .envelope = &envelope, .state = state,
	    .content = span_of(content), .time = 1700000300 };
}

static void
end(void)
{
	queue_state_free(state);
	buffer_release(&out);
}

static void
write_it(void)
{
	buffer_release(&out);
	buffer_init(&out, bounce_limit(&bounce));
	bounce_write(&bounce, &out);
	check_true(!out.overflow);
}

static void
whole_report(void)
{
	begin("Subject: hello\r\nX: y\r\n\r\nsecret\r\n");
	write_it();
	check_text(buffer_text(&out),
	    "From: MAILER-DAEMON@mx.example\n"
	    "To: a@b.c\n"
	    "Subject: Your message was not delivered\n"
	    "Date: Tue, 14 Nov 2023 22:18:20 +0000\n"
	    "Message-ID: <N.0@mx.example>\n"
	    "Auto-Submitted: auto-replied\n"
	    "MIME-Version: 1.0\n"
	    "Content-Type: multipart/report; report-type=delivery-status;\n"
	    "\tboundary=\"=_0_N.0\"\n"
	    "\n"
	    "--=_0_N.0\n"
	    "Content-Type: text/plain; charset=utf-8\n"
	    "\n"
	    "This is the mail server mx.example.\n"
	    "\n"
	    "Your message could not be delivered to these recipients, and will "
	    "not be\n"
	    "tried again:\n"
	    "\n"
	    "<two@x.y>\n"
	    "    550 5.1.1 no two\n"
	    "\n"
	    "Its header is attached.\n"
	    "\n"
	    "--=_0_N.0\n"
	    "Content-Type: message/delivery-status\n"
	    "\n"
	    "Reporting-MTA: dns; mx.example\n"
	    "Arrival-Date: Tue, 14 Nov 2023 22:13:20 +0000\n"
	    "\n"
	    "Final-Recipient: rfc822; two@x.y\n"
	    "Action: failed\n"
	    "Status: 5.1.1\n"
	    "Diagnostic-Code: smtp; 550 5.1.1 no two\n"
	    "\n"
	    "--=_0_N.0\n"
	    "Content-Type: text/rfc822-headers\n"
	    "\n"
	    "Subject: hello\n"
	    "X: y\n"
	    "\n"
	    "--=_0_N.0--\n");
	end();
}

static void
statuses(void)
{
	static const struct {
		const char *reply, *status;
		bool code;
	} rows[] = {
		{ "550 5.7.1 no", "\nStatus: 5.7.1\n", true },
		{ "550 no", "\nStatus: 5.0.0\n", true },
		{ "550", "\nStatus: 5.0.0\n", true },
		{ "450 later", "\nStatus: 4.0.0\n", true },
		{ "550 4.7.1 which", "\nStatus: 5.0.0\n", true },
		{ "550 5.1.1000 what", "\nStatus: 5.0.0\n", true },
		{ "4.4.1 Connection refused", "\nStatus: 4.4.1\n", false },
		{ "", "\nStatus: 5.0.0\n", false },
	};

	begin("");
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		unit_case(rows[i].reply);
		queue_state_set(state, 1, QUEUE_REFUSED, rows[i].reply);
		write_it();
		check_true(strstr(buffer_text(&out), rows[i].status) != NULL);
		check_true((strstr(buffer_text(&out),
		    "\nDiagnostic-Code: smtp; ") != NULL) == rows[i].code);
	}
	unit_case("none");
	free(state->reply[1]);
	state->reply[1] = NULL;
	write_it();
	check_true(strstr(buffer_text(&out), "\nStatus: 4.4.7\n") != NULL);
	end();
}

/* Nothing in the header of a message ends a part of its report. */
static void
boundaries(void)
{
	begin("A: --=_0_N.0\r\nB: =_1_N.0--\r\n\r\n");
	write_it();
	check_true(strstr(buffer_text(&out), "boundary=\"=_2_N.0\"\n") != NULL);
	check_true(strstr(buffer_text(&out), "\n--=_2_N.0--\n") != NULL);
	end();
}

static void
beyond_ascii(void)
{
	begin("Subject: \xc3\xa4\r\n\r\n");
	envelope.smtputf8 = envelope.eight_bit = true;
	recipients[1] = span_of("\xc3\xa4@x.y");
	write_it();
	check_true(strstr(buffer_text(&out),
	    "report-type=global-delivery-status;") != NULL);
	check_true(strstr(buffer_text(&out),
	    "\nFinal-Recipient: utf-8; \xc3\xa4@x.y\n") != NULL);
	check_true(strstr(buffer_text(&out), "Content-Type: "
	    "message/global-headers\nContent-Transfer-Encoding: 8bit\n") !=
	    NULL);
	end();
}

static void
headers(void)
{
	static char large[2 * BOUNCE_HEADER_MAX + 1];
	static const struct {
		const char *sentence, *content, *tail;
	} rows[] = {
		{ "no body", "A: b\r\n\r\n", "\n\nA: b\n\n--=_" },
		{ "no end", "A: b\r\nC: d", "\n\nA: b\n\n--=_" },
		{ "nothing", "", "headers\n\n\n--=_" },
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		unit_case(rows[i].sentence);
		begin(rows[i].content);
		write_it();
		check_true(strstr(buffer_text(&out), rows[i].tail) != NULL);
		end();
	}
	unit_case("a large one is cut at a line");
	for (size_t at = 0; at + 10 < sizeof large; at += 10)
		memcpy(large + at, "X-Yz: 12\r\n", 10);
	begin(large);
	write_it();
	check_true(strstr(buffer_text(&out), "X-Yz: 12\n\n--=_") != NULL);
	check_true(out.len < BOUNCE_HEADER_MAX + 4096);
	end();
	/* Of empty lines nothing is longer than it was. */
	memset(large, '\n', sizeof large - 1);
	begin(large);
	write_it();
	end();
}

static const struct unit_test tests[] = {
	{ "a report", whole_report },
	{ "a status is the reply's, or made of its code", statuses },
	{ "no header ends its part", boundaries },
	{ "what is beyond ASCII is said to be", beyond_ascii },
	{ "headers are given back, up to a bound", headers },
};

UNIT_MAIN("bounce", tests)
