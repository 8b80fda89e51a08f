/*
 * listen_spec.h - where a milter listens, read from text.
 *
 * Understood are what libmilter writes and what Postfix writes:
 *
 *	unix:/path  local:/path  /path
 *	inet:PORT@HOST  inet6:PORT@HOST
 *	inet:HOST:PORT  inet:[ADDRESS]:PORT
 *
 * A host must be named: a milter socket trusts whoever connects to it, so
 * listening on every address is never what an omission means. All functions are
 * pure; any thread.
 */
#ifndef MILLGATE_LISTEN_SPEC_H
#define MILLGATE_LISTEN_SPEC_H

#include <stdint.h>
#include <sys/un.h>

#include "error.h"

/* With its NUL; the kernel takes no longer name of a socket. */
#define LISTEN_PATH_MAX sizeof(((struct sockaddr_un *)NULL)->sun_path)
#define LISTEN_HOST_MAX 256	/* RFC 1035 2.3.4, with a NUL */
#define LISTEN_TEXT_MAX (LISTEN_HOST_MAX + 16)

enum listen_family {
	LISTEN_UNIX,
	LISTEN_INET,
	LISTEN_INET6,
};

struct listen_spec {
	enum listen_family family;
	char path[LISTEN_PATH_MAX];	/* LISTEN_UNIX: absolute */
	char host[LISTEN_HOST_MAX];	/* else: a name or an address */
	uint16_t port;			/* never 0 */
};

/*
 * Read TEXT. -1 when it is no such place: ERROR says why, without quoting it,
 * for TEXT may hold any character.
 */
int listen_spec_parse(const char *text, struct listen_spec *spec,
    struct error *error);

/* Write SPEC into OUT as libmilter wants it, which the parser reads as well. */
void listen_spec_format(const struct listen_spec *spec,
    char out[LISTEN_TEXT_MAX]);

#endif
