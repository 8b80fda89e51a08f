/*
 * completions.h - command lines completed by a shell.
 *
 * Made of the table of commands and of their options, so a completion offers
 * what there is and nothing else.
 */
#ifndef MILLGATE_COMPLETIONS_H
#define MILLGATE_COMPLETIONS_H

#include "milter/command.h"

/*
 * Print the completions of SHELL ("bash", "fish" or "zsh") for the COUNT
 * commands in TABLE. -1: no such shell, and nothing was printed.
 */
int completions_print(FILE *out, const char *shell,
    const struct command *table, size_t count);

#endif
