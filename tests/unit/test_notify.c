/*
 * test_notify.c - what the service manager is told.
 */
#include "config.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "milter/daemon/notify.h"
#include "tests/unit/unit.h"

static char folder[] = "/tmp/notify.XXXXXX";
static char path[sizeof folder + sizeof "/socket"];

/* A socket at PATH, or of an abstract name; the environment names it. */
static int
listen_at(const char *at)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	socklen_t length = sizeof un.sun_family;
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	char name[sizeof un.sun_path + 1] = "";

	if (at != NULL) {
		memcpy(un.sun_path, at, strlen(at) + 1);
		length = sizeof un;
	}
	check_int(bind(fd, (void *)&un, length), 0);
	length = sizeof un;
	check_int(getsockname(fd, (void *)&un, &length), 0);
	if (at == NULL)
		un.sun_path[0] = '@';
	memcpy(name, un.sun_path,
	    length - offsetof(struct sockaddr_un, sun_path));
	check_int(setenv("NOTIFY_SOCKET", name, 1), 0);
	return fd;
}

/* The next message; "" when there is none. */
static const char *
next(int fd)
{
	static char text[1024];
	ssize_t length = recv(fd, text, sizeof text - 1, 0);

	text[length < 0 ? 0 : length] = '\0';
	return text;
}

static void
check_all(int fd)
{
	char ready[80];

	notify_ready("listening on unix:/x");
	snprintf(ready, sizeof ready, "READY=1\nMAINPID=%ld\n"
	    "STATUS=listening on unix:/x", (long)getpid());
	check_text(next(fd), ready);
	notify_status("ten rules");
	check_text(next(fd), "STATUS=ten rules");
	notify_stopping();
	check_text(next(fd), "STOPPING=1");
	check_text(next(fd), "");
}

static void
test_path(void)
{
	int fd;

	check_true(mkdtemp(folder) != NULL);
	snprintf(path, sizeof path, "%s/socket", folder);
	fd = listen_at(path);
	check_all(fd);
	close(fd);
	unlink(path);
	rmdir(folder);
}

static void
test_abstract(void)
{
	int fd = listen_at(NULL);

	check_all(fd);
	close(fd);
}

static int64_t
now_usec(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static void
test_reloading(void)
{
	int fd = listen_at(NULL);
	int64_t before = now_usec(), told = 0;

	notify_reloading();
	check_int(sscanf(next(fd), "RELOADING=1\nMONOTONIC_USEC=%" SCNd64,
	    &told), 1);
	check_true(told >= before && told <= now_usec());
	close(fd);
}

static void
test_status_is_one_line(void)
{
	static char word[2000];
	int fd = listen_at(NULL);

	notify_status("bad file\nMAINPID=1");
	check_text(next(fd), "STATUS=bad file");
	memset(word, 'x', sizeof word - 1);
	notify_ready(word);
	check_size(strlen(next(fd)), 511);
	close(fd);
}

/* Nothing to see, but that the program goes on. */
static void
test_nobody(void)
{
	static const char *names[] = {
		"", "@", "/", "relative", "vsock:2:1", "/nonexistent/socket",
		"@nobody of this name",
	};
	char longest[200];

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		check_int(setenv("NOTIFY_SOCKET", names[i], 1), 0);
		notify_ready("x");
	}
	memset(longest, '/', sizeof longest - 1);
	for (size_t length = 107; length <= 109; length++) {
		longest[length] = '\0';
		check_int(setenv("NOTIFY_SOCKET", longest, 1), 0);
		notify_ready("x");
		longest[length] = '/';
	}
	check_int(unsetenv("NOTIFY_SOCKET"), 0);
	notify_ready("x");
	notify_reloading();
	notify_stopping();
}

/* Messages that nobody reads fill the queue; the daemon does not wait. */
static void
test_never_blocks(void)
{
	int fd = listen_at(NULL);
	int before = dup(fd);

	close(before);
	for (int i = 0; i < 5000; i++)
		notify_status("nobody reads this");
	check_text(next(fd), "STATUS=nobody reads this");
	check_int(dup(fd), before);
	close(before);
	close(fd);
}

static const struct unit_test tests[] = {
	{ "messages go to a path", test_path },
	{ "messages go to an abstract name", test_abstract },
	{ "reloading tells since when", test_reloading },
	{ "a status is one line of some length", test_status_is_one_line },
	{ "without a socket nothing happens", test_nobody },
	{ "a full queue stops nobody, and leaves nothing open",
	    test_never_blocks },
};

UNIT_MAIN("daemon/notify", tests)
