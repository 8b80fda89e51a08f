/*
 * wire_call.h - a filter at the other end of a socket, as an event sink.
 *
 * For commands: the calls wait until the filter has answered, or its time is
 * up. One thread.
 */
#ifndef MILLGATE_WIRE_CALL_H
#define MILLGATE_WIRE_CALL_H

#include "milter/dial.h"
#include "wire.h"

struct wire_call {
	struct milter *milter;	/* owned */
	const struct dial *to;
	int fd;			/* -1: there is no connection */
	bool reached;		/* there was one */
	unsigned long turn;	/* of the milter, as it was seen last … */
	int64_t since;		/* … and since when, by clock_ms() */
};

/*
 * A filter that listens at TO, which must live as long as C; it is connected to
 * when the first event comes. Out of memory ends the process.
 */
void wire_call_init(struct wire_call *c, const struct dial *to,
    const struct milter_config *config);

/* The event_sink; SELF is a struct wire_call. It never answers later. */
int wire_call_feed(void *self, const struct event *event,
    struct verdict *verdict);

/* Hang up and free. */
void wire_call_release(struct wire_call *c);

#endif
