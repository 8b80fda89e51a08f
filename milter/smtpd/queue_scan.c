/*
 * queue_scan.c - what an earlier process has left in the folders of a queue.
 *
 * Failure: -1 and errno when a folder cannot be read. What is not the queue's
 * is counted and left alone.
 */
#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "milter/smtpd/queue_scan.h"

/* So there is always a next number; it is some time until then. */
#define NUMBER_MAX (UINT64_C(1) << 60)

bool
queue_is_name_char(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
	    (c >= 'A' && c <= 'Z');
}

/* The number that NAME begins with; 0: it is not a name of ours. */
static uint64_t
read_name(const char *name)
{
	uint64_t n = 0;
	size_t i;

	for (i = 0; i < 16 && ascii_hex_value(name[i]) >= 0; i++)
		n = n << 4 | (uint64_t)ascii_hex_value(name[i]);
	if (i < 16 || name[i++] != '.' || !queue_is_name_char(name[i]))
		return 0;
	while (queue_is_name_char(name[i]))
		i++;
	return name[i] == '\0' && i < QUEUE_NAME_MAX && n < NUMBER_MAX ? n : 0;
}

struct queue_entry *
queue_entry_new(const char *name)
{
	struct queue_entry *e = calloc(1, sizeof *e);

	if (e == NULL)
		return NULL;
	memcpy(e->name, name, strlen(name) + 1);
	e->arrived = (int64_t)(read_name(name) / QUEUE_USEC);
	return e;
}

void
queue_entry_free(struct queue_entry *e)
{
	if (e != NULL)
		queue_state_free(e->unsaved);
	free(e);
}

static int
add(struct queue_scan *s, const char *name)
{
	struct queue_entry **at = s->at;

	if (s->count == s->room) {
		s->room = s->room > 0 ? 2 * s->room : 64;
		at = realloc(at, s->room * sizeof *at);
		if (at == NULL)
			return -1;
		s->at = at;
	}
	at[s->count] = queue_entry_new(name);
	if (at[s->count] == NULL)
		return -1;
	s->count++;
	return 0;
}

/* What is done with one file. -1: errno. */
typedef int each_name(const struct queue_disk *d, struct queue_scan *s,
    const char *name);

static bool
is_dots(const char *name)
{
	return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

/* Call EACH for all names in FOLDER. -1: errno. */
static int
walk(const struct queue_disk *d, enum queue_folder folder,
    struct queue_scan *s, each_name *each)
{
	int fd = openat(d->folder[folder], ".", O_RDONLY | O_DIRECTORY |
	    O_CLOEXEC);
	DIR *in = fd >= 0 ? fdopendir(fd) : NULL;
	struct dirent *one;
	int why;

	if (in == NULL) {
		if (fd >= 0)
			close(fd);
		return -1;
	}
	do {
		errno = 0;
		one = readdir(in);
	} while (one != NULL && (is_dots(one->d_name) ||
	    each(d, s, one->d_name) == 0));
	why = errno;
	closedir(in);
	errno = why;
	return one == NULL && why == 0 ? 0 : -1;
}

static void
note_stranger(struct queue_scan *s, const char *name)
{
	if (s->strangers++ == 0)
		snprintf(s->stranger, sizeof s->stranger, "%s", name);
}

/* Remember that NAME was used; false: it is none of ours. */
static bool
note_name(struct queue_scan *s, const char *name)
{
	uint64_t n = read_name(name);

	if (n > s->last)
		s->last = n;
	if (n == 0)
		note_stranger(s, name);
	return n != 0;
}

static int
each_tmp(const struct queue_disk *d, struct queue_scan *s, const char *name)
{
	if (unlinkat(d->folder[QUEUE_TMP], name, 0) < 0)
		note_stranger(s, name);
	return 0;
}

static int
each_active(const struct queue_disk *d, struct queue_scan *s,
    const char *name)
{
	(void)d;
	return note_name(s, name) ? add(s, name) : 0;
}

/* The state of a message that is gone is of no use. */
static int
each_state(const struct queue_disk *d, struct queue_scan *s, const char *name)
{
	if (note_name(s, name) &&
	    faccessat(d->folder[QUEUE_ACTIVE], name, F_OK, 0) < 0 &&
	    errno == ENOENT)
		unlinkat(d->folder[QUEUE_STATE], name, 0);
	return 0;
}

/* A report has a number behind the name of its message, and anything else may
 * lie there: it is for people. */
static int
each_bounced(const struct queue_disk *d, struct queue_scan *s,
    const char *name)
{
	char number[QUEUE_NAME_MAX];

	(void)d;
	snprintf(number, sizeof number, "%.16s.0", name);
	if (read_name(number) > s->last)
		s->last = read_name(number);
	return 0;
}

static int
by_name(const void *a, const void *b)
{
	const struct queue_entry *const *ea = a, *const *eb = b;

	return strcmp((*ea)->name, (*eb)->name);
}

/* What earlier tries have left; without it the message is due now. */
static void
take_state(const struct queue_disk *d, struct queue_entry *e)
{
	struct queue_state *s = queue_state_read(d, e->name);

	if (s == NULL)
		return;
	e->next_try = s->next_try;
	e->tries = s->tries;
	queue_state_free(s);
}

int
queue_scan(const struct queue_disk *d, struct queue_scan *s)
{
	if (walk(d, QUEUE_TMP, s, each_tmp) < 0 ||
	    walk(d, QUEUE_ACTIVE, s, each_active) < 0 ||
	    walk(d, QUEUE_STATE, s, each_state) < 0 ||
	    walk(d, QUEUE_BOUNCED, s, each_bounced) < 0)
		return -1;
	if (s->count > 0)
		qsort(s->at, s->count, sizeof *s->at, by_name);
	for (size_t i = 0; i < s->count; i++)
		take_state(d, s->at[i]);
	return 0;
}
