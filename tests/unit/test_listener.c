/*
 * test_listener.c - sockets that are claimed, made, and given back.
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

#include "milter/daemon/listener.h"
#include "tests/support/some_group.h"
#include "tests/unit/unit.h"

static char folder[32];
static char path[64];
static char lock[80];
static struct listen_spec place;

static void
begin(void)
{
	strcpy(folder, "/tmp/listener.XXXXXX");
	check_true(mkdtemp(folder) != NULL);
	snprintf(path, sizeof path, "%s/socket", folder);
	snprintf(lock, sizeof lock, "%s.lock", path);
	memset(&place, 0, sizeof place);
	place.family = LISTEN_UNIX;
	strcpy(place.path, path);
}

/* Nothing is left in the folder. */
static void
end(void)
{
	check_int(rmdir(folder), 0);
}

/* A socket at the path, that listens or not. */
static int
make_socket(bool listens)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	strcpy(un.sun_path, path);
	check_int(bind(fd, (void *)&un, sizeof un), 0);
	if (listens)
		check_int(listen(fd, 1), 0);
	return fd;
}

/* 0, or an errno. */
static int
try_connect(void)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int result = 0;

	strcpy(un.sun_path, path);
	if (connect(fd, (void *)&un, sizeof un) < 0)
		result = errno;
	close(fd);
	return result;
}

static int
claim(struct listener *l, mode_t mode, const char *group)
{
	struct error error = { "" };
	int status = listener_claim(l, &place, mode, group, &error);

	check_true((status == 0) == (error.text[0] == '\0'));
	return status;
}

static int
claim_and_bind(struct listener *l, mode_t mode, const char *group)
{
	struct error error = { "" };
	int status = claim(l, mode, group);

	if (status == 0)
		status = listener_bind(l, 5, &error);
	return status;
}

static void
test_life(void)
{
	struct listener l;
	struct stat found;

	begin();
	check_int(claim(&l, 0660, NULL), 0);
	check_int(l.fd, -1);
	check_int(lstat(lock, &found), 0);
	check_int(found.st_mode, S_IFREG | 0600);
	check_int(access(path, F_OK), -1);
	check_int(listener_bind(&l, 5, NULL), 0);
	check_true(l.fd >= 0);
	check_true(fcntl(l.fd, F_GETFD) & FD_CLOEXEC);
	check_int(try_connect(), 0);
	listener_release(&l);
	check_int(l.fd, -1);
	check_int(try_connect(), ENOENT);
	listener_release(&l);
	end();
}

static void
test_none(void)
{
	struct listener l = LISTENER_NONE;
	int input = fcntl(0, F_GETFD);

	/* Descriptor 0 is none of its. */
	listener_release(&l);
	check_int(fcntl(0, F_GETFD), input);
}

static const struct {
	const char *sentence;
	mode_t umask;
	mode_t mode;
} modes[] = {
	{ "0660, open umask", 0, 0660 },
	{ "0660, usual umask", 022, 0660 },
	{ "0660, closed umask", 0777, 0660 },
	{ "0600", 0, 0600 },
	{ "0666", 077, 0666 },
	{ "0777", 077, 0777 },
};

static void
test_modes(void)
{
	for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
		struct listener l;
		struct stat found = { .st_mode = 0 };
		mode_t before;

		unit_case(modes[i].sentence);
		begin();
		check_int(claim(&l, modes[i].mode, NULL), 0);
		before = umask(modes[i].umask);
		check_int(listener_bind(&l, 5, NULL), 0);
		check_int(umask(before), modes[i].umask);
		check_int(lstat(path, &found), 0);
		check_int(found.st_mode, S_IFSOCK | modes[i].mode);
		check_int(found.st_uid, geteuid());
		listener_release(&l);
		end();
	}
}

static void
check_group(struct listener *l, gid_t want)
{
	struct stat found = { .st_gid = 0 };

	check_int(listener_bind(l, 5, NULL), 0);
	check_int(lstat(path, &found), 0);
	check_int(found.st_gid, want);
	check_int(found.st_mode, S_IFSOCK | 0660);
	listener_release(l);
	end();
}

static void
test_group(void)
{
	struct group *group = some_group();
	struct listener l;
	char name[64];
	gid_t id;

	check_true(group != NULL);
	if (group == NULL)
		return;
	snprintf(name, sizeof name, "%s", group->gr_name);
	id = group->gr_gid;
	unit_case("as asked");
	begin();
	check_int(claim(&l, 0660, name), 0);
	check_group(&l, id);
	unit_case("as asked, with another to fall back on");
	begin();
	check_int(claim(&l, 0660, name), 0);
	listener_default_group(&l, id + 1);
	check_group(&l, id);
	unit_case("to fall back on");
	begin();
	check_int(claim(&l, 0660, NULL), 0);
	listener_default_group(&l, id);
	check_group(&l, id);
	unit_case("as it comes");
	begin();
	check_int(claim(&l, 0660, NULL), 0);
	check_group(&l, getegid());
	unit_case("there is none of this name");
	begin();
	check_int(claim(&l, 0660, "no such group"), EX_CONFIG);
	listener_release(&l);
	end();
}

static void
test_second_claim(void)
{
	struct listener first, second;

	begin();
	check_int(claim(&first, 0660, NULL), 0);
	unit_case("before there is a socket");
	check_int(claim(&second, 0660, NULL), EX_UNAVAILABLE);
	listener_release(&second);
	check_int(access(lock, F_OK), 0);
	unit_case("when there is");
	check_int(listener_bind(&first, 5, NULL), 0);
	check_int(claim(&second, 0660, NULL), EX_UNAVAILABLE);
	listener_release(&second);
	check_int(access(lock, F_OK), 0);
	check_int(try_connect(), 0);
	unit_case("after the first");
	listener_release(&first);
	check_int(claim_and_bind(&second, 0660, NULL), 0);
	check_int(try_connect(), 0);
	listener_release(&second);
	end();
}

static void
test_stale(void)
{
	struct listener l;

	begin();
	close(make_socket(true));
	check_int(try_connect(), ECONNREFUSED);
	check_int(claim_and_bind(&l, 0660, NULL), 0);
	check_int(try_connect(), 0);
	listener_release(&l);
	end();
}

static void
test_foreign(void)
{
	struct listener l;
	int fd;

	begin();
	fd = make_socket(true);
	check_int(claim(&l, 0660, NULL), EX_UNAVAILABLE);
	listener_release(&l);
	check_int(try_connect(), 0);
	close(fd);
	unlink(path);
	end();
}

/* Between claim and bind somebody was faster; what is there stays his. */
static void
test_lost_path(void)
{
	struct listener l;
	int fd;

	begin();
	check_int(claim(&l, 0660, NULL), 0);
	fd = make_socket(true);
	check_int(listener_bind(&l, 5, NULL), EX_UNAVAILABLE);
	listener_release(&l);
	check_int(try_connect(), 0);
	close(fd);
	unlink(path);
	end();
}

/* A socket that took the place of ours is not ours to remove. */
static void
test_replaced(void)
{
	struct listener l;
	int fd;

	begin();
	check_int(claim_and_bind(&l, 0660, NULL), 0);
	unlink(path);
	fd = make_socket(true);
	listener_release(&l);
	check_int(try_connect(), 0);
	check_int(access(lock, F_OK), -1);
	close(fd);
	unlink(path);
	end();
}

static void
make_file(void)
{
	FILE *file = fopen(path, "w");

	check_true(file != NULL && fputs("precious\n", file) >= 0);
	if (file != NULL)
		fclose(file);
}

static void
make_link(void)
{
	check_int(symlink("/etc/passwd", path), 0);
}

static void
make_dangling_link(void)
{
	check_int(symlink("nowhere", path), 0);
}

static void
make_folder(void)
{
	check_int(mkdir(path, 0700), 0);
}

static void
make_fifo(void)
{
	check_int(mkfifo(path, 0600), 0);
}

static const struct {
	const char *sentence;
	void (*make)(void);
} obstacles[] = {
	{ "a regular file", make_file },
	{ "a link", make_link },
	{ "a link to nowhere", make_dangling_link },
	{ "a folder", make_folder },
	{ "a FIFO", make_fifo },
};

static void
check_untouched(const struct stat *before)
{
	struct stat after = { .st_ino = 0 };

	check_int(lstat(path, &after), 0);
	check_true(after.st_ino == before->st_ino);
	check_int(after.st_mode, before->st_mode);
	check_int(after.st_gid, before->st_gid);
	check_int(after.st_size, before->st_size);
}

static void
test_obstacles(void)
{
	for (size_t i = 0; i < sizeof obstacles / sizeof *obstacles; i++) {
		struct listener l;
		struct stat before;

		unit_case(obstacles[i].sentence);
		begin();
		obstacles[i].make();
		check_int(lstat(path, &before), 0);
		check_int(claim(&l, 0660, NULL), EX_UNAVAILABLE);
		listener_release(&l);
		check_untouched(&before);
		remove(path);
		unit_case("where libmilter should have made a socket");
		check_int(claim(&l, 0660, NULL), 0);
		obstacles[i].make();
		check_int(lstat(path, &before), 0);
		l.group = getegid();
		check_int(listener_publish(&l, NULL), EX_OSERR);
		check_int(listener_retract(&l, NULL), EX_UNAVAILABLE);
		listener_release(&l);
		check_untouched(&before);
		remove(path);
		end();
	}
}

static void
test_publish_and_retract(void)
{
	struct listener parent, child;
	mode_t before;
	int fd;

	begin();
	check_int(claim(&parent, 0600, NULL), 0);
	for (int turn = 0; turn < 2; turn++) {
		child = parent;
		before = umask(listener_umask(&child));
		fd = make_socket(false);
		umask(before);
		check_int(listener_find(&child), -1);
		check_int(listen(fd, 1), 0);
		check_int(listener_find(&child), fd);
		check_int(listener_publish(&child, NULL), 0);
		check_int(listener_retract(&parent, NULL), EX_UNAVAILABLE);
		check_int(try_connect(), 0);
		close(fd);
		check_int(listener_retract(&parent, NULL), 0);
		check_int(access(path, F_OK), -1);
		check_int(access(lock, F_OK), 0);
	}
	check_int(listener_retract(&parent, NULL), 0);
	listener_release(&parent);
	end();
}

static void
test_wrong_mode(void)
{
	struct listener l;
	int fd;

	begin();
	check_int(claim(&l, 0600, NULL), 0);
	fd = make_socket(false);
	check_int(chmod(path, 0666), 0);
	check_int(listener_publish(&l, NULL), EX_OSERR);
	listener_release(&l);
	close(fd);
	end();
}

/* Of another socket, whose group would then be changed. */
static void
test_link_to_a_socket(void)
{
	char elsewhere[80];
	struct listener l;
	int fd;

	begin();
	check_int(claim(&l, 0660, NULL), 0);
	fd = make_socket(true);
	snprintf(elsewhere, sizeof elsewhere, "%s/other", folder);
	check_int(chmod(path, 0660), 0);
	check_int(rename(path, elsewhere), 0);
	check_int(symlink(elsewhere, path), 0);
	check_int(listener_publish(&l, NULL), EX_OSERR);
	listener_release(&l);
	close(fd);
	check_int(unlink(path), 0);
	check_int(unlink(elsewhere), 0);
	end();
}

static const struct unit_test tests[] = {
	{ "the lock comes before the socket, and both go", test_life },
	{ "what has claimed nothing may be released", test_none },
	{ "the socket has the mode asked for, the umask stays", test_modes },
	{ "the socket has the group asked for", test_group },
	{ "a second claim is refused while the first lives",
	    test_second_claim },
	{ "a socket that nobody listens on is replaced", test_stale },
	{ "a socket that somebody listens on is left to him", test_foreign },
	{ "a path that was lost after the claim is not taken",
	    test_lost_path },
	{ "a socket that replaced ours is left there", test_replaced },
	{ "what is no socket is never touched", test_obstacles },
	{ "what a child has left behind is removed, the lock stays",
	    test_publish_and_retract },
	{ "a socket of another mode is not published", test_wrong_mode },
	{ "a link to another socket is not published", test_link_to_a_socket },
};

UNIT_MAIN("daemon/listener", tests)
