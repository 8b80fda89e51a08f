/*
 * abuse.c - what tests that send senseless packets have in common.
 *
 * Failure: a function that says how the daemon is says false.
 */
#include "config.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tests/support/abuse.h"
#include "tests/support/rawmilter.h"

#define RECOVERY_TRIES 100
#define RECOVERY_PAUSE 100000000L	/* ns */

const char abuse_rules[] =
    "rules:\n"
    "  - rule: evil\n"
    "    when: {helo: evil.example}\n"
    "    then: {reject: no evil}\n"
    "  - rule: bad-subject\n"
    "    when: {header_raw.subject: '/bad(.*)/'}\n"
    "    then: {reject: 'bad ${1}'}\n"
    "  - rule: other-port\n"
    "    when: {macro.daemon_name: submission}\n"
    "    then: {reject: 'not on ${macro.daemon_name}'}\n"
    "  - rule: bad-text\n"
    "    when: {body_raw: '/bad \\d+/'}\n"
    "    then: {reject: 'bad text from ${macro.auth_authen|-}'}\n"
    "  - rule: tag\n"
    "    when: {recipient: {exists: true}}\n"
    "    then:\n"
    "      - add_header: {name: X-Tag, value: '${sender} ${helo|-}'}\n"
    "      - remove_header: {name: Received}\n";

/* NULL when well, or what a session was answered. */
static const char *
what_is_wrong(const struct daemon *d)
{
	static char answer[RAWMILTER_TEXT_MAX];

	rawmilter_probe(d->address, "evil.example", answer);
	if (strcmp(answer, "550 5.7.1 no evil") != 0)
		return answer;
	rawmilter_probe(d->address, "mx.example.org", answer);
	return strcmp(answer, "accept") == 0 ? NULL : answer;
}

bool
abuse_healthy(const struct daemon *d)
{
	const char *wrong = what_is_wrong(d);

	if (wrong != NULL)
		printf("# a session was answered: %s\n", wrong);
	return wrong == NULL;
}

/* Is that what a daemon looks like whose worker has died? */
static bool
is_worker_lost(const char *wrong)
{
#ifndef HAVE_MILTER_FD
	if (strcmp(wrong, "unreachable") == 0)
		return true;
#endif
	return strcmp(wrong, "closed") == 0;
}

bool
abuse_recovers(const struct daemon *d)
{
	const struct timespec pause = { 0, RECOVERY_PAUSE };
	const char *wrong = what_is_wrong(d);

	for (int i = 0; i < RECOVERY_TRIES && wrong != NULL; i++) {
		if (!is_worker_lost(wrong))
			break;
		nanosleep(&pause, NULL);
		wrong = what_is_wrong(d);
	}
	if (wrong != NULL)
		printf("# a session was answered: %s\n", wrong);
	return wrong == NULL;
}

bool
abuse_send(const struct daemon *d, struct span raw, bool negotiated)
{
	struct rawmilter m;
	bool well = rawmilter_open(&m, d->address);

	if (well && negotiated)
		well = rawmilter_negotiate(&m, WIRE_VERSION, WIRE_MAY_ALL, 0);
	buffer_add(&m.out, raw);
	well = well && rawmilter_settle(&m);
	rawmilter_drop(&m);
	return well;
}

/* In the order of a session; a step's strings end with NULL. */
static const struct {
	enum wire_letter letter;
	const char *strings[3];
} steps[ABUSE_STEPS] = {
	{ WIRE_CONNECT, { NULL } },
	{ WIRE_HELO, { "<a@example.org>" } },
	{ WIRE_MACROS, { NULL } },
	{ WIRE_MAIL, { "<a@example.org>", "SIZE=100" } },
	{ WIRE_RCPT, { "<a@example.org>" } },
	{ WIRE_DATA, { NULL } },
	{ WIRE_HEADER, { "Received", "a\n b" } },
	{ WIRE_EOH, { NULL } },
	{ WIRE_BODY, { "hello\r\n" } },
	{ WIRE_EOM, { NULL } },
	{ WIRE_UNKNOWN, { "HELP me" } },
	{ WIRE_ABORT, { NULL } },
	{ WIRE_QUIT_NC, { NULL } },
	{ WIRE_OPTIONS, { NULL } },
	{ WIRE_QUIT, { NULL } },
};

enum wire_letter
abuse_letter(size_t step)
{
	return steps[step].letter;
}

void
abuse_add_step(struct buffer *out, size_t step)
{
	const struct wire_options offer = { .version = WIRE_VERSION,
		.actions = WIRE_MAY_ALL };
	const struct macro macros[] = { { span_of("i"), span_of("4Xyz") },
		{ span_of("auth_authen"), span_of("user") } };
	struct span strings[3];
	size_t count = 0;

	while (count < 3 && steps[step].strings[count] != NULL) {
		strings[count] = span_of(steps[step].strings[count]);
		count++;
	}
	if (steps[step].letter == WIRE_CONNECT)
		packet_add_connect(out, span_of("mx.example.org"), NULL);
	else if (steps[step].letter == WIRE_MACROS)
		packet_add_macros(out, WIRE_MAIL, macros, 2);
	else if (steps[step].letter == WIRE_OPTIONS)
		packet_add_options(out, &offer);
	else if (steps[step].letter == WIRE_BODY)
		packet_add(out, WIRE_BODY, strings[0]);
	else if (count == 0)
		packet_add(out, (char)steps[step].letter, span_of(""));
	else
		packet_add_strings(out, steps[step].letter, strings, count);
}

void
abuse_add_dialogue(struct buffer *out, size_t count)
{
	for (size_t i = 0; i < count; i++)
		abuse_add_step(out, i);
}

/* The parent of process PID; 0 when it is gone. */
static long
parent_of(const char *pid)
{
	char path[300];
	long parent = 0;
	FILE *file;

	snprintf(path, sizeof path, "/proc/%s/stat", pid);
	file = fopen(path, "r");
	if (file == NULL)
		return 0;
	/* Our programs have no blank in their name. */
	if (fscanf(file, "%*d %*s %*c %ld", &parent) != 1)
		parent = 0;
	fclose(file);
	return parent;
}

long
abuse_worker(const struct daemon *d)
{
	DIR *list = opendir("/proc");
	long worker = d->pid;
	struct dirent *entry;

	while (list != NULL && (entry = readdir(list)) != NULL) {
		if (atol(entry->d_name) > 0 &&
		    parent_of(entry->d_name) == d->pid)
			worker = atol(entry->d_name);
	}
	if (list != NULL)
		closedir(list);
	return worker;
}

size_t
abuse_open_files(const struct daemon *d)
{
	char path[64];
	size_t count = 0;
	DIR *list;

	snprintf(path, sizeof path, "/proc/%ld/fd", abuse_worker(d));
	list = opendir(path);
	while (list != NULL && readdir(list) != NULL)
		count++;
	if (list != NULL)
		closedir(list);
	return count;
}

bool
abuse_is_unharmed(struct daemon *d, long worker)
{
	long now = abuse_worker(d);

	if (!abuse_healthy(d))
		return false;
	if (daemon_wait(d, 0) == DAEMON_STUCK && now == worker)
		return true;
	printf("# the worker was %ld, now it is %ld\n", worker, now);
	return false;
}
