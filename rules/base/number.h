/*
 * number.h - decimal numbers in thousandths, to and from text.
 *
 * What rules compare are counts, sizes, seconds and scores; with three decimals
 * sums stay exact. Pure; any thread.
 */
#ifndef MILLGATE_NUMBER_H
#define MILLGATE_NUMBER_H

#include <stdint.h>

#include "span.h"

#define NUMBER_ONE 1000			/* the number 1 */
#define NUMBER_TEXT_MAX 24		/* NUL included */

/*
 * Read "-12", "2.5" or "0.125". What is too large becomes INT64_MAX or
 * INT64_MIN. False when TEXT is not a number or has more than three decimals.
 */
bool number_parse(struct span text, int64_t *thousandths);

/* Write THOUSANDTHS with as few decimals as it needs. */
void number_format(int64_t thousandths, char out[NUMBER_TEXT_MAX]);

/* The sum, which stops at INT64_MAX and INT64_MIN. */
int64_t number_add(int64_t a, int64_t b);

#endif
