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

/*
 * Hold them back in the calling thread and in those that it creates from now
 * on, or let them come again.
 */
void signals_hold(void);
void signals_release(void);

/*
 * Send SIGTERM to whoever waits for it, now or later, in another thread:
 * libmilter does. The calling thread gets no more of them.
 */
void signals_pass_on(void);

/* The next of them, in the order in which they came; 0: signals_wake(). */
int signals_wait(void);

/* Make signals_wait() return 0. Any thread. */
void signals_wake(void);

#endif
