/*
 * mail_folder.h - a folder that is given messages, each in a file of its own.
 *
 * A file holds what a mailbox would: a field Return-Path with the sender, a
 * field Delivered-To for each recipient, and below them every byte of header
 * and body, but for the line ends, which are LF. Its name is
 * NUMBER-TITLE.eml, or NUMBER-TITLE.held.eml for a message in quarantine; the
 * numbers count from 0001.
 *
 * Failure: a file that is there already, or cannot be written in full, ends it.
 * Nothing is put into the folder from then on, and `error` says why. One
 * thread.
 */
#ifndef MILLGATE_MAIL_FOLDER_H
#define MILLGATE_MAIL_FOLDER_H

#include "error.h"
#include "smtp_session.h"

struct mail_folder {
	const char *path;	/* borrowed */
	int fd;
	unsigned long count;	/* of messages that were put in */
	bool failed;
	struct error error;
};

/* Begin with the folder PATH, which must be there; -1 and ERROR if not. */
int mail_folder_open(struct mail_folder *f, const char *path,
    struct error *error);

/*
 * Put in MESSAGE; the file is called by TITLE as far as its characters are good
 * for a file name. One that is discarded is left out, for nobody gets it.
 */
void mail_folder_put(struct mail_folder *f, struct span title,
    const struct smtp_message *message);

/* The folder and its files stay. */
void mail_folder_close(struct mail_folder *f);

#endif
