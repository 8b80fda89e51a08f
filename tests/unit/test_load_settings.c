/*
 * test_load_settings.c - what the daemon is told by the rule file.
 *
 * What is refused, and how, is in tests/golden.
 */
#include "config.h"

#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "policy.h"
#include "rules/match/regex.h"
#include "tests/unit/machine_code.h"
#include "tests/unit/unit.h"

#define RULES "rules:\n  - rule: r\n    then: accept\n"
#define JIT "millgate: 1\nsettings:\n  require_jit: true\n" RULES

static int without_jit_status;

/* A policy with SETTINGS, which must be right. */
static struct policy *
load(const char *settings)
{
	struct error_list errors = { .count = 0 };
	struct policy *p;
	char text[1024];

	(void)snprintf(text, sizeof text, "millgate: 1\nsettings: {%s}\n"
	    RULES, settings);
	p = policy_load_text("rules.yaml", span_of(text), &errors);
	check_true(p != NULL);
	check_text(errors.count > 0 ? errors.at[0].text : "", "");
	check_size(errors.warning_count, 0);
	error_list_release(&errors);
	return p;
}

static void
test_defaults(void)
{
	struct policy *p = load("");
	const struct settings *s = policy_settings(p);

	check_text(s->control, NULL);
	check_text(s->user, NULL);
	check_text(s->group, NULL);
	check_text(s->pidfile, NULL);
	check_int(s->log.to, LOG_TO_DEFAULT);
	check_text(s->log.file, NULL);
	check_true(!s->log.json);
	check_int(s->log.level, LOG_LEVEL_INFO);
	check_true(!s->require_jit);
	check_size(s->limits.connections, 0);
	policy_unref(p);
}

static void
test_all(void)
{
	struct policy *p = load("control: unix:/run/m/control, user: millgate, "
	    "group: mail, pidfile: /run/m/pid, limits: {connections: 2K}, "
	    "log: {to: /var/log/m.log, format: json, level: notice}");
	const struct settings *s = policy_settings(p);

	check_text(s->control, "/run/m/control");
	check_text(s->user, "millgate");
	check_text(s->group, "mail");
	check_text(s->pidfile, "/run/m/pid");
	check_int(s->log.to, LOG_TO_FILE);
	check_text(s->log.file, "/var/log/m.log");
	check_true(s->log.json);
	check_int(s->log.level, LOG_LEVEL_NOTICE);
	check_size(s->limits.connections, 2048);
	policy_unref(p);
}

static const struct {
	const char *text;
	enum log_target to;
	enum log_level level;
} logs[] = {
	{ "log: {to: syslog}", LOG_TO_SYSLOG, LOG_LEVEL_INFO },
	{ "log: {to: stdout}", LOG_TO_STDOUT, LOG_LEVEL_INFO },
	{ "log: {to: /a}", LOG_TO_FILE, LOG_LEVEL_INFO },
	{ "log: {format: text}", LOG_TO_DEFAULT, LOG_LEVEL_INFO },
	{ "log: {level: info}", LOG_TO_DEFAULT, LOG_LEVEL_INFO },
	{ "log: {level: warning}", LOG_TO_DEFAULT, LOG_LEVEL_WARNING },
	{ "log: {level: error}", LOG_TO_DEFAULT, LOG_LEVEL_ERROR },
};

static void
test_logs(void)
{
	for (size_t i = 0; i < sizeof logs / sizeof logs[0]; i++) {
		const struct log_settings *log;
		struct policy *p;

		unit_case(logs[i].text);
		p = load(logs[i].text);
		log = &policy_settings(p)->log;
		check_int(log->to, logs[i].to);
		check_int(log->level, logs[i].level);
		check_true(!log->json);
		policy_unref(p);
	}
}

/* The control socket is written as the other one is, and kept as a path. */
static void
test_control(void)
{
	static const char *const texts[] = { "control: /run/c",
		"control: unix:/run/c", "control: local:/run/c",
		"control: /run/c, listen: /run/d",
		"control: /run/c, listen: inet:8891@127.0.0.1" };

	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		struct policy *p;

		unit_case(texts[i]);
		p = load(texts[i]);
		check_text(policy_settings(p)->control, "/run/c");
		policy_unref(p);
	}
}

/* Nobody but this machine gets there: no warning. */
static void
test_loopback(void)
{
	static const char *const texts[] = { "listen: inet:8891@127.0.0.1",
		"listen: inet:8891@127.1.2.3", "listen: inet:8891@localhost",
		"listen: inet:8891@LocalHost", "listen: 'inet6:8891@[::1]'",
		"listen: 'inet:[::ffff:127.0.0.1]:8891'",
		"listen: /run/x, socket: {mode: 0770}",
		"listen: /run/x, socket: {mode: 0665}" };

	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		unit_case(texts[i]);
		policy_unref(load(texts[i]));
	}
}

static void
test_jit(void)
{
	struct error_list errors = { .count = 0 };
	struct policy *p = policy_load_text("rules.yaml", span_of(JIT),
	    &errors);

	check_true((p != NULL) == regex_has_jit());
	check_true(p == NULL || policy_settings(p)->require_jit);
	policy_unref(p);
	error_list_release(&errors);
	p = load("require_jit: false");
	check_true(!policy_settings(p)->require_jit);
	policy_unref(p);
}

/* In a process that may make no machine code and has made none. */
static int
load_without_jit(void)
{
	struct error_list errors = { .count = 0 };
	struct policy *p;

	if (machine_code_deny() < 0)
		return 2;
	p = policy_load_text("rules.yaml", span_of(JIT), &errors);
	if (p != NULL || errors.count != 1 || errors.at[0].line != 3 ||
	    errors.at[0].column != 16 || errors.at[0].hint == NULL ||
	    strncmp(errors.at[0].text, "the JIT compiler of PCRE2 ", 26) != 0)
		return 1;
	error_list_release(&errors);
	return 0;
}

static void
test_no_jit(void)
{
	check_int(without_jit_status, 0);
}

static const struct unit_test tests[] = {
	{ "what is not set has its default", test_defaults },
	{ "all that is set is taken", test_all },
	{ "the log goes where it is sent", test_logs },
	{ "the control socket is a path", test_control },
	{ "sockets that only this machine reaches are well",
	  test_loopback },
	{ "the JIT compiler is there, or that is an error", test_jit },
	{ "without it, it cannot be required", test_no_jit },
};

int
main(void)
{
	pid_t child = fork();
	int status;

	if (child == 0)
		_exit(load_without_jit());
	without_jit_status = child > 0 && waitpid(child, &status, 0) == child &&
	    WIFEXITED(status) ? WEXITSTATUS(status) : -1;
	return unit_main("load_settings", tests,
	    sizeof tests / sizeof tests[0]);
}
