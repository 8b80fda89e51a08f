/*
 * maildir.h - messages into Maildirs, safely.
 *
 * A mailbox is a folder below a root, called by its address: ASCII letters in
 * small, and every byte but letters, digits and "@._+=-" as %XX, a dot at the
 * front too. One that would be too long is cut, and "%-" and a hash of the
 * address follow. Folders that are missing are made, with mode 0700. Symbolic
 * links below a root are not followed.
 *
 * A message is written to tmp/ and made durable, then renamed into new/, which
 * is made durable as well (https://cr.yp.to/proto/maildir.html). Of several
 * recipients all files are in tmp/ before the first is renamed. A file's name
 * is unique on this host, holds the queue id, and ends in ",S=" and its size in
 * bytes, so that a file that is not whole can be told.
 *
 * A file begins with Return-Path and Delivered-To; line ends are LF. All
 * functions may be called from any thread, and never leave anything in tmp/ but
 * when the process is killed.
 */
#ifndef MILLGATE_SMTPD_MAILDIR_H
#define MILLGATE_SMTPD_MAILDIR_H

#include "smtp_session.h"

/* Bytes of a mailbox's folder, with its NUL. */
#define MAILBOX_NAME_MAX 256

/* The folder for ADDRESS. */
void maildir_name(struct span address, char name[MAILBOX_NAME_MAX]);

/*
 * Begin with ROOT, a folder of mailboxes or a Maildir itself, which has to be
 * there and to be writable: what an earlier process of HOST, killed while it
 * wrote, left in tmp/ is removed. Other processes may be using ROOT.
 *
 * To be called once in a process for each root, before deliveries. -1: see
 * ERROR.
 */
int maildir_open(const char *root, const char *host, struct error *error);

/*
 * One file for each recipient, in a mailbox of its own; of recipients that
 * differ only in the case of letters, for the first. SMTP_NO_ROOM: a disk, a
 * quota or a limit of the process is full. After a failure no file is left,
 * unless it cannot be removed either.
 */
enum smtp_delivery maildir_deliver(const char *root, const char *host,
    const struct smtp_message *message, struct error *error);

/*
 * One file in the Maildir that FOLDER is itself, with a Delivered-To for each
 * recipient and a field X-Quarantine with the reason.
 */
enum smtp_delivery maildir_hold(const char *folder, const char *host,
    const struct smtp_message *message, struct error *error);

#endif
