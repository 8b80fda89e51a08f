/*
 * respawn.h - when a worker that crashed may be started again.
 *
 * At once the first time; each further crash doubles the wait, from 100 ms to a
 * second, for a filter that is down defers mail; a worker that lived ten
 * seconds is trusted anew. Five crashes within ten seconds are an alarm. Pure:
 * the caller brings the time, in milliseconds of a monotonic clock.
 */
#ifndef MILLGATE_RESPAWN_H
#define MILLGATE_RESPAWN_H

#include <stdbool.h>
#include <stdint.h>

#define RESPAWN_ALARM 5

struct respawn {
	int64_t crashes[RESPAWN_ALARM];	/* the last ones, the oldest first */
	unsigned count;			/* of them */
	int64_t wait;			/* of the last one; 0: none */
};

void respawn_init(struct respawn *r);

/*
 * A worker that was started at BORN crashed NOW. Returns how many milliseconds
 * to wait; *ALARM: so many came so fast that somebody should look.
 */
int64_t respawn_crashed(struct respawn *r, int64_t born, int64_t now,
    bool *alarm);

#endif
