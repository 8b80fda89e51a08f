/*
 * date_time.h - the date and time of the internet (RFC 3339), and of mail
 * (RFC 5322 3.3). Pure; any thread.
 */
#ifndef MILLGATE_DATE_TIME_H
#define MILLGATE_DATE_TIME_H

#include <stdint.h>

#include "buffer.h"

/*
 * Read "2026-11-23T10:12:19Z", or with an offset, "+01:00", in place of the Z;
 * parts of a second are left out. *TIME is in seconds since the epoch. -1: TEXT
 * is no such time after the epoch and before the year 10000.
 */
int date_time_parse(struct span text, int64_t *time);

/* Append TIME, in seconds since the epoch: "Mon, 23 Nov 2026 10:12:19 +0000".
 * The names are those of the RFC, in any locale; a time that no calendar has is
 * the epoch. */
void date_time_mail(int64_t time, struct buffer *out);

#endif
