/*
 * relay_desk.c - a relay with a queue of its own and a server to send to.
 *
 * Failure: checks that fail.
 */
#include "config.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/unit/relay_desk.h"
#include "tests/unit/unit.h"

struct relay_desk desk;

#define END_MS 30000		/* a test that waits longer has failed */

static void
keep_log(const char *line)
{
	size_t len = strlen(desk.log);

	snprintf(desk.log + len, sizeof desk.log - len, "%s\n", line);
}

size_t
desk_count(const char *text, const char *part)
{
	size_t count = 0;

	while ((text = strstr(text, part)) != NULL) {
		text += strlen(part);
		count++;
	}
	return count;
}

const char *
desk_path(const char *part, const char *name)
{
	static char path[512];

	snprintf(path, sizeof path, "%s/%s/%s", desk.folder, part, name);
	return path;
}

const char *
desk_name(const char *part, size_t *count)
{
	static char name[256];
	DIR *in = opendir(desk_path(part, ""));
	struct dirent *one;

	name[0] = '\0';
	*count = 0;
	while (in != NULL && (one = readdir(in)) != NULL) {
		if (one->d_name[0] == '.')
			continue;
		strcpy(name, one->d_name);
		++*count;
	}
	if (in != NULL)
		closedir(in);
	return name;
}

size_t
desk_files(const char *part)
{
	size_t count;

	desk_name(part, &count);
	return count;
}

const char *
desk_text(const char *part)
{
	static char text[65536];
	size_t count;
	FILE *file = fopen(desk_path(part, desk_name(part, &count)), "r");

	text[0] = '\0';
	if (file == NULL)
		return text;
	text[fread(text, 1, sizeof text - 1, file)] = '\0';
	fclose(file);
	return text;
}

void
desk_open(void)
{
	desk.workers = workers_new(desk.loop, 2, &desk.error);
	desk.queue = queue_open(desk.folder, &desk.error);
	check_true(desk.loop != NULL && desk.workers != NULL && desk.queue != NULL);
}

void
desk_begin(void)
{
	strcpy(desk.folder, "/tmp/relay.XXXXXX");
	check_true(mkdtemp(desk.folder) != NULL);
	desk.log[0] = '\0';
	desk.loop = loop_new(&desk.error);
	desk_open();
	next_server_init(&desk.server, desk.loop);
	desk.config = (struct relay_config){ .to = desk.server.at, .host = "c.example",
	    .first_wait = LONG, .most_wait = 2 * LONG, .give_up = 10 * LONG,
	    .connections = 4, .timeout = 60, .log = keep_log };
}

void
desk_start(void)
{
	desk.relay = relay_new(&desk.config, desk.queue, desk.loop, desk.workers, &desk.error);
	check_true(desk.relay != NULL);
}

void
desk_close(void)
{
	relay_free(desk.relay);
	desk.relay = NULL;
	workers_free(desk.workers);
	queue_close(desk.queue);
}

void
desk_end(void)
{
	static const char *const parts[] = { "tmp", "active", "state",
	    "bounced" };
	size_t count;

	desk_close();
	next_server_release(&desk.server);
	loop_free(desk.loop);
	for (size_t i = 0; i < 4; i++) {
		while (desk_name(parts[i], &count)[0] != '\0')
			unlink(desk_path(parts[i], desk_name(parts[i], &count)));
		rmdir(desk_path(parts[i], ""));
	}
	unlink(desk_path("", "lock"));
	check_int(rmdir(desk.folder), 0);
}

/* What is waited for, looked at again and again. */
static bool (*wanted)(void);
static struct loop_timer look;
static int64_t look_until;
static bool seen;

static void
on_look(void *self)
{
	(void)self;
	seen = wanted();
	if (seen || loop_now(desk.loop) > look_until)
		loop_stop(desk.loop);
	else
		loop_set(desk.loop, &look, 2);
}

void
desk_until(bool (*condition)(void))
{
	wanted = condition;
	look = (struct loop_timer){ .due = on_look };
	look_until = loop_now(desk.loop) + END_MS;
	loop_set(desk.loop, &look, 0);
	check_int(loop_run(desk.loop, &desk.error), 0);
	check_true(seen);
	if (!seen)
		printf("# the log was:\n%s# taken: %s\n", desk.log,
		    buffer_text(&desk.server.mails));
}

bool
desk_is_empty(void)
{
	return desk_files("active") == 0 && desk_files("state") == 0;
}

bool
desk_state_is_written(void)
{
	return desk_files("state") > 0 && desk_files("tmp") == 0;
}

bool
desk_server_has_failed(void)
{
	return strstr(desk.log, "the next server fails") != NULL;
}

void
desk_put(const char *sender, const char *recipients, const char *text)
{
	struct span to[256];
	struct smtp_message m = { .queue_id = span_of("4XyZ12"),
	    .sender = span_of(sender), .recipients = to,
	    .header = span_of("Subject: one\r\n\r\n"), .body = span_of(text) };
	struct span rest = span_of(recipients);

	for (; rest.len > 0; rest = span_skip(rest,
	    to[m.recipient_count - 1].len + 1))
		to[m.recipient_count++] = span_head(rest, span_find(rest, ','));
	check_int(queue_put(desk.queue, &m, &desk.error), SMTP_DELIVERED);
}
