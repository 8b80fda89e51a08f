/*
 * test_status.c - millgate status, asked of a daemon that runs.
 *
 * The rule file is written anew in place, as an administrator does it.
 */
#include "config.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/support/daemon.h"
#include "tests/support/rawmilter.h"
#include "tests/unit/unit.h"

#define TRIES 100		/* of 100 ms */
#define SAID_MAX (1u << 20)

static const char rules[] =
    "rules:\n"
    "  - rule: evil\n"
    "    when: {helo: evil.example}\n"
    "    then: {reject: no evil}\n"
    "  - rule: tried\n"
    "    mode: shadow\n"
    "    when: {sender: evil@example}\n"
    "    then: discard\n";

static struct daemon server;
static char control[DAEMON_PATH_MAX + 16];

/* The rule file, with HEAD in front of the rules. */
static void
write_rules(const char *head)
{
	FILE *f = fopen(server.rules, "w");

	check_true(f != NULL);
	if (f == NULL)
		return;
	fprintf(f, "millgate: 1\nsettings:\n  listen: unix:%s\n"
	    "  control: unix:%s\n%s%s", server.socket, control, head, rules);
	check_int(fclose(f), 0);
}

/* The exit status of `millgate status OPTIONS`, and what it SAID. */
static int
status(const char *options, struct buffer *said)
{
	const char *program = getenv("MILLGATE");
	char command[4 * DAEMON_PATH_MAX], piece[4096];
	size_t n;
	int result;
	FILE *f;

	snprintf(command, sizeof command, "%s status -c %s %s 2>&1",
	    program != NULL ? program : "./millgate", server.rules, options);
	buffer_clear(said);
	f = popen(command, "r");
	if (f == NULL)
		return -1;
	while ((n = fread(piece, 1, sizeof piece, f)) > 0)
		buffer_add(said, span_make(piece, n));
	result = pclose(f);
	return WIFEXITED(result) ? WEXITSTATUS(result) : -1;
}

/* Ask until the answer has TEXT in it; the exit status must then be WANT. */
static void
check_status(const char *options, int want, const char *text)
{
	const struct timespec pause = { .tv_nsec = 100000000 };
	struct buffer said;
	int result = -1, i;

	unit_case(text);
	buffer_init(&said, SAID_MAX);
	for (i = 0; i < TRIES; i++) {
		result = status(options, &said);
		if (strstr(buffer_text(&said), text) != NULL)
			break;
		nanosleep(&pause, NULL);
	}
	check_int(result, want);
	if (i == TRIES)
		check_text(buffer_text(&said), text);
	buffer_release(&said);
}

static void
test_start(void)
{
	check_true(daemon_prepare(&server, "", rules));
	snprintf(control, sizeof control, "%s/control", server.dir);
	write_rules("");
	check_status("", 2, "is 'millgate run' running");
	check_true(daemon_launch(&server) && daemon_ready(&server));
	check_status("", 0, "no rule has been hit yet");
	check_status("--json", 0, "\"generation\": 1,");
}

/* Signals must not go to process 0, which is us. */
static bool
runs(void)
{
	check_true(server.pid > 1);
	return server.pid > 1;
}

static void
test_counts(void)
{
	char answer[RAWMILTER_TEXT_MAX];

	if (!runs())
		return;
	for (int i = 0; i < 3; i++)
		rawmilter_probe(server.address, "evil.example", answer);
	rawmilter_probe(server.address, "good.example", answer);
	check_status("--json", 0, "\"rejected\": 3,");
	check_status("--json", 0, "\"hits\": 3, \"mode\": \"enforce\"");
	check_status("", 0, "3  ####################  evil (");
	check_status("--rules", 0, "tried (");
}

static void
test_reload_fails(void)
{
	if (!runs())
		return;
	write_rules("  on_error: perhaps\n");
	check_int(kill(server.pid, SIGHUP), 0);
	check_status("", 1, "failed and the rules of before are in force: ");
	check_status("--json", 1, "\"generation\": 1,");
	write_rules("");
	check_int(kill(server.pid, SIGHUP), 0);
	check_status("--json", 0, "\"reload_failed\": null,");
	check_status("--json", 0, "\"generation\": 2,");
	check_status("--json", 0, "\"reloads_failed\": 1");
	check_status("", 0, "no rule has been hit yet");
}

/* The worker's process id, or 0. */
static pid_t
worker(void)
{
	struct buffer said;
	const char *at;
	pid_t pid = 0;

	buffer_init(&said, SAID_MAX);
	check_int(status("--json", &said), 0);
	at = strstr(buffer_text(&said), "\"pid\": ");
	check_true(at != NULL);
	if (at != NULL)
		pid = (pid_t)strtol(at + strlen("\"pid\": "), NULL, 10);
	buffer_release(&said);
	return pid;
}

static void
test_crash(void)
{
	pid_t pid = runs() ? worker() : 0;

	check_true(pid > 1 && pid != server.pid);
	if (pid <= 1 || pid == server.pid)
		return;
	check_int(kill(pid, SIGKILL), 0);
	check_status("", 0, "note: the worker crashed and was started again");
	check_status("--json", 0, "\"restarts\": 1,");
}

static void
test_stop(void)
{
	check_int(daemon_stop(&server), 0);
	check_status("", 2, "is 'millgate run' running");
	check_true(access(control, F_OK) < 0);
	check_int(daemon_finish(&server), 0);
}

static const struct unit_test tests[] = {
	{ "a daemon is asked", test_start },
	{ "it tells what it has done", test_counts },
	{ "and that a reload failed", test_reload_fails },
	{ "and that a worker crashed", test_crash },
	{ "when it has stopped it cannot be asked", test_stop },
};

UNIT_MAIN("status", tests)
