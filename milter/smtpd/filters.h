/*
 * filters.h - the milters of one SMTP session, carried by the loop.
 *
 * Each has a connection of its own, which is dialled when the session begins
 * and kept to its end. One that cannot be reached, hangs up, or is too slow
 * fails alone: its milter then gives the default answer. Nothing here waits.
 */
#ifndef MILLGATE_SMTPD_FILTERS_H
#define MILLGATE_SMTPD_FILTERS_H

#include "milter/dial.h"
#include "milter/smtpd/loop.h"
#include "smtp_session.h"
#include "wire.h"

/* One of the server's. */
struct filter_place {
	struct milter_config config;
	struct dial dial;
};

struct filter {
	struct filters *all;
	const struct filter_place *place;
	struct milter *milter;		/* owned */
	struct loop_watch watch;	/* its fd is -1 without a connection */
	struct loop_timer timer;
	unsigned long turn;		/* that the timer is for */
	bool connected;
	int64_t give_up;		/* when it was called often enough; 0:
					 * it has room for callers */
};

/* Zeroed: none. */
struct filters {
	struct filter *at;		/* owned */
	size_t count;
	struct loop *loop;
	void (*moved)(void *self);
	void *self;
};

/*
 * Ask COUNT milters at PLACES in the session S, which has no sinks yet. MOVED
 * is called with SELF by the loop when something came from one; what has to be
 * done then is filters_run(). -1: there is no memory.
 */
int filters_init(struct filters *f, const struct filter_place *places,
    size_t count, struct smtp_session *s);

/* Carry what can be carried now; to be called after each event of the session,
 * too. */
void filters_run(struct filters *f);

/* The verdict of the ASKED-th, if it is there. */
bool filters_answer(struct filters *f, size_t asked, struct verdict *verdict);

/* The session is freed already. A released or zeroed one may be released
 * again. */
void filters_release(struct filters *f);

#endif
