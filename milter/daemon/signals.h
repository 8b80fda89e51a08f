/*
 * signals.h - signals as things to read, in the supervisor; as nothing, in the
 * worker.
 */
#ifndef MILLGATE_SIGNALS_H
#define MILLGATE_SIGNALS_H

/*
 * For the supervisor's only thread: from now on SIGTERM, SIGINT, SIGHUP and
 * SIGCHLD end nothing but are read with signals_next(). SIGPIPE, SIGUSR1,
 * SIGUSR2 and SIGXFSZ (a log file at its limit) are ignored. -1 when there is no descriptor for it.
 */
int signals_catch(void);

/* Readable for poll(2) while there is something for signals_next(). */
int signals_descriptor(void);

/* The next of them, in the order in which they came; 0: none is left. */
int signals_next(void);

/*
 * For the worker's first thread, before it starts others: ignore all of these
 * signals. libmilter waits for SIGHUP, SIGTERM and SIGINT in a thread of its
 * own, and ends at each. They go by it: a process's signal that the first
 * thread does not block, and that is ignored, is dropped as it is sent. The C
 * library blocks them for a moment when that thread creates or signals another
 * one: then they go to a thread that does not, and are dropped there. So another
 * thread of ours (reload.h) must be there before libmilter's, with these signals
 * not blocked, and the first one creates none later.
 */
void signals_ignore(void);

#endif
