/*
 * queue_scan.h - what an earlier process has left in the folders of a queue.
 */
#ifndef MILLGATE_SMTPD_QUEUE_SCAN_H
#define MILLGATE_SMTPD_QUEUE_SCAN_H

#include "milter/smtpd/queue_entry.h"

#define QUEUE_USEC 1000000	/* a second, as names count */

struct queue_scan {
	struct queue_entry **at;	/* messages, in order; owned */
	size_t count;
	size_t room;
	uint64_t last;			/* the largest number in a name */
	char stranger[64];		/* the first name of another's file */
	size_t strangers;		/* how many there are */
};

/*
 * Look through the folders: `tmp` and what is left of messages that are gone is
 * removed. S must be zeroed; whatever is returned, S->at is the caller's to
 * free, and the entries in it. -1: errno.
 */
int queue_scan(const struct queue_disk *d, struct queue_scan *s);

/* May C stand in a name? */
bool queue_is_name_char(char c);

/* An entry for the files NAME. NULL: there is no memory. */
struct queue_entry *queue_entry_new(const char *name);

#endif
