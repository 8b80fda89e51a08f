/*
 * cmd_run.c - millgate run: the filter.
 *
 * Failure: a status of sysexits(3), for whoever starts daemons: 64 the command
 * line, 69 the socket, 71 the system, 78 the rule file.
 */
#include "config.h"

#include <stdio.h>
#include <sysexits.h>

#include "milter/command.h"
#include "milter/daemon/daemon.h"

enum {
	OPTION_FOREGROUND = 256,
	OPTION_HELP,
};

static const struct option options[] = {
	{ "foreground", no_argument, NULL, OPTION_FOREGROUND },
	{ "help", no_argument, NULL, OPTION_HELP },
	{ NULL, 0, NULL, 0 },
};

static int
help(void)
{
	printf("usage: millgate run [-c FILE] --foreground\n"
	    "\n"
	    "Filters mail for an MTA that connects to the socket that the rule "
	    "file names,\n"
	    "until SIGTERM or SIGINT tells it to stop. Each decision is a line "
	    "on standard output.\n"
	    "\n"
	    "  -c FILE           the rule file, in place of\n"
	    "                    %s\n"
	    "      --foreground  stay with the terminal (this version always "
	    "does)\n"
	    "      --help        this text\n"
	    "\n"
	    "Exit status: 0 stopped when told to, 64 wrong usage, 69 the "
	    "socket cannot be had,\n"
	    "71 trouble with the system, 78 trouble with the rule file. See "
	    "millgate(8).\n", RULE_FILE_DEFAULT);
	return EX_OK;
}

static int
run(const char *path)
{
	bool opened;
	struct policy *policy = command_load(path, &opened);
	struct error error;
	int status;

	if (policy == NULL)
		return EX_CONFIG;
	status = daemon_run(policy, &error);
	if (status != 0)
		command_error("%s", error.text);
	/* A session that libmilter let fall may still have its own. */
	policy_unref(policy);
	return status;
}

int
cmd_run(int argc, char **argv)
{
	const char *path = RULE_FILE_DEFAULT;
	bool foreground = false;
	int option;

	opterr = 0;
	while ((option = getopt_long(argc, argv, ":c:", options, NULL)) != -1) {
		switch (option) {
		case 'c':
			path = optarg;
			break;
		case OPTION_FOREGROUND:
			foreground = true;
			break;
		case OPTION_HELP:
			return help();
		default:
			command_bad_option(option, argv);
			return EX_USAGE;
		}
	}
	if (optind < argc) {
		command_error("run: unexpected '%s'; the rule file is -c FILE",
		    argv[optind]);
		return EX_USAGE;
	}
	if (!foreground) {
		command_error("'run' without '--foreground' is not supported "
		    "by this version; write: millgate run --foreground");
		return EX_USAGE;
	}
	return run(path);
}
