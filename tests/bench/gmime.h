/*
 * gmime.h - a message read by GMime alone, as its manual shows it: what
 * decoding costs at least.
 */
#ifndef MILLGATE_BENCH_GMIME_H
#define MILLGATE_BENCH_GMIME_H

#include "span.h"

/* Before all others, once. */
void gmime_begin(void);

/*
 * Parse MESSAGE and decode all of it: header fields, mailboxes, types and
 * names of parts, texts to UTF-8, and what else they hold; then forget it.
 * Returns how many bytes came out of texts and other leaves.
 */
size_t gmime_read(struct span message);

#endif
