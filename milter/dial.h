/*
 * dial.h - where somebody listens, found once and called often.
 *
 * Names are looked up by dial_find(), which may wait for the resolver and is for
 * the start of a program; dial_open() never waits.
 */
#ifndef MILLGATE_DIAL_H
#define MILLGATE_DIAL_H

#include <sys/socket.h>

#include "error.h"

struct dial {
	struct sockaddr_storage address;
	socklen_t length;
};

/* TEXT is a milter's place, as listen_spec.h reads it. -1: see ERROR. */
int dial_find_milter(const char *text, struct dial *to, struct error *error);

/* TEXT is HOST:PORT or [ADDRESS]:PORT. -1: see ERROR. */
int dial_find_host(const char *text, struct dial *to, struct error *error);

/*
 * A new stream socket that is being connected to D: non-blocking, closed on
 * exec, and over TCP without Nagle's delay. It can be written to when it is
 * connected, and SO_ERROR tells when it could not be. -1 and errno when it fails
 * at once.
 */
int dial_open(const struct dial *d);

#endif
