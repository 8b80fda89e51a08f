/*
 * test_smtp_content.c - the content of DATA and BDAT, and where it ends.
 */
#include "config.h"

#include <stdio.h>

#include "tests/support/smtp_stage.h"
#include "tests/unit/unit.h"

#define GO_ON "354 End data with <CR><LF>.<CR><LF>\r\n"
#define QUEUED "250 2.0.0 Ok: queued as 000000001\r\n"
#define ENVELOPE "000000001 from bob@example.org to alice@example.com\n"
#define BARE_LF "550 5.5.2 Error: bare <LF> received\r\n"
#define BARE_CR "550 5.5.2 Error: bare <CR> received\r\n"

static const struct smtp_config plain;
static const struct smtp_config normalizing = { .normalize = true };
static const struct smtp_config chunking = { .features = SMTP_CHUNKING };

/* A session that stands behind RCPT. */
static void
open_message(struct stage *st, const struct smtp_config *config)
{
	*st = (struct stage){ .config = *config };
	stage_open(st);
	stage_begin_message(st);
}

static const struct {
	const char *sentence;
	const char *said;
	const char *mail;
} stuffed[] = {
	{ "a message as it came", "A: 1\r\n\r\nhello\r\n.\r\n",
	    "A: 1\r\n\r\nhello\r\n" },
	{ "one leading dot goes", "\r\n..\r\n.x\r\n...y\r\n.\r\n",
	    "\r\n.\r\nx\r\n..y\r\n" },
	{ "a dot inside of a line stays", "\r\nx.\r\n.\r\n", "\r\nx.\r\n" },
	{ "a dot behind a dot and a blank", "\r\n. \r\n.\r\n", "\r\n \r\n" },
	{ "nothing", ".\r\n", "" },
	{ "an empty line", "\r\n.\r\n", "\r\n" },
	{ "bytes of any kind", "\r\n\001\177\xff\r\n.\r\n",
	    "\r\n\001\177\xff\r\n" },
};

static void
dots_are_removed(void)
{
	for (size_t i = 0; i < sizeof stuffed / sizeof stuffed[0]; i++) {
		struct stage st;
		struct buffer want;

		unit_case(stuffed[i].sentence);
		open_message(&st, &plain);
		stage_say(&st, "DATA\r\n");
		check_text(stage_say(&st, stuffed[i].said), QUEUED);
		buffer_init(&want, 1000);
		buffer_addf(&want, ENVELOPE "%s", stuffed[i].mail);
		check_text(buffer_text(&st.mail), buffer_text(&want));
		buffer_release(&want);
		stage_close(&st);
	}
}

/* What somebody could take for the end of a message, but for CRLF.CRLF. */
static const struct {
	const char *sentence;
	const char *end;
	const char *reply;
	const char *kept;	/* with normalize: what it is in the body */
} ends[] = {
	{ "LF . LF", "\n.\n", GO_ON BARE_LF, "\r\n.\r\n" },
	{ "LF . CRLF", "\n.\r\n", GO_ON BARE_LF, "\r\n.\r\n" },
	{ "CRLF . LF", "\r\n.\n", GO_ON BARE_LF, "\r\n.\r\n" },
	{ "LF . CR", "\n.\r", GO_ON BARE_LF, "\r\n. " },
	{ "LF . CR CRLF", "\n.\r\r\n", GO_ON BARE_LF, "\r\n. \r\n" },
	{ "CR . CR", "\r.\r", GO_ON BARE_CR, " . " },
	{ "CR . CRLF", "\r.\r\n", GO_ON BARE_CR, " .\r\n" },
	{ "CR . LF", "\r.\n", GO_ON BARE_CR, " .\r\n" },
	{ "CRLF . CR", "\r\n.\r", GO_ON BARE_CR, "\r\n " },
	{ "CRLF . CR CRLF", "\r\n.\r\r\n", GO_ON BARE_CR, "\r\n \r\n" },
	{ "CR CRLF . CR CRLF", "\r\r\n.\r\r\n", GO_ON BARE_CR, " \r\n \r\n" },
	{ "LF LF . LF LF", "\n\n.\n\n", GO_ON BARE_LF, "\r\n\r\n.\r\n\r\n" },
	{ "LF alone", "\n", GO_ON BARE_LF, "\r\n" },
	{ "CR alone", "\r", GO_ON BARE_CR, " " },
};

#define SMUGGLED "MAIL FROM:<evil@example.net>\r\nRCPT TO:<x@y.example>\r\n" \
	"DATA\r\nB: 2\r\n\r\nsmuggled\r\n"

static void
nothing_is_smuggled(void)
{
	for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
		struct stage st;
		struct buffer said;

		unit_case(ends[i].sentence);
		buffer_init(&said, 1000);
		buffer_addf(&said, "DATA\r\nA: 1\r\n\r\nx%s" SMUGGLED
		    ".\r\nQUIT\r\n", ends[i].end);
		for (size_t piece = 1; piece < 1000; piece += 499) {
			open_message(&st, &plain);
			buffer_clear(&st.events);
			buffer_clear(&st.out);
			stage_send_in_pieces(&st, buffer_span(&said), piece);
			check_text(buffer_text(&st.out), ends[i].reply);
			check_int(st.want, SMTP_CLOSED);
			check_text(buffer_text(&st.events),
			    "data\nabort\nclose\n");
			check_text(buffer_text(&st.mail), "");
			stage_close(&st);
		}
		buffer_release(&said);
	}
}

static void
normalized_ends_end_nothing(void)
{
	for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
		struct stage st;
		struct buffer text;

		unit_case(ends[i].sentence);
		buffer_init(&text, 1000);
		buffer_addf(&text, "DATA\r\nA: 1\r\n\r\nx%s" SMUGGLED ".\r\n",
		    ends[i].end);
		open_message(&st, &normalizing);
		check_text(stage_send_in_pieces(&st, buffer_span(&text), 3),
		    GO_ON QUEUED);
		buffer_clear(&text);
		buffer_addf(&text, ENVELOPE "A: 1\r\n\r\nx%s" SMUGGLED,
		    ends[i].kept);
		check_text(buffer_text(&st.mail), buffer_text(&text));
		buffer_release(&text);
		stage_close(&st);
	}
}

/* A dialogue with all that bytes may be cut in. */
static const char long_dialogue[] =
    "EHLO mx\r\nMAIL FROM:<bob@example.org> SIZE=5\r\n"
    "RCPT TO:<alice@example.com>\r\nFOO\r\nDATA\r\n"
    "Subject: a\r\n\tb\r\nX : y\r\n\r\n..one\r\n..\r\ntwo\0\xff\r\n.\r\n"
    "MAIL FROM:<bob@example.org>\r\nRCPT TO:<alice@example.com>\r\n"
    "BDAT 13\r\nSubject: \r\nxBDAT 0\r\nBDAT 9 LAST\r\nyz\r\n\r\n.\r\n"
    "NOOP\r\nRSET\r\nMAIL FROM:<>\r\nBDAT 6\r\nQUIT\r\nBDAT 6 LAST\r\n"
    "QUIT\r\nVRFY <a@b>\r\nQUIT\r\nNOOP\r\n";

static void
it_does_not_matter_how_input_is_cut(void)
{
	static const size_t pieces[] = { 65535, 1, 2, 3, 7, 64 };
	struct stage all[6];

	for (size_t i = 0; i < 6; i++) {
		all[i] = (struct stage){ .config = chunking };
		stage_open(&all[i]);
		stage_send_in_pieces(&all[i],
		    span_make(long_dialogue, sizeof long_dialogue - 1),
		    pieces[i]);
		check_int(all[i].want, SMTP_CLOSED);
		check_text(buffer_text(&all[i].out),
		    buffer_text(&all[0].out));
		check_text(buffer_text(&all[i].events),
		    buffer_text(&all[0].events));
		check_true(span_equal(buffer_span(&all[i].mail),
		    buffer_span(&all[0].mail)));
	}
	check_true(span_find(buffer_span(&all[0].mail), '\0') <
	    all[0].mail.len);
	for (size_t i = 0; i < 6; i++)
		stage_close(&all[i]);
}

static const struct {
	const char *sentence;
	const char *said;
	const char *want;
	const char *mail;	/* NULL: there is none */
} chunks[] = {
	{ "a message of one chunk", "BDAT 9 LAST\r\nA: 1\r\n\r\nx",
	    "250 2.0.0 Ok: 9 bytes queued as 000000001\r\n",
	    "A: 1\r\n\r\nx\r\n" },
	{ "a message of three", "BDAT 3\r\nA: BDAT 1\r\n1bdat 2 last\r\n\r\n",
	    "250 2.0.0 Ok: 3 bytes\r\n250 2.0.0 Ok: 4 bytes\r\n"
	    "250 2.0.0 Ok: 6 bytes queued as 000000001\r\n", "A: 1\r\n" },
	{ "an empty chunk that is not the last",
	    "BDAT 3\r\nA: BDAT 0\r\nBDAT 6 LAST\r\nQUIT\r\n",
	    "250 2.0.0 Ok: 3 bytes\r\n551 5.7.1 Null BDAT request\r\n"
	    "551 5.0.0 Discarded 6 bytes after earlier error\r\n", NULL },
	{ "two messages", "BDAT 6 LAST\r\nA: 1\r\nMAIL FROM:<>\r\n"
	    "RCPT TO:<a@b>\r\nBDAT 0 LAST\r\n",
	    "250 2.0.0 Ok: 6 bytes queued as 000000001\r\n"
	    "250 2.1.0 Ok\r\n250 2.1.5 Ok\r\n"
	    "250 2.0.0 Ok: 0 bytes queued as 000000002\r\n",
	    "A: 1\r\n000000002 from <> to a@b\n" },
	{ "an empty last chunk", "BDAT 6\r\nA: 1\r\nBDAT 0 LAST\r\n",
	    "250 2.0.0 Ok: 6 bytes\r\n"
	    "250 2.0.0 Ok: 6 bytes queued as 000000001\r\n", "A: 1\r\n" },
	{ "a CRLF over two chunks", "BDAT 5\r\nA: 1\rBDAT 3 LAST\r\n\n\r\n",
	    "250 2.0.0 Ok: 5 bytes\r\n"
	    "250 2.0.0 Ok: 8 bytes queued as 000000001\r\n",
	    "A: 1\r\n\r\n" },
	{ "dots are nothing special", "BDAT 12 LAST\r\n\r\n.\r\n..\r\n.\r\n",
	    "250 2.0.0 Ok: 12 bytes queued as 000000001\r\n",
	    "\r\n.\r\n..\r\n.\r\n" },
	{ "commands in a chunk are none", "BDAT 6 LAST\r\nQUIT\r\nNOOP\r\n",
	    "250 2.0.0 Ok: 6 bytes queued as 000000001\r\n250 2.0.0 Ok\r\n",
	    "\r\nQUIT\r\n" },
	{ "a bare LF, and no more", "BDAT 6 LAST\r\nA: 1\n\nNOOP\r\n",
	    BARE_LF, NULL },
	{ "a bare CR at the end, and no more", "BDAT 2 LAST\r\nx\rNOOP\r\n",
	    BARE_CR, NULL },
	{ "DATA between chunks", "BDAT 1\r\nxDATA\r\n",
	    "250 2.0.0 Ok: 1 bytes\r\n503 5.5.1 Error: DATA after BDAT\r\n",
	    NULL },
	{ "RCPT between chunks", "BDAT 1\r\nxRCPT TO:<a@b>\r\n",
	    "250 2.0.0 Ok: 1 bytes\r\n503 5.5.1 Error: RCPT after BDAT\r\n",
	    NULL },
	{ "MAIL between chunks", "BDAT 1\r\nxMAIL FROM:<>\r\n",
	    "250 2.0.0 Ok: 1 bytes\r\n503 5.5.1 Error: nested MAIL command\r\n",
	    NULL },
	{ "chunks without MAIL, to the last", "RSET\r\nBDAT 6\r\nQUIT\r\n"
	    "BDAT 6\r\nQUIT\r\nBDAT 6 LAST\r\nQUIT\r\nNOOP\r\n",
	    "250 2.0.0 Ok\r\n503 5.5.1 Error: need RCPT command\r\n"
	    "551 5.0.0 Discarded 6 bytes after earlier error\r\n"
	    "551 5.0.0 Discarded 6 bytes after earlier error\r\n"
	    "250 2.0.0 Ok\r\n", NULL },
	{ "a chunk behind the last that failed", "RSET\r\n"
	    "BDAT 6 LAST\r\nQUIT\r\nBDAT 6 LAST\r\nQUIT\r\n",
	    "250 2.0.0 Ok\r\n503 5.5.1 Error: need RCPT command\r\n"
	    "503 5.5.1 Error: need RCPT command\r\n", NULL },
	{ "commands behind a chunk that failed", "RSET\r\nBDAT 6\r\nQUIT\r\n"
	    "MAIL FROM:<>\r\nRCPT TO:<a@b>\r\nDATA\r\n",
	    "250 2.0.0 Ok\r\n503 5.5.1 Error: need RCPT command\r\n"
	    "503 5.5.1 Error: MAIL after BDAT\r\n"
	    "503 5.5.1 Error: need MAIL command\r\n"
	    "503 5.5.1 Error: DATA after BDAT\r\n", NULL },
	{ "a recipient behind a chunk that failed", "RSET\r\nMAIL FROM:<>\r\n"
	    "BDAT 6\r\nQUIT\r\nRCPT TO:<a@b>\r\n",
	    "250 2.0.0 Ok\r\n250 2.1.0 Ok\r\n"
	    "554 5.5.1 Error: no valid recipients\r\n"
	    "503 5.5.1 Error: RCPT after BDAT\r\n", NULL },
	{ "RSET behind a chunk that failed", "RSET\r\nBDAT 6\r\nQUIT\r\n"
	    "RSET\r\nBDAT 6\r\nQUIT\r\n", "250 2.0.0 Ok\r\n"
	    "503 5.5.1 Error: need RCPT command\r\n250 2.0.0 Ok\r\n"
	    "503 5.5.1 Error: need RCPT command\r\n", NULL },
	{ "no count, and no more", "BDAT\r\nNOOP\r\n",
	    "521 5.5.4 Syntax: BDAT count [LAST]\r\n", NULL },
	{ "a count that is none", "BDAT 1x\r\nNOOP\r\n",
	    "521 5.5.4 Syntax: BDAT count [LAST]\r\n", NULL },
	{ "a negative count", "BDAT -1\r\nNOOP\r\n",
	    "521 5.5.4 Syntax: BDAT count [LAST]\r\n", NULL },
	{ "a count beyond any size", "BDAT 99999999999999999999 LAST\r\n",
	    "521 5.5.4 Syntax: BDAT count [LAST]\r\n", NULL },
	{ "another word than LAST", "BDAT 1 FIRST\r\nNOOP\r\n",
	    "521 5.5.4 Syntax: BDAT count [LAST]\r\n", NULL },
	{ "a word behind LAST", "BDAT 1 LAST x\r\nNOOP\r\n",
	    "521 5.5.4 Syntax: BDAT count [LAST]\r\n", NULL },
};

static void
chunks_are_taken_to_the_byte(void)
{
	for (size_t i = 0; i < sizeof chunks / sizeof chunks[0]; i++) {
		struct stage st;
		struct buffer want;

		unit_case(chunks[i].sentence);
		open_message(&st, &chunking);
		check_text(stage_say(&st, chunks[i].said), chunks[i].want);
		buffer_init(&want, 1000);
		if (chunks[i].mail != NULL)
			buffer_addf(&want, ENVELOPE "%s", chunks[i].mail);
		check_text(buffer_text(&st.mail), buffer_text(&want));
		buffer_release(&want);
		stage_close(&st);
	}
}

static void
chunks_of_a_message_that_is_refused_are_dropped(void)
{
	struct stage st = { .config = chunking };

	stage_answer(&st, EVENT_RCPT, 1, VERDICT_REJECT);
	stage_answer(&st, EVENT_DATA, 1, VERDICT_REJECT);
	stage_answer(&st, EVENT_DATA, 2, VERDICT_CLOSE);
	stage_open(&st);
	stage_begin_message(&st);
	check_text(stage_say(&st, "BDAT 6 LAST\r\nQUIT\r\n"),
	    "554 5.5.1 Error: no valid recipients\r\n");
	stage_begin_message(&st);
	buffer_clear(&st.events);
	check_text(stage_say(&st, "BDAT 6\r\nQUIT\r\n"
	    "BDAT 6 LAST\r\nQUIT\r\nNOOP\r\n"),
	    "550 5.7.1 Command rejected\r\n"
	    "551 5.0.0 Discarded 6 bytes after earlier error\r\n"
	    "250 2.0.0 Ok\r\n");
	check_text(buffer_text(&st.events), "data\nabort\n");
	stage_begin_message(&st);
	check_text(stage_say(&st, "BDAT 6\r\nQUIT\r\nNOOP\r\n"),
	    "421 4.7.0 Server closing connection\r\n");
	stage_close(&st);
}

static void
chunks_that_are_not_offered_are_dropped(void)
{
	struct stage st;

	open_message(&st, &plain);
	check_text(stage_say(&st, "BDAT 6 LAST\r\nQUIT\r\nNOOP\r\n"),
	    "502 5.5.1 Error: command not implemented\r\n250 2.0.0 Ok\r\n");
	stage_close(&st);
}

static void
a_chunk_tells_what_it_lacks(void)
{
	struct stage st;

	open_message(&st, &chunking);
	check_size(smtp_session_chunk_left(st.session), 0);
	stage_say(&st, "BDAT 10 LAST\r\nabc");
	check_int(st.want, SMTP_WANT_CHUNK);
	check_size(smtp_session_chunk_left(st.session), 7);
	buffer_clear(&st.out);
	check_int(smtp_session_message(st.session, span_of("1234567890"),
	    &st.out), SMTP_WANT_COMMAND);
	check_text(buffer_text(&st.out),
	    "250 2.0.0 Ok: 10 bytes queued as 000000001\r\n");
	check_text(buffer_text(&st.mail), ENVELOPE "\r\nabc1234567\r\n");
	stage_close(&st);
}

static const struct unit_test tests[] = {
	{ "the client's dots are removed", dots_are_removed },
	{ "nothing but CRLF.CRLF ends a message", nothing_is_smuggled },
	{ "normalized, nothing else ends it either",
	    normalized_ends_end_nothing },
	{ "it does not matter how input is cut",
	    it_does_not_matter_how_input_is_cut },
	{ "chunks are taken to the byte", chunks_are_taken_to_the_byte },
	{ "chunks of a message that is refused are dropped",
	    chunks_of_a_message_that_is_refused_are_dropped },
	{ "chunks that are not offered are dropped",
	    chunks_that_are_not_offered_are_dropped },
	{ "a chunk tells what it lacks", a_chunk_tells_what_it_lacks },
};

UNIT_MAIN("smtp_content", tests)
