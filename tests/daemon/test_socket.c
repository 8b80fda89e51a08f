/*
 * test_socket.c - whose the socket is, and who may use it.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sysexits.h>
#include <unistd.h>

#include "tests/support/daemon.h"
#include "tests/support/rawmilter.h"
#include "tests/support/some_group.h"
#include "tests/unit/unit.h"

#define REFUSE_MS 2000		/* "quickly", with room for sanitizers */

static const char rules[] =
    "rules:\n"
    "  - rule: evil\n"
    "    when: {helo: evil.example}\n"
    "    then: {reject: no evil}\n";

static void
check_healthy(const struct daemon *d)
{
	char answer[RAWMILTER_TEXT_MAX];

	rawmilter_probe(d->address, "evil.example", answer);
	check_text(answer, "550 5.7.1 no evil");
}

/* Launched now, it ends at once with 69 and says why. */
static void
check_refuses_to_start(struct daemon *d)
{
	struct buffer said;

	check_true(daemon_launch(d));
	check_int(daemon_wait(d, REFUSE_MS), EX_UNAVAILABLE);
	buffer_init(&said, 1 << 20);
	daemon_read(d->err, &said);
	check_true(strstr(buffer_text(&said), d->socket) != NULL);
	buffer_release(&said);
	daemon_stop(d);
}

static void
test_second_instance(void)
{
	struct stat before, after;
	struct daemon first, second;

	check_true(daemon_start(&first, "", rules));
	check_int(lstat(first.socket, &before), 0);
	second = first;
	check_refuses_to_start(&second);
	check_int(lstat(first.socket, &after), 0);
	check_true(before.st_ino == after.st_ino);
	check_healthy(&first);
	check_int(daemon_finish(&first), 0);
}

static void
test_foreign_listener(void)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct daemon d;

	check_true(daemon_prepare(&d, "", rules));
	memcpy(un.sun_path, d.socket, strlen(d.socket));
	check_int(bind(fd, (void *)&un, sizeof un), 0);
	check_int(listen(fd, 5), 0);
	check_refuses_to_start(&d);
	check_int(access(d.socket, F_OK), 0);
	close(fd);
	daemon_finish(&d);
}

static void
test_stale_socket(void)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct daemon d;

	check_true(daemon_prepare(&d, "", rules));
	memcpy(un.sun_path, d.socket, strlen(d.socket));
	check_int(bind(fd, (void *)&un, sizeof un), 0);
	close(fd);
	check_true(daemon_launch(&d));
	check_true(daemon_ready(&d));
	check_healthy(&d);
	check_int(daemon_finish(&d), 0);
}

static void
test_killed_and_started_again(void)
{
	struct daemon d;

	check_true(daemon_start(&d, "", rules));
	daemon_kill(&d);
	check_int(access(d.socket, F_OK), 0);
	check_true(daemon_launch(&d));
	check_true(daemon_ready(&d));
	check_healthy(&d);
	check_int(daemon_finish(&d), 0);
}

static void
test_socket_goes(void)
{
	struct daemon d;

	check_true(daemon_start(&d, "", rules));
	check_int(daemon_stop(&d), 0);
	check_int(access(d.socket, F_OK), -1);
	check_int(errno, ENOENT);
	daemon_finish(&d);
}

static void
make_file(const char *path)
{
	FILE *file = fopen(path, "w");

	check_true(file != NULL);
	if (file != NULL) {
		fputs("precious\n", file);
		fclose(file);
	}
}

static void
make_directory(const char *path)
{
	check_int(mkdir(path, 0700), 0);
}

/* To a file that is there, so that following it would be possible. */
static void
make_link(const char *path)
{
	check_int(symlink("rules.yaml", path), 0);
}

static void
make_dangling_link(const char *path)
{
	check_int(symlink("nowhere", path), 0);
}

static const struct {
	const char *sentence;
	void (*make)(const char *path);
} obstacles[] = {
	{ "a regular file", make_file },
	{ "a directory", make_directory },
	{ "a symbolic link", make_link },
	{ "a symbolic link to nowhere", make_dangling_link },
};

static void
test_obstacles(void)
{
	for (size_t i = 0; i < sizeof obstacles / sizeof *obstacles; i++) {
		struct stat before, after, rules_before, rules_after;
		struct daemon d;

		unit_case(obstacles[i].sentence);
		check_true(daemon_prepare(&d, "", rules));
		obstacles[i].make(d.socket);
		check_int(lstat(d.socket, &before), 0);
		check_int(stat(d.rules, &rules_before), 0);
		check_refuses_to_start(&d);
		check_int(lstat(d.socket, &after), 0);
		check_int(stat(d.rules, &rules_after), 0);
		check_true(before.st_ino == after.st_ino);
		check_int(after.st_mode, before.st_mode);
		check_int(after.st_size, before.st_size);
		check_int(rules_after.st_size, rules_before.st_size);
		check_int(rules_after.st_mode, rules_before.st_mode);
		daemon_finish(&d);
	}
}

static const struct {
	const char *sentence;
	const char *settings;
	mode_t umask;
	mode_t want;
} modes[] = {
	{ "0660 when nothing is said", "", 022, 0660 },
	{ "0660 under an open umask", "", 0, 0660 },
	{ "0660 under a narrow umask", "", 077, 0660 },
	{ "0600 when asked", "  socket: {mode: '0600'}\n", 0, 0600 },
	{ "0666 when asked", "  socket: {mode: '0666'}\n", 077, 0666 },
};

static void
test_modes(void)
{
	for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
		mode_t old = umask(modes[i].umask);
		struct stat found = { .st_mode = 0 };
		struct daemon d;

		unit_case(modes[i].sentence);
		check_true(daemon_start(&d, modes[i].settings, rules));
		umask(old);
		check_int(lstat(d.socket, &found), 0);
		check_true(S_ISSOCK(found.st_mode));
		check_int(found.st_mode & 07777, modes[i].want);
		check_int(daemon_finish(&d), 0);
	}
}

static void
test_group(void)
{
	struct group *group = some_group();
	struct stat found = { .st_mode = 0 };
	char settings[128];
	struct daemon d;
	gid_t want;

	check_true(group != NULL);
	if (group == NULL)
		return;
	want = group->gr_gid;
	snprintf(settings, sizeof settings, "  socket: {group: '%s'}\n",
	    group->gr_name);
	check_true(daemon_start(&d, settings, rules));
	check_int(lstat(d.socket, &found), 0);
	check_int(found.st_gid, want);
	check_int(found.st_mode & 07777, 0660);
	check_int(daemon_finish(&d), 0);
}

static void
test_unknown_group(void)
{
	struct daemon d;

	check_true(daemon_prepare(&d, "  socket: {group: no-such-group}\n",
	    rules));
	check_true(daemon_launch(&d));
	check_int(daemon_wait(&d, REFUSE_MS), EX_CONFIG);
	daemon_finish(&d);
}

static const struct unit_test tests[] = {
	{ "a second instance is refused, the first stays",
	    test_second_instance },
	{ "a socket that another program answers is left to it",
	    test_foreign_listener },
	{ "a socket that nobody listens on is replaced", test_stale_socket },
	{ "a killed daemon can be started again",
	    test_killed_and_started_again },
	{ "the socket goes when the daemon goes", test_socket_goes },
	{ "what is no socket is refused and left alone", test_obstacles },
	{ "the socket has the mode that was asked for", test_modes },
	{ "the socket has the group that was asked for", test_group },
	{ "a group that does not exist is refused", test_unknown_group },
};

UNIT_MAIN("daemon/socket", tests)
