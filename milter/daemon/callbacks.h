/*
 * callbacks.h - what libmilter calls.
 */
#ifndef MILLGATE_DAEMON_CALLBACKS_H
#define MILLGATE_DAEMON_CALLBACKS_H

/*
 * Register all callbacks; -1 when libmilter refuses. Sessions begin with the
 * plan that is in force (in_force.h).
 */
int callbacks_register(void);

#endif
