/*
 * cmd_status.c - millgate status: how is the daemon?
 *
 * The rule file only says where the daemon is to be asked, so it may be full of
 * errors: that is when one wants to know.
 *
 * Failure: 1 when the daemon says that something is wrong; 2 when it could not
 * be asked.
 */
#include "config.h"

#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <wchar.h>

#include "milter/command.h"
#include "milter/status_print.h"

enum {
	OPTION_CONTROL = 256,
	OPTION_HELP,
	OPTION_JSON,
	OPTION_RULES,
};

const struct option cmd_status_options[] = {
	{ "control", required_argument, NULL, OPTION_CONTROL },
	{ "help", no_argument, NULL, OPTION_HELP },
	{ "json", no_argument, NULL, OPTION_JSON },
	{ "rules", no_argument, NULL, OPTION_RULES },
	{ NULL, 0, NULL, 0 },
};

struct wanted {
	const char *rules;	/* file */
	const char *control;	/* NULL: what the file says */
	bool json;
	bool all_rules;
};

static int
help(void)
{
	printf("usage: millgate status [-c FILE] [--control PATH] [--json] "
	    "[--rules]\n"
	    "\n"
	    "Asks the running daemon what it does: connections, messages and "
	    "what became of\n"
	    "them, the rules in force and their hits, and what is wrong.\n"
	    "\n"
	    "  -c FILE            the rule file that the daemon runs with, for "
	    "its setting\n"
	    "                     'control', in place of\n"
	    "                     %s\n"
	    "      --control PATH the control socket itself\n"
	    "      --json         one JSON object, with all rules\n"
	    "      --rules        all rules, not the ten with the most hits\n"
	    "      --help         this text\n"
	    "\n"
	    "Exit status: 0 fine, 1 something is wrong (the last reload "
	    "failed, lines of the\n"
	    "log were lost, no more connections are let in), 2 the daemon "
	    "could not be asked.\n", RULE_FILE_DEFAULT);
	return STATUS_FINE;
}

/* Can standard output show U+2588? Its three bytes are one character then. */
static bool
shows_blocks(void)
{
	mbstate_t state = { 0 };
	wchar_t c;

	return isatty(STDOUT_FILENO) && setlocale(LC_CTYPE, "") != NULL &&
	    mbrtowc(&c, "\xe2\x96\x88", 3, &state) == 3;
}

static int
show(const struct wanted *w, const struct status_report *r)
{
	struct status_style style = { .all_rules = w->all_rules };

	if (w->json) {
		status_print_json(stdout, r);
	} else {
		style.colour = command_wants_colour();
		style.blocks = shows_blocks();
		status_print(stdout, r, &style, time(NULL));
	}
	return status_is_wrong(r) ? STATUS_NO : STATUS_FINE;
}

static int
ask(const struct wanted *w, const char *path)
{
	struct status_report report = { .memory = NULL };
	struct buffer text;
	struct error error;
	int status = STATUS_TROUBLE;

	buffer_init(&text, STATUS_BYTES_MAX);
	if (status_ask(path, &text, &error) < 0)
		command_error("status: %s", error.text);
	else if (status_report_read(buffer_span(&text), &report, &error) < 0)
		command_error("status: %s: %s", path, error.text);
	else
		status = show(w, &report);
	status_report_release(&report);
	buffer_release(&text);
	return status;
}

static int
run(const struct wanted *w)
{
	struct error error;
	char *found = NULL;
	int status;

	if (w->control == NULL) {
		found = policy_find_control(w->rules, &error);
		if (found == NULL) {
			command_error("status: %s", error.text);
			return STATUS_TROUBLE;
		}
	}
	status = ask(w, found != NULL ? found : w->control);
	free(found);
	return status;
}

int
cmd_status(int argc, char **argv)
{
	struct wanted w = { .rules = RULE_FILE_DEFAULT };
	int option;

	opterr = 0;
	while ((option = getopt_long(argc, argv, ":c:",
	    cmd_status_options, NULL)) != -1) {
		switch (option) {
		case 'c':
			w.rules = optarg;
			break;
		case OPTION_CONTROL:
			w.control = optarg;
			break;
		case OPTION_HELP:
			return help();
		case OPTION_JSON:
			w.json = true;
			break;
		case OPTION_RULES:
			w.all_rules = true;
			break;
		default:
			command_bad_option(option, argv);
			return STATUS_TROUBLE;
		}
	}
	if (optind < argc) {
		command_error("status: unexpected '%s'; the rule file is "
		    "-c FILE", argv[optind]);
		return STATUS_TROUBLE;
	}
	return run(&w);
}
