/*
 * path.h - the grammar of MAIL and RCPT arguments.
 *
 * Paths are read as RFC 5321 4.1.2 writes them, and a little wider, as Postfix
 * does: the angle brackets may be missing, a domain may be missing or end in a
 * dot, there may be blanks around the path and inside of the brackets, dots may
 * stand anywhere in a local part, text may be UTF-8 (RFC 6531). Control
 * characters, and quotes and backslashes out of place, are never accepted.
 * Pure; any thread.
 */
#ifndef MILLGATE_SMTP_PATH_H
#define MILLGATE_SMTP_PATH_H

#include "span.h"

/* Bytes; RFC 5321 4.5.3.1 asks for 64 and 255. */
#define SMTP_ADDRESS_MAX 1024

struct smtp_path {
	struct span text;	/* as it came, with <> and source route */
	struct span address;	/* local@domain; empty for <> */
	struct span domain;	/* empty when there is none */
};

/*
 * Read the path that REST begins with and leave in REST what follows it, which
 * is empty or begins with a blank. -1 when there is no path.
 */
int smtp_path_read(struct span *rest, struct smtp_path *path);

/* A parameter of MAIL or RCPT: "SIZE=52" (RFC 5321 4.1.2 esmtp-param). */
struct smtp_param {
	struct span text;	/* all of it */
	struct span name;
	struct span value;	/* empty when there is no '=' */
};

/*
 * Take the next parameter off REST: 1 when there was one, 0 at the end, -1 when
 * the next word is none.
 */
int smtp_param_next(struct span *rest, struct smtp_param *param);

/* The next word of REST, which it is taken off; empty at the end. */
struct span smtp_word(struct span *rest);

#endif
