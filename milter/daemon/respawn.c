/*
 * respawn.c - when a worker that crashed may be started again.
 *
 * Failure: none.
 */
#include "config.h"

#include <string.h>

#include "milter/daemon/respawn.h"

#define WAIT_FIRST 100		/* ms; the crash before was answered at once */
#define WAIT_MOST 1000
#define TRUSTED_AFTER 10000	/* ms that a worker lived */
#define ALARM_WITHIN 10000	/* ms between RESPAWN_ALARM crashes */

void
respawn_init(struct respawn *r)
{
	memset(r, 0, sizeof *r);
}

/* Keep the time of this crash; true when so many came so fast. */
static bool
note_crash(struct respawn *r, int64_t now)
{
	if (r->count == RESPAWN_ALARM) {
		memmove(&r->crashes[0], &r->crashes[1],
		    sizeof r->crashes - sizeof r->crashes[0]);
		r->count--;
	}
	r->crashes[r->count++] = now;
	return r->count == RESPAWN_ALARM &&
	    now - r->crashes[0] <= ALARM_WITHIN;
}

int64_t
respawn_crashed(struct respawn *r, int64_t born, int64_t now, bool *alarm)
{
	bool trusted = r->count == 0 || now - born >= TRUSTED_AFTER;
	int64_t wait = r->wait * 2;

	*alarm = note_crash(r, now);
	if (r->wait == 0)
		wait = WAIT_FIRST;
	if (wait > WAIT_MOST)
		wait = WAIT_MOST;
	r->wait = trusted ? 0 : wait;
	return r->wait;
}
