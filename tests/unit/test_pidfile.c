/*
 * test_pidfile.c - a file that tells the process id.
 */
#include "config.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "milter/daemon/pidfile.h"
#include "tests/unit/unit.h"

static char folder[32];
static char path[64];
static char other[64];

static void
begin(void)
{
	strcpy(folder, "/tmp/pidfile.XXXXXX");
	check_true(mkdtemp(folder) != NULL);
	snprintf(path, sizeof path, "%s/pid", folder);
	snprintf(other, sizeof other, "%s/other", folder);
}

/* Nothing but PATH and OTHER was ever in the folder. */
static void
end(void)
{
	unlink(path);
	unlink(other);
	check_int(rmdir(folder), 0);
}

static void
put_text(const char *at, const char *text)
{
	FILE *file = fopen(at, "w");

	check_true(file != NULL && fputs(text, file) >= 0);
	if (file != NULL)
		fclose(file);
}

static const char *
get_text(const char *at)
{
	static char text[64];
	FILE *file = fopen(at, "r");

	text[0] = '\0';
	if (file != NULL && fgets(text, sizeof text, file) == NULL)
		text[0] = '\0';
	if (file != NULL)
		fclose(file);
	return text;
}

static const char *
own_id(void)
{
	static char text[32];

	snprintf(text, sizeof text, "%ld\n", (long)getpid());
	return text;
}

static void
test_life(void)
{
	mode_t before = umask(077);
	struct error error;
	struct pidfile p;
	struct stat found;

	begin();
	check_int(pidfile_write(&p, path, &error), 0);
	umask(before);
	check_text(get_text(path), own_id());
	check_int(lstat(path, &found), 0);
	check_int(found.st_mode, S_IFREG | 0644);
	pidfile_remove(&p);
	check_int(access(path, F_OK), -1);
	pidfile_remove(&p);
	end();
}

static void
test_none(void)
{
	struct error error;
	struct pidfile p;

	check_int(pidfile_write(&p, NULL, &error), 0);
	pidfile_remove(&p);
}

static void
test_replaces(void)
{
	struct error error;
	struct pidfile p;

	begin();
	put_text(path, "99999999\n");
	check_int(link(path, other), 0);
	check_int(pidfile_write(&p, path, &error), 0);
	check_text(get_text(path), own_id());
	/* A new file, so whoever has the old one has it whole. */
	check_text(get_text(other), "99999999\n");
	pidfile_remove(&p);
	end();
}

/* Somebody may have named the wrong file. */
static void
test_precious(void)
{
	static const char *const texts[] = { "precious\n", "12 and more\n",
		"12 13\n", "\n", "-1\n" };
	struct error error;
	struct pidfile p;

	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		unit_case(texts[i]);
		begin();
		put_text(path, texts[i]);
		check_int(pidfile_write(&p, path, &error), -1);
		check_text(get_text(path), texts[i]);
		pidfile_remove(&p);
		check_text(get_text(path), texts[i]);
		end();
	}
}

static void
test_not_ours_any_more(void)
{
	struct error error;
	struct pidfile p;

	begin();
	check_int(pidfile_write(&p, path, &error), 0);
	put_text(other, "another\n");
	check_int(rename(other, path), 0);
	pidfile_remove(&p);
	check_text(get_text(path), "another\n");
	end();
}

static void
make_link(void)
{
	put_text(other, "precious\n");
	check_int(symlink("other", path), 0);
}

static void
make_dangling_link(void)
{
	check_int(symlink("other", path), 0);
}

static void
make_fifo(void)
{
	check_int(mkfifo(path, 0600), 0);
}

static void
make_folder(void)
{
	check_int(mkdir(path, 0700), 0);
}

static const struct {
	const char *sentence;
	void (*make)(void);
} obstacles[] = {
	{ "a link", make_link },
	{ "a link to nowhere", make_dangling_link },
	{ "a FIFO", make_fifo },
	{ "a folder", make_folder },
};

static void
test_obstacles(void)
{
	for (size_t i = 0; i < sizeof obstacles / sizeof *obstacles; i++) {
		struct error error = { "" };
		struct stat before, after;
		struct pidfile p;

		unit_case(obstacles[i].sentence);
		begin();
		obstacles[i].make();
		check_int(lstat(path, &before), 0);
		check_int(pidfile_write(&p, path, &error), -1);
		check_true(strstr(error.text, path) != NULL);
		pidfile_remove(&p);
		check_int(lstat(path, &after), 0);
		check_true(before.st_ino == after.st_ino);
		if (access(other, F_OK) == 0)
			check_text(get_text(other), "precious\n");
		rmdir(path);
		end();
	}
}

static void
test_no_folder(void)
{
	char deep[PATH_MAX + 2];
	struct error error = { "" };
	struct pidfile p;

	begin();
	snprintf(deep, sizeof deep, "%s/nowhere/pid", folder);
	check_int(pidfile_write(&p, deep, &error), -1);
	check_true(strstr(error.text, deep) != NULL);
	pidfile_remove(&p);
	memset(deep, '/', sizeof deep - 1);
	deep[sizeof deep - 1] = '\0';
	check_int(pidfile_write(&p, deep, &error), -1);
	pidfile_remove(&p);
	end();
}

static const struct unit_test tests[] = {
	{ "it tells the process id, is readable, and goes", test_life },
	{ "without a path there is none", test_none },
	{ "an old one is replaced, not written to", test_replaces },
	{ "a file that holds more than a number is refused and left alone",
	    test_precious },
	{ "what somebody else put there stays", test_not_ours_any_more },
	{ "what is no file is refused and left alone", test_obstacles },
	{ "a path that cannot be is told", test_no_folder },
};

UNIT_MAIN("daemon/pidfile", tests)
