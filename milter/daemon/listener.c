/*
 * listener.c - claim a place to listen at, and give it back.
 *
 * libmilter would remove a socket that another process still listens on, and
 * tells its troubles to syslog only. So the place is looked at first: a lock
 * file says whether another of us has it, a connection says whether anybody
 * has. What is not a socket is never touched.
 *
 * Failure: a sysexits(3) status, and the world as it was found.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sysexits.h>
#include <unistd.h>

#include "milter/daemon/listener.h"
#include "milter/daemon/same_file.h"

/* A lock file that its owner removed while we opened it is tried again. */
#define LOCK_TRIES 10

static int
find_group(struct listener *l, const char *name, struct error *error)
{
	struct group *group;

	l->group = (gid_t)-1;
	if (name == NULL || l->spec.family != LISTEN_UNIX)
		return 0;
	group = getgrnam(name);
	if (group == NULL) {
		error_set(error, "there is no group '%s' for the socket", name);
		return EX_CONFIG;
	}
	l->group = group->gr_gid;
	return 0;
}

/* Is what is open as FD still what PATH names? */
static bool
is_same_file(int fd, const char *path)
{
	struct stat opened, named;

	return fstat(fd, &opened) == 0 && lstat(path, &named) == 0 &&
	    same_file(&opened, &named);
}

static int
take_lock(struct listener *l, struct error *error)
{
	const char *path = l->lock_path;

	for (int try = 0; try < LOCK_TRIES; try++) {
		int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW,
		    0600);

		if (fd < 0) {
			error_set(error, "cannot open the lock file %s: %s",
			    path, errno == ELOOP ? "it is a symbolic link" :
			    strerror(errno));
			return EX_UNAVAILABLE;
		}
		/* Whatever the umask: the next start must open it again. */
		(void)fchmod(fd, 0600);
		if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
			error_set(error, "another millgate listens on "
			    "unix:%s (it holds %s)", l->spec.path, path);
			close(fd);
			return EX_UNAVAILABLE;
		}
		if (is_same_file(fd, path)) {
			l->lock_fd = fd;
			return 0;
		}
		close(fd);
	}
	error_set(error, "the lock file %s does not stay in place", path);
	return EX_UNAVAILABLE;
}

static const char *
kind_of_file(mode_t mode)
{
	if (S_ISREG(mode))
		return "a regular file";
	if (S_ISDIR(mode))
		return "a directory";
	if (S_ISLNK(mode))
		return "a symbolic link";
	return "something that is not a socket";
}

/* Nothing at the path, or a socket? */
static int
look_at_path(const char *path, bool *exists, struct error *error)
{
	struct stat found;

	*exists = lstat(path, &found) == 0;
	if (*exists && S_ISSOCK(found.st_mode))
		return 0;
	if (*exists) {
		error_set(error, "cannot listen on unix:%s: there is %s", path,
		    kind_of_file(found.st_mode));
		return EX_UNAVAILABLE;
	}
	if (errno == ENOENT)
		return 0;
	error_set(error, "cannot listen on unix:%s: %s", path, strerror(errno));
	return EX_UNAVAILABLE;
}

/* 0: nobody listens on the socket at PATH; else errno of the attempt, or
 * EADDRINUSE when it was answered. */
static int
ask_socket(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int result = EADDRINUSE;

	if (fd < 0)
		return errno;
	memcpy(address.sun_path, path, strlen(path) + 1);
	/* EAGAIN: somebody listens whose backlog is full. */
	if (connect(fd, (struct sockaddr *)&address, sizeof address) < 0 &&
	    errno != EAGAIN)
		result = errno == ECONNREFUSED ? 0 : errno;
	close(fd);
	return result;
}

/* Remove a socket that nobody listens on; the lock is ours. */
static int
remove_stale(const char *path, struct error *error)
{
	bool exists;
	int status, asked;

	status = look_at_path(path, &exists, error);
	if (status != 0 || !exists)
		return status;
	asked = ask_socket(path);
	if (asked == EADDRINUSE) {
		error_set(error, "another program listens on unix:%s", path);
		return EX_UNAVAILABLE;
	}
	if (asked == 0 && unlink(path) < 0)
		asked = errno;
	if (asked == 0 || asked == ENOENT)
		return 0;
	error_set(error, "cannot take over the socket unix:%s: %s", path,
	    strerror(asked));
	return EX_UNAVAILABLE;
}

static int
claim_path(struct listener *l, struct error *error)
{
	const char *path = l->spec.path;
	bool exists;
	int status;

	/* No lock file beside what is not ours. */
	status = look_at_path(path, &exists, error);
	if (status != 0)
		return status;
	snprintf(l->lock_path, sizeof l->lock_path, "%s.lock", path);
	status = take_lock(l, error);
	/* Before we had the lock its last owner may have removed the socket. */
	return status != 0 ? status : remove_stale(path, error);
}

/* Try the address of INFO; 0, or an errno. */
static int
try_port(const struct addrinfo *info)
{
	int fd = listener_open_port(info, 1);

	if (fd < 0)
		return errno;
	close(fd);
	return 0;
}

/* Put the address of INFO in the place of its name. */
static int
keep_address(struct listener *l, const struct addrinfo *info,
    struct error *error)
{
	char host[LISTEN_HOST_MAX];
	int result = getnameinfo(info->ai_addr, info->ai_addrlen, host,
	    sizeof host, NULL, 0, NI_NUMERICHOST);

	if (result != 0)
		return error_set(error, "cannot listen on '%s': its address "
		    "cannot be written: %s", l->spec.host,
		    gai_strerror(result));
	memcpy(l->spec.host, host, sizeof host);
	return 0;
}

static int
claim_port(struct listener *l, struct error *error)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM };
	struct addrinfo *info;
	char port[8], text[LISTEN_TEXT_MAX];
	int result;

	listen_spec_format(&l->spec, text);
	snprintf(port, sizeof port, "%u", (unsigned)l->spec.port);
	hints.ai_family = l->spec.family == LISTEN_INET6 ? AF_INET6 : AF_INET;
	hints.ai_flags = AI_NUMERICSERV;
	result = getaddrinfo(l->spec.host, port, &hints, &info);
	if (result != 0) {
		error_set(error, "cannot listen on %s: %s", text,
		    gai_strerror(result));
		return EX_UNAVAILABLE;
	}
	result = try_port(info);
	if (result == EADDRINUSE)
		error_set(error, "another program listens on %s", text);
	else if (result != 0)
		error_set(error, "cannot listen on %s: %s", text,
		    strerror(result));
	else	/* from here on the resolver has no say any more */
		result = keep_address(l, info, error);
	freeaddrinfo(info);
	return result == 0 ? 0 : EX_UNAVAILABLE;
}

int
listener_claim(struct listener *l, const struct listen_spec *spec, mode_t mode,
    const char *group, struct error *error)
{
	int status;

	*l = (struct listener)LISTENER_NONE;
	l->spec = *spec;
	l->mode = mode;
	status = find_group(l, group, error);
	if (status != 0)
		return status;
	return l->spec.family == LISTEN_UNIX ? claim_path(l, error) :
	    claim_port(l, error);
}

int
listener_retract(struct listener *l, struct error *error)
{
	return l->spec.family == LISTEN_UNIX ?
	    remove_stale(l->spec.path, error) : 0;
}

void
listener_release(struct listener *l)
{
	if (l->published)
		same_file_remove(l->spec.path, &l->socket);
	l->published = false;
	if (l->fd >= 0)
		close(l->fd);
	l->fd = -1;
	if (l->lock_fd < 0)
		return;
	/* Closing ends the lock, so the file goes first. */
	if (is_same_file(l->lock_fd, l->lock_path))
		unlink(l->lock_path);
	close(l->lock_fd);
	l->lock_fd = -1;
}
