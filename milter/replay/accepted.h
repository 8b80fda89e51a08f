/*
 * accepted.h - the recipients of a transaction, in the order in which a server
 * has accepted them.
 *
 * There are at most as many as fit into 32 MiB; the others are left out, for
 * they give no more than an order. For commands: running out of memory ends the
 * process. One thread.
 */
#ifndef MILLGATE_ACCEPTED_H
#define MILLGATE_ACCEPTED_H

#include "arena.h"

struct accepted {
	struct arena arena;
	struct span *at;	/* addresses, without <> */
	size_t count;
	size_t room;
};

void accepted_init(struct accepted *a);
void accepted_release(struct accepted *a);

/* Another transaction begins. */
void accepted_forget(struct accepted *a);

/* LINE, a RCPT, was accepted. */
void accepted_add(struct accepted *a, struct span line);

/* Put the COUNT addresses at TO in this order; those that are not among the
 * accepted ones stay behind them. */
void accepted_order(const struct accepted *a, struct span *to, size_t count);

#endif
