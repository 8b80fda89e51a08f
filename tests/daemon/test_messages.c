/*
 * test_messages.c - each message of a connection is judged by itself.
 *
 * A tag tells what the rules knew of a message, so that anything left over from
 * an earlier one would be read in it. RSET makes the MTA say ABORT; a message
 * that the filter itself refused ends without one.
 */
#include "config.h"

#include <stdio.h>

#include "tests/support/daemon.h"
#include "tests/support/rawmilter.h"
#include "tests/unit/unit.h"

#define MESSAGES 50
#define TEXT_MAX 256

static const char rules[] =
    "rules:\n"
    "  - rule: refuse\n"
    "    when: {header_raw.x-refuse: {exists: true}}\n"
    "    then: {reject: refused}\n"
    "  - rule: tag\n"
    "    when: {sender: {exists: true}}\n"
    "    then:\n"
    "      add_header:\n"
    "        name: X-Seen\n"
    "        value: '${client.ip|none} ${helo|none} ${sender}"
    " ${recipients.count} ${auth.user|none} ${header_raw.x-mark|none}'\n";

static struct daemon daemon;

/* The steps of a message, in their order. */
enum step {
	STEP_MAIL,
	STEP_RCPT,
	STEP_DATA,
	STEP_HEADER,
	STEP_EOH,
	STEP_BODY,
	STEP_COUNT,
};

/* A message with everything that must not be seen later. */
static const char *
ghost_step(struct rawmilter *m, enum step step)
{
	switch (step) {
	case STEP_MAIL:
		rawmilter_macros(m, WIRE_MAIL, "auth_authen", "ghost", "i",
		    "ghost-id", NULL);
		return rawmilter_mail(m, "<ghost@example.org>");
	case STEP_RCPT:
		rawmilter_rcpt(m, "<ghost1@example.com>");
		return rawmilter_rcpt(m, "<ghost2@example.com>");
	case STEP_DATA:
		return rawmilter_plain(m, WIRE_DATA);
	case STEP_HEADER:
		return rawmilter_header(m, "X-Mark", "ghost");
	case STEP_EOH:
		return rawmilter_plain(m, WIRE_EOH);
	case STEP_BODY:
		return rawmilter_body(m, span_of("ghost\r\n"));
	case STEP_COUNT:
		break;
	}
	return "continue";
}

static void
abort_after(struct rawmilter *m, enum step last)
{
	for (int step = STEP_MAIL; step <= (int)last; step++)
		check_text(ghost_step(m, (enum step)step), "continue");
	check_true(rawmilter_abort(m));
}

/* It is tagged with what it has itself, and nothing else. */
static void
check_clean(struct rawmilter *m, int number, const char *before)
{
	struct rawmilter_message message = {
		.recipients = { "<alice@example.com>" },
		.fields = { { "Subject", "clean" } },
		.body = "clean\r\n",
	};
	char sender[TEXT_MAX], want[TEXT_MAX];

	snprintf(sender, sizeof sender, "<clean%d@example.org>", number);
	snprintf(want, sizeof want,
	    "add X-Seen: %s clean%d@example.org 1 none none\n", before, number);
	message.sender = sender;
	/* What an MTA always sends, for it was asked to: see plan.c. */
	rawmilter_macros(m, WIRE_MAIL, "j", "mx.example.com", NULL);
	check_text(rawmilter_send(m, &message), "accept");
	check_text(rawmilter_edits(m), want);
}

static void
open_session(struct rawmilter *m)
{
	check_true(rawmilter_start(m, daemon.address));
	check_text(rawmilter_connect(m, "mx", "192.0.2.1"), "continue");
	check_text(rawmilter_helo(m, "mx.example.org"), "continue");
}

static void
test_start(void)
{
	check_true(daemon_start(&daemon, "", rules));
}

static void
test_aborts(void)
{
	struct rawmilter m;

	open_session(&m);
	for (int i = 0; i < MESSAGES; i++) {
		abort_after(&m, (enum step)(i % STEP_COUNT));
		check_clean(&m, i, "192.0.2.1 mx.example.org");
	}
	rawmilter_close(&m);
}

static void
test_refused_messages(void)
{
	static const struct rawmilter_message refused = {
		.sender = "<ghost@example.org>",
		.recipients = { "<ghost1@example.com>", "<g2@example.com>" },
		.fields = { { "X-Mark", "ghost" }, { "X-Refuse", "yes" } },
		.body = "ghost\r\n",
	};
	struct rawmilter m;

	open_session(&m);
	for (int i = 0; i < MESSAGES; i++) {
		check_text(rawmilter_send(&m, &refused),
		    "550 5.7.1 refused");
		check_clean(&m, i, "192.0.2.1 mx.example.org");
	}
	rawmilter_close(&m);
}

/* RSET twice, or before any message, is not worth a word either. */
static void
test_aborts_of_nothing(void)
{
	struct rawmilter m;

	open_session(&m);
	for (int i = 0; i < 3; i++)
		check_true(rawmilter_abort(&m));
	check_clean(&m, 1, "192.0.2.1 mx.example.org");
	for (int i = 0; i < 3; i++)
		check_true(rawmilter_abort(&m));
	check_clean(&m, 2, "192.0.2.1 mx.example.org");
	rawmilter_close(&m);
}

static void
test_second_helo(void)
{
	struct rawmilter m;

	open_session(&m);
	check_clean(&m, 1, "192.0.2.1 mx.example.org");
	check_text(rawmilter_helo(&m, "other.example.org"), "continue");
	check_clean(&m, 2, "192.0.2.1 other.example.org");
	rawmilter_close(&m);
}

/*
 * An MTA may keep the connection when its client goes, for the next one.
 * libmilter takes QUIT_NC only behind a message that has ended.
 */
static void
next_client(struct rawmilter *m, const char *client, const char *helo)
{
	packet_add(&m->out, WIRE_QUIT_NC, span_of(""));
	check_text(rawmilter_connect(m, "next", client), "continue");
	if (helo != NULL)
		check_text(rawmilter_helo(m, helo), "continue");
}

static void
test_next_client(void)
{
	struct rawmilter m;

	open_session(&m);
	check_clean(&m, 1, "192.0.2.1 mx.example.org");
	unit_case("another client says another HELO");
	next_client(&m, "192.0.2.2", "two.example.org");
	check_clean(&m, 2, "192.0.2.2 two.example.org");
	unit_case("another client says no HELO");
	next_client(&m, "192.0.2.3", NULL);
	check_clean(&m, 3, "192.0.2.3 none");
	rawmilter_close(&m);
}

/* One of them within a message. With LeakSanitizer nothing is lost either. */
static void
test_stop(void)
{
	struct rawmilter idle, busy;

	open_session(&idle);
	open_session(&busy);
	check_text(ghost_step(&busy, STEP_MAIL), "continue");
	check_text(ghost_step(&busy, STEP_RCPT), "continue");
	/* The message may end first. */
	daemon_ask_to_stop(&daemon);
	check_true(rawmilter_abort(&busy));
	check_int(daemon_wait(&daemon, 10000), 0);
	check_size(daemon_count(&daemon, "stopped, 2 sessions open", 1), 1);
	rawmilter_drop(&idle);
	rawmilter_drop(&busy);
	check_int(daemon_finish(&daemon), 0);
}

static const struct unit_test tests[] = {
	{ "a daemon answers", test_start },
	{ "an abort at any step leaves nothing behind", test_aborts },
	{ "a refused message leaves nothing behind", test_refused_messages },
	{ "an abort of nothing does nothing", test_aborts_of_nothing },
	{ "the last HELO counts", test_second_helo },
	{ "another client on the same connection is another client",
	    test_next_client },
	{ "it stops when told to, and counts the sessions that it drops",
	    test_stop },
};

UNIT_MAIN("daemon/messages", tests)
