/*
 * cmd_check.c - millgate check: is this rule file right?
 *
 * Failure: 1 when the file has problems, each of which is printed; 2 when it
 * could not be looked at.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "milter/command.h"

enum {
	OPTION_HELP = 256,
	OPTION_NEEDS,
	OPTION_PHASES,
};

static const struct option options[] = {
	{ "help", no_argument, NULL, OPTION_HELP },
	{ "needs", no_argument, NULL, OPTION_NEEDS },
	{ "phases", no_argument, NULL, OPTION_PHASES },
	{ NULL, 0, NULL, 0 },
};

static int
help(void)
{
	printf("usage: millgate check [-c FILE | FILE]\n"
	    "\n"
	    "Reads a rule file and reports every problem in it. FILE is '-' "
	    "for standard\n"
	    "input; without it %s is read.\n"
	    "\n"
	    "  -c FILE     the rule file\n"
	    "      --help  this text\n"
	    "\n"
	    "Exit status: 0 no problems, 1 problems, 2 the file could not be "
	    "read.\n", RULE_FILE_DEFAULT);
	return STATUS_FINE;
}

static int
check(const char *path)
{
	const char *name = strcmp(path, "-") == 0 ? "<stdin>" : path;
	bool opened;
	struct policy *policy = command_load(path, &opened);
	size_t rules;

	if (policy == NULL)
		return opened ? STATUS_NO : STATUS_TROUBLE;
	rules = policy_rule_count(policy);
	printf("%s: %zu %s, no problems\n", name, rules,
	    rules == 1 ? "rule" : "rules");
	policy_unref(policy);
	return STATUS_FINE;
}

int
cmd_check(int argc, char **argv)
{
	const char *path = NULL;
	int option;

	opterr = 0;
	while ((option = getopt_long(argc, argv, ":c:", options, NULL)) != -1) {
		switch (option) {
		case 'c':
			path = optarg;
			break;
		case OPTION_HELP:
			return help();
		case OPTION_NEEDS:
			command_unsupported("--needs");
			return STATUS_TROUBLE;
		case OPTION_PHASES:
			command_unsupported("--phases");
			return STATUS_TROUBLE;
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
	return check(path != NULL ? path : RULE_FILE_DEFAULT);
}
