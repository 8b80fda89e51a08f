/*
 * cmd_run.c - millgate run: the filter.
 *
 * Failure: a status of sysexits(3), for whoever starts daemons: 64 the command
 * line, 69 the socket, 71 the system, 73 a file, 78 the rule file.
 */
#include "config.h"

#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "milter/command.h"
#include "milter/daemon/daemon.h"

enum {
	OPTION_FOREGROUND = 256,
	OPTION_ALLOW_ROOT,
	OPTION_HELP,
};

const struct option cmd_run_options[] = {
	{ "allow-root", no_argument, NULL, OPTION_ALLOW_ROOT },
	{ "foreground", no_argument, NULL, OPTION_FOREGROUND },
	{ "help", no_argument, NULL, OPTION_HELP },
	{ NULL, 0, NULL, 0 },
};

static int
help(void)
{
	printf("usage: millgate run [-c FILE] [--foreground] [--allow-root]\n"
	    "\n"
	    "Filters mail for an MTA that connects to the socket that the rule "
	    "file names.\n"
	    "When it is ready it goes to the background. SIGHUP reads the "
	    "rules again, SIGTERM\n"
	    "lets messages that are under way end, SIGINT ends at once.\n"
	    "\n"
	    "  -c FILE           the rule file, in place of\n"
	    "                    %s\n"
	    "      --foreground  stay with the terminal, and log there unless "
	    "the rule file\n"
	    "                    says where\n"
	    "      --allow-root  filter as root when the rule file names no "
	    "user\n"
	    "      --help        this text\n"
	    "\n"
	    "Exit status: 0 stopped when told to, 64 wrong usage, 69 the "
	    "socket cannot be had,\n"
	    "71 trouble with the system, 73 a file cannot be made, 78 trouble "
	    "with the rule\n"
	    "file. See millgate(8).\n", RULE_FILE_DEFAULT);
	return EX_OK;
}

/*
 * PATH as it will be understood from the root directory, where a daemon in the
 * background works, in WHOLE; symbolic links stay, for they may lead elsewhere
 * at the next reload. What is too long is left for the loader to complain of.
 */
static const char *
lasting_path(const char *path, char whole[PATH_MAX])
{
	char here[PATH_MAX];
	int len;

	if (path[0] == '/' || strcmp(path, "-") == 0 ||
	    getcwd(here, sizeof here) == NULL)
		return path;
	len = snprintf(whole, PATH_MAX, "%s/%s", here, path);
	return len < PATH_MAX ? whole : path;
}

static int
run(struct daemon_options *options)
{
	static char whole[PATH_MAX];
	struct policy *policy;
	bool opened;

	if (!options->foreground)
		options->path = lasting_path(options->path, whole);
	policy = command_load(options->path, &opened);
	return policy == NULL ? EX_CONFIG : daemon_run(policy, options);
}

int
cmd_run(int argc, char **argv)
{
	struct daemon_options options = { .path = RULE_FILE_DEFAULT };
	int option;

	opterr = 0;
	while ((option = getopt_long(argc, argv, ":c:",
	    cmd_run_options, NULL)) != -1) {
		switch (option) {
		case 'c':
			options.path = optarg;
			break;
		case OPTION_FOREGROUND:
			options.foreground = true;
			break;
		case OPTION_ALLOW_ROOT:
			options.allow_root = true;
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
	return run(&options);
}
