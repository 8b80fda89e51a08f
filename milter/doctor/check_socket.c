/*
 * check_socket.c - the place where MTAs connect.
 *
 * A milter trusts whoever connects, and an MTA trusts whoever listens: what
 * matters is who may connect, and who else could put a socket there.
 *
 * Failure: a finding.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <netdb.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ip.h"
#include "milter/doctor/checks.h"

#define CONNECT_MS 2000

/* Connect and hang up; 0, or why not. */
static int
knock(int family, const void *address, socklen_t length)
{
	struct pollfd p = { .events = POLLOUT };
	socklen_t size = sizeof(int);
	int trouble = 0;

	p.fd = socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (p.fd < 0)
		return errno;
	if (connect(p.fd, address, length) < 0)
		trouble = errno;
	if (trouble == EINPROGRESS) {
		trouble = ETIMEDOUT;
		if (poll(&p, 1, CONNECT_MS) == 1)
			(void)getsockopt(p.fd, SOL_SOCKET, SO_ERROR, &trouble,
			    &size);
	}
	close(p.fd);
	/* Somebody listens, who is busy. */
	return trouble == EAGAIN ? 0 : trouble;
}

static int
knock_path(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	memcpy(address.sun_path, path, strlen(path) + 1);
	return knock(AF_UNIX, &address, sizeof address);
}

/* Names are not asked for: that could wait for a server. */
static int
knock_port(const struct listen_spec *spec)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM };
	struct addrinfo *info;
	char port[8];
	int trouble;

	hints.ai_flags = AI_NUMERICSERV | AI_NUMERICHOST;
	snprintf(port, sizeof port, "%u", (unsigned)spec->port);
	if (getaddrinfo(strcasecmp(spec->host, "localhost") == 0 ?
	    "127.0.0.1" : spec->host, port, &hints, &info) != 0)
		return EDESTADDRREQ;
	trouble = knock(info->ai_family, info->ai_addr, info->ai_addrlen);
	freeaddrinfo(info);
	return trouble;
}

/* Does a millgate hold the lock of the socket PATH, on which somebody listens?
 * While somebody does, nobody else wants that lock. */
static bool
is_locked(const char *path)
{
	char lock[LISTEN_PATH_MAX + sizeof ".lock"];
	bool locked;
	int fd;

	snprintf(lock, sizeof lock, "%s.lock", path);
	fd = open(lock, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd < 0)
		return errno == EACCES;
	locked = flock(fd, LOCK_SH | LOCK_NB) < 0 && errno == EWOULDBLOCK;
	close(fd);
	return locked;
}

static bool
is_ours(const struct doctor *d)
{
	char place[LISTEN_TEXT_MAX];

	listen_spec_format(&d->listen, place);
	if (d->answers && span_is(d->report.text[STATUS_LISTEN], place))
		return true;
	return d->listen.family == LISTEN_UNIX && is_locked(d->listen.path);
}

/* What came of knocking. */
static void
add_answer(struct doctor *d, int trouble)
{
	const char *place = d->settings->listen;

	if (trouble == 0 && (is_ours(d) || d->settings->control == NULL)) {
		finding_add(d->findings, GRADE_OK, "socket", "the filter "
		    "listens on %s", place);
	} else if (trouble == 0) {
		finding_add(d->findings, GRADE_WRONG, "socket", "who listens "
		    "on %s is not the filter", place);
		finding_advise(d->findings, "stop the other program, or give "
		    "the filter another place in settings.listen");
	} else if (trouble == EACCES || trouble == EDESTADDRREQ) {
		finding_add(d->findings, GRADE_NOTE, "socket", "whether "
		    "somebody listens on %s could not be asked: %s", place,
		    strerror(trouble));
	} else {
		finding_add(d->findings, GRADE_WRONG, "socket", "nobody "
		    "listens on %s: %s", place, strerror(trouble));
		command_service(d, "start");
	}
}

/* Could somebody else than root and the filter put another thing there? */
static void
check_parents(struct doctor *d)
{
	char folder[PATH_MAX], above[PATH_MAX], name[PERSON_NAME_MAX];
	struct stat found;
	bool last = true;

	path_folder(d->listen.path, folder);
	for (;; last = false) {
		if (stat(folder, &found) < 0)
			return;
		/* In a sticky one nobody removes what is another's. */
		if ((found.st_mode & 022) != 0 &&
		    (last || (found.st_mode & S_ISVTX) == 0)) {
			finding_add(d->findings, GRADE_WRONG, "socket",
			    "others may write to %s, and put a socket of theirs "
			    "in the place of the filter's", folder);
			finding_command(d->findings, "chmod", "go-w", folder,
			    NULL);
		}
		if (found.st_uid != 0 && found.st_uid != d->filter.uid) {
			finding_add(d->findings, GRADE_WRONG, "socket", "%s is "
			    "the user's '%s', who could put a socket of his in "
			    "the place of the filter's", folder,
			    user_name(found.st_uid, name));
			finding_command(d->findings, "chown", last ?
			    d->filter.name : "root", folder, NULL);
		}
		if (strcmp(folder, "/") == 0)
			return;
		path_folder(folder, above);
		memcpy(folder, above, sizeof folder);
	}
}

static void
check_access(struct doctor *d, const struct stat *found)
{
	const struct settings *s = d->settings;
	const struct group *group;
	char name[PERSON_NAME_MAX];

	if ((found->st_mode & 0777) != s->socket_mode) {
		finding_add(d->findings, GRADE_WRONG, "socket", "%s has mode "
		    "%04o, and settings.socket.mode is %04o", d->listen.path,
		    (unsigned)found->st_mode & 0777, s->socket_mode);
		command_service(d, "restart");
	}
	if (s->socket_group == NULL)
		return;
	group = getgrnam(s->socket_group);
	if (group == NULL) {
		finding_add(d->findings, GRADE_WRONG, "socket", "there is no "
		    "group '%s', which settings.socket.group names",
		    s->socket_group);
	} else if (group->gr_gid != found->st_gid) {
		finding_add(d->findings, GRADE_WRONG, "socket", "%s has the "
		    "group '%s', and settings.socket.group is '%s'",
		    d->listen.path, group_name(found->st_gid, name),
		    s->socket_group);
		command_service(d, "restart");
	}
}

static void
check_path(struct doctor *d)
{
	const char *path = d->listen.path;
	struct stat found;

	if (!check_folder(d, "socket", path, d->has_filter &&
	    d->settings->user == NULL ? &d->filter : NULL))
		return;
	if (d->has_filter)
		check_parents(d);
	if (lstat(path, &found) < 0) {
		add_answer(d, errno);
		return;
	}
	if (!S_ISSOCK(found.st_mode)) {
		finding_add(d->findings, GRADE_WRONG, "socket", "what is at %s "
		    "is no socket, and the filter leaves it alone", path);
		finding_command(d->findings, "rm", "-i", path, NULL);
		return;
	}
	add_answer(d, knock_path(path));
	check_access(d, &found);
}

static bool
is_loopback(const char *host)
{
	static const struct ip loopback = { .bytes = { [15] = 1 }, .len = 16 };
	struct ip ip;

	if (ip_parse(span_of(host), &ip) < 0)
		return strcasecmp(host, "localhost") == 0;
	/* RFC 1122 3.2.1.3: all of 127.0.0.0/8. */
	return ip.len == 4 ? ip.bytes[0] == 127 :
	    memcmp(ip.bytes, loopback.bytes, ip.len) == 0;
}

void
check_socket(struct doctor *d)
{
	if (d->settings == NULL)
		return;
	if (!d->listens) {
		finding_add(d->findings, GRADE_WRONG, "socket", "settings."
		    "listen is not set: there is no place to listen on");
		finding_advise(d->findings, "write listen: unix:/run/millgate/"
		    "millgate.sock below settings");
	} else if (d->listen.family == LISTEN_UNIX) {
		check_path(d);
	} else {
		add_answer(d, knock_port(&d->listen));
		if (is_loopback(d->listen.host))
			return;
		finding_add(d->findings, GRADE_NOTE, "socket", "other machines "
		    "may reach the filter at %s", d->listen.host);
		finding_advise(d->findings, "let a firewall pass the MTA "
		    "alone, or listen on a unix socket or 127.0.0.1");
	}
}
