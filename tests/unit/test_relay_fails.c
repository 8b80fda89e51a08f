/*
 * test_relay_fails.c - the queue, and servers, disks and clocks that fail.
 */
#include "config.h"

#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "tests/unit/relay_depot.h"
#include "tests/unit/unit.h"

#define TAKEN "a@b.c>one@x.y,\nSubject: one\r\n\r\nhi\r\n"

static bool
tried_again(void)
{
	return depot.server.steps[NEXT_RCPT] > 2;
}

static bool
report_has_failed(void)
{
	return strstr(depot.log, "cannot write a report") != NULL;
}

static bool
one_is_left(void)
{
	return depot_files("active") == 1;
}

static bool
server_is_stuck(void)
{
	return depot.server.failures == 0;
}

static bool
stranger_is_told(void)
{
	return strstr(depot.log, "left alone") != NULL;
}

/* While it is down one connection at a time tries, and no message is
 * touched. */
static void
down_at_first(void)
{
	depot_begin();
	depot.config.first_wait = depot.config.most_wait = 1;
	for (int i = 0; i < 20; i++)
		depot_put("a@b.c", "one@x.y", "hi\r\n");
	depot_start();
	depot_until(depot_server_has_failed);
	check_size(depot_count(depot.log, "the next server fails"), 1);
	check_size(depot_files("state"), 0);
	check_size(depot_files("active"), 20);
	next_server_listen(&depot.server);
	depot_until(depot_is_empty);
	check_size(depot.server.taken, 20);
	check_size(depot_count(buffer_text(&depot.server.mails), TAKEN), 20);
	depot_end();
}

/* It dies once, at each step: nothing is lost, and only what it had taken
 * without saying so comes twice. */
static void
dies(void)
{
	for (int step = NEXT_GREETING; step < NEXT_STEPS; step++) {
		depot_begin();
		depot.config.first_wait = depot.config.most_wait = 1;
		next_server_listen(&depot.server);
		depot.server.fail_at = (enum next_step)step;
		depot.server.failures = 1;
		depot_put("a@b.c", "one@x.y", "hi\r\n");
		depot_start();
		depot_until(depot_is_empty);
		check_size(depot.server.taken, step == NEXT_DOT ? 2 : 1);
		check_size(depot_count(buffer_text(&depot.server.mails), TAKEN),
		    depot.server.taken);
		check_size(depot_files("bounced"), 0);
		depot_end();
	}
}

/* The process ends while the server is silent at some step. */
static void
we_die(void)
{
	for (int step = NEXT_GREETING; step < NEXT_STEPS; step++) {
		depot_begin();
		next_server_listen(&depot.server);
		depot.server.fail_at = (enum next_step)step;
		depot.server.failures = 1;
		depot.server.silent = true;
		depot_put("a@b.c", "one@x.y", "hi\r\n");
		depot_start();
		depot_until(server_is_stuck);
		depot_close();
		check_size(depot_files("active"), 1);
			depot_open();
		depot_start();
		depot_until(depot_is_empty);
		check_size(depot.server.taken, step == NEXT_DOT ? 2 : 1);
		depot_end();
	}
}

static void
silent_server(void)
{
	depot_begin();
	depot.config.timeout = 1;
	next_server_listen(&depot.server);
	depot.server.fail_at = NEXT_RCPT;
	depot.server.failures = 1;
	depot.server.silent = true;
	depot_put("a@b.c", "one@x.y", "hi\r\n");
	depot_start();
	depot_until(depot_state_is_written);
	check_size(depot_files("active"), 1);
	check_true(strstr(depot.log, "status=later reply=\"4.4.2 the next "
	    "server did not answer in time\"") != NULL);
	depot_end();
}

/* A server that takes a message and hangs up, always, is not stormed. */
static void
no_storm(void)
{
	depot_begin();
	next_server_listen(&depot.server);
	depot.server.fail_at = NEXT_MAIL;
	depot.server.failures = 1000;
	for (int i = 0; i < 50; i++)
		depot_put("a@b.c", "one@x.y", "hi\r\n");
	depot_start();
	depot_until(depot_server_has_failed);
	check_true(depot.server.connections <= 8);
	check_true(depot_files("state") <= 8);
	check_size(depot_files("active"), 50);
	depot_end();
}

/* What cannot be written down is known nonetheless. */
static void
full_disk(void)
{
	depot_begin();
	depot.config.first_wait = depot.config.most_wait = 1;
	next_server_listen(&depot.server);
	depot.server.answers[0].line = "RCPT TO:<two@";
	depot.server.answers[0].reply = "450 4.2.1 not two";
	depot_put("a@b.c", "one@x.y,two@x.y", "hi\r\n");
	rmdir(depot_path("tmp", ""));
	depot_start();
	depot_until(tried_again);
	check_size(depot.server.taken, 1);
	check_true(strstr(depot.log, "cannot write how far it is") != NULL);
	depot.server.answers[0].line = NULL;
	depot_until(depot_is_empty);
	check_text(buffer_text(&depot.server.mails),
	    TAKEN "a@b.c>two@x.y,\nSubject: one\r\n\r\nhi\r\n");
	mkdir(depot_path("tmp", ""), 0700);
	depot_end();
}

static bool
nothing_was_written(void)
{
	return strstr(depot.log, "cannot write how far it is") != NULL;
}

/* Nor is it forgotten when a server hangs up before it hears of the message:
 * here the next one that is due, on a connection that takes but one. */
static void
full_disk_and_goodbye(void)
{
	depot_begin();
	depot.config.first_wait = depot.config.most_wait = 1;
	depot.config.connections = 1;
	next_server_listen(&depot.server);
	depot.server.bye_after = 1;
	depot.server.answers[0].line = "RCPT TO:<two@";
	depot.server.answers[0].reply = "450 4.2.1 not two";
	depot_put("a@b.c", "one@x.y,two@x.y", "hi\r\n");
	rmdir(depot_path("state", ""));
	depot_start();
	depot_until(nothing_was_written);
	depot.server.answers[0].line = NULL;
	/* Both are due when this is over. */
	depot.server.fail_at = NEXT_GREETING;
	depot.server.failures = 1;
	depot_put("a@b.c", "three@x.y", "hi\r\n");
	relay_wake(depot.relay);
	depot_until(depot_server_has_failed);
	depot_until(depot_is_empty);
	check_text(buffer_text(&depot.server.mails), TAKEN
	    "a@b.c>three@x.y,\nSubject: one\r\n\r\nhi\r\n"
	    "a@b.c>two@x.y,\nSubject: one\r\n\r\nhi\r\n");
	check_size(depot.server.steps[NEXT_RCPT], 4);
	check_size(depot.server.connections, 4);
	depot_end();
}

/* A report that cannot be written is not forgotten. */
static void
full_disk_for_a_report(void)
{
	depot_begin();
	depot.config.first_wait = depot.config.most_wait = 1;
	next_server_listen(&depot.server);
	depot.server.answers[0].line = "RCPT";
	depot.server.answers[0].reply = "550 5.1.1 no";
	depot_put("a@b.c", "one@x.y", "hi\r\n");
	rmdir(depot_path("bounced", ""));
	depot_start();
	depot_until(report_has_failed);
	check_true(strstr(depot_text("state"), "status r\n") != NULL);
	depot_close();
	depot_open();
	depot_start();
	depot_until(depot_is_empty);
	check_size(depot.server.steps[NEXT_RCPT], 1);
	check_size(depot_files("bounced"), 1);
	depot_end();
}

/* The message has come, and is to be tried again, a day from now. */
static void
clock_went_back(void)
{
	struct queue_state *s = queue_state_new(1);
	long long tomorrow = (long long)time(NULL) + 86400;
	char name[QUEUE_NAME_MAX], from[512];
	size_t count;

	depot_begin();
	depot.config.first_wait = depot.config.most_wait = 1;
	next_server_listen(&depot.server);
	depot_put("a@b.c", "one@x.y", "hi\r\n");
	snprintf(name, sizeof name, "%016llx.4XyZ12", tomorrow * 1000000);
	snprintf(from, sizeof from, "%s", depot_path("active",
	    depot_name("active", &count)));
	check_int(rename(from, depot_path("active", name)), 0);
	s->tries = 3;
	s->next_try = tomorrow;
	check_int(queue_state_write(queue_disk_of(depot.queue), name, s), 0);
	queue_state_free(s);
	depot_close();
	depot_open();
	depot_start();
	depot_until(depot_is_empty);
	check_size(depot.server.taken, 1);
	depot_end();
}

static void
strangers(void)
{
	size_t count;

	depot_begin();
	next_server_listen(&depot.server);
	depot_put("a@b.c", "one@x.y", "hi\r\n");
	check_int(truncate(depot_path("active", depot_name("active", &count)),
	    50), 0);
	depot_start();
	depot_until(stranger_is_told);
	check_size(depot_files("active"), 1);
	depot_put("a@b.c", "one@x.y", "hi\r\n");
	relay_wake(depot.relay);
	depot_until(one_is_left);
	check_size(depot.server.taken, 1);
	depot_end();
}

static void
freed_at_once(void)
{
	depot_begin();
	next_server_listen(&depot.server);
	for (int i = 0; i < 10; i++)
		depot_put("a@b.c", "one@x.y", "hi\r\n");
	depot_start();
	relay_free(depot.relay);
	depot.relay = NULL;
	depot_end();
	relay_free(NULL);
}

static const struct unit_test tests[] = {
	{ "a server that is down is tried by one", down_at_first },
	{ "a server that dies loses nothing", dies },
	{ "whoever begins anew finds all that is not done", we_die },
	{ "a silent server is given up on", silent_server },
	{ "a server that always hangs up is left alone", no_storm },
	{ "a full disk sends nothing twice", full_disk },
	{ "nor does one whose server hangs up", full_disk_and_goodbye },
	{ "a full disk forgets no report", full_disk_for_a_report },
	{ "a clock that was set back freezes nothing", clock_went_back },
	{ "a file that is cut off is told and left", strangers },
	{ "it may be freed at any time", freed_at_once },
};

UNIT_MAIN("relay_fails", tests)
