/*
 * play_render.h - what a sink said to an event, as text: see play.h.
 */
#ifndef MILLGATE_TEST_PLAY_RENDER_H
#define MILLGATE_TEST_PLAY_RENDER_H

#include "buffer.h"
#include "event.h"
#include "verdict.h"

/* An event and its answer. */
struct answered {
	const char *name;	/* of the event */
	const struct event *event;
	int result;
	struct verdict verdict;
};

/* Append A to OUT, if there is anything to say. */
void play_render(struct buffer *out, const struct answered *a);

/* Append BYTES, those that are not printable as \HH. */
void play_render_bytes(struct buffer *out, struct span bytes);

#endif
