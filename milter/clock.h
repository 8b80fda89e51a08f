/*
 * clock.h - a clock that nobody sets.
 */
#ifndef MILLGATE_CLOCK_H
#define MILLGATE_CLOCK_H

#include <stdint.h>

/*
 * The time since some moment in the past, in milliseconds, or microseconds. It
 * only goes forward, whatever becomes of the time of day. Any thread.
 */
int64_t clock_ms(void);
int64_t clock_us(void);

#endif
