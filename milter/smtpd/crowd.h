/*
 * crowd.h - how many connections each client's address has.
 */
#ifndef MILLGATE_SMTPD_CROWD_H
#define MILLGATE_SMTPD_CROWD_H

#include "ip.h"

struct crowd;

/* NULL when there is no memory. */
struct crowd *crowd_new(void);
void crowd_free(struct crowd *c);

/* One more from IP: how many there are now; 0 when there is no memory, and it
 * was not counted. */
size_t crowd_join(struct crowd *c, const struct ip *ip);

/* One less; each that was counted leaves once. */
void crowd_leave(struct crowd *c, const struct ip *ip);

#endif
