/*
 * negotiate.h - agree with an MTA on what it sends and what we answer.
 */
#ifndef MILLGATE_DAEMON_NEGOTIATE_H
#define MILLGATE_DAEMON_NEGOTIATE_H

#include <stdbool.h>

#include <libmilter/mfapi.h>

/* libmilter's xxfi_negotiate. */
sfsistat negotiate(SMFICTX *ctx, unsigned long actions, unsigned long protocol,
    unsigned long unused2, unsigned long unused3, unsigned long *our_actions,
    unsigned long *our_protocol, unsigned long *our2, unsigned long *our3);

#endif
