/*
 * test_maildir_open.c - what a process that was killed has left in Maildirs.
 */
#include "config.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "milter/smtpd/maildir.h"
#include "tests/unit/mail_desk.h"
#include "tests/unit/unit.h"

#define ALICE "alice@mail.example"

static struct error error;

static void
no_root(void)
{
	check_int(maildir_open("/nowhere", MAIL_HOST, &error), -1);
	check_text(error.text, "cannot use the folder /nowhere: "
	    "No such file or directory");
	mail_desk_clear();
	mail_put("file", "");
	check_int(maildir_open(mail_path("file"), MAIL_HOST, &error), -1);
}

static void
root_of_others(void)
{
	uid_t self = geteuid();

	mail_desk_clear();
	check_int(mkdir(mail_path("others"), 0555), 0);
	check_int(chmod(mail_desk, 0755), 0);
	if (self == 0)
		check_int(seteuid(65534), 0);
	check_int(maildir_open(mail_path("others"), MAIL_HOST, &error), -1);
	check_int(seteuid(self), 0);
	check_true(span_ends_with(span_of(error.text),
	    span_of("/others: Permission denied")));
}

/* A process that was, and is no more. */
static pid_t
dead_process(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	waitpid(pid, NULL, 0);
	return pid;
}

/* A file in FOLDER such as process PID of HOST leaves, OLD seconds ago. */
static void
leave(const char *folder, long pid, const char *host, long old)
{
	static unsigned number;
	struct timespec times[2] = { { .tv_sec = time(NULL) - old } };
	char path[MAIL_PATH_MAX];

	times[1] = times[0];
	snprintf(path, sizeof path, "%s/1700000000.M000001P%ldQ%u_4Xy.%s",
	    folder, pid, number++, host);
	mail_put(path, "half");
	check_int(utimensat(AT_FDCWD, mail_path(path), times, 0), 0);
}

static void
cleaning(void)
{
	struct span list[] = { span_of(ALICE) };
	struct smtp_message m = mail_message(list, 1);
	long dead = dead_process();

	mail_desk_clear();
	check_int(maildir_deliver(mail_desk, MAIL_HOST, &m, &error),
	    SMTP_DELIVERED);
	check_int(maildir_hold(mail_desk, MAIL_HOST, &m, &error),
	    SMTP_DELIVERED);
	unit_case("what goes");
	leave("tmp", dead, MAIL_HOST, 0);
	leave(ALICE "/tmp", dead, MAIL_HOST, 0);
	leave(ALICE "/tmp", getpid(), MAIL_HOST, 0);
	leave(ALICE "/tmp", 1, MAIL_HOST, 37 * 3600);
	leave(ALICE "/tmp", dead, "my.example", 37 * 3600);
	check_int(maildir_open(mail_desk, MAIL_HOST, &error), 0);
	check_int(mail_count_all("tmp"), 0);
	check_int(mail_count_all("new"), 2);
	unit_case("what stays");
	leave(ALICE "/tmp", 1, MAIL_HOST, 35 * 3600);
	leave(ALICE "/tmp", dead, "my.example", 35 * 3600);
	leave(ALICE "/new", dead, MAIL_HOST, 37 * 3600);
	leave(ALICE, dead, MAIL_HOST, 37 * 3600);
	mail_put(ALICE "/tmp/1700000000.notes", "");
	mail_put(ALICE "/tmp/1700000000.M5P", "");
	mail_put(ALICE "/tmp/1700000000.V801I5M7.host", "");
	mail_put(ALICE "/tmp/x", "");
	check_int(mkdir(mail_path("elsewhere"), 0700), 0);
	check_int(mkdir(mail_path("elsewhere/tmp"), 0700), 0);
	check_int(mkdir(mail_path("dora"), 0700), 0);
	leave("elsewhere", dead, MAIL_HOST, 37 * 3600);
	check_int(symlink("../elsewhere", mail_path("dora/tmp")), 0);
	check_int(maildir_open(mail_desk, MAIL_HOST, &error), 0);
	check_int(mail_count(ALICE "/tmp"), 6);
	check_int(mail_count(ALICE "/new"), 2);
	check_int(mail_count(ALICE), 4);
	check_int(mail_count("elsewhere"), 2);
}

static const struct unit_test tests[] = {
	{ "a folder for it all", mail_desk_begin },
	{ "a root that cannot be used", no_root },
	{ "a root that is not ours to write", root_of_others },
	{ "what a killed process left goes, and nothing else", cleaning },
	{ "nothing stays behind", mail_desk_end },
};

UNIT_MAIN("maildir_open", tests)
