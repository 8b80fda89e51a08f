/*
 * listener_bind.c - make the socket of a claimed place.
 *
 * Nobody can connect to a unix socket before listen(2), so until then there is
 * time to give it its group and to look at its mode. Its folder may belong to
 * somebody else than the caller, who may be root: what is changed is what was
 * looked at, by a descriptor, and not what has the name by then.
 *
 * Failure: a sysexits(3) status; listener_release() removes what was made.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sysexits.h>
#include <unistd.h>

#include "milter/daemon/listener.h"

void
listener_default_group(struct listener *l, gid_t group)
{
	if (l->spec.family == LISTEN_UNIX && l->group == (gid_t)-1)
		l->group = group;
}

mode_t
listener_umask(const struct listener *l)
{
	return ~l->mode & 0777;
}

/* The socket that is open as FD is ours: make it what was asked for. */
static int
set_access(struct listener *l, int fd, struct error *error)
{
	const char *path = l->spec.path;
	struct stat now;

	if (fstat(fd, &l->socket) < 0 || !S_ISSOCK(l->socket.st_mode)) {
		error_set(error, "unix:%s is not the socket that was made",
		    path);
		return EX_OSERR;
	}
	l->published = true;
	if (l->group != (gid_t)-1 &&
	    fchownat(fd, "", (uid_t)-1, l->group, AT_EMPTY_PATH) < 0) {
		error_set(error, "cannot give the socket unix:%s its group: "
		    "%s; the user must be a member of it", path,
		    strerror(errno));
		return EX_OSERR;
	}
	/* A default ACL of the folder takes the place of the umask. */
	if (fstat(fd, &now) < 0 || (now.st_mode & 07777) != l->mode) {
		error_set(error, "the socket unix:%s did not get mode %04o",
		    path, (unsigned)l->mode);
		return EX_OSERR;
	}
	return 0;
}

int
listener_publish(struct listener *l, struct error *error)
{
	int fd, status;

	if (l->spec.family != LISTEN_UNIX)
		return 0;
	fd = open(l->spec.path, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0) {
		error_set(error, "the socket unix:%s is gone: %s",
		    l->spec.path, strerror(errno));
		return EX_OSERR;
	}
	status = set_access(l, fd, error);
	close(fd);
	return status;
}

static bool
is_at(const struct sockaddr_storage *address, socklen_t length,
    const struct listen_spec *spec)
{
	const struct sockaddr_un *un = (const void *)address;
	char host[LISTEN_HOST_MAX], port[8], wanted[8];

	if (spec->family == LISTEN_UNIX)
		return un->sun_family == AF_UNIX &&
		    strncmp(un->sun_path, spec->path, LISTEN_PATH_MAX) == 0;
	snprintf(wanted, sizeof wanted, "%u", (unsigned)spec->port);
	return getnameinfo((const void *)address, length, host, sizeof host,
	    port, sizeof port, NI_NUMERICHOST | NI_NUMERICSERV) == 0 &&
	    strcmp(host, spec->host) == 0 && strcmp(port, wanted) == 0;
}

static bool
listens_at(int fd, const struct listen_spec *spec)
{
	struct sockaddr_storage address = { .ss_family = AF_UNSPEC };
	socklen_t length = sizeof address, size = sizeof(int);
	int listening;

	return getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listening,
	    &size) == 0 && listening != 0 &&
	    getsockname(fd, (void *)&address, &length) == 0 &&
	    is_at(&address, length, spec);
}

int
listener_find(const struct listener *l)
{
	int most = (int)sysconf(_SC_OPEN_MAX);

	for (int fd = 0; fd < most; fd++)
		if (listens_at(fd, &l->spec))
			return fd;
	return -1;
}

static int
fail(const struct listener *l, struct error *error)
{
	int reason = errno;
	char text[LISTEN_TEXT_MAX];

	listen_spec_format(&l->spec, text);
	error_set(error, "cannot listen on %s: %s", text, strerror(reason));
	return EX_UNAVAILABLE;
}

static int
bind_path(struct listener *l, int backlog, struct error *error)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	mode_t before;
	int bound, status;

	memcpy(address.sun_path, l->spec.path, sizeof address.sun_path);
	l->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (l->fd < 0)
		return fail(l, error);
	before = umask(listener_umask(l));
	bound = bind(l->fd, (struct sockaddr *)&address, sizeof address);
	umask(before);
	if (bound < 0)
		return fail(l, error);
	status = listener_publish(l, error);
	if (status != 0)
		return status;
	return listen(l->fd, backlog) < 0 ? fail(l, error) : 0;
}

int
listener_open_port(const struct addrinfo *address, int backlog)
{
	int fd = socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int on = 1, reason;

	if (fd < 0)
		return -1;
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0 &&
	    bind(fd, address->ai_addr, address->ai_addrlen) == 0 &&
	    listen(fd, backlog) == 0)
		return fd;
	reason = errno;
	close(fd);
	errno = reason;
	return -1;
}

static int
bind_port(struct listener *l, int backlog, struct error *error)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM };
	struct addrinfo *address;
	char port[8];
	int result;

	snprintf(port, sizeof port, "%u", (unsigned)l->spec.port);
	/* listener_claim() has put the address in the place of a name. */
	hints.ai_flags = AI_NUMERICSERV | AI_NUMERICHOST;
	result = getaddrinfo(l->spec.host, port, &hints, &address);
	if (result != 0) {
		error_set(error, "cannot listen on '%s': %s", l->spec.host,
		    gai_strerror(result));
		return EX_UNAVAILABLE;
	}
	l->fd = listener_open_port(address, backlog);
	result = l->fd < 0 ? fail(l, error) : 0;
	freeaddrinfo(address);
	return result;
}

int
listener_bind(struct listener *l, int backlog, struct error *error)
{
	return l->spec.family == LISTEN_UNIX ? bind_path(l, backlog, error) :
	    bind_port(l, backlog, error);
}
