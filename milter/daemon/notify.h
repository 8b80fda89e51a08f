/*
 * notify.h - tell systemd what the daemon is doing: sd_notify(3)'s protocol.
 *
 * A datagram to the socket that the environment variable NOTIFY_SOCKET names (a
 * path, or "@name" of the abstract name space). Without the variable all of it
 * does nothing. For the supervisor's only thread. A message that cannot be sent
 * is lost: whoever started the daemon finds out by its own time limit.
 */
#ifndef MILLGATE_NOTIFY_H
#define MILLGATE_NOTIFY_H

/* READY=1, with STATUS= a word for people and MAINPID= the caller. */
void notify_ready(const char *status);

/* RELOADING=1 with MONOTONIC_USEC= (sd_notify(3)); notify_ready() ends it. */
void notify_reloading(void);

/* STOPPING=1 */
void notify_stopping(void);

/* STATUS=, a word for people. */
void notify_status(const char *status);

#endif
