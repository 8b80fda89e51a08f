/*
 * relay_lines.h - a message as it goes over the line after DATA.
 *
 * Lines end in CRLF and in nothing else, and a dot stands before each dot that
 * begins one (RFC 5321 4.5.2). A bare LF is made a CRLF, a bare CR a space: so
 * nothing in a message is taken for its end, whatever the next server holds to
 * be a line. Pure but for what is handed over.
 */
#ifndef MILLGATE_SMTPD_RELAY_LINES_H
#define MILLGATE_SMTPD_RELAY_LINES_H

#include "buffer.h"

/* Zeroed: before the first byte of a message. */
struct relay_lines {
	bool inside;		/* of a line that is begun */
	bool after_cr;		/* whose LF may come */
};

/* Append the next bytes, of which at most twice as many are made, and one. */
void relay_lines_add(struct relay_lines *l, struct span bytes,
    struct buffer *out);

/* End the last line if need be, and append the final dot. */
void relay_lines_end(struct relay_lines *l, struct buffer *out);

#endif
