/*
 * command.h - what the commands of millgate(1) share.
 *
 * A command is a row in the table of main.c and a function that is handed its
 * own name as argv[0]. It returns the exit status: 0 fine, 1 the answer is no,
 * 2 it could not be asked; the daemon has those of sysexits(3). Messages go to
 * standard error as "millgate: …".
 */
#ifndef MILLGATE_COMMAND_H
#define MILLGATE_COMMAND_H

#include <getopt.h>
#include <stdbool.h>

#include "policy.h"

#define STATUS_FINE 0
#define STATUS_NO 1
#define STATUS_TROUBLE 2

#define RULE_FILE_DEFAULT SYSCONFDIR "/millgate/millgate.yaml"

/* A command, as the table in main.c has it. */
struct command {
	const char *name;
	const char *summary;
	int (*run)(int argc, char **argv);	/* NULL: not in this version */
	const struct option *options;	/* beside -c FILE, which all have */
	bool operands;			/* it takes files */
};

int cmd_check(int argc, char **argv);
int cmd_doctor(int argc, char **argv);
int cmd_run(int argc, char **argv);
int cmd_status(int argc, char **argv);
int cmd_test(int argc, char **argv);

extern const struct option cmd_check_options[];
extern const struct option cmd_doctor_options[];
extern const struct option cmd_run_options[];
extern const struct option cmd_status_options[];
extern const struct option cmd_test_options[];

/* Print "millgate: …" to standard error; returns -1. */
int command_error(const char *format, ...)
    __attribute__((format(printf, 1, 2)));

/* Say that this version does not have WHAT yet; returns -1. */
int command_unsupported(const char *what);

/*
 * Explain why getopt_long() returned ANSWER, which is '?' or ':', when it was
 * called with opterr 0 and a short option string that begins with ':'.
 */
int command_bad_option(int answer, char **argv);

/* Is standard output a terminal that shows colours, and may it? */
bool command_wants_colour(void);

/*
 * Load the rules in PATH ("-": standard input). NULL when that fails: the
 * reasons were printed and *OPENED tells whether PATH could be read at all.
 */
struct policy *command_load(const char *path, bool *opened);

/* The same, but what there is to say of PATH is left in ERRORS. */
struct policy *command_read(const char *path, bool *opened,
    struct error_list *errors);

#endif
