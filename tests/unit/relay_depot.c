/*
 * relay_depot.c - a relay with a queue of its own and a server to send to.
 *
 * Failure: checks that fail.
 */
#include "config.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/unit/relay_depot.h"
#include "tests/unit/unit.h"

struct relay_depot depot;

#define END_MS 30000		/* a test that waits longer has failed */

static void
keep_log(const char *line)
{
	size_t len = strlen(depot.log);

	snprintf(depot.log + len, sizeof depot.log - len, "%s\n", line);
}

size_t
depot_count(const char *text, const char *part)
{
	size_t count = 0;

	while ((text = strstr(text, part)) != NULL) {
		text += strlen(part);
		count++;
	}
	return count;
}

const char *
depot_path(const char *part, const char *name)
{
	static char path[512];

	snprintf(path, sizeof path, "%s/%s/%s", depot.folder, part, name);
	return path;
}

const char *
depot_name(const char *part, size_t *count)
{
	static char name[256];
	DIR *in = opendir(depot_path(part, ""));
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
depot_files(const char *part)
{
	size_t count;

	depot_name(part, &count);
	return count;
}

const char *
depot_text(const char *part)
{
	static char text[65536];
	size_t count;
	FILE *file = fopen(depot_path(part, depot_name(part, &count)), "r");

	text[0] = '\0';
	if (file == NULL)
		return text;
	text[fread(text, 1, sizeof text - 1, file)] = '\0';
	fclose(file);
	return text;
}

void
depot_open(void)
{
	depot.workers = workers_new(depot.loop, 2, &depot.error);
	depot.queue = queue_open(depot.folder, &depot.error);
	check_true(depot.workers != NULL && depot.queue != NULL);
}

void
depot_begin(void)
{
	strcpy(depot.folder, "/tmp/relay.XXXXXX");
	check_true(mkdtemp(depot.folder) != NULL);
	depot.log[0] = '\0';
	depot.loop = loop_new(&depot.error);
	depot_open();
	next_server_init(&depot.server, depot.loop);
	depot.config = (struct relay_config){ .to = depot.server.at,
	    .host = "c.example",
	    .first_wait = LONG, .most_wait = 2 * LONG, .give_up = 10 * LONG,
	    .connections = 4, .timeout = 60, .log = keep_log };
}

void
depot_start(void)
{
	depot.relay = relay_new(&depot.config, depot.queue, depot.loop,
	    depot.workers, &depot.error);
	check_true(depot.relay != NULL);
}

void
depot_close(void)
{
	relay_free(depot.relay);
	depot.relay = NULL;
	workers_free(depot.workers);
	queue_close(depot.queue);
}

void
depot_end(void)
{
	static const char *const parts[] = { "tmp", "active", "state",
	    "bounced" };
	size_t count;

	depot_close();
	next_server_release(&depot.server);
	loop_free(depot.loop);
	for (size_t i = 0; i < 4; i++) {
		while (depot_name(parts[i], &count)[0] != '\0')
			unlink(depot_path(parts[i],
			    depot_name(parts[i], &count)));
		rmdir(depot_path(parts[i], ""));
	}
	unlink(depot_path("", "lock"));
	check_int(rmdir(depot.folder), 0);
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
	if (seen || loop_now(depot.loop) > look_until)
		loop_stop(depot.loop);
	else
		loop_set(depot.loop, &look, 2);
}

void
depot_until(bool (*condition)(void))
{
	wanted = condition;
	look = (struct loop_timer){ .due = on_look };
	look_until = loop_now(depot.loop) + END_MS;
	loop_set(depot.loop, &look, 0);
	check_int(loop_run(depot.loop, &depot.error), 0);
	check_true(seen);
	if (!seen)
		printf("# the log was:\n%s# taken: %s\n", depot.log,
		    buffer_text(&depot.server.mails));
}

bool
depot_is_empty(void)
{
	return depot_files("active") == 0 && depot_files("state") == 0;
}

bool
depot_state_is_written(void)
{
	return depot_files("state") > 0 && depot_files("tmp") == 0;
}

bool
depot_server_has_failed(void)
{
	return strstr(depot.log, "the next server fails") != NULL;
}

void
depot_put(const char *sender, const char *recipients, const char *text)
{
	struct span to[256];
	struct smtp_message m = { .queue_id = span_of("4XyZ12"),
	    .sender = span_of(sender), .recipients = to,
	    .header = span_of("Subject: one\r\n\r\n"), .body = span_of(text) };
	struct span rest = span_of(recipients);

	for (; rest.len > 0; rest = span_skip(rest,
	    to[m.recipient_count - 1].len + 1))
		to[m.recipient_count++] = span_head(rest, span_find(rest, ','));
	check_int(queue_put(depot.queue, &m, &depot.error), SMTP_DELIVERED);
}
