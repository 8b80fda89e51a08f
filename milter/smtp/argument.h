/*
 * argument.h - what stands behind MAIL and RCPT: a path and parameters.
 */
#ifndef MILLGATE_SMTP_ARGUMENT_H
#define MILLGATE_SMTP_ARGUMENT_H

#include "buffer.h"
#include "event.h"
#include "milter/smtp/path.h"

struct smtp_session;

/* More than there are parameters in all RFCs. */
#define SMTP_PARAMS_MAX 32

/* An argument, taken apart. All spans point into the command line. */
struct smtp_argument {
	struct smtp_path path;
	struct span params[SMTP_PARAMS_MAX];
	size_t param_count;
	bool smtputf8;
	bool eight_bit;
	struct span author;		/* of AUTH=; empty: not given */
};

/*
 * Read ARGS, the argument of COMMAND, which is EVENT_MAIL or EVENT_RCPT, into
 * A. -1: it cannot be taken, and the reply that says so is appended to OUT.
 */
int smtp_argument_read(struct smtp_session *s, enum event_kind command,
    struct span args, struct smtp_argument *a, struct buffer *out);

#endif
