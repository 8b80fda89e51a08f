/*
 * reload.h - read the rules again while mail goes on.
 *
 * A thread of its own does it, begun before libmilter (see signals_ignore()):
 * reading may take long, and nothing waits for it. What is wrong with the files
 * changes nothing; the log has one line about it, with file, line and column.
 */
#ifndef MILLGATE_RELOAD_H
#define MILLGATE_RELOAD_H

#include <stdbool.h>

#include "error.h"

/*
 * Begin. PATH is the rule file, borrowed for good; of what becomes of each
 * reading the word is said on CHANNEL. FOREGROUND is for log_open(). -1 and
 * ERROR when there is no thread.
 */
int reload_start(const char *path, int channel, bool foreground,
    struct error *error);

/* Read them now; once more if that is being done. Any thread. */
void reload_ask(void);

#endif
