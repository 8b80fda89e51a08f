/*
 * wire_desk.h - the filter's side of a conversation, for tests: what it is told
 * is written down, what it says is the test's.
 *
 * In all text bytes outside of printable ASCII are \xNN, but NUL is '|' and LF
 * "\n". Texts last until the next call. For one thread.
 */
#ifndef MILLGATE_TEST_WIRE_DESK_H
#define MILLGATE_TEST_WIRE_DESK_H

#include "milter/wire/packet.h"
#include "wire.h"

struct wire_desk {
	struct milter_config config;	/* may be set before it opens */
	struct milter *milter;
	bool later;			/* the last event's answer is */
	struct verdict verdict;
	struct buffer log;		/* its lines */
	size_t log_lines;
	struct buffer told;
	struct buffer answer;
};

/* A conversation that has not begun. D is zeroed, but for its config. */
void wire_desk_open(struct wire_desk *d);
void wire_desk_close(struct wire_desk *d);

/*
 * A client unknown [192.0.2.1]:40112 connects, and a filter, which answers with
 * these options and CONTINUE.
 */
void wire_desk_meet(struct wire_desk *d, uint32_t version, uint32_t actions,
    uint32_t protocol);

/* All but the filter's answers: those are to be said. */
void wire_desk_call(struct wire_desk *d);

/* The filter's options; LISTS is what follows them in the packet. */
void wire_desk_options(struct wire_desk *d, uint32_t version,
    uint32_t actions, uint32_t protocol, struct span lists);

/* Feed EVENT. The answer if it is there, else "later". */
const char *wire_desk_feed(struct wire_desk *d, struct event event);

/* The same with the macros i and j. */
const char *wire_desk_feed_macros(struct wire_desk *d, struct event event);

/* The packets that wait for the filter, which reads them: a line for each. */
const char *wire_desk_told(struct wire_desk *d);

/* The filter sends a packet, or bytes. The answer if that made it, or "later";
 * else "". */
const char *wire_desk_says(struct wire_desk *d, char letter,
    struct span payload);
const char *wire_desk_sends(struct wire_desk *d, struct span bytes);

/* The same for a packet whose payload is text with its NUL. */
const char *wire_desk_says_text(struct wire_desk *d, char letter,
    const char *text);

/* The answer to the event at hand: "continue", "reject 550 5.7.1 no", then
 * " enough", and a line for each edit. */
const char *wire_desk_answer(struct wire_desk *d);

#endif
