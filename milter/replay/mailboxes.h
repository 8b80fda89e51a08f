/*
 * mailboxes.h - what a server has delivered since it was last looked.
 *
 * A server that writes Maildirs shows there what became of a message: below one
 * folder a mailbox for each recipient, MAILBOX/new/FILE, and in a Maildir of its
 * own what is held. A file is read as millgate-smtpd(8) writes it: lines end in
 * LF, and above the message stand Return-Path, Delivered-To, in the quarantine
 * X-Quarantine, and the server's Received.
 *
 * Files are looked at and left alone. Each look reads the names of all, so the
 * folders had better be of the test's own. For commands: running out of memory
 * ends the process. One thread.
 */
#ifndef MILLGATE_MAILBOXES_H
#define MILLGATE_MAILBOXES_H

#include "arena.h"
#include "error.h"
#include "smtp_session.h"

struct mailboxes;

/* MAILDIR holds mailboxes, QUARANTINE is one; either may be NULL. Both must be
 * there, and are borrowed. NULL: see ERROR. */
struct mailboxes *mailboxes_open(const char *maildir, const char *quarantine,
    struct error *error);

/* NULL is allowed. */
void mailboxes_close(struct mailboxes *m);

bool mailboxes_have_maildir(const struct mailboxes *m);
bool mailboxes_have_quarantine(const struct mailboxes *m);

/* All that is there now is not new any more. -1: see ERROR. */
int mailboxes_note(struct mailboxes *m, struct error *error);

/*
 * The message that is new, in ARENA: what is in the first new file, with the
 * recipients of all, in no order that means anything. MESSAGE is empty and
 * `discarded` when there is none. What was new is noted. -1: see ERROR.
 */
int mailboxes_take(struct mailboxes *m, struct arena *arena,
    struct smtp_message *message, struct error *error);

#endif
