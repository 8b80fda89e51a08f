/*
 * test_parallel.c - many sessions at once, each with its own answers.
 *
 * Debian's libmilter runs the callbacks of one session on changing threads, so
 * what belongs to a session must not belong to a thread. Each step is sent for
 * all sessions before the first answer is read.
 */
#include "config.h"

#include <stdio.h>

#include "tests/support/daemon.h"
#include "tests/support/rawmilter.h"
#include "tests/unit/unit.h"

#define SESSIONS 50
#define MESSAGES 4
#define TEXT_MAX 128

static const char rules[] =
    "rules:\n"
    "  - rule: odd\n"
    "    when: {header_raw.x-id: '/^(\\d*[13579])$/'}\n"
    "    then: {reject: 'no ${1} ${helo} ${sender}'}\n"
    "  - rule: tag\n"
    "    when: {sender: {exists: true}}\n"
    "    then: {add_header: {name: X-Who, value: '${helo} ${sender}'}}\n";

static struct daemon daemon;
static struct rawmilter sessions[SESSIONS];

static void
put(struct rawmilter *m, enum wire_letter command, const char *first,
    const char *second)
{
	const struct span strings[] = { span_of(first), span_of(second) };

	packet_add_strings(&m->out, command, strings,
	    first == NULL ? 0 : second == NULL ? 1 : 2);
	check_true(rawmilter_flush(m));
}

static void
put_step(int i, int message, enum wire_letter command)
{
	struct rawmilter *m = &sessions[i];
	char text[TEXT_MAX];

	switch ((int)command) {
	case WIRE_HELO:
		snprintf(text, sizeof text, "mx%d.example.org", i);
		put(m, command, text, NULL);
		break;
	case WIRE_MAIL:
		snprintf(text, sizeof text, "<s%d.%d@example.org>", i, message);
		put(m, command, text, NULL);
		break;
	case WIRE_RCPT:
		put(m, command, "<alice@example.com>", NULL);
		break;
	case WIRE_HEADER:
		snprintf(text, sizeof text, "%d", i);
		put(m, command, "X-Id", text);
		break;
	default:
		packet_add(&m->out, (char)command, span_of(""));
		check_true(rawmilter_flush(m));
	}
}

/* All sessions say it, then all are answered "continue". */
static void
all_step(int message, enum wire_letter command)
{
	unit_case(wire_kind((char)command)->name);
	for (int i = 0; i < SESSIONS; i++)
		put_step(i, message, command);
	for (int i = 0; i < SESSIONS; i++)
		check_text(rawmilter_answer(&sessions[i]), "continue");
}

/* At the end of the header odd sessions are refused, by their own number. */
static void
all_end_header(int message)
{
	for (int i = 0; i < SESSIONS; i++)
		put_step(i, message, WIRE_EOH);
	for (int i = 0; i < SESSIONS; i++) {
		char want[TEXT_MAX] = "continue";

		if (i % 2 == 1)
			snprintf(want, sizeof want, "550 5.7.1 no %d "
			    "mx%d.example.org s%d.%d@example.org", i, i, i,
			    message);
		check_text(rawmilter_answer(&sessions[i]), want);
	}
}

/* The others get their own tag at the end of the message. */
static void
all_end_message(int message)
{
	for (int i = 0; i < SESSIONS; i += 2) {
		buffer_clear(&sessions[i].edits);
		put_step(i, message, WIRE_EOM);
	}
	for (int i = 0; i < SESSIONS; i += 2) {
		char want[TEXT_MAX];

		snprintf(want, sizeof want, "add X-Who: mx%d.example.org "
		    "s%d.%d@example.org\n", i, i, message);
		check_text(rawmilter_answer(&sessions[i]), "continue");
		check_text(rawmilter_edits(&sessions[i]), want);
	}
}

static void
test_interleaved(void)
{
	check_true(daemon_start(&daemon, "", rules));
	for (int i = 0; i < SESSIONS; i++) {
		check_true(rawmilter_open(&sessions[i], daemon.address));
		check_true(rawmilter_negotiate(&sessions[i], WIRE_VERSION,
		    WIRE_MAY_ALL, 0));
		check_text(rawmilter_connect(&sessions[i], "mx", "192.0.2.1"),
		    "continue");
	}
	all_step(0, WIRE_HELO);
	for (int message = 0; message < MESSAGES; message++) {
		all_step(message, WIRE_MAIL);
		all_step(message, WIRE_RCPT);
		all_step(message, WIRE_DATA);
		all_step(message, WIRE_HEADER);
		all_end_header(message);
		all_end_message(message);
	}
	for (int i = 0; i < SESSIONS; i++)
		rawmilter_close(&sessions[i]);
	check_int(daemon_finish(&daemon), 0);
}

static const struct unit_test tests[] = {
	{ "50 interleaved sessions get their own answers", test_interleaved },
};

UNIT_MAIN("daemon/parallel", tests)
