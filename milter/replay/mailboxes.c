/*
 * mailboxes.c - what a server has delivered since it was last looked.
 *
 * Each look makes a sorted list of all files that are there; what was not in
 * the list before it is new. A name is MAILBOX/new/FILE, or new/FILE in the
 * quarantine.
 *
 * Failure: a folder that cannot be read is one, but not a mailbox that goes
 * away in between.
 */
#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "milter/replay/delivered.h"
#include "milter/replay/mailboxes.h"
#include "rules/base/read_file.h"
#include "rules/base/xmalloc.h"

#define FILE_MAX_BYTES ((size_t)256 << 20)

/* A file; `held`: in the quarantine. */
struct found {
	char *name;
	bool held;
};

struct list {
	struct found *at;
	size_t count;
	size_t room;
};

struct mailboxes {
	const char *maildir;	/* NULL: nobody looks there */
	const char *quarantine;
	struct list known;
};

/* A look, until it is over. */
struct look {
	struct list list;
	bool held;
	struct error *error;
};

static void
list_release(struct list *l)
{
	for (size_t i = 0; i < l->count; i++)
		free(l->at[i].name);
	free(l->at);
	*l = (struct list){ .at = NULL };
}

static void
list_add(struct list *l, struct span name, bool held)
{
	if (l->count == l->room) {
		l->room = l->room > 0 ? 2 * l->room : 64;
		l->at = xreallocarray(l->at, l->room, sizeof *l->at);
	}
	l->at[l->count++] = (struct found){ xspandup(name), held };
}

/* For qsort(); of equal names the one in the mailboxes comes first. */
static int
compare(const void *left, const void *right)
{
	const struct found *a = left, *b = right;
	int less = strcmp(a->name, b->name);

	return less != 0 ? less : (int)a->held - (int)b->held;
}

/* --- What is there ---------------------------------------------------------
 */

/*
 * The folder NAME in FOLDER, opened; NULL: there is none. Links are not
 * followed: it is a server's folder, but a mailbox may be somebody else's.
 */
static DIR *
open_folder(int folder, const char *name)
{
	int fd = openat(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW |
	    O_CLOEXEC);
	DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;

	if (fd >= 0 && dir == NULL)
		close(fd);
	return dir;
}

/* Add the files of FOLDER/new, each name behind PREFIX. */
static void
list_new(struct look *l, int folder, const char *prefix)
{
	struct buffer name;
	struct dirent *entry;
	DIR *dir = open_folder(folder, "new");

	if (dir == NULL)
		return;
	buffer_init(&name, SIZE_MAX - 1);
	while ((entry = readdir(dir)) != NULL) {
		if (entry->d_name[0] == '.')
			continue;
		buffer_clear(&name);
		buffer_addf(&name, "%snew/%s", prefix, entry->d_name);
		list_add(&l->list, buffer_span(&name), l->held);
	}
	closedir(dir);
	buffer_release(&name);
}

/* The same for the mailbox NAME in FOLDER, if it is one. */
static void
look_into(struct look *l, int folder, const char *name)
{
	struct buffer prefix;
	DIR *mailbox = open_folder(folder, name);

	if (mailbox == NULL)
		return;
	buffer_init(&prefix, SIZE_MAX - 1);
	buffer_addf(&prefix, "%s/", name);
	list_new(l, dirfd(mailbox), buffer_text(&prefix));
	closedir(mailbox);
	buffer_release(&prefix);
}

static int
look_below(struct look *l, const char *path)
{
	struct dirent *entry;
	DIR *dir = opendir(path);

	if (dir == NULL)
		return error_set(l->error, "cannot look into %s: %s", path,
		    strerror(errno));
	if (l->held)
		list_new(l, dirfd(dir), "");
	else
		while ((entry = readdir(dir)) != NULL)
			if (entry->d_name[0] != '.')
				look_into(l, dirfd(dir), entry->d_name);
	closedir(dir);
	return 0;
}

/* All files, sorted, in L, which is released when that fails. */
static int
look_around(const struct mailboxes *m, struct list *all, struct error *error)
{
	struct look l = { .error = error };
	int result = 0;

	if (m->maildir != NULL)
		result = look_below(&l, m->maildir);
	l.held = true;
	if (result == 0 && m->quarantine != NULL)
		result = look_below(&l, m->quarantine);
	if (result < 0)
		list_release(&l.list);
	else if (l.list.count > 0)
		qsort(l.list.at, l.list.count, sizeof *l.list.at, compare);
	*all = l.list;
	return result;
}

/* --- What is new -----------------------------------------------------------
 */

static int
read_found(const struct mailboxes *m, const struct found *f,
    struct arena *arena, struct smtp_message *message, struct error *error)
{
	struct buffer path, text;
	struct stat found;
	struct error why;
	int result;

	buffer_init(&path, SIZE_MAX - 1);
	buffer_addf(&path, "%s/%s", f->held ? m->quarantine : m->maildir,
	    f->name);
	result = read_file(buffer_text(&path), FILE_MAX_BYTES, &text, &found,
	    &why);
	if (result < 0)
		error_set(error, "cannot read %s: %s", buffer_text(&path),
		    why.text);
	else if (delivered_read(buffer_span(&text), f->held, arena,
	    message) < 0)
		result = error_set(error, "%s is no message as millgate-smtpd "
		    "delivers it", buffer_text(&path));
	buffer_release(&text);
	buffer_release(&path);
	return result;
}

/* The recipient of the file F, which has one, in ARENA. */
static int
read_recipient(const struct mailboxes *m, const struct found *f,
    struct arena *arena, struct span *recipient, struct error *error)
{
	struct smtp_message message;
	struct arena scratch;
	int result;

	arena_init(&scratch, 2 * FILE_MAX_BYTES);
	result = read_found(m, f, &scratch, &message, error);
	if (result == 0)
		*recipient = arena_copy(arena, message.recipients[0]);
	arena_release(&scratch);
	return result;
}

/* A message of the files FOUND, of which there is at least one. */
static int
read_all(const struct mailboxes *m, const struct list *found,
    struct arena *arena, struct smtp_message *message, struct error *error)
{
	struct span *to = arena_calloc(arena, found->count, sizeof *to);

	if (read_found(m, &found->at[0], arena, message, error) < 0)
		return -1;
	if (to == NULL || found->at[0].held)
		return 0;
	to[0] = message->recipients[0];
	message->recipients = to;
	message->recipient_count = 1;
	for (size_t i = 1; i < found->count; i++) {
		/* Another message, if somebody else sends to the server. */
		if (found->at[i].held)
			continue;
		if (read_recipient(m, &found->at[i], arena,
		    &to[message->recipient_count++], error) < 0)
			return -1;
	}
	return 0;
}

/* --- What others see -------------------------------------------------------
 */

struct mailboxes *
mailboxes_open(const char *maildir, const char *quarantine,
    struct error *error)
{
	struct mailboxes *m = xcalloc(1, sizeof *m);

	m->maildir = maildir;
	m->quarantine = quarantine;
	if (mailboxes_note(m, error) == 0)
		return m;
	mailboxes_close(m);
	return NULL;
}

void
mailboxes_close(struct mailboxes *m)
{
	if (m != NULL)
		list_release(&m->known);
	free(m);
}

bool
mailboxes_have_maildir(const struct mailboxes *m)
{
	return m != NULL && m->maildir != NULL;
}

bool
mailboxes_have_quarantine(const struct mailboxes *m)
{
	return m != NULL && m->quarantine != NULL;
}

int
mailboxes_note(struct mailboxes *m, struct error *error)
{
	struct list all;

	if (look_around(m, &all, error) < 0)
		return -1;
	list_release(&m->known);
	m->known = all;
	return 0;
}

/* Those of ALL, sorted, that are not in KNOWN; the names stay those of ALL. */
static struct list
find_new(const struct list *known, const struct list *all)
{
	struct list new = { .at = xcalloc(all->count + 1, sizeof *new.at) };
	size_t k = 0;

	for (size_t i = 0; i < all->count; i++) {
		while (k < known->count &&
		    compare(&known->at[k], &all->at[i]) < 0)
			k++;
		if (k == known->count ||
		    compare(&known->at[k], &all->at[i]) != 0)
			new.at[new.count++] = all->at[i];
	}
	return new;
}

int
mailboxes_take(struct mailboxes *m, struct arena *arena,
    struct smtp_message *message, struct error *error)
{
	struct list all, new;
	int result = 0;

	*message = (struct smtp_message){ .discarded = true };
	if (look_around(m, &all, error) < 0)
		return -1;
	new = find_new(&m->known, &all);
	if (new.count > 0)
		result = read_all(m, &new, arena, message, error);
	if (result == 0 && arena->exhausted)
		result = error_set(error, "there is no memory for the message");
	free(new.at);
	list_release(&m->known);
	m->known = all;
	return result;
}
