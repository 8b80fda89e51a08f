/*
 * test_relay.c - the queue, sent on to a server that is well.
 */
#include "config.h"

#include <stdio.h>

#include "tests/unit/relay_desk.h"
#include "tests/unit/unit.h"

#define TAKEN "a@b.c>one@x.y,\nSubject: one\r\n\r\nhi\r\n"

static void
on_one_connection(void)
{
	desk_begin();
	desk.config.connections = 1;
	next_server_listen(&desk.server);
	for (int i = 0; i < 3; i++)
		desk_put("a@b.c", "one@x.y", "hi\r\n");
	desk_start();
	desk_until(desk_is_empty);
	check_text(buffer_text(&desk.server.mails), TAKEN TAKEN TAKEN);
	check_size(desk.server.connections, 1);
	check_size(desk_count(desk.log, "4XyZ12: to=\"one@x.y\" status=sent "
	    "reply=\"250 2.0.0 taken\"\n"), 3);
	desk_end();
}

static void
woken(void)
{
	desk_begin();
	next_server_listen(&desk.server);
	desk_start();
	desk_put("<>", "one@x.y", "hi\r\n");
	relay_wake(desk.relay);
	desk_until(desk_is_empty);
	check_text(buffer_text(&desk.server.mails),
	    ">one@x.y,\nSubject: one\r\n\r\nhi\r\n");
	desk_end();
}

static void
many(void)
{
	desk_begin();
	next_server_listen(&desk.server);
	desk_start();
	for (int i = 0; i < 300; i++) {
		desk_put("a@b.c", "one@x.y", "hi\r\n");
		relay_wake(desk.relay);
	}
	desk_until(desk_is_empty);
	check_size(desk.server.taken, 300);
	check_true(desk.server.most_open <= 4);
	desk_end();
}

static void
slow_server(void)
{
	desk_begin();
	next_server_listen(&desk.server);
	desk.server.slow = true;
	desk_put("a@b.c", "one@x.y", "hi\r\n");
	desk_start();
	desk_until(desk_is_empty);
	check_text(buffer_text(&desk.server.mails), TAKEN);
	desk_end();
}

static void
one_of_three(void)
{
	desk_begin();
	next_server_listen(&desk.server);
	desk.server.answers[0].line = "RCPT TO:<two@";
	desk.server.answers[0].reply = "550 5.1.1 no two";
	desk.server.answers[1].line = "RCPT TO:<three@";
	desk.server.answers[1].reply = "450 4.2.1 not three";
	desk_put("a@b.c", "one@x.y,two@x.y,three@x.y", "hi\r\n");
	desk_start();
	desk_until(desk_state_is_written);
	check_text(buffer_text(&desk.server.mails), TAKEN);
	check_size(desk_files("bounced"), 1);
	check_true(strstr(desk_text("state"), "status df.\n") != NULL);
	check_true(strstr(desk_text("state"), "tries 1\n") != NULL);
	check_true(strstr(desk_text("bounced"),
	    "Final-Recipient: rfc822; two@x.y\nAction: failed\n"
	    "Status: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 no two\n") !=
	    NULL);
	check_size(desk_count(desk_text("bounced"), "Final-Recipient"), 1);

	/* A new process knows who is done. */
	desk_close();
	desk.config.first_wait = desk.config.most_wait = 1;
	desk_open();
	desk.server.answers[1].line = NULL;
	desk_start();
	desk_until(desk_is_empty);
	check_text(buffer_text(&desk.server.mails),
	    TAKEN "a@b.c>three@x.y,\nSubject: one\r\n\r\nhi\r\n");
	check_size(desk_files("bounced"), 1);
	desk_end();
}

static void
given_up(void)
{
	desk_begin();
	desk.config.first_wait = desk.config.most_wait = desk.config.give_up = 1;
	next_server_listen(&desk.server);
	desk.server.dot = "451 4.3.0 never";
	desk_put("a@b.c", "one@x.y", "hi\r\n");
	desk_start();
	desk_until(desk_is_empty);
	check_size(desk.server.taken, 0);
	check_size(desk_files("bounced"), 1);
	check_true(strstr(desk_text("bounced"), "Status: 4.3.0\n") != NULL);
	check_true(strstr(desk_text("bounced"), "\nTo: a@b.c\n") != NULL);
	check_true(strstr(desk_text("bounced"), "\nSubject: one\n") != NULL);
	check_true(strstr(desk.log, "status=given-up") != NULL);
	desk_end();
}

static void
given_up_while_down(void)
{
	desk_begin();
	desk.config.first_wait = desk.config.most_wait = desk.config.give_up = 1;
	desk_put("a@b.c", "one@x.y", "hi\r\n");
	desk_put("a@b.c", "two@x.y", "hi\r\n");
	desk_start();
	desk_until(desk_is_empty);
	check_size(desk_files("bounced"), 2);
	check_true(strstr(desk_text("bounced"), "\n    4.4.1 ") != NULL);
	desk_end();
}

static void
nobody_to_tell(void)
{
	desk_begin();
	next_server_listen(&desk.server);
	desk.server.answers[0].line = "RCPT";
	desk.server.answers[0].reply = "550 5.1.1 no";
	desk_put("<>", "one@x.y", "hi\r\n");
	desk_start();
	desk_until(desk_is_empty);
	check_size(desk_files("bounced"), 1);
	check_int(strncmp(desk_text("bounced"), "millgate-queue 1 ", 17), 0);
	check_true(strstr(desk_text("bounced"), "\nhi\r\nend 4XyZ12\n") != NULL);
	desk_end();
}

/* Servers that take so many messages a connection are no failures. */
static void
after_some(void)
{
	desk_begin();
	desk.config.connections = 1;
	next_server_listen(&desk.server);
	desk.server.bye_after = 2;
	for (int i = 0; i < 7; i++)
		desk_put("a@b.c", "one@x.y", "hi\r\n");
	desk_start();
	desk_until(desk_is_empty);
	check_size(desk.server.taken, 7);
	check_size(desk.server.connections, 4);
	desk_end();
}

static void
many_recipients(void)
{
	static char to[4096];

	desk_begin();
	next_server_listen(&desk.server);
	for (int i = 0; i < 230; i++)
		snprintf(to + strlen(to), sizeof to - strlen(to), "%sr%d@x.y",
		    i > 0 ? "," : "", i);
	desk.server.answers[0].line = "RCPT TO:<r20";
	desk.server.answers[0].reply = "550 no";
	desk.server.answers[1].line = "RCPT TO:<r7";
	desk.server.answers[1].reply = "550 no";
	desk_put("a@b.c", to, "hi\r\n");
	desk_start();
	desk_until(desk_is_empty);
	check_size(desk.server.taken, 3);
	check_size(desk.server.steps[NEXT_RCPT], 230);
	check_size(desk_files("bounced"), 2);
	desk_end();
}

static void
large_message(void)
{
	static char text[400001];
	static const char *const lines[] = { ".\r\n", "..\r\n", "text\r\n",
	    "\r\n" };
	size_t len = 0;

	desk_begin();
	for (size_t i = 0; len < sizeof text - 8; i++) {
		strcpy(text + len, lines[i % 4]);
		len += strlen(lines[i % 4]);
	}
	next_server_listen(&desk.server);
	desk_put("a@b.c", "one@x.y", text);
	desk_start();
	desk_until(desk_is_empty);
	check_true(strcmp(strstr(buffer_text(&desk.server.mails), "\r\n\r\n") + 4,
	    text) == 0);
	desk_end();
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
	{ "a large message arrives as it is", large_message },
};

UNIT_MAIN("relay", tests)
