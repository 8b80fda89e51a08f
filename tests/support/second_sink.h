/*
 * second_sink.h - a judge that has nothing to do with rules.
 *
 * It greets every client by name with a field in each message, counts the
 * messages of a connection, and asks to send every second one again. Only what
 * is promised in include/ is used.
 */
#ifndef MILLGATE_TEST_SECOND_SINK_H
#define MILLGATE_TEST_SECOND_SINK_H

#include "verdict.h"

struct second_sink {
	size_t messages;	/* begun on this connection */
	char client[64];
	char reply[64];
	char greeting[96];
	struct edit edit;
	struct decision decision;
	int broken;		/* fail at the next event */
};

/* The event_sink; SELF is a zeroed struct second_sink. */
int second_sink_feed(void *self, const struct event *event,
    struct verdict *verdict);

#endif
