/*
 * main.c - millgate(1): the table of its commands.
 *
 * Commands that are promised for later stand in the table without a function
 * and are refused by name, so nobody takes silence for success.
 *
 * Failure: exit status 2 when it is not clear what is wanted.
 */
#include "config.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "build_info.h"
#include "milter/command.h"
#include "milter/completions.h"
#include "milter/daemon/daemon.h"
#include "rules/base/suggest.h"

static const struct command command_table[] = {
	{ "check", "report every problem in a rule file",
	    cmd_check, cmd_check_options, true },
	{ "run", "filter mail for an MTA",
	    cmd_run, cmd_run_options, false },
	{ "test", "run the tests of a rule file, and recorded sessions",
	    cmd_test, cmd_test_options, true },
	{ "replay", NULL, NULL, NULL, false },
	{ "explain", NULL, NULL, NULL, false },
	{ "bench", NULL, NULL, NULL, false },
	{ "schema", NULL, NULL, NULL, false },
	{ "status", "ask the running daemon how it is",
	    cmd_status, cmd_status_options, false },
	{ "doctor", "find what keeps the filter from filtering",
	    cmd_doctor, cmd_doctor_options, false },
	{ "convert", NULL, NULL, NULL, false },
};

#define COMMAND_COUNT (sizeof command_table / sizeof command_table[0])

static void
usage(FILE *out)
{
	fputs("usage: millgate COMMAND [OPTIONS] [FILE]\n\n", out);
	for (size_t i = 0; i < COMMAND_COUNT; i++)
		if (command_table[i].run != NULL)
			fprintf(out, "  %-9s  %s\n", command_table[i].name,
			    command_table[i].summary);
	fputs("\n"
	    "  --help     this text; 'millgate COMMAND --help' tells more\n"
	    "  --version  the version, and what it runs with\n\n"
	    "Manual pages: millgate(1), millgate(8), millgate-rules(5), "
	    "millgate-session(5).\n", out);
}

static void
print_components(const struct build_component *components, size_t count)
{
	for (size_t i = 0; i < count; i++)
		printf("  %-20s  %s\n", components[i].name,
		    components[i].version);
}

static void
version(void)
{
	const struct build_component *components;
	size_t count;

	puts(PACKAGE_NAME " " PACKAGE_VERSION);
	components = daemon_components(&count);
	print_components(components, count);
	components = engine_components(&count);
	print_components(components, count);
}

/* For packaging; not in usage(), for nobody else has a use for it. */
static int
completions(const char *shell)
{
	if (shell != NULL && completions_print(stdout, shell, command_table,
	    COMMAND_COUNT) == 0)
		return STATUS_FINE;
	command_error("--completions is of bash, fish or zsh");
	return STATUS_TROUBLE;
}

static int
unknown_command(const char *name)
{
	struct suggestion near;

	suggest_init(&near, span_of(name));
	for (size_t i = 0; i < COMMAND_COUNT; i++)
		if (command_table[i].run != NULL)
			suggest_consider(&near,
			    span_of(command_table[i].name));
	if (near.best.len > 0)
		command_error("unknown command '%s'; did you mean '%.*s'?",
		    name, (int)near.best.len, near.best.ptr);
	else
		command_error("unknown command '%s'; 'millgate --help' lists "
		    "all", name);
	return STATUS_TROUBLE;
}

static int
dispatch(int argc, char **argv)
{
	const char *name = argv[0];

	for (size_t i = 0; i < COMMAND_COUNT; i++) {
		const struct command *command = &command_table[i];

		if (strcmp(name, command->name) != 0)
			continue;
		if (command->run != NULL)
			return command->run(argc, argv);
		command_unsupported(name);
		return STATUS_TROUBLE;
	}
	if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0 ||
	    strcmp(name, "help") == 0)
		usage(stdout);
	else if (strcmp(name, "--version") == 0)
		version();
	else if (strcmp(name, "--completions") == 0)
		return completions(argv[1]);
	else if (name[0] != '-')
		return unknown_command(name);
	else {
		command_error("unknown option '%s'", name);
		return STATUS_TROUBLE;
	}
	return STATUS_FINE;
}

/*
 * A program that is started without these would get their numbers for files and
 * sockets of its own, and print into them.
 */
static void
open_standard_descriptors(void)
{
	for (int fd = 0; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0)
			(void)open("/dev/null", O_RDWR);
}

int
main(int argc, char **argv)
{
	int status;

	open_standard_descriptors();
	if (argc < 2) {
		usage(stderr);
		return STATUS_TROUBLE;
	}
	status = dispatch(argc - 1, argv + 1);
	/* An answer that nobody could read was not given. */
	if ((fflush(stdout) != 0 || ferror(stdout)) && status == STATUS_FINE) {
		command_error("cannot write to standard output");
		return STATUS_TROUBLE;
	}
	return status;
}
