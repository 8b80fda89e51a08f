/*
 * command.c - what the commands of millgate(1) share.
 *
 * Failure: a message on standard error; the caller chooses the exit status.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "milter/command.h"

int
command_error(const char *format, ...)
{
	va_list args;

	fputs("millgate: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	return -1;
}

int
command_unsupported(const char *what)
{
	return command_error("'%s' is not supported by this version", what);
}

int
command_bad_option(int answer, char **argv)
{
	const char *word = argv[optind - 1];

	/* A short one may stand among others: -abc. */
	if (answer == ':')
		command_error("%s: '%s' needs a value", argv[0], word);
	else if (optopt != 0 && strncmp(word, "--", 2) != 0)
		command_error("%s: unknown option '-%c'", argv[0], optopt);
	else if (optopt != 0)
		command_error("%s: '%s' takes no value", argv[0], word);
	else
		command_error("%s: unknown option '%s'", argv[0], word);
	return command_error("'millgate %s --help' tells more", argv[0]);
}

/* NO_COLOR: https://no-color.org. */
bool
command_wants_colour(void)
{
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");

	return isatty(STDOUT_FILENO) && (no == NULL || no[0] == '\0') &&
	    term != NULL && strcmp(term, "dumb") != 0;
}

/* Can PATH be read as a file? Says why not. */
static bool
is_readable(const char *path)
{
	struct stat found;
	int fd, trouble = 0;

	if (strcmp(path, "-") == 0)
		return true;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0 || fstat(fd, &found) < 0)
		trouble = errno;
	else if (S_ISDIR(found.st_mode))
		trouble = EISDIR;
	if (fd >= 0)
		close(fd);
	if (trouble != 0)
		command_error("cannot read %s: %s%s", path, strerror(trouble),
		    strcmp(path, RULE_FILE_DEFAULT) == 0 ?
		    "; name another file with -c" : "");
	return trouble == 0;
}

struct policy *
command_read(const char *path, bool *opened, struct error_list *errors)
{
	*opened = is_readable(path);
	return *opened ? policy_load(path, errors) : NULL;
}

struct policy *
command_load(const char *path, bool *opened)
{
	struct error_list errors = { .count = 0 };
	struct policy *policy = command_read(path, opened, &errors);

	error_list_print(&errors, stderr);
	error_list_release(&errors);
	return policy;
}
