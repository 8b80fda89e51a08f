/*
 * queue.c - messages on disk that wait to be relayed.
 *
 * A message is named by the microsecond in which it came, or by the next one
 * that no message had: so names are never used twice, whatever the clock does
 * and however often a process begins anew, and in their order the messages
 * came.
 *
 * Failure: what could not be made durable is taken away again, and the client
 * keeps the message.
 */
#include "config.h"

#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "milter/smtpd/log.h"
#include "milter/smtpd/queue_file.h"
#include "milter/smtpd/queue_scan.h"

struct queue {
	struct queue_disk disk;
	char strangers[512];
	pthread_mutex_t lock;		/* of what follows */
	uint64_t last;			/* number in the newest name */
	struct queue_entry *first;	/* not taken yet */
	struct queue_entry **end;
};

/* A queue id is made of letters and digits; what is not is not shown. */
static void
write_name(char name[QUEUE_NAME_MAX], uint64_t number, struct span id)
{
	snprintf(name, QUEUE_NAME_MAX, "%016" PRIx64 ".%.*s", number,
	    (int)id.len, id.ptr);
	for (size_t i = 17; name[i] != '\0'; i++)
		if (!queue_is_name_char(name[i]))
			name[i] = 'x';
}

static void
append(struct queue *q, struct queue_entry *e)
{
	e->next = NULL;
	*q->end = e;
	q->end = &e->next;
}

static void
tell_strangers(struct queue *q, const struct queue_scan *s)
{
	char name[SMTPD_LOG_FIELD_MAX];

	smtpd_log_field(span_of(s->stranger), name);
	snprintf(q->strangers, sizeof q->strangers, "queue: %zu of the files "
	    "are not its own, and left alone: \"%.300s\"%s", s->strangers, name,
	    s->strangers > 1 ? ", ..." : "");
}

static int
take_up(struct queue *q)
{
	struct queue_scan s = { .at = NULL };
	int result = queue_scan(&q->disk, &s);

	for (size_t i = 0; i < s.count; i++) {
		if (result == 0)
			append(q, s.at[i]);
		else
			queue_entry_free(s.at[i]);
	}
	if (s.strangers > 0)
		tell_strangers(q, &s);
	q->last = s.last;
	free(s.at);
	return result;
}

struct queue *
queue_open(const char *dir, struct error *error)
{
	struct queue *q = calloc(1, sizeof *q);

	if (q == NULL) {
		error_set(error, "there is no memory for a queue");
		return NULL;
	}
	q->end = &q->first;
	pthread_mutex_init(&q->lock, NULL);
	if (queue_disk_open(&q->disk, dir, error) == 0) {
		if (take_up(q) == 0)
			return q;
		error_set(error, "cannot read the queue %s: %s", dir,
		    strerror(errno));
		queue_disk_close(&q->disk);
	}
	pthread_mutex_destroy(&q->lock);
	free(q);
	return NULL;
}

void
queue_close(struct queue *q)
{
	struct queue_entry *e;

	if (q == NULL)
		return;
	while ((e = q->first) != NULL) {
		q->first = e->next;
		queue_entry_free(e);
	}
	queue_disk_close(&q->disk);
	pthread_mutex_destroy(&q->lock);
	free(q);
}

static int64_t
now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * QUEUE_USEC + now.tv_nsec / 1000;
}

/* An entry with a name that none ever had. */
static struct queue_entry *
new_entry(struct queue *q, struct span id)
{
	char name[QUEUE_NAME_MAX];
	int64_t now = now_us();
	uint64_t number;

	pthread_mutex_lock(&q->lock);
	number = now > 0 && (uint64_t)now > q->last ? (uint64_t)now :
	    q->last + 1;
	q->last = number;
	pthread_mutex_unlock(&q->lock);
	write_name(name, number, id);
	return queue_entry_new(name);
}

static enum smtp_delivery
put_file(struct queue *q, const struct smtp_message *m,
    const struct queue_entry *e, struct error *error)
{
	int fd = queue_disk_begin(&q->disk, e->name);
	int why;

	if (fd < 0) {
		why = errno;
		error_set(error, "cannot write into the queue: %s",
		    strerror(why));
		return queue_disk_delivery(why);
	}
	if (queue_file_write(fd, m, e->arrived, error) < 0) {
		why = errno;
		queue_disk_drop(&q->disk, fd, e->name);
		return queue_disk_delivery(why);
	}
	if (queue_disk_commit(&q->disk, fd, e->name, QUEUE_ACTIVE) < 0) {
		why = errno;
		/* The client is told that we do not have it. */
		unlinkat(q->disk.folder[QUEUE_ACTIVE], e->name, 0);
		error_set(error, "cannot write into the queue: %s",
		    strerror(why));
		return queue_disk_delivery(why);
	}
	return SMTP_DELIVERED;
}

enum smtp_delivery
queue_put(struct queue *q, const struct smtp_message *message,
    struct error *error)
{
	struct queue_entry *e = new_entry(q, message->queue_id);
	enum smtp_delivery result;

	if (e == NULL) {
		error_set(error, "there is no memory for the queue");
		return SMTP_NOT_NOW;
	}
	result = put_file(q, message, e, error);
	if (result != SMTP_DELIVERED) {
		queue_entry_free(e);
		return result;
	}
	pthread_mutex_lock(&q->lock);
	append(q, e);
	pthread_mutex_unlock(&q->lock);
	return SMTP_DELIVERED;
}

struct queue_entry *
queue_take(struct queue *q)
{
	struct queue_entry *first;

	pthread_mutex_lock(&q->lock);
	first = q->first;
	q->first = NULL;
	q->end = &q->first;
	pthread_mutex_unlock(&q->lock);
	return first;
}

const struct queue_disk *
queue_disk_of(const struct queue *q)
{
	return &q->disk;
}

const char *
queue_strangers(const struct queue *q)
{
	return q->strangers;
}
