/*
 * maildir.c - one message into one or more Maildirs: all of them, or none.
 *
 * First every file is written to its tmp/ and made durable; until then nobody
 * has seen anything, and all can be taken back. Then each is renamed into new/,
 * and each new/ is made durable. Only a rename or an fsync() that fails then,
 * with the data already on the disk, needs files taken back that a reader may
 * have seen. Descriptors are held for one mailbox at a time, however many
 * recipients there are.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "milter/smtpd/mail_file.h"
#include "milter/smtpd/mailbox.h"
#include "milter/smtpd/maildir.h"
#include "milter/smtpd/recipients.h"

/* One file. */
struct target {
	const struct span *recipient;	/* NULL: the quarantine's */
	int64_t size;
};

/* All files of a message. */
struct batch {
	int root;
	const struct smtp_message *message;
	struct mail_file_stamp stamp;
	struct target *targets;
	size_t count;
	size_t written;		/* of them: durable in tmp/ */
	size_t renamed;		/* of those: in new/ */
	char mailbox[MAILBOX_NAME_MAX];	/* the one at hand */
};

static int
open_mailbox(struct batch *b, size_t i, struct mailbox *m)
{
	const struct span *recipient = b->targets[i].recipient;

	if (recipient != NULL)
		maildir_name(*recipient, b->mailbox);
	else
		strcpy(b->mailbox, ".");
	return mailbox_open(m, b->root, b->mailbox);
}

/* Remove the file I from new/ or tmp/, if that can be done. */
static void
remove_file(struct batch *b, size_t i)
{
	char name[MAIL_FILE_NAME_MAX];
	struct mailbox m;

	if (open_mailbox(b, i, &m) < 0)
		return;
	if (i < b->renamed) {
		mail_file_name(&b->stamp, i, b->targets[i].size, name);
		(void)unlinkat(m.new, name, 0);
	} else {
		mail_file_name(&b->stamp, i, -1, name);
		(void)unlinkat(m.tmp, name, 0);
	}
	mailbox_close(&m);
}

static int
write_durably(struct batch *b, size_t i, int folder, const char *name)
{
	struct target *t = &b->targets[i];
	int trouble, fd = openat(folder, name, O_WRONLY | O_CREAT | O_EXCL |
	    O_NOFOLLOW | O_CLOEXEC, 0600);

	if (fd < 0)
		return -1;
	t->size = mail_file_write(fd, b->message, t->recipient);
	if (t->size >= 0 && fsync(fd) < 0)
		t->size = -1;
	trouble = errno;
	close(fd);
	if (t->size >= 0)
		return 0;
	(void)unlinkat(folder, name, 0);
	errno = trouble;
	return -1;
}

static int
write_file(struct batch *b, size_t i)
{
	char name[MAIL_FILE_NAME_MAX];
	struct mailbox m;
	int result, trouble;

	if (open_mailbox(b, i, &m) < 0)
		return -1;
	mail_file_name(&b->stamp, i, -1, name);
	result = write_durably(b, i, m.tmp, name);
	trouble = errno;
	mailbox_close(&m);
	errno = trouble;
	return result;
}

static int
rename_file(struct batch *b, size_t i)
{
	char tmp[MAIL_FILE_NAME_MAX], new[MAIL_FILE_NAME_MAX];
	struct mailbox m;
	int result, trouble;

	if (open_mailbox(b, i, &m) < 0)
		return -1;
	mail_file_name(&b->stamp, i, -1, tmp);
	mail_file_name(&b->stamp, i, b->targets[i].size, new);
	result = renameat(m.tmp, tmp, m.new, new);
	if (result == 0) {
		b->renamed++;
		result = fsync(m.new);
	}
	trouble = errno;
	mailbox_close(&m);
	errno = trouble;
	return result;
}

static int
write_all(struct batch *b)
{
	while (b->written < b->count) {
		if (write_file(b, b->written) < 0)
			return -1;
		b->written++;
	}
	while (b->renamed < b->count) {
		if (rename_file(b, b->renamed) < 0)
			return -1;
	}
	return 0;
}

/* Say what errno means for a delivery. */
static enum smtp_delivery
fail(struct error *error, const char *root, const char *mailbox)
{
	int trouble = errno;

	error_set(error, "cannot deliver into %s/%s: %s", root, mailbox,
	    strerror(trouble));
	if (trouble == ENOSPC || trouble == EDQUOT || trouble == EFBIG)
		return SMTP_NO_ROOM;
	return SMTP_NOT_NOW;
}

static enum smtp_delivery
deliver_batch(struct batch *b, const char *root, const char *host,
    struct error *error)
{
	enum smtp_delivery result = SMTP_DELIVERED;

	b->root = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (b->root < 0)
		return fail(error, root, "");
	mail_file_stamp(&b->stamp, b->count, b->message->queue_id, host);
	if (write_all(b) < 0) {
		result = fail(error, root, b->mailbox);
		for (size_t i = 0; i < b->written; i++)
			remove_file(b, i);
	}
	close(b->root);
	return result;
}

/* A file for each recipient. -1: there is no memory. */
static int
list_targets(struct batch *b)
{
	const struct span **to = recipients_once(b->message, &b->count);

	b->targets = to != NULL ? calloc(b->count, sizeof *b->targets) : NULL;
	for (size_t i = 0; b->targets != NULL && i < b->count; i++)
		b->targets[i].recipient = to[i];
	free(to);
	return b->targets != NULL ? 0 : -1;
}

enum smtp_delivery
maildir_deliver(const char *root, const char *host,
    const struct smtp_message *message, struct error *error)
{
	struct batch b = { .message = message };
	enum smtp_delivery result;

	if (message->recipient_count == 0)
		return SMTP_DELIVERED;
	if (list_targets(&b) < 0) {
		error_set(error, "there is no memory for the recipients");
		return SMTP_NOT_NOW;
	}
	result = deliver_batch(&b, root, host, error);
	free(b.targets);
	return result;
}

enum smtp_delivery
maildir_hold(const char *folder, const char *host,
    const struct smtp_message *message, struct error *error)
{
	struct target target = { .recipient = NULL };
	struct batch b = { .message = message, .targets = &target,
		.count = 1 };

	return deliver_batch(&b, folder, host, error);
}
