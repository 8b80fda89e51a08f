/*
 * maildir_open.c - what a process that was killed left behind.
 *
 * A file in tmp/ that has our kind of name is nobody's when its process is
 * gone, and the process that looks has written none yet. A process of another
 * host, or one whose number is another's by now, cannot be told: its files go
 * after the 36 hours of which https://cr.yp.to/proto/maildir.html speaks.
 * Nothing else is touched, so that a root that was not meant comes to no harm.
 *
 * Failure: what cannot be read or removed stays; it takes room and no more.
 */
#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "milter/smtpd/mail_file.h"
#include "milter/smtpd/mailbox.h"
#include "milter/smtpd/maildir.h"

#define OLD_SECONDS (36 * 60 * 60)

static bool
is_gone(pid_t pid)
{
	return pid == getpid() || (kill(pid, 0) < 0 && errno == ESRCH);
}

static bool
is_left_over(int folder, const char *name, const char *host)
{
	struct stat st;
	pid_t pid;

	if (mail_file_is_ours(name, host, &pid) && is_gone(pid))
		return true;
	return mail_file_is_ours(name, NULL, &pid) &&
	    fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	    time(NULL) - st.st_mtime > OLD_SECONDS;
}

/* Clean the folder tmp of BOX, if there is one. */
static void
clean(int box, const char *host)
{
	int fd = mailbox_folder(box, "tmp");
	DIR *tmp = fd >= 0 ? fdopendir(fd) : NULL;

	if (tmp == NULL) {
		if (fd >= 0)
			close(fd);
		return;
	}
	for (struct dirent *e = readdir(tmp); e != NULL; e = readdir(tmp)) {
		if (is_left_over(fd, e->d_name, host))
			(void)unlinkat(fd, e->d_name, 0);
	}
	closedir(tmp);
}

/* Clean ROOT itself, which is ".", and what is in it. */
static void
clean_all(DIR *root, const char *host)
{
	for (struct dirent *e = readdir(root); e != NULL; e = readdir(root)) {
		int box;

		if (strcmp(e->d_name, "..") == 0)
			continue;
		box = mailbox_folder(dirfd(root), e->d_name);
		if (box < 0)
			continue;
		clean(box, host);
		close(box);
	}
}

int
maildir_open(const char *root, const char *host, struct error *error)
{
	DIR *dir = opendir(root);

	if (dir == NULL || faccessat(dirfd(dir), ".", W_OK | X_OK,
	    AT_EACCESS) < 0) {
		error_set(error, "cannot use the folder %s: %s", root,
		    strerror(errno));
		if (dir != NULL)
			closedir(dir);
		return -1;
	}
	clean_all(dir, host);
	closedir(dir);
	return 0;
}
