/*
 * channel.h - what supervisor and worker have to say to each other.
 *
 * A pair of connected sockets, and words with a number. Nothing waits: a word
 * that finds no room is lost, which takes hundreds that nobody hears. When one
 * of the two processes ends, the other hears CHANNEL_END.
 */
#ifndef MILLGATE_CHANNEL_H
#define MILLGATE_CHANNEL_H

#include <stdint.h>

enum channel_word {
	CHANNEL_NOTHING,	/* nothing was said (yet) */
	CHANNEL_END,		/* the other one is gone */
	CHANNEL_RELOAD,		/* to the worker: read the rules again */
	CHANNEL_STOP,		/* let messages end, begin none, then end */
	CHANNEL_READY,		/* from the worker: mail is filtered */
	CHANNEL_LOADED,		/* other rules are in force: their fingerprint */
	CHANNEL_REFUSED,	/* those of before stay; the log says why */
};

/* The supervisor's end and the worker's. -1: errno says why. */
int channel_open(int ends[2]);

/* Say WORD, with NUMBER, to the other end of FD. Any thread. */
void channel_say(int fd, enum channel_word word, uint64_t number);

/* The next word from the other end of FD, and its number. */
enum channel_word channel_hear(int fd, uint64_t *number);

#endif
