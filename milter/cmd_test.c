/*
 * cmd_test.c - millgate test: do the rules do what is expected of them?
 *
 * Failure: 1 when a test failed; 2 when one could not be asked.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "milter/command.h"
#include "milter/test_depth.h"

#define NUMBER_DIGITS 9

enum {
	OPTION_HELP = 256,
	OPTION_BODY_CHUNK,
	OPTION_COVERAGE,
	OPTION_DELIVER,
	OPTION_FAIL_UNDER,
	OPTION_FORMAT,
	OPTION_MAILDIR,
	OPTION_MILTER,
	OPTION_QUARANTINE,
	OPTION_SESSION,
	OPTION_SMTP,
	OPTION_STRICT,
	OPTION_UPDATE,
};

const struct option cmd_test_options[] = {
	{ "body-chunk", required_argument, NULL, OPTION_BODY_CHUNK },
	{ "coverage", no_argument, NULL, OPTION_COVERAGE },
	{ "deliver", required_argument, NULL, OPTION_DELIVER },
	{ "fail-under", required_argument, NULL, OPTION_FAIL_UNDER },
	{ "format", required_argument, NULL, OPTION_FORMAT },
	{ "help", no_argument, NULL, OPTION_HELP },
	{ "maildir", required_argument, NULL, OPTION_MAILDIR },
	{ "milter", required_argument, NULL, OPTION_MILTER },
	{ "quarantine", required_argument, NULL, OPTION_QUARANTINE },
	{ "session", required_argument, NULL, OPTION_SESSION },
	{ "smtp", required_argument, NULL, OPTION_SMTP },
	{ "strict", no_argument, NULL, OPTION_STRICT },
	{ "update", no_argument, NULL, OPTION_UPDATE },
	{ NULL, 0, NULL, 0 },
};

static int
help(void)
{
	printf("usage: millgate test [-c] FILE [SESSION...]\n"
	    "       millgate test --milter SOCKET [FILE] [SESSION...]\n"
	    "       millgate test --smtp HOST:PORT [FILE] [SESSION...]\n"
	    "\n"
	    "Runs the tests in the rule file FILE and those in each SESSION, "
	    "a session file,\n"
	    "a folder of them (*.smtp), or '-' for standard input. Without "
	    "FILE,\n"
	    "%s is tested.\n"
	    "\n"
	    "  -c FILE            the rule file; all operands are sessions\n"
	    "      --body-chunk N hand bodies to the rules in pieces of N "
	    "bytes\n"
	    "      --coverage     say which rules the tests leave out\n"
	    "      --deliver DIR  write each message that is accepted to a "
	    "file in DIR\n"
	    "      --fail-under N fail unless N percent of the rules held in "
	    "some test\n"
	    "      --format NAME  text, json, tap or junit\n"
	    "      --maildir DIR  with --smtp: where the server delivers\n"
	    "      --milter SOCKET\n"
	    "                     ask the filter that listens there, not the "
	    "rules\n"
	    "      --quarantine DIR\n"
	    "                     with --smtp: where the server puts what is "
	    "held\n"
	    "      --session NAME only tests with NAME in their names\n"
	    "      --smtp HOST:PORT\n"
	    "                     say it all to the SMTP server there\n"
	    "      --strict       what cannot be checked has failed\n"
	    "      --update       show how session files would have to be "
	    "written to pass,\n"
	    "                     and write them so\n"
	    "      --help         this text\n"
	    "\n"
	    "With --milter and --smtp FILE may be left out: a first operand "
	    "*.smtp, or a\n"
	    "folder, is a session. What cannot be seen so is counted as not "
	    "checked.\n"
	    "\n"
	    "Exit status: 0 all passed, 1 something failed, 2 it could not be "
	    "asked.\n", RULE_FILE_DEFAULT);
	return STATUS_FINE;
}

/* The number TEXT, which option NAME has, between LEAST and MOST. */
static int
take_number(const char *name, const char *text, unsigned least, unsigned most,
    unsigned *number)
{
	size_t digits = strspn(text, "0123456789");
	unsigned long value = 0;

	if (digits > 0 && digits <= NUMBER_DIGITS && text[digits] == '\0')
		value = strtoul(text, NULL, 10);
	if (digits == 0 || digits > NUMBER_DIGITS || text[digits] != '\0' ||
	    value < least || value > most)
		return command_error("test: '%s' needs a number from %u to "
		    "%u, not '%s'", name, least, most, text);
	*number = (unsigned)value;
	return 0;
}

static int
take_format(struct test_wishes *w, const char *name)
{
	w->format = report_find(name);
	if (w->format != NULL)
		return 0;
	return command_error("test: '--format' is one of text, json, tap and "
	    "junit, not '%s'", name);
}

/* One option; -1: it is wrong, and that was said. */
static int
take_option(struct test_wishes *w, int option, char **argv)
{
	switch (option) {
	case 'c':
		w->rules = optarg;
		return 0;
	case OPTION_BODY_CHUNK:
		return take_number("--body-chunk", optarg, 1, 1u << 29,
		    &w->body_chunk);
	case OPTION_COVERAGE:
		w->coverage = true;
		return 0;
	case OPTION_DELIVER:
		w->deliver = optarg;
		return 0;
	case OPTION_FAIL_UNDER:
		return take_number("--fail-under", optarg, 0, 100,
		    &w->fail_under);
	case OPTION_FORMAT:
		return take_format(w, optarg);
	case OPTION_MAILDIR:
		w->maildir = optarg;
		return 0;
	case OPTION_MILTER:
		w->milter = optarg;
		return 0;
	case OPTION_QUARANTINE:
		w->quarantine = optarg;
		return 0;
	case OPTION_SESSION:
		w->name = optarg;
		return 0;
	case OPTION_SMTP:
		w->smtp = optarg;
		return 0;
	case OPTION_STRICT:
		w->strict = true;
		return 0;
	case OPTION_UPDATE:
		w->update = true;
		return 0;
	}
	return command_bad_option(option, argv);
}

/* Add one session file, or the folder of some. */
static int
take_session(struct test_wishes *w, const char *path, struct error *why)
{
	bool standard = strcmp(path, "-") == 0;
	struct stat found;

	if (standard && w->rules != NULL && strcmp(w->rules, "-") == 0)
		return error_set(why, "test: standard input holds the rules "
		    "or a session, not both");
	if (w->update && (standard || (stat(path, &found) == 0 &&
	    !S_ISREG(found.st_mode) && !S_ISDIR(found.st_mode))))
		return error_set(why, "test: --update cannot rewrite %s; name "
		    "a file", standard ? "standard input" : path);
	return inputs_add(&w->sessions, path, ".smtp", why);
}

/* Where others than the rules answer, the rule file may be left out. */
static bool
is_session(const struct test_wishes *w, const char *operand)
{
	struct stat found;

	if (w->milter == NULL && w->smtp == NULL)
		return false;
	return span_ends_with(span_of(operand), span_of(".smtp")) ||
	    (stat(operand, &found) == 0 && S_ISDIR(found.st_mode));
}

static int
take_operands(struct test_wishes *w, char **operands)
{
	struct error why;
	int result = 0;

	if (w->rules == NULL && *operands == NULL)
		w->rules = RULE_FILE_DEFAULT;
	else if (w->rules == NULL && !is_session(w, *operands))
		w->rules = *operands++;
	for (; *operands != NULL; operands++)
		if (take_session(w, *operands, &why) < 0)
			result = command_error("%s", why.text);
	return result;
}

int
cmd_test(int argc, char **argv)
{
	struct test_wishes w = { .format = &report_format_text };
	int option, status = STATUS_TROUBLE;

	opterr = 0;
	while ((option = getopt_long(argc, argv, ":c:",
	    cmd_test_options, NULL)) != -1) {
		if (option == OPTION_HELP)
			return help();
		if (take_option(&w, option, argv) < 0)
			return STATUS_TROUBLE;
	}
	if (test_depth_check(&w) == 0 && take_operands(&w, argv + optind) == 0)
		status = test_run(&w);
	inputs_release(&w.sessions);
	return status;
}
