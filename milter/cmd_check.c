/*
 * cmd_check.c - millgate check: is this rule file right?
 *
 * Warnings are printed and change nothing. That a rule has ended is for this
 * command to say: rules have no clock of their own.
 *
 * Failure: 1 when the file has errors, each of which is printed; 2 when it
 * could not be looked at.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "milter/check_report.h"
#include "milter/command.h"

enum {
	OPTION_HELP = 256,
	OPTION_NEEDS,
	OPTION_PHASES,
};

const struct option cmd_check_options[] = {
	{ "help", no_argument, NULL, OPTION_HELP },
	{ "needs", no_argument, NULL, OPTION_NEEDS },
	{ "phases", no_argument, NULL, OPTION_PHASES },
	{ NULL, 0, NULL, 0 },
};

/* What is wanted beside the check itself. */
struct wanted {
	bool phases;
	bool needs;
};

static int
help(void)
{
	printf("usage: millgate check [--phases] [--needs] [-c FILE | FILE]\n"
	    "\n"
	    "Reads a rule file and what it includes, and reports every problem "
	    "in it.\n"
	    "FILE is '-' for standard input; without it %s\n"
	    "is read.\n"
	    "\n"
	    "  -c FILE       the rule file\n"
	    "      --phases  print for each rule when it is known to hold, "
	    "which fact that\n"
	    "                waits for, when the client is told, and which "
	    "rule above\n"
	    "                holds that back\n"
	    "      --needs   print which facts the rules read, and which steps "
	    "of SMTP,\n"
	    "                macros and rights to change messages they want of "
	    "the MTA\n"
	    "      --help    this text\n"
	    "\n"
	    "Exit status: 0 no errors (there may be warnings), 1 errors, 2 the "
	    "file could\n"
	    "not be read.\n", RULE_FILE_DEFAULT);
	return STATUS_FINE;
}

/* A rule whose last day is over does nothing any more. */
static void
warn_ended(const struct policy *p, struct error_list *errors)
{
	time_t now = time(NULL), until;
	struct rule_info info;
	char day[32];
	struct tm tm;

	for (size_t i = 0; i < policy_rule_count(p); i++) {
		info = policy_rule(p, i);
		until = (time_t)info.until;
		if (until == 0 || until >= now ||
		    localtime_r(&until, &tm) == NULL)
			continue;
		(void)strftime(day, sizeof day, "%Y-%m-%d", &tm);
		problem_hint(error_list_warn(errors, info.place,
		    span_of(NULL), "rule '%.*s' has ended: its last day was "
		    "%s", (int)info.name.len, info.name.ptr, day),
		    "remove it, or give it a later 'until'");
	}
}

static void
print_summary(const char *name, size_t rules, size_t warnings)
{
	printf("%s: %zu %s, ", name, rules, rules == 1 ? "rule" : "rules");
	if (warnings == 0)
		printf("no problems\n");
	else
		printf("%zu %s\n", warnings, warnings == 1 ? "warning" :
		    "warnings");
}

static int
check(const char *path, const struct wanted *wanted)
{
	const char *name = strcmp(path, "-") == 0 ? "<stdin>" : path;
	struct error_list errors = { .count = 0 };
	struct policy *policy;
	bool opened;

	policy = command_read(path, &opened, &errors);
	if (policy != NULL)
		warn_ended(policy, &errors);
	error_list_print(&errors, stderr);
	if (policy != NULL) {
		print_summary(name, policy_rule_count(policy),
		    errors.warning_count + errors.warnings_dropped);
		if (wanted->phases)
			report_phases(policy);
		if (wanted->needs)
			report_needs(policy);
	}
	error_list_release(&errors);
	if (policy == NULL)
		return opened ? STATUS_NO : STATUS_TROUBLE;
	policy_unref(policy);
	return STATUS_FINE;
}

int
cmd_check(int argc, char **argv)
{
	struct wanted wanted = { false, false };
	const char *path = NULL;
	int option;

	opterr = 0;
	while ((option = getopt_long(argc, argv, ":c:",
	    cmd_check_options, NULL)) != -1) {
		switch (option) {
		case 'c':
			path = optarg;
			break;
		case OPTION_HELP:
			return help();
		case OPTION_NEEDS:
			wanted.needs = true;
			break;
		case OPTION_PHASES:
			wanted.phases = true;
			break;
		default:
			command_bad_option(option, argv);
			return STATUS_TROUBLE;
		}
	}
	if (argc - optind > (path == NULL)) {
		command_error("check: one rule file at a time");
		return STATUS_TROUBLE;
	}
	if (optind < argc)
		path = argv[optind];
	return check(path != NULL ? path : RULE_FILE_DEFAULT, &wanted);
}
