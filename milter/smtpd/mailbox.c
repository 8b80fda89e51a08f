/*
 * mailbox.c - the folders of one Maildir.
 *
 * tmp is made last, when all else is on stable storage: a mailbox that has it
 * is whole, whoever made it. So a process that dies on the way leaves nothing
 * that the next would take for durable, several may make the same mailbox at
 * once, and one that is there costs no fsync().
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "milter/smtpd/mailbox.h"

int
mailbox_folder(int folder, const char *name)
{
	return openat(folder, name,
	    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

static int
make_folder(int folder, const char *name)
{
	if (mkdirat(folder, name, 0700) == 0 || errno == EEXIST)
		return 0;
	return -1;
}

/* Close FD, and return RESULT with the errno that belongs to it. */
static int
close_with(int fd, int result)
{
	int trouble = errno;

	close(fd);
	errno = trouble;
	return result;
}

static int
make_folders(int root, int box)
{
	if (make_folder(box, "new") < 0 || make_folder(box, "cur") < 0)
		return -1;
	if (fsync(box) < 0 || fsync(root) < 0)
		return -1;
	return make_folder(box, "tmp");
}

static int
make(int root, const char *name)
{
	int box;

	if (make_folder(root, name) < 0)
		return -1;
	box = mailbox_folder(root, name);
	if (box < 0)
		return -1;
	return close_with(box, make_folders(root, box));
}

static int
open_folders(struct mailbox *m, int box)
{
	m->tmp = mailbox_folder(box, "tmp");
	if (m->tmp < 0)
		return -1;
	m->new = mailbox_folder(box, "new");
	if (m->new < 0)
		return close_with(m->tmp, -1);
	return 0;
}

static int
open_there(struct mailbox *m, int root, const char *name)
{
	int box = mailbox_folder(root, name);

	if (box < 0)
		return -1;
	return close_with(box, open_folders(m, box));
}

int
mailbox_open(struct mailbox *m, int root, const char *name)
{
	if (open_there(m, root, name) == 0)
		return 0;
	if (errno != ENOENT || make(root, name) < 0)
		return -1;
	return open_there(m, root, name);
}

void
mailbox_close(struct mailbox *m)
{
	close(m->tmp);
	close(m->new);
}
