/*
 * signals.h - SIGTERM, SIGINT and SIGHUP as things to wait for.
 *
 * For the process's first thread: catch them once, then wait.
 */
#ifndef MILLGATE_SIGNALS_H
#define MILLGATE_SIGNALS_H

/*
 * From now on these signals end nothing, but are waited for; SIGPIPE is
 * ignored. -1 when there is no descriptor for it.
 */
int signals_catch(void);

/* The next of them, in the order in which they came; 0: signals_wake(). */
int signals_wait(void);

/* Make signals_wait() return 0. Any thread. */
void signals_wake(void);

#endif
