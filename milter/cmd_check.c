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
#include "milter/daemon/listen_spec.h"

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

/* Can `run` listen where the file says? A file that says nothing is fine. */
static int
check_listen(const struct policy *policy, const char *name)
{
	const char *listen = policy_settings(policy)->listen;
	struct listen_spec spec;
	struct error error;

	if (listen == NULL || listen_spec_parse(listen, &spec, &error) == 0)
		return STATUS_FINE;
	command_error("%s: settings.listen: %s", name, error.text);
	return STATUS_NO;
}

static int
check(const char *path)
{
	const char *name = strcmp(path, "-") == 0 ? "<stdin>" : path;
	bool opened;
	struct policy *policy = command_load(path, &opened);
	size_t rules;
	int status;

	if (policy == NULL)
		return opened ? STATUS_NO : STATUS_TROUBLE;
	status = check_listen(policy, name);
	rules = policy_rule_count(policy);
	if (status == STATUS_FINE)
		printf("%s: %zu %s, no problems\n", name, rules,
		    rules == 1 ? "rule" : "rules");
	policy_unref(policy);
	return status;
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
