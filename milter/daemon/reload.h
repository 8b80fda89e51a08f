/*
 * reload.h - read the rules again while mail goes on.
 *
 * A thread of its own does it, begun before libmilter (see signals_ignore()):
 * reading may take long, and nothing waits for it. What is wrong with the files
 * changes nothing; the log has one line about it, with file, line and column.
 */
#ifndef MILLGATE_RELOAD_H
#define MILLGATE_RELOAD_H

#include "milter/daemon/worker.h"

/*
 * Begin, for worker W, which is borrowed for good: its rule file is read, what
 * becomes of that is said on its channel, and settings are compared with those
 * it was started with. -1 and ERROR when there is no thread.
 */
int reload_start(const struct worker *w, struct error *error);

/* Read them now; once more if that is being done. Any thread. */
void reload_ask(void);

#endif
