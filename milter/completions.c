/*
 * completions.c - command lines completed by a shell.
 *
 * Each shell is told for every command which options it has, what their values
 * are, and whether it takes files. Summaries and names come from our own tables
 * and hold nothing that a shell would expand.
 *
 * Failure: an option with a value that value_table does not know of is a bug.
 */
#include "config.h"

#include <assert.h>
#include <string.h>

#include "milter/completions.h"
#include "milter/replay/report.h"

enum value_kind {
	VALUE_NONE,		/* the option takes none */
	VALUE_ANY,		/* nothing can be offered */
	VALUE_FILE,
	VALUE_FOLDER,
	VALUE_FORMAT,		/* of a report */
};

static const struct {
	const char *option;
	enum value_kind kind;
} value_table[] = {
	{ "body-chunk", VALUE_ANY },
	{ "control", VALUE_FILE },
	{ "deliver", VALUE_FOLDER },
	{ "fail-under", VALUE_ANY },
	{ "format", VALUE_FORMAT },
	{ "maildir", VALUE_FOLDER },
	{ "milter", VALUE_FILE },
	{ "postfix", VALUE_FOLDER },
	{ "quarantine", VALUE_FOLDER },
	{ "sendmail", VALUE_FILE },
	{ "session", VALUE_ANY },
	{ "smtp", VALUE_ANY },
};

#define RULE_FILE_SUMMARY "the rule file"

static enum value_kind
value_of(const struct option *o)
{
	if (o->has_arg == no_argument)
		return VALUE_NONE;
	for (size_t i = 0; i < sizeof value_table / sizeof value_table[0]; i++)
		if (strcmp(value_table[i].option, o->name) == 0)
			return value_table[i].kind;
	assert(false);
	return VALUE_ANY;
}

static void
print_formats(FILE *out)
{
	for (size_t i = 0; report_name(i) != NULL; i++)
		fprintf(out, i > 0 ? " %s" : "%s", report_name(i));
}

/* --- bash ---------------------------------------------------------------- */

static void
bash_command(FILE *out, const struct command *c)
{
	fprintf(out, "\t%s)\n\t\tcase $before in\n"
	    "\t\t-c) kind=file ;;\n", c->name);
	for (const struct option *o = c->options; o->name != NULL; o++) {
		switch (value_of(o)) {
		case VALUE_NONE:
			continue;
		case VALUE_ANY:
			fprintf(out, "\t\t--%s) kind=any ;;\n", o->name);
			break;
		case VALUE_FILE:
			fprintf(out, "\t\t--%s) kind=file ;;\n", o->name);
			break;
		case VALUE_FOLDER:
			fprintf(out, "\t\t--%s) kind=folder ;;\n", o->name);
			break;
		case VALUE_FORMAT:
			fprintf(out, "\t\t--%s) kind=words words='", o->name);
			print_formats(out);
			fputs("' ;;\n", out);
			break;
		}
	}
	fprintf(out, "\t\t*) kind=%s words='-c", c->operands ? "operand" :
	    "option");
	for (const struct option *o = c->options; o->name != NULL; o++)
		fprintf(out, " --%s", o->name);
	fputs("' ;;\n\t\tesac\n\t\t;;\n", out);
}

static void
print_bash(FILE *out, const struct command *table, size_t count)
{
	/* bash takes --option=value for three words. */
	fputs("# bash completion for millgate(1)\n\n"
	    "_millgate()\n{\n"
	    "\tlocal word=${COMP_WORDS[COMP_CWORD]} kind=any words=\n"
	    "\tlocal before=${COMP_WORDS[COMP_CWORD-1]}\n\n"
	    "\tCOMPREPLY=()\n"
	    "\tif test \"$word\" = =; then\n\t\tword=\n"
	    "\telif test \"$before\" = =; then\n"
	    "\t\tbefore=${COMP_WORDS[COMP_CWORD-2]}\n\tfi\n"
	    "\tif test \"$COMP_CWORD\" = 1; then\n"
	    "\t\tkind=words words='", out);
	for (size_t i = 0; i < count; i++)
		if (table[i].run != NULL)
			fprintf(out, "%s ", table[i].name);
	fputs("--help --version'\n"
	    "\telse case ${COMP_WORDS[1]} in\n", out);
	for (size_t i = 0; i < count; i++)
		if (table[i].run != NULL)
			bash_command(out, &table[i]);
	fputs("\tesac; fi\n"
	    "\tcase $kind:$word in\n"
	    "\toperand:-*) kind=words ;;\n"
	    "\toperand:*) kind=file ;;\n"
	    "\toption:*) kind=words ;;\n"
	    "\tesac\n"
	    "\tcase $kind in\n"
	    "\twords) mapfile -t COMPREPLY < "
	    "<(compgen -W \"$words\" -- \"$word\") ;;\n"
	    "\tfile) mapfile -t COMPREPLY < <(compgen -f -- \"$word\") ;;\n"
	    "\tfolder) mapfile -t COMPREPLY < <(compgen -d -- \"$word\") ;;\n"
	    "\tesac\n"
	    "\tcase $kind in file | folder) "
	    "compopt -o filenames 2>/dev/null ;; esac\n"
	    "\treturn 0\n}\n"
	    "complete -F _millgate millgate\n", out);
}

/* --- fish ---------------------------------------------------------------- */

static void
fish_option(FILE *out, const struct command *c, const struct option *o)
{
	fprintf(out, "complete -c millgate -n '__fish_seen_subcommand_from %s' "
	    "-l %s", c->name, o->name);
	switch (value_of(o)) {
	case VALUE_NONE:
		break;
	case VALUE_ANY:
		fputs(" -x", out);
		break;
	case VALUE_FILE:
		fputs(" -r -F", out);
		break;
	case VALUE_FOLDER:
		fputs(" -x -a '(__fish_complete_directories)'", out);
		break;
	case VALUE_FORMAT:
		fputs(" -x -a '", out);
		print_formats(out);
		fputc('\'', out);
		break;
	}
	fputc('\n', out);
}

static void
print_fish(FILE *out, const struct command *table, size_t count)
{
	fputs("# fish completion for millgate(1)\n\n"
	    "complete -c millgate -f\n"
	    "complete -c millgate -n __fish_use_subcommand -l help\n"
	    "complete -c millgate -n __fish_use_subcommand -l version\n", out);
	for (size_t i = 0; i < count; i++) {
		const struct command *c = &table[i];

		if (c->run == NULL)
			continue;
		fprintf(out, "complete -c millgate -n __fish_use_subcommand "
		    "-a %s -d '%s'\n"
		    "complete -c millgate -n '__fish_seen_subcommand_from %s' "
		    "-s c -r -F -d '" RULE_FILE_SUMMARY "'\n", c->name,
		    c->summary, c->name);
		for (const struct option *o = c->options; o->name != NULL; o++)
			fish_option(out, c, o);
		if (c->operands)
			fprintf(out, "complete -c millgate -n "
			    "'__fish_seen_subcommand_from %s' -F\n", c->name);
	}
}

/* --- zsh ----------------------------------------------------------------- */

static void
zsh_option(FILE *out, const struct option *o)
{
	fprintf(out, " \\\n\t\t\t'--%s", o->name);
	switch (value_of(o)) {
	case VALUE_NONE:
		break;
	case VALUE_ANY:
		fputs("=:value: ", out);
		break;
	case VALUE_FILE:
		fputs("=:file:_files", out);
		break;
	case VALUE_FOLDER:
		fputs("=:folder:_files -/", out);
		break;
	case VALUE_FORMAT:
		fputs("=:format:(", out);
		print_formats(out);
		fputc(')', out);
		break;
	}
	fputc('\'', out);
}

static void
zsh_command(FILE *out, const struct command *c)
{
	fprintf(out, "\t\t%s)\n\t\t\t_arguments \\\n"
	    "\t\t\t'-c[" RULE_FILE_SUMMARY "]:file:_files'", c->name);
	for (const struct option *o = c->options; o->name != NULL; o++)
		zsh_option(out, o);
	if (c->operands)
		fputs(" \\\n\t\t\t'*:file:_files'", out);
	fputs("\n\t\t\t;;\n", out);
}

static void
print_zsh(FILE *out, const struct command *table, size_t count)
{
	fputs("#compdef millgate\n# zsh completion for millgate(1)\n\n"
	    "_millgate() {\n"
	    "\tlocal curcontext=$curcontext state line\n"
	    "\tlocal -a commands\n\n"
	    "\tcommands=(\n", out);
	for (size_t i = 0; i < count; i++)
		if (table[i].run != NULL)
			fprintf(out, "\t\t'%s:%s'\n", table[i].name,
			    table[i].summary);
	fputs("\t)\n"
	    "\t_arguments -C '(- *)--help' '(- *)--version' \\\n"
	    "\t    '1:command:->command' '*::argument:->argument'\n"
	    "\tcase $state in\n"
	    "\tcommand)\n\t\t_describe command commands\n\t\t;;\n"
	    "\targument)\n\t\tcase $words[1] in\n", out);
	for (size_t i = 0; i < count; i++)
		if (table[i].run != NULL)
			zsh_command(out, &table[i]);
	fputs("\t\tesac\n\t\t;;\n\tesac\n}\n\n_millgate \"$@\"\n", out);
}

/* ------------------------------------------------------------------------- */

static const struct {
	const char *name;
	void (*print)(FILE *out, const struct command *table, size_t count);
} shell_table[] = {
	{ "bash", print_bash },
	{ "fish", print_fish },
	{ "zsh", print_zsh },
};

int
completions_print(FILE *out, const char *shell, const struct command *table,
    size_t count)
{
	for (size_t i = 0; i < sizeof shell_table / sizeof shell_table[0]; i++)
		if (strcmp(shell_table[i].name, shell) == 0) {
			shell_table[i].print(out, table, count);
			return 0;
		}
	return -1;
}
