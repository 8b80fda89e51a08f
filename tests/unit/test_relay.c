/*
 * test_relay.c - the queue, sent on to a server that is well.
 */
#include "config.h"

#include <stdio.h>

#include "tests/unit/relay_depot.h"
#include "tests/unit/unit.h"

#define TAKEN "a@b.c>one@x.y,\nSubject: one\r\n\r\nhi\r\n"

static void
on_one_connection(void)
{
	depot_begin();
	depot.config.connections = 1;
	next_server_listen(&depot.server);
	for (int i = 0; i < 3; i++)
		depot_put("a@b.c", "one@x.y", "hi\r\n");
	depot_start();
	depot_until(depot_is_empty);
	check_text(buffer_text(&depot.server.mails), TAKEN TAKEN TAKEN);
	check_size(depot.server.connections, 1);
	check_size(depot_count(depot.log, "4XyZ12: to=\"one@x.y\" status=sent "
	    "reply=\"250 2.0.0 taken\"\n"), 3);
	depot_end();
}

static void
woken(void)
{
	depot_begin();
	next_server_listen(&depot.server);
	depot_start();
	depot_put("<>", "one@x.y", "hi\r\n");
	relay_wake(depot.relay);
	depot_until(depot_is_empty);
	check_text(buffer_text(&depot.server.mails),
	    ">one@x.y,\nSubject: one\r\n\r\nhi\r\n");
	depot_end();
}

static void
many(void)
{
	depot_begin();
	next_server_listen(&depot.server);
	depot_start();
	for (int i = 0; i < 300; i++) {
		depot_put("a@b.c", "one@x.y", "hi\r\n");
		relay_wake(depot.relay);
	}
	depot_until(depot_is_empty);
	check_size(depot.server.taken, 300);
	check_true(depot.server.most_open <= 4);
	depot_end();
}

static void
slow_server(void)
{
	depot_begin();
	next_server_listen(&depot.server);
	depot.server.slow = true;
	depot_put("a@b.c", "one@x.y", "hi\r\n");
	depot_start();
	depot_until(depot_is_empty);
	check_text(buffer_text(&depot.server.mails), TAKEN);
	depot_end();
}

static void
one_of_three(void)
{
	depot_begin();
	next_server_listen(&depot.server);
	depot.server.answers[0].line = "RCPT TO:<two@";
	depot.server.answers[0].reply = "550 5.1.1 no two";
	depot.server.answers[1].line = "RCPT TO:<three@";
	depot.server.answers[1].reply = "450 4.2.1 not three";
	depot_put("a@b.c", "one@x.y,two@x.y,three@x.y", "hi\r\n");
	depot_start();
	depot_until(depot_state_is_written);
	check_text(buffer_text(&depot.server.mails), TAKEN);
	check_size(depot_files("bounced"), 1);
	check_true(strstr(depot_text("state"), "status df.\n") != NULL);
	check_true(strstr(depot_text("state"), "tries 1\n") != NULL);
	check_true(strstr(depot_text("bounced"),
	    "Final-Recipient: rfc822; two@x.y\nAction: failed\n"
	    "Status: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 no two\n") !=
	    NULL);
	check_size(depot_count(depot_text("bounced"), "Final-Recipient"), 1);

	/* A new process knows who is done. */
	depot_close();
	depot.config.first_wait = depot.config.most_wait = 1;
	depot_open();
	depot.server.answers[1].line = NULL;
	depot_start();
	depot_until(depot_is_empty);
	check_text(buffer_text(&depot.server.mails),
	    TAKEN "a@b.c>three@x.y,\nSubject: one\r\n\r\nhi\r\n");
	check_size(depot_files("bounced"), 1);
	depot_end();
}

static void
given_up(void)
{
	depot_begin();
	depot.config.first_wait = depot.config.most_wait = 1;
	depot.config.give_up = 1;
	next_server_listen(&depot.server);
	depot.server.dot = "451 4.3.0 never";
	depot_put("a@b.c", "one@x.y", "hi\r\n");
	depot_start();
	depot_until(depot_is_empty);
	check_size(depot.server.taken, 0);
	check_size(depot_files("bounced"), 1);
	check_true(strstr(depot_text("bounced"), "Status: 4.3.0\n") != NULL);
	check_true(strstr(depot_text("bounced"), "\nTo: a@b.c\n") != NULL);
	check_true(strstr(depot_text("bounced"), "\nSubject: one\n") != NULL);
	check_true(strstr(depot.log, "status=given-up reply=\"451 4.3.0 "
	    "never\"\n") != NULL);
	depot_end();
}

static void
given_up_while_down(void)
{
	depot_begin();
	depot.config.first_wait = depot.config.most_wait = 1;
	depot.config.give_up = 1;
	depot_put("a@b.c", "one@x.y", "hi\r\n");
	depot_put("a@b.c", "two@x.y", "hi\r\n");
	depot_start();
	depot_until(depot_is_empty);
	check_size(depot_files("bounced"), 2);
	check_true(strstr(depot_text("bounced"), "\n    4.4.1 ") != NULL);
	check_true(strstr(depot.log, "to=\"one@x.y\" status=given-up "
	    "reply=\"4.4.1 ") != NULL);
	depot_end();
}

static void
nobody_to_tell(void)
{
	depot_begin();
	next_server_listen(&depot.server);
	depot.server.answers[0].line = "RCPT";
	depot.server.answers[0].reply = "550 5.1.1 no";
	depot_put("<>", "one@x.y", "hi\r\n");
	depot_start();
	depot_until(depot_is_empty);
	check_size(depot_files("bounced"), 1);
	check_int(strncmp(depot_text("bounced"), "millgate-queue 1 ", 17), 0);
	check_true(strstr(depot_text("bounced"), "\nhi\r\nend 4XyZ12\n") !=
	    NULL);
	depot_end();
}

static size_t stops;

static void
on_stopped(void *self)
{
	(void)self;
	/* Nobody waits for an answer to the goodbye. */
	if (stops++ == 0)
		check_size(depot.server.open, 1);
}

static bool
is_taken(void)
{
	return depot.server.taken > 0;
}

static bool
is_stopped(void)
{
	return stops > 0;
}

/* What the server has got is waited for; no other message is begun. */
static void
stopped(void)
{
	stops = 0;
	depot_begin();
	depot.config.connections = 1;
	next_server_listen(&depot.server);
	depot.server.fail_at = NEXT_DOT;
	depot.server.failures = 1;
	depot.server.silent = true;
	depot_put("a@b.c", "one@x.y", "hi\r\n");
	depot_put("a@b.c", "one@x.y", "hi\r\n");
	depot_start();
	check_true(relay_is_idle(depot.relay));
	depot_until(is_taken);
	relay_stop(depot.relay, on_stopped, NULL);
	depot_put("a@b.c", "one@x.y", "hi\r\n");
	relay_wake(depot.relay);
	check_true(!relay_is_idle(depot.relay));
	check_size(stops, 0);
	next_server_answer(&depot.server, "250 2.0.0 taken");
	depot_until(is_stopped);
	check_true(relay_is_idle(depot.relay));
	depot_close();
	check_size(depot_files("active"), 2);
	check_size(depot.server.steps[NEXT_MAIL], 1);
	depot_open();
	depot_start();
	depot_until(depot_is_empty);
	check_size(depot.server.taken, 3);
	depot_end();
}

/* Servers that take so many messages a connection are no failures. */
static void
after_some(void)
{
	depot_begin();
	depot.config.connections = 1;
	next_server_listen(&depot.server);
	depot.server.bye_after = 2;
	for (int i = 0; i < 7; i++)
		depot_put("a@b.c", "one@x.y", "hi\r\n");
	depot_start();
	depot_until(depot_is_empty);
	check_size(depot.server.taken, 7);
	check_size(depot.server.connections, 4);
	depot_end();
}

/* COUNT more addresses that begin with LETTER, for TO. */
static void
add_addresses(char *to, size_t size, const char *letter, int count)
{
	size_t len;

	for (int i = 0; i < count; i++) {
		len = strlen(to);
		snprintf(to + len, size - len, "%s%s%d@x.y",
		    len > 0 ? "," : "", letter, i);
	}
}

static void
many_recipients(void)
{
	char to[4096] = "";

	depot_begin();
	next_server_listen(&depot.server);
	add_addresses(to, sizeof to, "r", 230);
	depot.server.answers[0].line = "RCPT TO:<r20";
	depot.server.answers[0].reply = "550 no";
	depot.server.answers[1].line = "RCPT TO:<r7";
	depot.server.answers[1].reply = "550 no";
	depot_put("a@b.c", to, "hi\r\n");
	depot_start();
	depot_until(depot_is_empty);
	check_size(depot.server.taken, 3);
	check_size(depot.server.steps[NEXT_RCPT], 230);
	check_size(depot_files("bounced"), 2);
	depot_end();
}

static bool
try_is_counted(void)
{
	return strstr(depot_text("state"), "\ntries 1\n") != NULL;
}

/* A hundred that are refused for now are asked once; so are all behind them,
 * at once. */
static void
behind_deferred(void)
{
	char to[4096] = "", status[300] = "status ";

	depot_begin();
	next_server_listen(&depot.server);
	depot.server.answers[0].line = "RCPT TO:<a";
	depot.server.answers[0].reply = "450 4.2.1 not now";
	add_addresses(to, sizeof to, "a", 101);
	add_addresses(to, sizeof to, "b", 149);
	depot_put("a@b.c", to, "hi\r\n");
	depot_start();
	depot_until(try_is_counted);
	check_size(depot.server.steps[NEXT_RCPT], 250);
	check_size(depot.server.taken, 2);
	memset(status + 7, '.', 101);
	memset(status + 108, 'd', 149);
	strcpy(status + 257, "\n");
	check_true(strstr(depot_text("state"), status) != NULL);
	depot_end();
}

/* A message that is refused for now as a whole is put off; but then those who
 * were not asked come first, and at once after them the others. */
static void
turns(void)
{
	char to[4096] = "";

	depot_begin();
	depot.config.first_wait = depot.config.most_wait = 1;
	depot.config.connections = 1;
	next_server_listen(&depot.server);
	depot.server.dot = "451 4.3.0 not now";
	add_addresses(to, sizeof to, "a", 100);
	add_addresses(to, sizeof to, "b", 50);
	depot_put("a@b.c", to, "hi\r\n");
	depot_start();
	depot_until(try_is_counted);
	depot.server.dot = NULL;
	check_size(depot.server.steps[NEXT_RCPT], 100);
	depot_until(depot_is_empty);
	check_size(depot.server.steps[NEXT_RCPT], 250);
	check_int(strncmp(buffer_text(&depot.server.mails),
	    "a@b.c>b0@x.y,b1@x.y,", 20), 0);
	check_size(depot.server.taken, 2);
	check_size(depot.server.connections, 2);
	depot_end();
}

/* Who was too many is asked again, but nobody who was refused for now. */
static void
too_many(void)
{
	depot_begin();
	next_server_listen(&depot.server);
	depot.server.answers[0].line = "RCPT TO:<late";
	depot.server.answers[0].reply = "450 4.2.1 not now";
	depot.server.answers[1].line = "RCPT TO:<many";
	depot.server.answers[1].reply = "452 4.5.3 too many";
	depot_put("a@b.c", "late1@x.y,many1@x.y,late2@x.y,one@x.y,many2@x.y,"
	    "many3@x.y", "hi\r\n");
	depot_start();
	depot_until(try_is_counted);
	check_size(depot.server.steps[NEXT_RCPT], 8);
	check_true(strstr(depot_text("state"), "status ...d..\n") != NULL);
	check_text(buffer_text(&depot.server.mails), TAKEN);
	depot_end();
}

static void
large_message(void)
{
	static char text[400001];
	static const char *const lines[] = { ".\r\n", "..\r\n", "text\r\n",
	    "\r\n" };
	size_t len = 0;

	depot_begin();
	for (size_t i = 0; len < sizeof text - 8; i++) {
		strcpy(text + len, lines[i % 4]);
		len += strlen(lines[i % 4]);
	}
	next_server_listen(&depot.server);
	depot_put("a@b.c", "one@x.y", text);
	depot_start();
	depot_until(depot_is_empty);
	check_true(strcmp(strstr(buffer_text(&depot.server.mails),
	    "\r\n\r\n") + 4, text) == 0);
	depot_end();
}

static const struct unit_test tests[] = {
	{ "messages share a connection", on_one_connection },
	{ "a new message wakes it", woken },
	{ "many messages use few connections", many },
	{ "a slow server is waited for", slow_server },
	{ "each recipient has an outcome of its own", one_of_three },
	{ "what is too old is given up", given_up },
	{ "that needs no server", given_up_while_down },
	{ "what nobody can be told of is kept", nobody_to_tell },
	{ "a server may take a few messages at a time", after_some },
	{ "many recipients go in groups, at once", many_recipients },
	{ "who is refused for now keeps nobody waiting", behind_deferred },
	{ "a message refused for now goes to others next", turns },
	{ "who was too many is asked at once", too_many },
	{ "who stops hears what became of a message", stopped },
	{ "a large message arrives as it is", large_message },
};

UNIT_MAIN("relay", tests)
