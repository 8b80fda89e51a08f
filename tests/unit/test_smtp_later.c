/*
 * test_smtp_later.c - sinks and deliveries that answer later.
 *
 * Nothing that a client sees may tell whether somebody was asked who had to
 * think about it.
 */
#include "config.h"

#include "tests/support/smtp_stage.h"
#include "tests/unit/unit.h"

#define GO_ON "354 End data with <CR><LF>.<CR><LF>\r\n"
#define GREETING "220 mx.example.com ESMTP\r\n"
#define QUEUED "250 2.0.0 Ok: queued as 000000001\r\n"

#define MESSAGE "MAIL FROM:<bob@example.org> SIZE=5\r\n" \
	"RCPT TO:<a@x.example>\r\nRCPT TO:<b@x.example>\r\nDATA\r\n" \
	"A: 1\r\nB: 2\r\n 3\r\n\r\n..x\r\nyyyyyy\r\n.\r\n"
#define CHUNKS "MAIL FROM:<>\r\nRCPT TO:<a@b>\r\nBDAT 4\r\nA: 1" \
	"BDAT 5 LAST\r\n\r\n\r\nxFOO\r\n"

static const char said[] = "EHLO one\r\n" MESSAGE "FOO\r\nHELP\r\n"
    "EHLO two\r\n" CHUNKS "MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nRSET\r\n"
    MESSAGE "VRFY <x@y>\r\nAUTH PLAIN AGpvZQBvcGVu\r\nMAIL FROM:<a@b>\r\n"
    "DATA\r\nBDAT 6\r\nNOOP\r\nBDAT 6 LAST\r\nNOOP\r\nXCLIENT NAME=a.b\r\n"
    "RSET\r\nXCLIENT NAME=a.b ADDR=192.0.2.1 HELO=c\r\n" MESSAGE "QUIT\r\n";

/* What one sink says to all events of one kind, or to the second one. */
static void
compare(enum event_kind kind, enum verdict_kind verdict, size_t sink,
    unsigned nth)
{
	struct stage both[2];

	for (size_t i = 0; i < 2; i++) {
		struct stage *st = &both[i];

		*st = (struct stage){ .more_sinks = 2, .later = i > 0,
			.show_macros = true, .config = { .features = 31,
			    .chunk_max = 3, .trace = true } };
		stage_answer_of(st, sink, kind, nth, verdict);
		stage_open(st);
		stage_send_in_pieces(st, span_of(said), i > 0 ? 50 : 1000);
	}
	check_text(buffer_text(&both[1].out), buffer_text(&both[0].out));
	check_text(buffer_text(&both[1].events), buffer_text(&both[0].events));
	check_text(buffer_text(&both[1].mail), buffer_text(&both[0].mail));
	check_int(both[1].want, both[0].want);
	for (size_t i = 0; i < 2; i++)
		stage_close(&both[i]);
}

static void
nobody_can_tell(void)
{
	for (int kind = 0; kind < EVENT_COUNT; kind++)
		for (int verdict = 0; verdict <= VERDICT_CLOSE; verdict++)
			for (size_t sink = 0; sink < 3; sink++)
				for (unsigned nth = 0; nth < 3; nth++)
					compare((enum event_kind)kind,
					    (enum verdict_kind)verdict, sink,
					    nth);
}

/* The bytes that the client sends meanwhile stay with the caller. */
static void
bytes_are_left(void)
{
	struct stage st = { .later = true, .hold = true };
	struct span bytes = span_of("EHLO c\r\nNOOP\r\n");

	stage_open(&st);
	check_int(st.want, SMTP_WANT_VERDICT);
	check_text(buffer_text(&st.out), "");
	check_int(smtp_session_take(st.session, &bytes, &st.out),
	    SMTP_WANT_VERDICT);
	check_span(bytes, "EHLO c\r\nNOOP\r\n");
	check_text(stage_go_on(&st), GREETING);
	check_int(smtp_session_take(st.session, &bytes, &st.out),
	    SMTP_WANT_VERDICT);
	check_span(bytes, "NOOP\r\n");
	/* It is asked once, however often bytes are brought. */
	check_int(smtp_session_take(st.session, &bytes, &st.out),
	    SMTP_WANT_VERDICT);
	check_text(buffer_text(&st.events),
	    "connect mx.example.org 192.0.2.8 40112\nhelo c\n");
	check_size(smtp_session_asked(st.session), 0);
	st.want = SMTP_WANT_VERDICT;
	stage_go_on(&st);
	check_int(smtp_session_take(st.session, &bytes, &st.out),
	    SMTP_WANT_COMMAND);
	check_size(bytes.len, 0);
	stage_close(&st);
}

/* The sink that owes a verdict is named, and no other one is asked. */
static void
one_sink_owes_at_a_time(void)
{
	struct stage st = { .later = true, .more_sinks = 2 };
	struct verdict pass = { .kind = VERDICT_CONTINUE };

	stage_open(&st);
	st.hold = true;
	stage_say(&st, "HELO c\r\n");
	for (size_t i = 0; i < 3; i++) {
		check_int(st.want, SMTP_WANT_VERDICT);
		check_size(smtp_session_asked(st.session), i);
		st.want = smtp_session_verdict(st.session, &pass, &st.out);
	}
	check_text(buffer_text(&st.out), "250 mx.example.com\r\n");
	/* Nobody asked for this one. */
	check_int(smtp_session_verdict(st.session, &pass, &st.out),
	    SMTP_WANT_COMMAND);
	check_int(smtp_session_delivered(st.session, SMTP_DELIVERED, &st.out),
	    SMTP_WANT_COMMAND);
	check_text(buffer_text(&st.out), "250 mx.example.com\r\n");
	stage_close(&st);
}

static const struct {
	const char *sentence;
	const char *said;
	const char *events;
} departures[] = {
	{ "at HELO", "HELO c\r\n", "helo c\nclose\n1 close\n" },
	{ "at MAIL", "MAIL FROM:<a@b>\r\n", "mail a@b\nabort\nclose\n"
	    "1 close\n" },
	{ "at RCPT", "MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\n",
	    "mail a@b\n1 mail a@b\nrcpt c@d\nabort\n1 abort\nclose\n"
	    "1 close\n" },
};

/* A client that leaves calls the question off. */
static void
clients_leave(void)
{
	for (size_t i = 0; i < sizeof departures / sizeof departures[0]; i++) {
		struct stage st = { .later = true, .more_sinks = 1 };
		struct verdict pass = { .kind = VERDICT_CONTINUE };
		struct span bytes = span_of(departures[i].said);

		unit_case(departures[i].sentence);
		stage_open(&st);
		buffer_clear(&st.events);
		buffer_clear(&st.out);
		while (smtp_session_take(st.session, &bytes, &st.out) ==
		    SMTP_WANT_VERDICT && bytes.len > 0)
			while (smtp_session_verdict(st.session, &pass,
			    &st.out) == SMTP_WANT_VERDICT)
				continue;
		smtp_session_disconnect(st.session);
		check_text(buffer_text(&st.events), departures[i].events);
		check_int(smtp_session_verdict(st.session, &pass, &st.out),
		    SMTP_CLOSED);
		check_text(buffer_text(&st.events), departures[i].events);
		stage_close(&st);
	}
}

/* A session may end with its question open: nothing is leaked. */
static void
sessions_end(void)
{
	struct stage st = { .later = true, .hold = true, .more_sinks = 3 };

	stage_open(&st);
	stage_close(&st);
	check_true(true);
}

#define DELIVERY "MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n"

static const struct {
	const char *sentence;
	enum smtp_delivery result;
	const char *reply;
} deliveries[] = {
	{ "it is safe", SMTP_DELIVERED, QUEUED },
	{ "it is not", SMTP_NOT_NOW,
	    "451 4.3.0 Error: queue file write error\r\n" },
	{ "there is no room", SMTP_NO_ROOM,
	    "452 4.3.1 Insufficient system storage\r\n" },
};

static enum smtp_delivery
deliver_later(void *self, const struct smtp_message *message,
    struct error *error)
{
	(void)error;
	*(const struct smtp_message **)self = message;
	return SMTP_DELIVERY_LATER;
}

/* What deliver() was given stays until it is over. */
static void
deliveries_take_their_time(void)
{
	for (size_t i = 0; i < sizeof deliveries / sizeof deliveries[0]; i++) {
		const struct smtp_message *m = NULL;
		struct smtp_config config = { .self = &m,
			.deliver = deliver_later };
		struct smtp_client client = { .port = 0 };
		struct smtp_session *s = smtp_session_new(&config, NULL, NULL);
		struct span bytes = span_of(DELIVERY "A: 1\r\n\r\nx\r\n.\r\n"
		    "NOOP\r\n");
		struct buffer out;

		unit_case(deliveries[i].sentence);
		buffer_init(&out, 1000);
		smtp_session_connect(s, &client, 0, &out);
		check_int(smtp_session_take(s, &bytes, &out),
		    SMTP_WANT_DELIVERY);
		check_span(bytes, "NOOP\r\n");
		check_span(m->header, "A: 1\r\n\r\n");
		check_span(m->body, "x\r\n");
		check_span(m->sender, "a@b");
		check_span(m->recipients[0], "c@d");
		check_span(m->fields[0].value, "1");
		buffer_clear(&out);
		check_int(smtp_session_delivered(s, deliveries[i].result,
		    &out), SMTP_WANT_COMMAND);
		check_text(buffer_text(&out), deliveries[i].reply);
		smtp_session_free(s);
		buffer_release(&out);
	}
}

/* The answer to a message that is safe does not fit. */
static void
an_answer_may_not_fit(void)
{
	const struct smtp_message *m = NULL;
	struct smtp_config config = { .self = &m, .deliver = deliver_later };
	struct smtp_client client = { .port = 0 };
	struct smtp_session *s = smtp_session_new(&config, NULL, NULL);
	struct buffer out;

	buffer_init(&out, 1000);
	smtp_session_connect(s, &client, 0, &out);
	check_int(smtp_session_feed(s, span_of(DELIVERY ".\r\n"), &out),
	    SMTP_WANT_DELIVERY);
	buffer_release(&out);
	buffer_init(&out, 1);
	check_int(smtp_session_delivered(s, SMTP_DELIVERED, &out),
	    SMTP_CLOSED);
	smtp_session_free(s);
	buffer_release(&out);
}

/* What came behind a DATA that is refused later is no command either. */
static void
a_refused_message_is_no_command(void)
{
	struct stage st = { .later = true };

	stage_answer(&st, EVENT_DATA, 1, VERDICT_REJECT);
	stage_open(&st);
	stage_begin_message(&st);
	check_text(stage_say(&st, "DATA\r\nMAIL FROM:<evil@example.net>\r\n"),
	    "550 5.7.1 Command rejected\r\n"
	    "554 5.5.0 Error: SMTP protocol synchronization\r\n");
	check_int(st.want, SMTP_CLOSED);
	stage_close(&st);
}

static const struct unit_test tests[] = {
	{ "nobody can tell", nobody_can_tell },
	{ "bytes are left", bytes_are_left },
	{ "one sink owes at a time", one_sink_owes_at_a_time },
	{ "clients leave", clients_leave },
	{ "sessions end", sessions_end },
	{ "deliveries take their time", deliveries_take_their_time },
	{ "an answer may not fit", an_answer_may_not_fit },
	{ "a refused message is no command",
	    a_refused_message_is_no_command },
};

UNIT_MAIN("smtp_later", tests)
