/*
 * test_log_full.c - mail goes on when nobody reads the log.
 *
 * The standard output of the daemon is a pipe that this test reads, or does not
 * read: in place of the file there is a FIFO.
 */
#include "config.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/daemon.h"
#include "tests/support/rawmilter.h"
#include "tests/unit/unit.h"

#define EVENTS 1500		/* lines of more than 1 KiB each */
#define DECISION " reject scope=recipient rule=refuse "
#define LOST " of the log lost, for"
#define STEP_MS 10
#define STEPS 6000

static const char rules[] =
    "rules:\n"
    "  - rule: refuse\n"
    "    when: {recipient: {exists: true}}\n"
    "    then: {reject: 'no ${recipient}'}\n";

static struct daemon gate;
static int reader = -1;
static struct buffer text;

static void
test_start(void)
{
	buffer_init(&text, 64u << 20);
	check_true(daemon_prepare(&gate, "", rules));
	check_int(mkfifo(gate.out, 0600), 0);
	reader = open(gate.out, O_RDONLY | O_NONBLOCK);
	check_true(reader >= 0);
	check_true(daemon_launch(&gate) && daemon_ready(&gate));
}

/* EVENTS decisions, each of which is answered. */
static void
refuse_many(void)
{
	char name[300], path[320];
	struct rawmilter m;

	memset(name, 'x', sizeof name - 1);
	name[sizeof name - 1] = '\0';
	snprintf(path, sizeof path, "<%s@example.org>", name);
	check_true(rawmilter_start(&m, gate.address));
	rawmilter_connect(&m, name, "192.0.2.1");
	check_text(rawmilter_helo(&m, name), "continue");
	for (int i = 0; i < EVENTS; i++) {
		rawmilter_macros(&m, WIRE_MAIL, "i", name, NULL);
		check_text(rawmilter_mail(&m, path), "continue");
		check_true(strncmp(rawmilter_rcpt(&m, path), "550 ", 4) == 0);
		check_true(rawmilter_abort(&m));
	}
	rawmilter_close(&m);
}

static void
read_some(void)
{
	static char bytes[65536];
	ssize_t n;

	while ((n = read(reader, bytes, sizeof bytes)) > 0)
		buffer_add(&text, span_make(bytes, (size_t)n));
}

/* Decisions that are in the log, or told of as lost. */
static size_t
events_in(struct span log, size_t *lost)
{
	size_t count = 0;

	*lost = 0;
	while (log.len > 0) {
		struct span line = span_head(log, span_find(log, '\n'));

		if (memmem(line.ptr, line.len, LOST, strlen(LOST)) != NULL)
			*lost += strtoul(line.ptr + strlen("- "), NULL, 10);
		count += memmem(line.ptr, line.len, DECISION,
		    strlen(DECISION)) != NULL;
		log = span_skip(log, line.len + 1);
	}
	return count + *lost;
}

static void
test_full(void)
{
	size_t lost = 0;

	refuse_many();
	/* The rest comes faster; but it comes without that as well. */
	(void)fcntl(reader, F_SETPIPE_SZ, 1 << 20);
	for (int i = 0; i < STEPS && events_in(buffer_span(&text), &lost) <
	    EVENTS; i++) {
		(void)poll(NULL, 0, STEP_MS);
		read_some();
	}
	check_true(lost > 0);
	check_size(events_in(buffer_span(&text), &lost), EVENTS);
}

static void
test_stop_full(void)
{
	refuse_many();
	check_int(daemon_finish(&gate), 0);
	close(reader);
	buffer_release(&text);
}

static const struct unit_test tests[] = {
	{ "a daemon answers, and its log is a pipe", test_start },
	{ "all is answered while nobody reads, and no line is forgotten",
	    test_full },
	{ "it stops when told to, while nobody reads", test_stop_full },
};

UNIT_MAIN("daemon/log_full", tests)
