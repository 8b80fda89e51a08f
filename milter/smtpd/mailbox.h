/*
 * mailbox.h - the folders of one Maildir, for maildir.c.
 *
 * Nothing here follows a symbolic link: who may write into a mailbox cannot
 * have us write elsewhere.
 */
#ifndef MILLGATE_SMTPD_MAILBOX_H
#define MILLGATE_SMTPD_MAILBOX_H

struct mailbox {
	int tmp;	/* descriptors of its folders */
	int new;
};

/*
 * Open the mailbox NAME below the folder ROOT, or the one that ROOT itself is
 * when NAME is ".". What is missing is made, mode 0700, and is durable when
 * this returns, but for tmp, of which nothing has to be. -1 and errno; then
 * there is nothing to close.
 */
int mailbox_open(struct mailbox *m, int root, const char *name);
void mailbox_close(struct mailbox *m);

/* The folder NAME below FOLDER; -1 and errno. */
int mailbox_folder(int folder, const char *name);

#endif
