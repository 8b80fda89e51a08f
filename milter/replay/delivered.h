/*
 * delivered.h - a file of a Maildir, read back as the message that it was.
 *
 * Pure but for the arena; one thread.
 */
#ifndef MILLGATE_DELIVERED_H
#define MILLGATE_DELIVERED_H

#include "arena.h"
#include "smtp_session.h"

/*
 * Take apart TEXT, a file as millgate-smtpd(8) writes it, into MESSAGE, whose
 * memory is ARENA's: line ends are CRLF again, and what the server has put above
 * the message is taken off, which is Return-Path, Delivered-To and the topmost
 * Received. HELD: it is from the quarantine, where X-Quarantine stands as well.
 * -1: it does not begin so, or the arena is exhausted.
 */
int delivered_read(struct span text, bool held, struct arena *arena,
    struct smtp_message *message);

#endif
