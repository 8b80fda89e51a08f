/*
 * test_smtp_bounds.c - what is too long, too many, or nonsense.
 */
#include "config.h"

#include <stdlib.h>

#include "tests/support/smtp_stage.h"
#include "tests/unit/unit.h"

#define TOO_LONG "500 5.5.2 Error: line too long\r\n"
#define SYNTAX "500 5.5.2 Error: bad syntax\r\n"
#define OK "250 2.0.0 Ok\r\n"
#define GO_ON "354 End data with <CR><LF>.<CR><LF>\r\n"

/* "NOOP", blanks, CRLF: LEN bytes in all. */
static void
add_line(struct buffer *b, size_t len)
{
	buffer_add_text(b, "NOOP");
	for (size_t i = 6; i < len; i++)
		buffer_add_char(b, ' ');
	buffer_add_text(b, "\r\n");
}

static void
lines_are_bounded(void)
{
	static const size_t pieces[] = { 1, 2, 7, 4096 };
	struct buffer said;

	buffer_init(&said, 1 << 20);
	add_line(&said, 2047);
	add_line(&said, 2048);
	add_line(&said, 2049);
	add_line(&said, 2050);
	add_line(&said, 100000);
	add_line(&said, 6);
	for (size_t i = 0; i < 4; i++) {
		struct stage st = { .want = SMTP_CLOSED };

		stage_open(&st);
		check_text(stage_send_in_pieces(&st, buffer_span(&said),
		    pieces[i]), OK OK TOO_LONG TOO_LONG TOO_LONG OK);
		stage_close(&st);
	}
	buffer_release(&said);
}

static void
long_lines_end_in_crlf_too(void)
{
	struct stage st = { .config = { .line_max = 16 } };

	stage_open(&st);
	check_text(stage_say(&st, "NOOP 0123456789\nNOOP\r\nNOOP\r\n"),
	    "550 5.5.2 Error: bare <LF> received\r\n");
	stage_close(&st);
}

static void
a_nul_is_in_no_command(void)
{
	static const char nul[] = "\0NOOP\r\nNO\0OP\r\nNOOP\0\r\nNOOP\r\n";
	struct stage st = { .want = SMTP_CLOSED };

	stage_open(&st);
	check_text(stage_send(&st, span_make(nul, sizeof nul - 1)),
	    SYNTAX SYNTAX SYNTAX OK);
	stage_close(&st);
}

static void
recipients_are_bounded(void)
{
	struct stage st = { .config = { .recipients_max = 2 } };

	stage_answer(&st, EVENT_RCPT, 2, VERDICT_REJECT);
	stage_open(&st);
	stage_say(&st, "MAIL FROM:<>\r\n");
	check_text(stage_say(&st, "RCPT TO:<a@x>\r\nRCPT TO:<b@x>\r\n"
	    "RCPT TO:<c@x>\r\nRCPT TO:<d@x>\r\nDATA\r\n"),
	    "250 2.1.5 Ok\r\n550 5.7.1 Command rejected\r\n250 2.1.5 Ok\r\n"
	    "452 4.5.3 Error: too many recipients\r\n" GO_ON);
	stage_say(&st, ".\r\n");
	check_text(buffer_text(&st.mail),
	    "000000001 from <> to a@x c@x\n");
	check_size(st.sinks[0].seen[EVENT_RCPT], 3);
	stage_close(&st);
}

/* A client that is refused again and again gets no more memory for it. */
static void
refused_recipients_are_bounded(void)
{
	struct stage st = { .config = { .recipients_max = 2,
		.line_max = 64 } };
	unsigned told = 0;

	stage_answer(&st, EVENT_RCPT, 0, VERDICT_REJECT);
	stage_open(&st);
	stage_say(&st, "MAIL FROM:<>\r\n");
	while (told < 1000 && span_starts_with(span_of(stage_say(&st,
	    "RCPT TO:<a@x>\r\n")), span_of("550")))
		told++;
	check_true(told >= 2 && told < 1000);
	check_text(buffer_text(&st.out),
	    "452 4.3.1 Insufficient system storage\r\n");
	check_text(stage_say(&st, "RSET\r\nMAIL FROM:<>\r\n"),
	    OK "250 2.1.0 Ok\r\n");
	stage_close(&st);
}

/* A body of LEN bytes in lines; the header's empty line is two of them. */
static void
add_content(struct buffer *b, size_t len)
{
	size_t end = b->len + len;

	buffer_add_text(b, "\r\n");
	while (b->len + 66 < end)
		buffer_add_text(b, "0123456789012345678901234567890123456789"
		    "012345678901234567890123\r\n");
	while (b->len + 2 < end)
		buffer_add_char(b, 'x');
	buffer_add_text(b, "\r\n");
}

static const struct {
	const char *sentence;
	size_t len;
	const char *want;
} sizes[] = {
	{ "as much as may be", 5000,
	    GO_ON "250 2.0.0 Ok: queued as 000000001\r\n" },
	{ "one byte more", 5001,
	    GO_ON "552 5.3.4 Error: message file too big\r\n" },
	{ "much more", 500000,
	    GO_ON "552 5.3.4 Error: message file too big\r\n" },
};

static void
messages_are_bounded(void)
{
	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
		struct stage st = { .config = { .message_max = 5000 } };
		struct buffer said;

		unit_case(sizes[i].sentence);
		buffer_init(&said, 1 << 20);
		buffer_add_text(&said, "DATA\r\n");
		add_content(&said, sizes[i].len);
		buffer_add_text(&said, ".\r\n");
		stage_open(&st);
		stage_begin_message(&st);
		buffer_clear(&st.events);
		check_text(stage_send(&st, buffer_span(&said)),
		    sizes[i].want);
		check_int(st.want, SMTP_WANT_COMMAND);
		check_true((st.sinks[0].seen[EVENT_EOM] > 0) == (i == 0));
		check_true((st.sinks[0].seen[EVENT_ABORT] > 0) == (i > 0));
		check_text(stage_say(&st, "RCPT TO:<a@b>\r\n"),
		    "503 5.5.1 Error: need MAIL command\r\n");
		buffer_release(&said);
		stage_close(&st);
	}
}

static void
chunks_are_bounded(void)
{
	struct stage st = { .config = { .message_max = 10,
		.features = SMTP_CHUNKING } };

	stage_open(&st);
	stage_begin_message(&st);
	check_text(stage_say(&st, "BDAT 8\r\n01234567BDAT 8 LAST\r\n01234567"
	    "NOOP\r\n"), "250 2.0.0 Ok: 8 bytes\r\n"
	    "552 5.3.4 Error: message file too big\r\n" OK);
	stage_close(&st);
}

static void
headers_are_bounded(void)
{
	struct stage st = { .want = SMTP_CLOSED };
	struct buffer said;

	buffer_init(&said, 1 << 20);
	buffer_add_text(&said, "DATA\r\n");
	for (size_t i = 0; i < 50001; i++)
		buffer_add_text(&said, "A:\r\n");
	buffer_add_text(&said, "\r\n.\r\n");
	stage_open(&st);
	stage_begin_message(&st);
	check_text(stage_send(&st, buffer_span(&said)), GO_ON
	    "552 5.3.4 Error: message header too large\r\n");
	check_size(st.sinks[0].seen[EVENT_HEADER], 0);
	check_size(st.sinks[0].seen[EVENT_ABORT], 1);
	buffer_release(&said);
	stage_close(&st);
}

static void
bodies_come_in_chunks(void)
{
	struct stage st = { .config = { .chunk_max = 4 } };

	stage_open(&st);
	stage_begin_message(&st);
	buffer_clear(&st.events);
	stage_say(&st, "DATA\r\n\r\n0123456789\r\n.\r\n");
	check_text(buffer_text(&st.events), "data\neoh\nbody 0123\n"
	    "body 4567\nbody 89\\r\\n\neom\n");
	stage_close(&st);
}

/* The order in which a sink may be told things. */
static bool
may_follow(struct span before, struct span event)
{
	static const char *const pairs[] = {
		"connect", "helo mail unknown close",
		"helo", "helo abort mail rcpt data unknown close",
		"mail", "helo rcpt unknown abort close mail",
		"rcpt", "helo rcpt data unknown abort close",
		"data", "header eoh abort helo data rcpt unknown close",
		"header", "header eoh",
		"eoh", "body eom",
		"body", "body eom",
		"eom", "helo mail unknown close",
		"abort", "helo mail unknown close",
		"unknown", "helo mail rcpt data unknown abort close",
	};

	for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i += 2)
		if (span_is(before, pairs[i]))
			return memmem(pairs[i + 1], strlen(pairs[i + 1]),
			    event.ptr, event.len) != NULL;
	return false;
}

static void
check_order(struct span events)
{
	struct span before = { NULL, 0 };

	while (events.len > 0) {
		size_t end = span_find(events, '\n');
		struct span line = span_head(events, end);
		struct span word = span_head(line, span_find(line, ' '));

		if (before.len == 0)
			check_span(word, "connect");
		else
			check_true(may_follow(before, word));
		before = word;
		events = span_skip(events, end + 1);
	}
	check_span(before, "close");
}

/* Pieces of SMTP and of nonsense, in an order that a number gives. */
static void
any_bytes_are_safe(void)
{
	static const char *const words[] = {
		"EHLO a\r\n", "HELO b\r\n", "MAIL FROM:<a@b>\r\n",
		"RCPT TO:<a@b>\r\n", "DATA\r\n", "BDAT 9\r\n",
		"BDAT 0 LAST\r\n", "BDAT 7 LAST\r\n", ".\r\n", "\r\n", ".",
		"RSET\r\n", "A: b\r\n", " c\r\n", "FOO\r\n", "VRFY x\r\n",
		"STARTTLS\r\n", "AUTH LOGIN\r\n", "*\r\n", "\t", "<", "x",
		"MAIL FROM:<> SIZE=1 BODY=8BITMIME SMTPUTF8\r\n", "\xff",
		"\n", "\r", "0123456789\r\n", "NOOP\r\n", "QUIT\r\n",
	};
	uint64_t dice = 1;

	for (unsigned round = 0; round < 400; round++) {
		struct stage st = { .config = { .features = 15,
			.trust = round % 3 == 0, .normalize = round % 2 == 0,
			.chunk_max = 5, .recipients_max = 3 } };

		stage_open(&st);
		for (unsigned i = 0; i < 200; i++) {
			dice = dice * 6364136223846793005u +
			    1442695040888963407u;
			stage_send_in_pieces(&st, span_of(words[(dice >> 33) %
			    (sizeof words / sizeof words[0])]),
			    1 + (dice >> 60));
			if (st.want == SMTP_WANT_TLS)
				smtp_session_tls_started(st.session);
		}
		smtp_session_disconnect(st.session);
		smtp_session_disconnect(st.session);
		check_order(buffer_span(&st.events));
		stage_close(&st);
	}
}

static const struct unit_test tests[] = {
	{ "lines are bounded", lines_are_bounded },
	{ "long lines end in CRLF too", long_lines_end_in_crlf_too },
	{ "a NUL is in no command", a_nul_is_in_no_command },
	{ "recipients are bounded", recipients_are_bounded },
	{ "refused recipients are bounded", refused_recipients_are_bounded },
	{ "messages are bounded", messages_are_bounded },
	{ "chunks are bounded", chunks_are_bounded },
	{ "headers are bounded", headers_are_bounded },
	{ "bodies come in chunks", bodies_come_in_chunks },
	{ "any bytes are safe, and the sink hears a story that makes sense",
	    any_bytes_are_safe },
};

UNIT_MAIN("smtp_bounds", tests)
