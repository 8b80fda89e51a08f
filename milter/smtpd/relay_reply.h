/*
 * relay_reply.h - what a server answers (RFC 5321 4.2), read line by line.
 *
 * The server may be anybody's: a line, and the number of lines of a reply, are
 * bounded. Pure but for R.
 */
#ifndef MILLGATE_SMTPD_RELAY_REPLY_H
#define MILLGATE_SMTPD_RELAY_REPLY_H

#include "milter/smtpd/queue_state.h"
#include "span.h"

/* RFC 5321 4.5.3.1.5 has 512 bytes; nobody needs so many lines. */
#define RELAY_LINE_MAX 2048
#define RELAY_LINES_MAX 100

struct relay_reply {
	unsigned code;			/* of the last line that was read */
	bool more;			/* that line is not the last one */
	bool whole;			/* the next line begins a reply */
	unsigned lines;			/* that were read of this reply */
	struct span said;		/* behind the code, in this line */
	char text[QUEUE_REPLY_MAX];	/* code and lines, as far as they fit;
					 * printable ASCII */
	size_t len;			/* of what is in `line` */
	char line[RELAY_LINE_MAX];
};

enum relay_read {
	RELAY_READ_MORE,	/* all bytes were used, there is no line yet */
	RELAY_READ_LINE,	/* a line, after which others follow */
	RELAY_READ_REPLY,	/* the last line: the reply is whole */
	RELAY_READ_BAD,		/* this is no SMTP; to be hung up on */
};

/* Take one line, or what there is of it, off BYTES. A zeroed R begins. */
enum relay_read relay_reply_take(struct relay_reply *r, struct span *bytes);

#endif
