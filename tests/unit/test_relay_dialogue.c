/*
 * test_relay_dialogue.c - the client's side of SMTP, with servers of all kinds.
 *
 * A play is a list of turns: what the client has to say, then what the server
 * answers. What is sent is gone at once, so an answer always comes in turn
 * unless a test says otherwise.
 */
#include "config.h"

#include <stdio.h>

#include "milter/smtpd/relay_dialogue.h"
#include "tests/unit/unit.h"

#define HELLO "EHLO c.example\r\n"
#define MAIL "MAIL FROM:<a@b.c>\r\n"
#define TO1 "RCPT TO:<one@x.y>\r\n"
#define TO2 "RCPT TO:<two@x.y>\r\n"
#define TEXT "S: x\r\n\r\nhi\r\n"

static struct relay_dialogue d;
static struct relay_result results[RELAY_RECIPIENTS_MAX];
static struct relay_mail mail;
static struct span recipients[RELAY_RECIPIENTS_MAX];
static char said[1 << 19];
static size_t said_len;

struct turn {
	const char *client;	/* NULL: no more */
	const char *server;
};

static void
new_mail(size_t count)
{
	memset(results, 0, sizeof results);
	recipients[0] = span_of("one@x.y");
	recipients[1] = span_of("two@x.y");
	for (size_t i = 2; i < count; i++)
		recipients[i] = span_of("more@x.y");
	mail = (struct relay_mail){ .sender = span_of("a@b.c"),
	    .recipients = recipients, .count = count, .size = strlen(TEXT),
	    .results = results };
}

static struct span
sent(void)
{
	struct span out = relay_dialogue_output(&d);

	said_len = out.len;
	memcpy(said, out.ptr, out.len);
	relay_dialogue_sent(&d, out.len);
	return span_make(said, said_len);
}

static enum relay_want
hear(const char *text)
{
	return relay_dialogue_take(&d, span_of(text));
}

static enum relay_want
begin(const char *offers)
{
	relay_dialogue_release(&d);
	relay_dialogue_init(&d, "c.example");
	check_int(hear("220 s.example ESMTP\r\n"), RELAY_WANT_REPLY);
	check_span(sent(), HELLO);
	return hear(offers);
}

/* Play TURNS with the message; the last thing that was wanted. */
static enum relay_want
play(const struct turn *turns)
{
	enum relay_want want = relay_dialogue_mail(&d, &mail);

	for (; turns->client != NULL; turns++) {
		check_span(sent(), turns->client);
		want = hear(turns->server);
		if (want == RELAY_WANT_CONTENT) {
			want = relay_dialogue_content(&d, span_of(TEXT));
			check_int(want, RELAY_WANT_CONTENT);
			want = relay_dialogue_content_end(&d);
		}
	}
	return want;
}

static void
one_by_one(void)
{
	static const struct turn turns[] = {
		{ MAIL, "250 2.1.0 Ok\r\n" }, { TO1, "250 Ok\r\n" },
		{ TO2, "250-Ok\r\n250 and so on\r\n" },
		{ "DATA\r\n", "354 go\r\n" },
		{ TEXT ".\r\n", "250 2.0.0 queued\r\n" }, { NULL, NULL } };

	check_int(begin("250 s.example\r\n"), RELAY_WANT_MAIL);
	for (int i = 0; i < 3; i++) {
		new_mail(2);
		check_int(play(turns), RELAY_WANT_MAIL);
		check_int(results[0].outcome, RELAY_DONE);
		check_int(results[1].outcome, RELAY_DONE);
		check_text(results[1].reply, "250 2.0.0 queued");
	}
	check_int(relay_dialogue_quit(&d), RELAY_WANT_REPLY);
	check_span(sent(), "QUIT\r\n");
	check_int(hear("221 bye\r\n"), RELAY_CLOSED);
	check_text(d.why, "");
}

static void
all_at_once(void)
{
	static const struct turn turns[] = {
		{ "MAIL FROM:<a@b.c> SIZE=12\r\n" TO1 TO2 "DATA\r\n",
		    "250 Ok\r\n250 Ok\r\n550 5.1.1 who\r\n354 go\r\n" },
		{ TEXT ".\r\n", "250 queued\r\n" }, { NULL, NULL } };

	check_int(begin("250-s\r\n250-PIPELINING\r\n250 SIZE 0\r\n"),
	    RELAY_WANT_MAIL);
	new_mail(2);
	check_int(play(turns), RELAY_WANT_MAIL);
	check_int(results[0].outcome, RELAY_DONE);
	check_int(results[1].outcome, RELAY_REFUSED);
	check_text(results[1].reply, "550 5.1.1 who");
}

/* One row is one server; W is a want, 1 and 2 the outcomes. */
static const struct {
	const char *sentence;
	bool pipelining;
	struct turn turns[6];
	enum relay_want want;
	enum relay_outcome one, two;
} plays[] = {
	{ "refuses the sender for good", false, {
	    { MAIL, "550 no\r\n" } },
	    RELAY_WANT_MAIL, RELAY_REFUSED, RELAY_REFUSED },
	{ "refuses the sender for now, among others", true, {
	    { MAIL TO1 TO2 "DATA\r\n", "451 no\r\n503 no\r\n503 no\r\n"
		"503 no\r\n" } },
	    RELAY_WANT_MAIL, RELAY_LATER, RELAY_LATER },
	{ "refuses the sender and says yes to the rest", true, {
	    { MAIL TO1 TO2 "DATA\r\n", "550 no\r\n250 a\r\n250 b\r\n"
		"354 c\r\n" }, { ".\r\n", "250 thanks\r\n" } },
	    RELAY_WANT_MAIL, RELAY_REFUSED, RELAY_REFUSED },
	{ "refuses all recipients and takes DATA", true, {
	    { MAIL TO1 TO2 "DATA\r\n", "250 a\r\n550 b\r\n450 c\r\n"
		"354 d\r\n" }, { ".\r\n", "250 thanks\r\n" } },
	    RELAY_WANT_MAIL, RELAY_REFUSED, RELAY_LATER },
	{ "refuses all recipients", false, {
	    { MAIL, "250 a\r\n" }, { TO1, "550 b\r\n" },
	    { TO2, "450 c\r\n" } },
	    RELAY_WANT_MAIL, RELAY_REFUSED, RELAY_LATER },
	{ "refuses the text for good", false, {
	    { MAIL, "250 a\r\n" }, { TO1, "450 b\r\n" },
	    { TO2, "251 c\r\n" }, { "DATA\r\n", "354 d\r\n" },
	    { TEXT ".\r\n", "554 spam\r\n" } },
	    RELAY_WANT_MAIL, RELAY_LATER, RELAY_REFUSED },
	{ "refuses the text for now", false, {
	    { MAIL, "250 a\r\n" }, { TO1, "250 b\r\n" },
	    { TO2, "250 c\r\n" }, { "DATA\r\n", "354 d\r\n" },
	    { TEXT ".\r\n", "452 full\r\n" } },
	    RELAY_WANT_MAIL, RELAY_LATER, RELAY_LATER },
	{ "refuses DATA", false, {
	    { MAIL, "250 a\r\n" }, { TO1, "250 b\r\n" },
	    { TO2, "550 c\r\n" }, { "DATA\r\n", "451 d\r\n" } },
	    RELAY_WANT_MAIL, RELAY_LATER, RELAY_REFUSED },
	{ "goes while recipients are named", false, {
	    { MAIL, "250 a\r\n" }, { TO1, "550 b\r\n" },
	    { TO2, "421 bye\r\n" } },
	    RELAY_CLOSED, RELAY_REFUSED, RELAY_LATER },
	{ "goes after the dot", false, {
	    { MAIL, "250 a\r\n" }, { TO1, "250 b\r\n" },
	    { TO2, "250 c\r\n" }, { "DATA\r\n", "354 d\r\n" },
	    { TEXT ".\r\n", "421 bye\r\n" } },
	    RELAY_CLOSED, RELAY_LATER, RELAY_LATER },
	{ "speaks before the dot", false, {
	    { MAIL, "250 a\r\n" }, { TO1, "250 b\r\n" },
	    { TO2, "250 c\r\n" }, { "DATA\r\n", "354 d\r\n250 e\r\n" } },
	    RELAY_CLOSED, RELAY_LATER, RELAY_LATER },
	{ "has said it all before", false, {
	    { MAIL, "250 a\r\n250 b\r\n250 c\r\n354 d\r\n250 e\r\n" } },
	    RELAY_CLOSED, RELAY_LATER, RELAY_LATER },
	{ "says 250 to DATA", false, {
	    { MAIL, "250 a\r\n" }, { TO1, "250 b\r\n" },
	    { TO2, "250 c\r\n" }, { "DATA\r\n", "250 d\r\n" } },
	    RELAY_CLOSED, RELAY_LATER, RELAY_LATER },
	{ "says 354 to the dot", false, {
	    { MAIL, "250 a\r\n" }, { TO1, "250 b\r\n" },
	    { TO2, "250 c\r\n" }, { "DATA\r\n", "354 d\r\n" },
	    { TEXT ".\r\n", "354 e\r\n" } },
	    RELAY_CLOSED, RELAY_LATER, RELAY_LATER },
	{ "says 354 to MAIL", false, { { MAIL, "354 d\r\n" } },
	    RELAY_CLOSED, RELAY_LATER, RELAY_LATER },
	{ "says 354 to RCPT", false, { { MAIL, "250 d\r\n" },
	    { TO1, "354 d\r\n" } },
	    RELAY_CLOSED, RELAY_LATER, RELAY_LATER },
	{ "speaks something else", false, { { MAIL, "hello\r\n" } },
	    RELAY_CLOSED, RELAY_LATER, RELAY_LATER },
	{ "changes its mind within a reply", false, {
	    { MAIL, "250-a\r\n550 b\r\n" } },
	    RELAY_CLOSED, RELAY_LATER, RELAY_LATER },
	{ "has a code of its own", false, { { MAIL, "150 a\r\n" } },
	    RELAY_CLOSED, RELAY_LATER, RELAY_LATER },
	{ "has a code of four digits", false, { { MAIL, "2500\r\n" } },
	    RELAY_CLOSED, RELAY_LATER, RELAY_LATER },
	{ "says one thing too much", false, {
	    { MAIL, "250 a\r\n" }, { TO1, "250 b\r\n" },
	    { TO2, "250 c\r\n" }, { "DATA\r\n", "354 d\r\n" },
	    { TEXT ".\r\n", "250 e\r\n250 f\r\n" } },
	    RELAY_CLOSED, RELAY_DONE, RELAY_DONE },
	{ "says only codes, and ends lines with LF", false, {
	    { MAIL, "250\n" }, { TO1, "250\n" }, { TO2, "250\n" },
	    { "DATA\r\n", "354\n" }, { TEXT ".\r\n", "250\n" } },
	    RELAY_WANT_MAIL, RELAY_DONE, RELAY_DONE },
};

static void
servers(void)
{
	for (size_t i = 0; i < sizeof plays / sizeof plays[0]; i++) {
		unit_case(plays[i].sentence);
		check_int(begin(plays[i].pipelining ?
		    "250-s\r\n250 pipelining\r\n" : "250 s\r\n"),
		    RELAY_WANT_MAIL);
		new_mail(2);
		check_int(play(plays[i].turns), plays[i].want);
		check_int(results[0].outcome, plays[i].one);
		check_int(results[1].outcome, plays[i].two);
		check_true(plays[i].want != RELAY_CLOSED ||
		    d.why[0] != '\0');
	}
}

static void
begins_anew(void)
{
	static const struct turn refused[] = {
		{ MAIL, "250 a\r\n" }, { TO1, "550 b\r\n" },
		{ TO2, "550 c\r\n" }, { NULL, NULL } };
	static const struct turn taken[] = { { "RSET\r\n", "250 ok\r\n" },
		{ MAIL, "250 a\r\n" }, { TO1, "250 b\r\n" },
		{ TO2, "550 c\r\n" }, { "DATA\r\n", "354 d\r\n" },
		{ TEXT ".\r\n", "250 e\r\n" }, { NULL, NULL } };
	static const struct turn hung_up[] = { { "RSET\r\n", "550 a\r\n" },
		{ NULL, NULL } };

	begin("250 s\r\n");
	new_mail(2);
	check_int(play(refused), RELAY_WANT_MAIL);
	new_mail(2);
	check_int(play(taken), RELAY_WANT_MAIL);
	new_mail(2);
	check_int(play(refused), RELAY_WANT_MAIL);
	new_mail(2);
	check_int(play(hung_up), RELAY_CLOSED);
	check_int(results[0].outcome, RELAY_LATER);
	check_true(!d.begun);
}

static void
greetings(void)
{
	static const struct {
		const char *sentence, *greeting, *hello, *helo;
		enum relay_want want;
	} rows[] = {
		{ "it knows EHLO", "220 a\r\n", "250 b\r\n", NULL,
		    RELAY_WANT_MAIL },
		{ "it knows only HELO", "220 a\r\n", "502 b\r\n", "250 c\r\n",
		    RELAY_WANT_MAIL },
		{ "it knows neither", "220 a\r\n", "502 b\r\n", "502 c\r\n",
		    RELAY_CLOSED },
		{ "it is busy", "421 a\r\n", NULL, NULL, RELAY_CLOSED },
		{ "it takes no mail", "554 a\r\n", NULL, NULL, RELAY_CLOSED },
		{ "not now", "220 a\r\n", "450 b\r\n", NULL, RELAY_CLOSED },
		{ "it is no mail server", "SSH-2.0-x\r\n", NULL, NULL,
		    RELAY_CLOSED },
		{ "its first words come too early", "220 a\r\n250 b\r\n", NULL,
		    NULL, RELAY_CLOSED },
	};
	enum relay_want want;

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		unit_case(rows[i].sentence);
		relay_dialogue_release(&d);
		relay_dialogue_init(&d, "c.example");
		want = hear(rows[i].greeting);
		if (rows[i].hello != NULL) {
			check_span(sent(), HELLO);
			want = hear(rows[i].hello);
		}
		if (rows[i].helo != NULL) {
			check_span(sent(), "HELO c.example\r\n");
			want = hear(rows[i].helo);
		}
		check_int(want, rows[i].want);
		check_true(d.ready == (want == RELAY_WANT_MAIL));
		check_true((d.why[0] == '\0') == d.ready);
	}
}

static void
offers(void)
{
	static const struct {
		const char *sentence, *offers;
		bool eight_bit, utf8;
		const char *mail, *why;
	} rows[] = {
		{ "SIZE", "250-s\r\n250 SIZE 12\r\n", false, false,
		    "MAIL FROM:<a@b.c> SIZE=12\r\n", NULL },
		{ "too small a SIZE", "250-s\r\n250 SIZE 11\r\n", false, false,
		    NULL, "5.3.4 " },
		{ "a SIZE without a number", "250-s\r\n250-SIZE\r\n250 X\r\n",
		    false, false, "MAIL FROM:<a@b.c> SIZE=12\r\n", NULL },
		{ "8BITMIME", "250-s\r\n250 8bitmime\r\n", true, false,
		    "MAIL FROM:<a@b.c> BODY=8BITMIME\r\n", NULL },
		{ "no 8BITMIME", "250 8BITMIME is my name\r\n", true, false,
		    NULL, "5.6.3 " },
		{ "8BITMIME that is not needed", "250-s\r\n250 8BITMIME\r\n",
		    false, false, MAIL, NULL },
		{ "SMTPUTF8", "250-s\r\n250-8BITMIME\r\n250 SMTPUTF8\r\n",
		    true, true, "MAIL FROM:<a@b.c> BODY=8BITMIME SMTPUTF8\r\n",
		    NULL },
		{ "no SMTPUTF8", "250-s\r\n250 8BITMIME\r\n", false, true,
		    NULL, "5.6.7 " },
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		unit_case(rows[i].sentence);
		check_int(begin(rows[i].offers), RELAY_WANT_MAIL);
		new_mail(1);
		mail.eight_bit = rows[i].eight_bit;
		mail.smtputf8 = rows[i].utf8;
		check_int(relay_dialogue_mail(&d, &mail), rows[i].why == NULL ?
		    RELAY_WANT_REPLY : RELAY_WANT_MAIL);
		check_span(sent(), rows[i].mail != NULL ? rows[i].mail : "");
		if (rows[i].why == NULL)
			continue;
		check_int(results[0].outcome, RELAY_REFUSED);
		check_int(strncmp(results[0].reply, rows[i].why, 6), 0);
	}
}

static void
nobody(void)
{
	begin("250 s\r\n");
	new_mail(1);
	mail.sender = span_of("<>");
	relay_dialogue_mail(&d, &mail);
	check_span(sent(), "MAIL FROM:<>\r\n");
}

static void
too_many(void)
{
	static const struct turn turns[] = {
		{ MAIL, "250 a\r\n" }, { TO1, "250 b\r\n" },
		{ TO2, "452 too many\r\n" }, { "DATA\r\n", "354 d\r\n" },
		{ TEXT ".\r\n", "250 e\r\n" }, { NULL, NULL } };

	begin("250 s\r\n");
	new_mail(2);
	check_int(play(turns), RELAY_WANT_MAIL);
	check_int(results[0].outcome, RELAY_DONE);
	check_int(results[1].outcome, RELAY_LATER);
	check_true(results[1].too_many && !results[0].too_many);
}

/* Bring the dialogue to where it wants the text. */
static void
begin_text(void)
{
	begin("250 s\r\n");
	new_mail(1);
	relay_dialogue_mail(&d, &mail);
	sent();
	hear("250 a\r\n");
	sent();
	hear("250 b\r\n");
	sent();
	check_int(hear("354 c\r\n"), RELAY_WANT_CONTENT);
}

static void
early_yes(void)
{
	begin_text();
	relay_dialogue_content(&d, span_of(TEXT));
	relay_dialogue_content_end(&d);
	relay_dialogue_sent(&d, relay_dialogue_output(&d).len - 1);
	check_int(hear("250 done\r\n"), RELAY_CLOSED);
	check_int(results[0].outcome, RELAY_LATER);

	/* Half of it before the dot. */
	begin_text();
	relay_dialogue_content(&d, span_of(TEXT));
	check_int(hear("25"), RELAY_CLOSED);
	check_int(results[0].outcome, RELAY_LATER);

	/* A refusal is worth being shown. */
	begin_text();
	check_int(hear("552 5.3.4 too much\r\n"), RELAY_CLOSED);
	check_int(results[0].outcome, RELAY_LATER);
	check_text(results[0].reply, "552 5.3.4 too much");
}

static void
lost_anywhere(void)
{
	begin_text();
	relay_dialogue_content(&d, span_of(TEXT));
	relay_dialogue_content_end(&d);
	sent();
	check_int(relay_dialogue_lost(&d, "4.4.2 gone"), RELAY_CLOSED);
	check_int(results[0].outcome, RELAY_LATER);
	check_text(results[0].reply, "4.4.2 gone");
	check_text(d.why, "4.4.2 gone");
	check_int(hear("250 ok\r\n"), RELAY_CLOSED);
	check_int(results[0].outcome, RELAY_LATER);
}

/* Any cut of a server's words gives the same. */
static void
cut_anywhere(void)
{
	static const char words[] = "250-s\r\n250-SIZE 9\r\n250 PIPELINING\r\n";

	for (size_t i = 0; i < strlen(words); i++) {
		relay_dialogue_release(&d);
		relay_dialogue_init(&d, "c.example");
		hear("220 s\r\n");
		sent();
		check_int(relay_dialogue_take(&d, span_make(words, i)),
		    RELAY_WANT_REPLY);
		check_int(hear(words + i), RELAY_WANT_MAIL);
		check_true(d.offer.pipelining && d.offer.size_max == 9);
	}
}

/* The most recipients with the longest addresses go out in one group. */
static void
large_group(void)
{
	static char address[1024];

	memset(address, 'a', sizeof address);
	begin("250-s\r\n250 PIPELINING\r\n");
	new_mail(RELAY_RECIPIENTS_MAX);
	mail.sender = span_make(address, sizeof address);
	for (size_t i = 0; i < mail.count; i++)
		recipients[i] = span_make(address, sizeof address);
	check_int(relay_dialogue_mail(&d, &mail), RELAY_WANT_REPLY);
	/* Answers may come while it is being sent, but not to DATA. */
	relay_dialogue_sent(&d, 2000);
	check_int(hear("250 a\r\n"), RELAY_WANT_REPLY);
	for (size_t i = 0; i < mail.count; i++)
		check_int(hear("250 b\r\n"), RELAY_WANT_REPLY);
	check_int(hear("354 c\r\n"), RELAY_CLOSED);
	relay_dialogue_release(&d);
	relay_dialogue_release(&d);
}

static const struct unit_test tests[] = {
	{ "each command is answered in turn", one_by_one },
	{ "with PIPELINING they go together", all_at_once },
	{ "servers are judged by what they say", servers },
	{ "a transaction that failed is ended by RSET", begins_anew },
	{ "greetings", greetings },
	{ "what is offered is used, what is not is not sent", offers },
	{ "nobody as a sender", nobody },
	{ "recipients that are too many are no failure", too_many },
	{ "nobody is done before the dot is sent", early_yes },
	{ "a connection that is lost leaves all for later", lost_anywhere },
	{ "replies may come cut up", cut_anywhere },
	{ "a large group", large_group },
};

UNIT_MAIN("relay_dialogue", tests)
