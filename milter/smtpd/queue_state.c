/*
 * queue_state.c - how far a message in the queue is.
 *
 * Failure: a file that is not exactly as promised is not believed; the message
 * is then one that nobody tried: it may come twice, but it comes.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "milter/smtpd/queue_file.h"
#include "milter/smtpd/queue_state.h"

#define FIRST_LINE "millgate-state 1 "

/* What a file of so many recipients can be at most, for each one and beside. */
#define ONE_MAX (sizeof "reply 18446744073709551615 " + QUEUE_REPLY_MAX + 1)
#define REST_MAX 256

/* A recipient takes at least "to a\n" in the envelope. */
#define COUNT_MAX (QUEUE_ENVELOPE_MAX / 5)

struct queue_state *
queue_state_new(size_t count)
{
	struct queue_state *s = calloc(1, sizeof *s);

	if (s == NULL)
		return NULL;
	s->count = count;
	s->status = malloc(count + 1);
	s->reply = calloc(count + 1, sizeof *s->reply);
	if (s->status == NULL || s->reply == NULL) {
		queue_state_free(s);
		return NULL;
	}
	memset(s->status, QUEUE_WAITING, count);
	s->status[count] = '\0';
	return s;
}

void
queue_state_free(struct queue_state *s)
{
	if (s == NULL)
		return;
	for (size_t i = 0; s->reply != NULL && i < s->count; i++)
		free(s->reply[i]);
	free(s->reply);
	free(s->status);
	free(s);
}

void
queue_state_set(struct queue_state *s, size_t i, enum queue_status status,
    const char *reply)
{
	char *copy = strndup(reply, QUEUE_REPLY_MAX - 1);

	s->status[i] = (char)status;
	free(s->reply[i]);
	s->reply[i] = copy;
	for (; copy != NULL && *copy != '\0'; copy++)
		if (*copy < ' ' || *copy > '~')
			*copy = '?';
}

size_t
queue_state_count(const struct queue_state *s, enum queue_status status)
{
	size_t count = 0;

	for (size_t i = 0; i < s->count; i++)
		count += s->status[i] == (char)status;
	return count;
}

static void
format(const struct queue_state *s, struct buffer *b)
{
	buffer_addf(b, FIRST_LINE "%zu\ntries %u\n", s->count, s->tries);
	buffer_addf(b, "next %" PRId64 "\nstatus %s\n", s->next_try,
	    s->status);
	for (size_t i = 0; i < s->count; i++)
		if (s->reply[i] != NULL)
			buffer_addf(b, "reply %zu %s\n", i, s->reply[i]);
	buffer_add_text(b, "end\n");
}

int
queue_state_write(const struct queue_disk *d, const char *name,
    const struct queue_state *s)
{
	struct buffer text;
	int fd, why;

	buffer_init(&text, REST_MAX + s->count * ONE_MAX);
	format(s, &text);
	errno = ENOMEM;
	fd = text.overflow ? -1 : queue_disk_begin(d, name);
	if (fd >= 0 && queue_disk_write(fd, buffer_span(&text)) < 0) {
		why = errno;
		queue_disk_drop(d, fd, name);
		errno = why;
		fd = -1;
	}
	buffer_release(&text);
	return fd < 0 ? -1 : queue_disk_commit(d, fd, name, QUEUE_STATE);
}

/* Read the line "WORD NUMBER" of IN. */
static int
read_number(FILE *in, const char *word, int64_t *n)
{
	char line[REST_MAX], *end;
	size_t len = strlen(word);

	if (fgets(line, sizeof line, in) == NULL ||
	    strncmp(line, word, len) != 0)
		return -1;
	errno = 0;
	*n = strtoll(line + len, &end, 10);
	return errno == 0 && end > line + len && strcmp(end, "\n") == 0 &&
	    *n >= 0 ? 0 : -1;
}

static int
read_status(FILE *in, struct queue_state *s)
{
	static const char letters[] = { QUEUE_WAITING, QUEUE_DELIVERED,
	    QUEUE_REFUSED, QUEUE_REPORTED, '\0' };
	char word[sizeof "status "];

	if (fgets(word, sizeof word, in) == NULL ||
	    strcmp(word, "status ") != 0 ||
	    fread(s->status, 1, s->count, in) != s->count ||
	    strspn(s->status, letters) != s->count)
		return -1;
	return getc(in) == '\n' ? 0 : -1;
}

/* Read the lines of replies, which are in order, and the end. */
static int
read_replies(FILE *in, struct queue_state *s)
{
	char line[ONE_MAX + 1], *text;
	unsigned long i;
	size_t next = 0;

	while (fgets(line, sizeof line, in) != NULL) {
		if (strcmp(line, "end\n") == 0)
			return getc(in) == EOF ? 0 : -1;
		if (strncmp(line, "reply ", 6) != 0)
			return -1;
		i = strtoul(line + 6, &text, 10);
		if (i < next || i >= s->count || *text != ' ' ||
		    text[strlen(text) - 1] != '\n')
			return -1;
		text[strlen(text) - 1] = '\0';
		queue_state_set(s, i, (enum queue_status)s->status[i],
		    text + 1);
		next = i + 1;
	}
	return -1;
}

static struct queue_state *
read_state(FILE *in)
{
	struct queue_state *s;
	int64_t count, tries;

	if (read_number(in, FIRST_LINE, &count) < 0 || count > COUNT_MAX)
		return NULL;
	s = queue_state_new((size_t)count);
	if (s == NULL)
		return NULL;
	if (read_number(in, "tries ", &tries) < 0 || tries > UINT32_MAX ||
	    read_number(in, "next ", &s->next_try) < 0 ||
	    read_status(in, s) < 0 || read_replies(in, s) < 0) {
		queue_state_free(s);
		return NULL;
	}
	s->tries = (unsigned)tries;
	return s;
}

struct queue_state *
queue_state_read(const struct queue_disk *d, const char *name)
{
	int fd = openat(d->folder[QUEUE_STATE], name, O_RDONLY | O_CLOEXEC |
	    O_NOFOLLOW | O_NONBLOCK);
	FILE *in = fd >= 0 ? fdopen(fd, "r") : NULL;
	struct queue_state *s;

	if (in == NULL) {
		if (fd >= 0)
			close(fd);
		return NULL;
	}
	s = read_state(in);
	fclose(in);
	if (s == NULL)
		errno = EINVAL;
	return s;
}
