/*
 * mail_file.h - a message as a file, for maildir.c: its name and what is in it.
 *
 * A name is TIME.MmicrosecondsPpidQnumber_ID.HOST; in new/, ",S=" and the size
 * follow. Bytes of ID and HOST that a file name cannot have, or that a Maildir
 * gives a meaning, are \ooo (https://cr.yp.to/proto/maildir.html).
 */
#ifndef MILLGATE_SMTPD_MAIL_FILE_H
#define MILLGATE_SMTPD_MAIL_FILE_H

#include <stdint.h>
#include <sys/types.h>
#include <time.h>

#include "smtp_session.h"

#define MAIL_FILE_NAME_MAX 256		/* with the NUL */

/* What makes the names of a delivery's files unique. */
struct mail_file_stamp {
	struct timespec time;
	unsigned long number;	/* of the first; the others follow it */
	struct span queue_id;
	const char *host;
};

/* A stamp for COUNT files. Any thread. */
void mail_file_stamp(struct mail_file_stamp *stamp, size_t count,
    struct span queue_id, const char *host);

/* The name of the file INDEX of a delivery; SIZE below 0: for tmp/. */
void mail_file_name(const struct mail_file_stamp *stamp, size_t index,
    int64_t size, char name[MAIL_FILE_NAME_MAX]);

/* Is NAME one of ours in tmp/, by a process of HOST or of any if that is NULL?
 * Then *PID is that process. */
bool mail_file_is_ours(const char *name, const char *host, pid_t *pid);

/*
 * Write M into the empty file FD, for RECIPIENT; NULL: for the quarantine.
 * Returns its size, or -1 and errno.
 */
int64_t mail_file_write(int fd, const struct smtp_message *m,
    const struct span *recipient);

#endif
