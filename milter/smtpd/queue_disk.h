/*
 * queue_disk.h - the folders of a queue, and files that are there whole or not
 * at all.
 *
 * A file is written in `tmp`, made durable, and then given its place with its
 * folder made durable as well; so whoever finds it there finds all of it, after
 * a power cut too. Different names may be written by different threads.
 */
#ifndef MILLGATE_SMTPD_QUEUE_DISK_H
#define MILLGATE_SMTPD_QUEUE_DISK_H

#include "error.h"
#include "smtp_session.h"

enum queue_folder {
	QUEUE_TMP,		/* what is being written; emptied at start */
	QUEUE_ACTIVE,		/* messages that wait, queue_file.h */
	QUEUE_STATE,		/* how far they are, queue_state.h */
	QUEUE_BOUNCED,		/* reports, and what could not be reported */
	QUEUE_FOLDERS,
};

struct queue_disk {
	int lock;
	int folder[QUEUE_FOLDERS];
};

/*
 * Open the folders below DIR, all of which are made, for their owner only, when
 * they are missing. -1: see ERROR; another process that has them is one.
 */
int queue_disk_open(struct queue_disk *d, const char *dir,
    struct error *error);
void queue_disk_close(struct queue_disk *d);

/* A new file in `tmp`, to be written. -1: errno. */
int queue_disk_begin(const struct queue_disk *d, const char *name);

/*
 * Close FD, the file NAME from queue_disk_begin(), and put it into FOLDER, in
 * place of what has this name there. -1: errno; it may be there nonetheless,
 * when only the folder could not be made durable.
 */
int queue_disk_commit(const struct queue_disk *d, int fd, const char *name,
    enum queue_folder folder);

/* Close FD and remove its file. */
void queue_disk_drop(const struct queue_disk *d, int fd, const char *name);

/* All of BYTES into FD. -1: errno. */
int queue_disk_write(int fd, struct span bytes);

/* What a failure with errno WHY is for a client. */
enum smtp_delivery queue_disk_delivery(int why);

#endif
