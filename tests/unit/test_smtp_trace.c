/*
 * test_smtp_trace.c - the field Received that the server writes.
 */
#include "config.h"

#include "tests/support/smtp_stage.h"
#include "tests/unit/unit.h"

#define FEATURES (SMTP_SMTPUTF8 | SMTP_STARTTLS | SMTP_AUTH | SMTP_XCLIENT)
#define LONG_21 "aaaaaaaaaaaaaaaaaaaaa"
#define LONG_63 LONG_21 LONG_21 LONG_21
#define LONG_255 LONG_63 "." LONG_63 "." LONG_63 "." LONG_63
#define DATE "Thu, 1 Jan 1970 00:16:40 +0000 (UTC)\r\n"
#define BY "\tby mx.example.com (Millgate) with "
#define FOR " id 000000001\r\n\tfor <c@d>; " DATE
#define CLIENT " (mx.example.org [192.0.2.8])\r\n"

static const struct {
	const char *sentence;
	const char *before;	/* the client says, before its message */
	const char *sender;
	const char *to;
	const char *field;
} rows[] = {
	{ "HELO", "HELO c.example\r\n", "<>", "RCPT TO:<c@d>",
	    "from c.example" CLIENT BY "SMTP" FOR },
	{ "EHLO", "EHLO c.example\r\n", "<>", "RCPT TO:<c@d>",
	    "from c.example" CLIENT BY "ESMTP" FOR },
	{ "neither", "", "<>", "RCPT TO:<c@d>",
	    "from mx.example.org" CLIENT BY "SMTP" FOR },
	{ "TLS", "EHLO c\r\nSTARTTLS\r\nEHLO c.example\r\n", "<>",
	    "RCPT TO:<c@d>", "from c.example" CLIENT BY "ESMTPS" FOR },
	{ "a login", "EHLO c.example\r\nAUTH PLAIN x\r\n", "<>",
	    "RCPT TO:<c@d>", "from c.example" CLIENT BY "ESMTPA" FOR },
	{ "a login over TLS", "STARTTLS\r\nEHLO c.example\r\nAUTH PLAIN x\r\n",
	    "<>", "RCPT TO:<c@d>", "from c.example" CLIENT BY "ESMTPSA" FOR },
	{ "TLS forgets what was said before it",
	    "EHLO c.example\r\nSTARTTLS\r\n", "<>", "RCPT TO:<c@d>",
	    "from mx.example.org" CLIENT BY "SMTP" FOR },
	{ "SMTPUTF8", "EHLO c.example\r\n", "<> SMTPUTF8", "RCPT TO:<c@d>",
	    "from c.example" CLIENT BY "UTF8SMTP" FOR },
	{ "SMTPUTF8 over TLS with a login",
	    "STARTTLS\r\nEHLO c.example\r\nAUTH PLAIN x\r\n", "<> SMTPUTF8",
	    "RCPT TO:<c@d>", "from c.example" CLIENT BY "UTF8SMTPSA" FOR },
	{ "an address of IPv6", "XCLIENT ADDR=2001:db8::1 HELO=c.example\r\n",
	    "<>", "RCPT TO:<c@d>", "from c.example (mx.example.org"
	    " [IPv6:2001:db8::1])\r\n" BY "SMTP" FOR },
	{ "no name, no address, and a protocol",
	    "XCLIENT ADDR=[UNAVAILABLE] NAME=[UNAVAILABLE] PROTO=ESMTP\r\n",
	    "<>", "RCPT TO:<c@d>",
	    "from unknown (unknown [unknown])\r\n" BY "ESMTP" FOR },
	{ "two recipients do not hear of each other", "HELO c.example\r\n",
	    "<>", "RCPT TO:<c@d>\r\nRCPT TO:<e@f>", "from c.example" CLIENT BY
	    "SMTP id 000000001;\r\n\t" DATE },
	{ "a name that would break out", "HELO [a] (b) <c>;\r\n", "<>",
	    "RCPT TO:<c@d>", "from [a]??b???c??" CLIENT BY "SMTP" FOR },
	{ "a name in UTF-8", "HELO \xc3\xa4\r\n", "<>", "RCPT TO:<c@d>",
	    "from ??" CLIENT BY "SMTP" FOR },
	{ "a name that is too long", "HELO " LONG_255 "bbb\r\n", "<>",
	    "RCPT TO:<c@d>", "from " LONG_255 CLIENT BY "SMTP" FOR },
	{ "a recipient that is too long", "HELO c.example\r\n", "<>",
	    "RCPT TO:<a@" LONG_255 ">", "from c.example" CLIENT BY
	    "SMTP id 000000001;\r\n\t" DATE },
	{ "a recipient in UTF-8", "EHLO c.example\r\n", "<>",
	    "RCPT TO:<\xc3\xa4@d>", "from c.example" CLIENT BY
	    "ESMTP id 000000001;\r\n\t" DATE },
	{ "the same where that may be", "EHLO c.example\r\n", "<> SMTPUTF8",
	    "RCPT TO:<\xc3\xa4@d>", "from c.example" CLIENT BY
	    "UTF8SMTP id 000000001\r\n\tfor <\xc3\xa4@d>; " DATE },
};

static void
it_says_what_came_to_pass(void)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct stage st = { .config = { .features = FEATURES,
			.trace = true, .trust = true } };
		struct buffer text;
		struct span mail;

		unit_case(rows[i].sentence);
		buffer_init(&text, 4096);
		buffer_addf(&text, "%sMAIL FROM:%s\r\n%s\r\nDATA\r\n",
		    rows[i].before, rows[i].sender, rows[i].to);
		stage_open(&st);
		/* Nothing comes behind STARTTLS in one piece. */
		for (struct span rest = buffer_span(&text); rest.len > 0;
		    rest = span_skip(rest, span_find(rest, '\n') + 1))
			stage_send(&st, span_head(rest,
			    span_find(rest, '\n') + 1));
		buffer_clear(&st.events);
		stage_say(&st, "A: 1\r\n\r\n.\r\n");
		check_text(buffer_text(&st.events), "header A|1\neoh\neom\n");
		buffer_clear(&text);
		buffer_addf(&text, "Received: %sA: 1\r\n\r\n", rows[i].field);
		mail = buffer_span(&st.mail);
		mail = span_skip(mail, span_find(mail, '\n') + 1);
		check_span(mail, buffer_text(&text));
		buffer_release(&text);
		stage_close(&st);
	}
}

static enum smtp_delivery
keep_header(void *self, const struct smtp_message *message,
    struct error *error)
{
	(void)error;
	buffer_add(self, message->header);
	return SMTP_DELIVERED;
}

static const struct {
	const char *date;
	int64_t time;
} dates[] = {
	{ "; Thu, 1 Jan 1970 00:00:00 +0000 (UTC)", 0 },
	{ "; Tue, 29 Feb 2000 23:59:59 +0000 (UTC)", 951868799 },
	{ "; Tue, 24 Nov 2026 02:00:51 +0000 (UTC)", 1795485651 },
};

static void
dates_are_those_of_the_mail(void)
{
	for (size_t i = 0; i < sizeof dates / sizeof dates[0]; i++) {
		struct stage st = { .config = { .trace = true } };

		unit_case(dates[i].date);
		stage_open(&st);
		smtp_session_set_time(st.session, dates[i].time);
		stage_begin_message(&st);
		stage_say(&st, "DATA\r\n.\r\n");
		check_true(strstr(buffer_text(&st.mail), dates[i].date) !=
		    NULL);
		stage_close(&st);
	}
}

/* RFC 4291 2.5.5.2: who comes over IPv4 is shown so on any socket. */
static void
mapped_addresses_are_ipv4(void)
{
	struct smtp_config config = { .trace = true };
	struct smtp_client client = { .ip = { { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	    0xff, 0xff, 192, 0, 2, 1 }, 16 } };
	struct buffer mail, out;
	struct smtp_session *s;

	buffer_init(&mail, 1000);
	buffer_init(&out, 1000);
	config.self = &mail;
	config.deliver = keep_header;
	s = smtp_session_new(&config, NULL, NULL);
	smtp_session_connect(s, &client, 0, &out);
	smtp_session_feed(s, span_of("MAIL FROM:<>\r\nRCPT TO:<a@b>\r\n"
	    "DATA\r\n.\r\n"), &out);
	check_true(strstr(buffer_text(&mail), " (unknown [192.0.2.1])\r\n") !=
	    NULL);
	smtp_session_free(s);
	buffer_release(&mail);
	buffer_release(&out);
}

/* Where fields go, and which are meant: our own is number 0, and has no name
 * that could be asked for. */
static const struct {
	const char *sentence;
	struct edit edits[2];
	const char *header;	/* R: is our own field */
} places[] = {
	{ "above it", { { EDIT_INSERT_HEADER, { "X", 1 }, { "1", 1 }, 0,
	    false } }, "X: 1\r\nR:Received: a\r\nB: 2\r\n" },
	{ "below it", { { EDIT_INSERT_HEADER, { "X", 1 }, { "1", 1 }, 1,
	    false } }, "R:X: 1\r\nReceived: a\r\nB: 2\r\n" },
	{ "below the first that was shown", { { EDIT_INSERT_HEADER,
	    { "X", 1 }, { "1", 1 }, 2, false } },
	    "R:Received: a\r\nX: 1\r\nB: 2\r\n" },
	{ "below all", { { EDIT_INSERT_HEADER, { "X", 1 }, { "1", 1 }, 99,
	    false } }, "R:Received: a\r\nB: 2\r\nX: 1\r\n" },
	{ "above it, twice", { { EDIT_INSERT_HEADER, { "X", 1 }, { "1", 1 }, 0,
	    false }, { EDIT_INSERT_HEADER, { "Y", 1 }, { "2", 1 }, 1, false } },
	    "X: 1\r\nY: 2\r\nR:Received: a\r\nB: 2\r\n" },
	{ "the first Received is the client's", { { EDIT_CHANGE_HEADER,
	    { "Received", 8 }, { "z", 1 }, 1, false } },
	    "R:Received: z\r\nB: 2\r\n" },
	{ "ours cannot be removed", { { EDIT_REMOVE_HEADER,
	    { "Received", 8 }, { "", 0 }, 2, false }, { EDIT_REMOVE_HEADER,
	    { "Received", 8 }, { "", 0 }, 1, false } }, "R:B: 2\r\n" },
	{ "a value with its own blank", { { EDIT_ADD_HEADER, { "X", 1 },
	    { " 1", 2 }, 0, true }, { EDIT_CHANGE_HEADER, { "B", 1 },
	    { "\t3", 2 }, 1, true } },
	    "R:Received: a\r\nB:\t3\r\nX: 1\r\n" },
};

/* HEADER with its first field that is ours as "R:". */
static void
shorten(struct span header, struct buffer *to)
{
	const char *own = memmem(header.ptr, header.len, "Received: from", 14);
	const char *end = own != NULL ? strstr(own, "(UTC)\r\n") : NULL;
	size_t above = own != NULL ? (size_t)(own - header.ptr) : 0;

	if (end == NULL)
		return;
	buffer_add(to, span_head(header, above));
	buffer_add_text(to, "R:");
	buffer_add(to, span_skip(header, (size_t)(end - header.ptr) + 7));
}

static void
filters_edit_around_it(void)
{
	for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
		struct stage st = { .config = { .trace = true } };
		struct buffer got;
		struct span mail;

		unit_case(places[i].sentence);
		buffer_init(&got, 4096);
		stage_answer(&st, EVENT_EOM, 1, VERDICT_CONTINUE);
		st.answers[0].verdict.edits = places[i].edits;
		st.answers[0].verdict.edit_count =
		    places[i].edits[1].name.len > 0 ? 2 : 1;
		stage_open(&st);
		stage_begin_message(&st);
		stage_say(&st, "DATA\r\nReceived: a\r\nB: 2\r\n.\r\n");
		mail = buffer_span(&st.mail);
		shorten(span_skip(mail, span_find(mail, '\n') + 1), &got);
		check_text(buffer_text(&got), places[i].header);
		buffer_release(&got);
		stage_close(&st);
	}
}

/* With our own the fiftieth is one too many, as in Postfix. */
static void
loops_end(void)
{
	for (size_t hops = 48; hops < 51; hops++) {
		struct stage st = { .config = { .trace = true } };

		stage_open(&st);
		stage_begin_message(&st);
		stage_say(&st, "DATA\r\n");
		buffer_clear(&st.events);
		for (size_t i = 0; i < hops; i++)
			stage_say(&st, "received: from a by b\r\n");
		check_text(stage_say(&st, ".\r\n"), hops == 48 ?
		    "250 2.0.0 Ok: queued as 000000001\r\n" :
		    "554 5.4.0 Error: too many hops\r\n");
		if (hops > 48)
			check_text(buffer_text(&st.events), "abort\n");
		stage_close(&st);
	}
}

static const struct unit_test tests[] = {
	{ "it says what came to pass", it_says_what_came_to_pass },
	{ "dates are those of the mail", dates_are_those_of_the_mail },
	{ "mapped addresses are IPv4", mapped_addresses_are_ipv4 },
	{ "filters edit around it", filters_edit_around_it },
	{ "loops end", loops_end },
};

UNIT_MAIN("smtp_trace", tests)
