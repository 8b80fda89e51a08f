/*
 * cmd_doctor.c - millgate doctor: what keeps the filter from filtering?
 *
 * Failure: 1 when something is wrong; 2 when something that was named could not
 * be looked at.
 */
#include "config.h"

#include "milter/command.h"
#include "milter/doctor/doctor.h"

enum {
	OPTION_HELP = 256,
	OPTION_JSON,
	OPTION_POSTFIX,
	OPTION_SENDMAIL,
};

const struct option cmd_doctor_options[] = {
	{ "help", no_argument, NULL, OPTION_HELP },
	{ "json", no_argument, NULL, OPTION_JSON },
	{ "postfix", required_argument, NULL, OPTION_POSTFIX },
	{ "sendmail", required_argument, NULL, OPTION_SENDMAIL },
	{ NULL, 0, NULL, 0 },
};

static int
help(void)
{
	printf("usage: millgate doctor [-c FILE] [--postfix DIR] "
	    "[--sendmail FILE] [--json]\n"
	    "\n"
	    "Looks at what the filter needs: the rule file, its user, the "
	    "sockets and who may\n"
	    "reach them, the log, how Postfix or Sendmail ask it, libraries "
	    "and limits. Says\n"
	    "what is wrong, and the command that mends it. Nothing is changed."
	    "\n\n"
	    "  -c FILE              the rule file that the filter runs with, "
	    "in place of\n"
	    "                       %s\n"
	    "      --postfix DIR    the folder of main.cf and master.cf, in "
	    "place of\n"
	    "                       " DOCTOR_POSTFIX "\n"
	    "      --sendmail FILE  sendmail.cf, in place of\n"
	    "                       " DOCTOR_SENDMAIL "\n"
	    "      --json           one JSON object\n"
	    "      --help           this text\n"
	    "\n"
	    "Exit status: 0 nothing is wrong (there may be notes), 1 something "
	    "is, 2 what was\n"
	    "named cannot be looked at.\n", RULE_FILE_DEFAULT);
	return STATUS_FINE;
}

static int
run(const struct doctor_options *options, bool json)
{
	struct findings findings = { .at = NULL };
	struct error error;
	int status = STATUS_TROUBLE;

	if (doctor_look(options, &findings, &error) < 0) {
		command_error("doctor: %s", error.text);
	} else {
		if (json)
			findings_print_json(stdout, &findings);
		else
			findings_print(stdout, &findings,
			    command_wants_colour());
		status = findings.graded[GRADE_WRONG] > 0 ? STATUS_NO :
		    STATUS_FINE;
	}
	findings_release(&findings);
	return status;
}

int
cmd_doctor(int argc, char **argv)
{
	struct doctor_options wanted = { .rules = RULE_FILE_DEFAULT };
	bool json = false;
	int option;

	opterr = 0;
	while ((option = getopt_long(argc, argv, ":c:",
	    cmd_doctor_options, NULL)) != -1) {
		switch (option) {
		case 'c':
			wanted.rules = optarg;
			break;
		case OPTION_HELP:
			return help();
		case OPTION_JSON:
			json = true;
			break;
		case OPTION_POSTFIX:
			wanted.postfix = optarg;
			break;
		case OPTION_SENDMAIL:
			wanted.sendmail = optarg;
			break;
		default:
			command_bad_option(option, argv);
			return STATUS_TROUBLE;
		}
	}
	if (optind < argc) {
		command_error("doctor: unexpected '%s'; the rule file is "
		    "-c FILE", argv[optind]);
		return STATUS_TROUBLE;
	}
	return run(&wanted, json);
}
