/*
 * test_wire_evil.c - what a filter must not say.
 *
 * Each row is said by a filter to a client's command. The client gets the
 * configured answer, to this and to all that follows; the log has one line; and
 * another client, with a filter that behaves, is served.
 */
#include "config.h"

#include "milter/wire/protocol.h"
#include "tests/support/wire_desk.h"
#include "tests/unit/unit.h"

#define bytes(literal) { literal, sizeof (literal) - 1 }
#define COUNT(array) (sizeof (array) / sizeof *(array))
#define SAFE "tempfail 451 4.7.1 Service unavailable - try again later"
#define LOG "milter test: "

static const struct {
	const char *sentence;
	enum event_kind at;
	struct span sent;
	const char *log;
} evil[] = {
	{ "a packet of no bytes", EVENT_MAIL, bytes("\0\0\0\0"),
	    "a packet of 0 bytes, where 1 to 65536 are allowed" },
	{ "a packet of 2^32 - 1 bytes", EVENT_MAIL,
	    bytes("\377\377\377\377y"),
	    "a packet of 4294967295 bytes, where 1 to 65536 are allowed" },
	{ "a packet of 2^31 bytes", EVENT_MAIL, bytes("\200\0\0\0c"),
	    "a packet of 2147483648 bytes, where 1 to 65536 are allowed" },
	{ "a packet of 100 MB", EVENT_EOM, bytes("\6\0\0\0b"),
	    "a packet of 100663296 bytes, where 1 to 67174400 are allowed" },
	{ "a reply that holds another", EVENT_MAIL,
	    bytes("\0\0\0\30y550-5.7.1 no\r\n250 ok\r\n\0"),
	    "it sent a reply without a code of 4xx or 5xx" },
	{ "a reply with a line end", EVENT_MAIL,
	    bytes("\0\0\0\24y550 5.7.1 a\r\nb c d\0"),
	    "it sent a reply whose lines do not go on, or do not end" },
	{ "a reply with a LF", EVENT_MAIL,
	    bytes("\0\0\0\17y550 5.7.1 a\nb\0"),
	    "it sent a reply with control characters" },
	{ "a reply with a CR", EVENT_MAIL,
	    bytes("\0\0\0\17y550 5.7.1 a\rb\0"),
	    "it sent a reply with control characters" },
	{ "a reply with an escape", EVENT_MAIL,
	    bytes("\0\0\0\17y550 5.7.1 a\33b\0"),
	    "it sent a reply with control characters" },
	{ "a reply without NUL", EVENT_MAIL, bytes("\0\0\0\12y550 5.7.1"),
	    "REPLYCODE: a string without its NUL" },
	{ "a reply with more behind it", EVENT_MAIL,
	    bytes("\0\0\0\14y550 no\0abc\0"),
	    "REPLYCODE: 4 bytes too many" },
	{ "a reply of nothing", EVENT_MAIL, bytes("\0\0\0\2y\0"),
	    "it sent a reply without a code of 4xx or 5xx" },
	{ "a reply that says yes", EVENT_MAIL, bytes("\0\0\0\10y250 ok\0"),
	    "it sent a reply without a code of 4xx or 5xx" },
	{ "code 200", EVENT_MAIL, bytes("\0\0\0\6y200 \0"),
	    "it sent a reply without a code of 4xx or 5xx" },
	{ "code 999", EVENT_MAIL, bytes("\0\0\0\6y999 \0"),
	    "it sent a reply without a code of 4xx or 5xx" },
	{ "code 5x0", EVENT_MAIL, bytes("\0\0\0\6y5x0 \0"),
	    "it sent a reply without a code of 4xx or 5xx" },
	{ "code 5500", EVENT_MAIL, bytes("\0\0\0\7y5500 \0"),
	    "it sent a reply whose lines do not go on, or do not end" },
	{ "two codes", EVENT_MAIL,
	    bytes("\0\0\0\17y550-a\r\n450 b\0\0"),
	    "REPLYCODE: 1 bytes too many" },
	{ "codes that are not the same", EVENT_MAIL,
	    bytes("\0\0\0\16y550-a\r\n450 b\0"),
	    "it sent a reply with two codes" },
	{ "lines that end too early", EVENT_MAIL,
	    bytes("\0\0\0\16y550 a\r\n550 b\0"),
	    "it sent a reply whose lines do not go on, or do not end" },
	{ "lines that do not end", EVENT_MAIL,
	    bytes("\0\0\0\16y550-a\r\n550-b\0"),
	    "it sent a reply whose lines do not go on, or do not end" },
	{ "a status of another class", EVENT_MAIL,
	    bytes("\0\0\0\16y550 4.7.1 no\0"),
	    "it sent a reply whose status is of another class" },
	{ "a status that says yes", EVENT_MAIL,
	    bytes("\0\0\0\16y550 2.0.0 ok\0"),
	    "it sent a reply whose status is of another class" },
	{ "two statuses", EVENT_MAIL,
	    bytes("\0\0\0\32y550-5.7.1 a\r\n550 5.7.2 b\0"),
	    "it sent a reply with two statuses" },
	{ "an edit at MAIL", EVENT_MAIL, bytes("\0\0\0\5hA\0b\0"),
	    "it sent ADDHEADER before the end of a message" },
	{ "a quarantine at the header's end", EVENT_EOH,
	    bytes("\0\0\0\3qx\0"),
	    "it sent QUARANTINE before the end of a message" },
	{ "a field without NUL", EVENT_EOM, bytes("\0\0\0\4hA\0b"),
	    "ADDHEADER: a string without its NUL" },
	{ "a field without a value", EVENT_EOM, bytes("\0\0\0\3hA\0"),
	    "ADDHEADER: the payload is too short" },
	{ "half an index", EVENT_EOM, bytes("\0\0\0\3m\0\0"),
	    "CHGHEADER: the payload is too short" },
	{ "an edit that was not agreed", EVENT_EOM, bytes("\0\0\0\2bx"),
	    "it sent REPLBODY, which was not agreed" },
	{ "two answers", EVENT_MAIL, bytes("\0\0\0\1c\0\0\0\1c"),
	    "it sent CONTINUE, which nobody asked for" },
	{ "an answer and progress", EVENT_MAIL, bytes("\0\0\0\1c\0\0\0\1p"),
	    "it sent PROGRESS, which nobody asked for" },
	{ "an answer and an edit", EVENT_EOM,
	    bytes("\0\0\0\1a\0\0\0\5hA\0b\0"),
	    "it sent ADDHEADER, which nobody asked for" },
	{ "options once more", EVENT_MAIL,
	    bytes("\0\0\0\15O\0\0\0\6\0\0\0\0\0\0\0\0"),
	    "it sent OPTIONS, which nobody asked for" },
	{ "a command", EVENT_MAIL, bytes("\0\0\0\6R<a@b>"),
	    "no reply has the letter 0x52" },
	{ "a letter that there is not", EVENT_MAIL, bytes("\0\0\0\1\377"),
	    "no reply has the letter 0xff" },
	{ "an answer with a payload", EVENT_MAIL, bytes("\0\0\0\2cx"),
	    "CONTINUE: 1 bytes too many" },
	{ "SKIP that was not agreed", EVENT_BODY, bytes("\0\0\0\1s"),
	    "it answered SKIP, which was not agreed" },
	{ "CONN_FAIL, as in Postfix", EVENT_MAIL, bytes("\0\0\0\1f"),
	    "it answered CONN_FAIL, which has no meaning" },
};

static struct event
event_at(enum event_kind kind)
{
	if (kind == EVENT_MAIL)
		return event_mail(span_of("a@b"), NULL, 0);
	if (kind == EVENT_BODY)
		return event_body(span_of("x"));
	return event_plain(kind);
}

/* The log is the line WANT alone. */
static void
check_log(const struct wire_desk *d, const char *want)
{
	struct buffer b;

	buffer_init(&b, 4096);
	buffer_addf(&b, LOG "%s\n", want);
	check_text(buffer_text(&d->log), buffer_text(&b));
	buffer_release(&b);
}

/* A client whose filter answers as it should, on the same conversation. */
static void
check_next_client(struct wire_desk *d)
{
	check_text(wire_desk_feed(d, event_plain(EVENT_ABORT)), "continue");
	check_text(wire_desk_feed(d, event_plain(EVENT_CLOSE)), "continue");
	milter_broken(d->milter, "hung up");
	wire_desk_meet(d, 6, 0, 0);
	check_text(wire_desk_feed(d, event_at(EVENT_MAIL)), "later");
	check_text(wire_desk_says(d, WIRE_REJECT, span_of("")), "reject");
	check_size(d->log_lines, 1);
}

static void
test_evil(void)
{
	for (size_t i = 0; i < COUNT(evil); i++) {
		struct wire_desk d = { .config.version = 6 };
		unsigned long turn;
		unsigned limit;

		unit_case(evil[i].sentence);
		wire_desk_open(&d);
		wire_desk_meet(&d, 6, WIRE_MAY_ADD_HEADERS |
		    WIRE_MAY_CHANGE_HEADERS | WIRE_MAY_QUARANTINE, 0);
		(void)wire_desk_feed(&d, event_at(evil[i].at));
		check_text(wire_desk_sends(&d, evil[i].sent), SAFE);
		check_log(&d, evil[i].log);
		check_true(d.verdict.error.text[0] != '\0');
		check_size(d.verdict.edit_count, 0);
		check_int(milter_want(d.milter, &limit, &turn),
		    MILTER_FAREWELL);
		check_text(wire_desk_told(&d), "");
		check_text(wire_desk_feed(&d, event_at(EVENT_EOM)), SAFE);
		check_next_client(&d);
		wire_desk_close(&d);
	}
}

/* The same bytes, one by one. */
static void
test_evil_in_pieces(void)
{
	for (size_t i = 0; i < COUNT(evil); i++) {
		struct wire_desk d = { .config.version = 6 };

		unit_case(evil[i].sentence);
		wire_desk_open(&d);
		wire_desk_meet(&d, 6, WIRE_MAY_ADD_HEADERS |
		    WIRE_MAY_CHANGE_HEADERS | WIRE_MAY_QUARANTINE, 0);
		(void)wire_desk_feed(&d, event_at(evil[i].at));
		for (size_t k = 0; k < evil[i].sent.len; k++)
			milter_input(d.milter,
			    span_make(evil[i].sent.ptr + k, 1));
		check_log(&d, evil[i].log);
		wire_desk_close(&d);
	}
}

/* One byte less of any of them, and the filter is gone. */
static void
test_half_packets(void)
{
	for (size_t i = 0; i < COUNT(evil); i++) {
		struct wire_desk d = { .config.version = 6 };

		unit_case(evil[i].sentence);
		wire_desk_open(&d);
		wire_desk_meet(&d, 6, 0, 0);
		(void)wire_desk_feed(&d, event_at(EVENT_MAIL));
		check_text(wire_desk_sends(&d, span_head(evil[i].sent, 3)),
		    "later");
		milter_broken(d.milter, "it has hung up");
		check_text(wire_desk_answer(&d), SAFE);
		check_log(&d, "the connection to it is lost: it has hung up");
		check_next_client(&d);
		wire_desk_close(&d);
	}
}

/* More edits than the bound, of each kind. */
static void
test_too_much(void)
{
	static char piece[65535];
	static const struct {
		char letter;
		struct span payload;
	} rows[] = {
		{ WIRE_REPLBODY, { piece, sizeof piece } },
		{ WIRE_ADDHEADER, bytes("A\0b\0") },
		{ WIRE_ADDRCPT, bytes("a@b\0") },
		{ WIRE_QUARANTINE, bytes("\0") },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct wire_desk d = { .config.version = 6,
			.config.edits_max = 1000000 };
		const char *got = "later";

		wire_desk_open(&d);
		wire_desk_meet(&d, 6, WIRE_MAY_ALL, 0);
		(void)wire_desk_feed(&d, event_plain(EVENT_EOM));
		for (int k = 0; k < 100000 && strcmp(got, "later") == 0; k++)
			got = wire_desk_says(&d, rows[i].letter,
			    rows[i].payload);
		check_text(got, SAFE);
		check_log(&d, "its edits of a message are over 1000000 bytes");
		wire_desk_close(&d);
	}
}

/* Half of the bound in fields, and more than half in a body. */
static void
test_too_much_together(void)
{
	static char piece[30000];
	struct wire_desk d = { .config.version = 6,
		.config.edits_max = 100000 };

	memset(piece, 'x', sizeof piece);
	memcpy(piece, "A", 2);
	piece[sizeof piece - 1] = '\0';
	wire_desk_open(&d);
	wire_desk_meet(&d, 6, WIRE_MAY_ALL, 0);
	(void)wire_desk_feed(&d, event_plain(EVENT_EOM));
	for (int i = 0; i < 2; i++) {
		check_text(wire_desk_says(&d, WIRE_ADDHEADER,
		    span_make(piece, sizeof piece)), "later");
		if (i == 0)
			check_text(wire_desk_says(&d, WIRE_REPLBODY,
			    span_make(piece, sizeof piece)), "later");
	}
	check_text(wire_desk_says(&d, WIRE_REPLBODY,
	    span_make(piece, sizeof piece)), SAFE);
	check_log(&d, "its edits of a message are over 100000 bytes");
	wire_desk_close(&d);
}

/* What it says before it is asked is not the answer to what comes. */
static void
test_too_early(void)
{
	struct wire_desk d = { .config.version = 6 };

	wire_desk_open(&d);
	wire_desk_meet(&d, 6, 0, 0);
	(void)wire_desk_sends(&d, span_make("\0\0\0\1c", 5));
	check_log(&d, "it sent CONTINUE, which nobody asked for");
	check_text(wire_desk_feed(&d, event_at(EVENT_MAIL)), SAFE);
	check_next_client(&d);
	wire_desk_close(&d);

	unit_case("half of it neither");
	d = (struct wire_desk){ .config.version = 6 };
	wire_desk_open(&d);
	wire_desk_meet(&d, 6, 0, 0);
	(void)wire_desk_sends(&d, span_make("\0\0\0", 3));
	check_size(d.log_lines, 0);
	check_text(wire_desk_feed(&d, event_at(EVENT_MAIL)), SAFE);
	check_log(&d, "it speaks when it was not asked");
	wire_desk_close(&d);
}

static const struct {
	enum milter_failure action;
	const char *answer;
} actions[] = {
	{ MILTER_TEMPFAIL, SAFE },
	{ MILTER_REJECT, "reject 550 5.5.0 Service unavailable" },
	{ MILTER_ACCEPT, "continue" },
};

static void
test_actions(void)
{
	for (size_t i = 0; i < COUNT(actions); i++) {
		struct wire_desk d = { .config.version = 6,
			.config.on_failure = actions[i].action };

		wire_desk_open(&d);
		wire_desk_meet(&d, 6, WIRE_MAY_ALL, 0);
		(void)wire_desk_feed(&d, event_plain(EVENT_EOM));
		(void)wire_desk_says(&d, WIRE_ADDHEADER,
		    span_make("A\0b\0", 4));
		check_text(wire_desk_says(&d, 'z', span_of("")),
		    actions[i].answer);
		check_text(wire_desk_feed(&d, event_at(EVENT_MAIL)),
		    actions[i].answer);
		check_size(d.log_lines, 1);
		wire_desk_close(&d);
	}
}

/* What a filter says reaches the log in one printable line. */
static void
test_log(void)
{
	struct wire_desk d = { .config.version = 6 };

	wire_desk_open(&d);
	wire_desk_meet(&d, 6, WIRE_MAY_ALL, 0);
	(void)wire_desk_feed(&d, event_plain(EVENT_EOM));
	(void)wire_desk_says(&d, WIRE_ADDHEADER,
	    span_make("X\r\nY \033%n\0b\0", 11));
	check_text(buffer_text(&d.log), LOG "its ADDHEADER is left out, for "
	    "that is no name of a field: \"X??Y ?%n\"\n");
	wire_desk_close(&d);
}

static const struct unit_test tests[] = {
	{ "an evil filter is asked no more", test_evil },
	{ "however its bytes come", test_evil_in_pieces },
	{ "a filter that hangs up in a packet is one", test_half_packets },
	{ "edits are bounded", test_too_much },
	{ "in all", test_too_much_together },
	{ "an answer comes after its question", test_too_early },
	{ "the configured action is the answer", test_actions },
	{ "the log has one line, which is printable", test_log },
};

UNIT_MAIN("wire_evil", tests)
