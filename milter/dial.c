/*
 * dial.c - where somebody listens, found once and called often.
 *
 * Failure: what cannot be read or found is said before anything is called;
 * what cannot be called is an errno.
 */
#include "config.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/un.h>
#include <unistd.h>

#include "milter/dial.h"
#include "rules/base/listen_spec.h"

static void
set_path(struct dial *to, const char *path)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };

	memcpy(un.sun_path, path, strlen(path) + 1);
	memcpy(&to->address, &un, sizeof un);
	to->length = sizeof un;
}

static int
look_up(const struct listen_spec *spec, struct dial *to, struct error *error)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM };
	struct addrinfo *found;
	char port[8];
	int result;

	if (spec->family == LISTEN_INET6)
		hints.ai_family = AF_INET6;
	snprintf(port, sizeof port, "%u", spec->port);
	result = getaddrinfo(spec->host, port, &hints, &found);
	if (result != 0)
		return error_set(error, "%s: %s", spec->host,
		    gai_strerror(result));
	memcpy(&to->address, found->ai_addr, found->ai_addrlen);
	to->length = found->ai_addrlen;
	freeaddrinfo(found);
	return 0;
}

int
dial_find_milter(const char *text, struct dial *to, struct error *error)
{
	struct listen_spec spec;

	*to = (struct dial){ .length = 0 };
	if (listen_spec_parse(text, &spec, error) < 0)
		return -1;
	if (spec.family != LISTEN_UNIX)
		return look_up(&spec, to, error);
	set_path(to, spec.path);
	return 0;
}

int
dial_find_host(const char *text, struct dial *to, struct error *error)
{
	char full[LISTEN_TEXT_MAX + sizeof "inet:"];

	if ((size_t)snprintf(full, sizeof full, "inet:%s", text) >=
	    sizeof full)
		return error_set(error, "the name is too long");
	return dial_find_milter(full, to, error);
}

int
dial_open(const struct dial *d)
{
	int fd = socket(d->address.ss_family,
	    SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int on = 1;
	int why;

	if (fd < 0)
		return -1;
	if (d->address.ss_family != AF_UNIX)
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	if (connect(fd, (const struct sockaddr *)&d->address, d->length) == 0 ||
	    errno == EINPROGRESS)
		return fd;
	/* A unix socket whose backlog is full says EAGAIN: it is no use to
	 * wait for that, nothing would tell when there is room. */
	why = errno;
	close(fd);
	errno = why;
	return -1;
}
