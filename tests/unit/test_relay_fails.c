/*
 * test_relay_fails.c - the queue, and servers, disks and clocks that fail.
 */
#include "config.h"

#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "tests/unit/relay_desk.h"
#include "tests/unit/unit.h"

#define TAKEN "a@b.c>one@x.y,\nSubject: one\r\n\r\nhi\r\n"

static bool
tried_again(void)
{
	return desk.server.steps[NEXT_RCPT] > 2;
}

static bool
report_has_failed(void)
{
	return strstr(desk.log, "cannot write a report") != NULL;
}

static bool
one_is_left(void)
{
	return desk_files("active") == 1;
}

static bool
server_is_stuck(void)
{
	return desk.server.failures == 0;
}

static bool
stranger_is_told(void)
{
	return strstr(desk.log, "left alone") != NULL;
}

/* While it is down one connection at a time tries, and no message is touched. */
static void
down_at_first(void)
{
	desk_begin();
	desk.config.first_wait = desk.config.most_wait = 1;
	for (int i = 0; i < 20; i++)
		desk_put("a@b.c", "one@x.y", "hi\r\n");
	desk_start();
	desk_until(desk_server_has_failed);
	check_size(desk_count(desk.log, "the next server fails"), 1);
	check_size(desk_files("state"), 0);
	check_size(desk_files("active"), 20);
	next_server_listen(&desk.server);
	desk_until(desk_is_empty);
	check_size(desk.server.taken, 20);
	check_size(desk_count(buffer_text(&desk.server.mails), TAKEN), 20);
	desk_end();
}

/* It dies once, at each step: nothing is lost, and only what it had taken
 * without saying so comes twice. */
static void
dies(void)
{
	for (int step = NEXT_GREETING; step < NEXT_STEPS; step++) {
		desk_begin();
		desk.config.first_wait = desk.config.most_wait = 1;
		next_server_listen(&desk.server);
		desk.server.fail_at = (enum next_step)step;
		desk.server.failures = 1;
		desk_put("a@b.c", "one@x.y", "hi\r\n");
		desk_start();
		desk_until(desk_is_empty);
		check_size(desk.server.taken, step == NEXT_DOT ? 2 : 1);
		check_size(desk_count(buffer_text(&desk.server.mails), TAKEN),
		    desk.server.taken);
		check_size(desk_files("bounced"), 0);
		desk_end();
	}
}

/* The process ends while the server is silent at some step. */
static void
we_die(void)
{
	for (int step = NEXT_GREETING; step < NEXT_STEPS; step++) {
		desk_begin();
		next_server_listen(&desk.server);
		desk.server.fail_at = (enum next_step)step;
		desk.server.failures = 1;
		desk.server.silent = true;
		desk_put("a@b.c", "one@x.y", "hi\r\n");
		desk_start();
		desk_until(server_is_stuck);
		desk_close();
		check_size(desk_files("active"), 1);
			desk_open();
		desk_start();
		desk_until(desk_is_empty);
		check_size(desk.server.taken, step == NEXT_DOT ? 2 : 1);
		desk_end();
	}
}

static void
silent_server(void)
{
	desk_begin();
	desk.config.timeout = 1;
	next_server_listen(&desk.server);
	desk.server.fail_at = NEXT_RCPT;
	desk.server.failures = 1;
	desk.server.silent = true;
	desk_put("a@b.c", "one@x.y", "hi\r\n");
	desk_start();
	desk_until(desk_state_is_written);
	check_size(desk_files("active"), 1);
	check_true(strstr(desk.log, "status=later reply=\"4.4.2 the next "
	    "server did not answer in time\"") != NULL);
	desk_end();
}

/* A server that takes a message and hangs up, always, is not stormed. */
static void
no_storm(void)
{
	desk_begin();
	next_server_listen(&desk.server);
	desk.server.fail_at = NEXT_MAIL;
	desk.server.failures = 1000;
	for (int i = 0; i < 50; i++)
		desk_put("a@b.c", "one@x.y", "hi\r\n");
	desk_start();
	desk_until(desk_server_has_failed);
	check_true(desk.server.connections <= 8);
	check_true(desk_files("state") <= 8);
	check_size(desk_files("active"), 50);
	desk_end();
}

/* What cannot be written down is known nonetheless. */
static void
full_disk(void)
{
	desk_begin();
	desk.config.first_wait = desk.config.most_wait = 1;
	next_server_listen(&desk.server);
	desk.server.answers[0].line = "RCPT TO:<two@";
	desk.server.answers[0].reply = "450 4.2.1 not two";
	desk_put("a@b.c", "one@x.y,two@x.y", "hi\r\n");
	rmdir(desk_path("tmp", ""));
	desk_start();
	desk_until(tried_again);
	check_size(desk.server.taken, 1);
	check_true(strstr(desk.log, "cannot write how far it is") != NULL);
	desk.server.answers[0].line = NULL;
	desk_until(desk_is_empty);
	check_text(buffer_text(&desk.server.mails),
	    TAKEN "a@b.c>two@x.y,\nSubject: one\r\n\r\nhi\r\n");
	mkdir(desk_path("tmp", ""), 0700);
	desk_end();
}

/* A report that cannot be written is not forgotten. */
static void
full_disk_for_a_report(void)
{
	desk_begin();
	desk.config.first_wait = desk.config.most_wait = 1;
	next_server_listen(&desk.server);
	desk.server.answers[0].line = "RCPT";
	desk.server.answers[0].reply = "550 5.1.1 no";
	desk_put("a@b.c", "one@x.y", "hi\r\n");
	rmdir(desk_path("bounced", ""));
	desk_start();
	desk_until(report_has_failed);
	check_true(strstr(desk_text("state"), "status r\n") != NULL);
	desk_close();
	desk_open();
	desk_start();
	desk_until(desk_is_empty);
	check_size(desk.server.steps[NEXT_RCPT], 1);
	check_size(desk_files("bounced"), 1);
	desk_end();
}

/* The message has come, and is to be tried again, a day from now. */
static void
clock_went_back(void)
{
	struct queue_state *s = queue_state_new(1);
	long long tomorrow = (long long)time(NULL) + 86400;
	char name[QUEUE_NAME_MAX], from[512];
	size_t count;

	desk_begin();
	desk.config.first_wait = desk.config.most_wait = 1;
	next_server_listen(&desk.server);
	desk_put("a@b.c", "one@x.y", "hi\r\n");
	snprintf(name, sizeof name, "%016llx.4XyZ12", tomorrow * 1000000);
	snprintf(from, sizeof from, "%s", desk_path("active",
	    desk_name("active", &count)));
	check_int(rename(from, desk_path("active", name)), 0);
	s->tries = 3;
	s->next_try = tomorrow;
	check_int(queue_state_write(queue_disk_of(desk.queue), name, s), 0);
	queue_state_free(s);
	desk_close();
	desk_open();
	desk_start();
	desk_until(desk_is_empty);
	check_size(desk.server.taken, 1);
	desk_end();
}

static void
strangers(void)
{
	size_t count;

	desk_begin();
	next_server_listen(&desk.server);
	desk_put("a@b.c", "one@x.y", "hi\r\n");
	check_int(truncate(desk_path("active", desk_name("active", &count)), 50),
	    0);
	desk_start();
	desk_until(stranger_is_told);
	check_size(desk_files("active"), 1);
	desk_put("a@b.c", "one@x.y", "hi\r\n");
	relay_wake(desk.relay);
	desk_until(one_is_left);
	check_size(desk.server.taken, 1);
	desk_end();
}

static void
freed_at_once(void)
{
	desk_begin();
	next_server_listen(&desk.server);
	for (int i = 0; i < 10; i++)
		desk_put("a@b.c", "one@x.y", "hi\r\n");
	desk_start();
	relay_free(desk.relay);
	desk.relay = NULL;
	desk_end();
	relay_free(NULL);
}

static const struct unit_test tests[] = {
	{ "a server that is down is tried by one", down_at_first },
	{ "a server that dies loses nothing", dies },
	{ "whoever begins anew finds all that is not done", we_die },
	{ "a silent server is given up on", silent_server },
	{ "a server that always hangs up is left alone", no_storm },
	{ "a full disk sends nothing twice", full_disk },
	{ "a full disk forgets no report", full_disk_for_a_report },
	{ "a clock that was set back freezes nothing", clock_went_back },
	{ "a file that is cut off is told and left", strangers },
	{ "it may be freed at any time", freed_at_once },
};

UNIT_MAIN("relay_fails", tests)
