/*
 * test_control.c - the control socket, from the thread that answers to the
 * report that is read back.
 *
 * The thread is started once, on a socket in a folder of its own; every test
 * asks it as `millgate status` does, or worse.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "milter/daemon/control.h"
#include "milter/daemon/in_force.h"
#include "milter/daemon/tally.h"
#include "milter/status_report.h"
#include "rules/base/xmalloc.h"
#include "tests/unit/unit.h"

static char folder[] = "/tmp/millgate-control.XXXXXX";
static char path[sizeof folder + 8];

static const struct control_facts facts = {
	.supervisor = 4711,
	.started = 1700000000,
	.restarts = 2,
	.rules = "/etc/with blank.yaml",
	.listen = "unix:/run/millgate.sock",
	.connections = 1000,
};

static void
remove_folder(void)
{
	unlink(path);
	rmdir(folder);
}

/* COUNT rules are in force from now on. */
static bool
rules_in_force(int count)
{
	struct error_list errors = { .count = 0 };
	struct buffer text;
	struct policy *policy;

	buffer_init(&text, 8 << 20);
	buffer_add_text(&text, "millgate: 1\nrules:\n");
	for (int i = 0; i < count; i++)
		buffer_addf(&text, "- {rule: 'rule %d', mode: %s, when: "
		    "{sender: s%d@example}, then: reject}\n", i, i == 1 ?
		    "shadow" : i == 2 ? "off" : "enforce", i);
	policy = policy_load_text("rules.yaml", buffer_span(&text), &errors);
	check_true(policy != NULL);
	error_list_print(&errors, stderr);
	error_list_release(&errors);
	buffer_release(&text);
	if (policy == NULL)
		return false;
	in_force_put(plan_new(policy));
	policy_unref(policy);
	return true;
}

/* A listening socket at PATH, or -1. */
static int
listen_here(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	memcpy(address.sun_path, path, sizeof path);
	if (bind(fd, (struct sockaddr *)&address, sizeof address) < 0 ||
	    listen(fd, 16) < 0) {
		close(fd);
		return -1;
	}
	return fd;
}

/* Once: the daemon's side of it. */
static bool
begin(void)
{
	static bool begun, works;
	struct error error;

	if (begun)
		return works;
	begun = true;
	if (mkdtemp(folder) == NULL || !rules_in_force(3))
		return false;
	snprintf(path, sizeof path, "%s/socket", folder);
	(void)atexit(remove_folder);
	works = control_start(listen_here(), &facts, &error) == 0;
	check_true(works);
	return works;
}

/* Ask, and read the answer. */
static bool
ask(struct status_report *r)
{
	struct buffer text;
	struct error error;
	bool fine;

	buffer_init(&text, STATUS_BYTES_MAX);
	fine = status_ask(path, &text, &error) == 0 &&
	    status_report_read(buffer_span(&text), r, &error) == 0;
	if (!fine)
		check_text(error.text, "");
	buffer_release(&text);
	return fine;
}

/* A client that connects, and no more. */
static int
connect_only(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	memcpy(address.sun_path, path, sizeof path);
	check_int(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
	return fd;
}

static void
test_facts(void)
{
	struct status_report r;

	if (!begin() || !ask(&r))
		return;
	check_span(r.text[STATUS_VERSION], PACKAGE_VERSION);
	check_span(r.text[STATUS_RULES], "/etc/with blank.yaml");
	check_span(r.text[STATUS_LISTEN], "unix:/run/millgate.sock");
	check_span(r.text[STATUS_MODE], "enforce");
	check_span(r.text[STATUS_GATE], "open");
	check_size(r.text[STATUS_FINGERPRINT].len, 16);
	check_true(r.text[STATUS_JIT].len > 0);
	check_size(r.number[STATUS_PID], (size_t)getpid());
	check_size(r.number[STATUS_SUPERVISOR], 4711);
	check_size(r.number[STATUS_STARTED], 1700000000);
	check_true(r.number[STATUS_WORKER_STARTED] > 1700000000);
	check_true(r.number[STATUS_POLICY_LOADED] > 1700000000);
	check_size(r.number[STATUS_RESTARTS], 2);
	check_size(r.number[STATUS_GENERATION], 1);
	check_size(r.number[STATUS_RULE_COUNT], 3);
	check_size(r.number[STATUS_CONNECTIONS_LIMIT], 1000);
	check_size(r.number[STATUS_SESSIONS], 0);
	check_size(r.number[STATUS_LINES_LOST], 0);
	check_size(r.reload_failed, 0);
	status_report_release(&r);
}

static void
test_numbers_grow(void)
{
	struct plan *plan;
	struct status_report r;

	if (!begin())
		return;
	plan = in_force_take();
	plan_hit(plan, 1);
	plan_hit(plan, 1);
	plan_unref(plan);
	for (int t = 0; t < TALLY_COUNT; t++)
		for (int i = 0; i <= t; i++)
			tally_add((enum tally)t);
	if (!ask(&r))
		return;
	for (int t = 0; t < TALLY_COUNT; t++)
		check_size(r.tally[t], (size_t)t + 1);
	check_size(r.rule_count, 3);
	check_size(r.rules[1].hits, 2);
	check_span(r.rules[0].mode, "enforce");
	check_span(r.rules[1].mode, "shadow");
	check_span(r.rules[2].mode, "off");
	check_span(r.rules[2].name, "rule 2");
	check_span(r.rules[2].place, "rules.yaml:5");
	status_report_release(&r);
}

static void
test_setters(void)
{
	struct status_report r;

	if (!begin())
		return;
	control_gate(false);
	control_reload_failed("a.yaml:1:2: error: \"no\"\n");
	if (ask(&r)) {
		check_span(r.text[STATUS_GATE], "closed");
		check_true(r.reload_failed > 1700000000);
		check_span(r.reload_error, "a.yaml:1:2: error: \"no\"\n");
		status_report_release(&r);
	}
	control_gate(true);
	control_reload_failed(NULL);
	if (ask(&r)) {
		check_span(r.text[STATUS_GATE], "open");
		check_size(r.reload_failed, 0);
		status_report_release(&r);
	}
}

static void
test_many_rules(void)
{
	struct status_report r;

	if (!begin() || !rules_in_force(5000) || !ask(&r))
		return;
	check_size(r.number[STATUS_GENERATION], 2);
	check_size(r.rule_count, 5000);
	check_span(r.rules[4999].name, "rule 4999");
	status_report_release(&r);
}

/* The socket's buffer does not hold the lines of so many rules. */
static void
test_bad_clients(void)
{
	struct status_report r;
	int silent, gone, talks;

	if (!begin() || !rules_in_force(5000))
		return;
	gone = connect_only();
	close(gone);
	talks = connect_only();
	(void)send(talks, "GET / HTTP/1.0\r\n\r\n", 18, MSG_NOSIGNAL);
	silent = connect_only();
	if (ask(&r)) {
		check_size(r.rule_count, 5000);
		status_report_release(&r);
	}
	close(silent);
	close(talks);
}

static const struct unit_test tests[] = {
	{ "the report tells what the daemon is", test_facts },
	{ "and what it has done", test_numbers_grow },
	{ "and what went wrong", test_setters },
	{ "five thousand rules fit", test_many_rules },
	{ "clients that go, talk or do not read hurt nobody",
	    test_bad_clients },
};

UNIT_MAIN("control", tests)
