/*
 * relay_attempt.c - one try to be rid of a message of the queue.
 *
 * What is over is removed without making that durable: a power cut may bring it
 * back, to be sent twice. That is the side on which RFC 5321 4.1.1.4 wants us
 * to err.
 *
 * Failure: the message stays where it is, and A->error says why.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "milter/smtpd/bounce.h"
#include "milter/smtpd/relay_attempt.h"

void
relay_attempt_init(struct relay_attempt *a, const struct queue_disk *disk,
    const char *host)
{
	a->disk = disk;
	a->host = host;
	a->entry = NULL;
	a->state = NULL;
	a->envelope = (struct queue_envelope){ .text = NULL };
	a->fd = -1;
}

void
relay_attempt_reset(struct relay_attempt *a)
{
	if (a->fd >= 0)
		close(a->fd);
	queue_envelope_release(&a->envelope);
	queue_state_free(a->state);
	relay_attempt_init(a, a->disk, a->host);
}

void
relay_attempt_undo(struct relay_attempt *a)
{
	a->entry->unsaved = a->state;
	a->state = NULL;
	relay_attempt_reset(a);
}

static int
load_state(struct relay_attempt *a)
{
	struct queue_state *s = a->entry->unsaved;

	a->entry->unsaved = NULL;
	if (s == NULL)
		s = queue_state_read(a->disk, a->entry->name);
	if (s == NULL && errno != ENOENT && errno != EINVAL)
		return error_set(&a->error, "cannot read how far it is: %s",
		    strerror(errno));
	if (s != NULL && s->count != a->envelope.recipient_count) {
		queue_state_free(s);
		s = NULL;
	}
	if (s == NULL)
		s = queue_state_new(a->envelope.recipient_count);
	a->state = s;
	return s != NULL ? 0 : error_set(&a->error, "there is no memory");
}

struct relay_attempt *
relay_attempt_of(struct job *job)
{
	return (struct relay_attempt *)((char *)job -
	    offsetof(struct relay_attempt, job));
}

static void
run_load(struct job *job)
{
	struct relay_attempt *a = relay_attempt_of(job);

	a->end = RELAY_ATTEMPT_NOT_NOW;
	a->fd = openat(a->disk->folder[QUEUE_ACTIVE], a->entry->name,
	    O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (a->fd < 0) {
		if (errno == ENOENT)
			a->end = RELAY_ATTEMPT_STRANGE;
		error_set(&a->error, "cannot be opened: %s", strerror(errno));
		return;
	}
	if (queue_file_read(a->fd, &a->envelope, &a->error) < 0) {
		if (errno == EINVAL)
			a->end = RELAY_ATTEMPT_STRANGE;
		return;
	}
	if (load_state(a) == 0)
		a->end = RELAY_ATTEMPT_GOES_ON;
}

/* Up to SIZE bytes of the message, as many as there are, from AT on. */
static ssize_t
read_content(struct relay_attempt *a, char *to, size_t size, off_t at)
{
	size_t left = a->envelope.size - (size_t)at;
	ssize_t n;

	if (size > left)
		size = left;
	do {
		n = pread(a->fd, to, size, a->envelope.start + at);
	} while (n < 0 && errno == EINTR);
	if (n == 0 && size > 0)
		errno = EINVAL;
	return n == 0 && size > 0 ? -1 : n;
}

static void
run_read(struct job *job)
{
	struct relay_attempt *a = relay_attempt_of(job);
	ssize_t n = read_content(a, a->piece, sizeof a->piece, a->at);

	a->end = n < 0 ? RELAY_ATTEMPT_NOT_NOW : RELAY_ATTEMPT_GOES_ON;
	if (n < 0) {
		error_set(&a->error, "cannot be read: %s", strerror(errno));
		return;
	}
	a->piece_len = (size_t)n;
	a->at += n;
}

static bool
has_sender(const struct relay_attempt *a)
{
	return !span_is(a->envelope.sender, "<>");
}

static int
save_report(struct relay_attempt *a, const char *name, struct span text)
{
	int fd = queue_disk_begin(a->disk, name);
	int why;

	if (fd < 0)
		return -1;
	if (queue_disk_write(fd, text) < 0) {
		why = errno;
		queue_disk_drop(a->disk, fd, name);
		errno = why;
		return -1;
	}
	return queue_disk_commit(a->disk, fd, name, QUEUE_BOUNCED);
}

/*
 * The report on those who are refused. It is named by how many were before it:
 * made once more after a crash it takes the place of the first one.
 */
static int
write_report(struct relay_attempt *a)
{
	char name[QUEUE_NAME_MAX + 24];
	struct bounce b = { .host = a->host, .name = name,
	    .envelope = &a->envelope, .state = a->state,
	    .time = (int64_t)time(NULL) };
	ssize_t n = read_content(a, a->piece, sizeof a->piece, 0);
	struct buffer text;
	int result;

	if (n < 0)
		return -1;
	snprintf(name, sizeof name, "%s.%zu", a->entry->name,
	    queue_state_count(a->state, QUEUE_REPORTED));
	b.content = span_make(a->piece, (size_t)n);
	buffer_init(&text, bounce_limit(&b));
	bounce_write(&b, &text);
	errno = ENOMEM;
	result = text.overflow ? -1 :
	    save_report(a, name, buffer_span(&text));
	buffer_release(&text);
	return result;
}

/* RFC 5321 6.1: nobody is told of a message that has no sender. It is kept
 * as it is, when it is over. */
static int
report(struct relay_attempt *a)
{
	struct queue_state *s = a->state;

	if (queue_state_count(s, QUEUE_REFUSED) == 0)
		return 0;
	if (has_sender(a) && write_report(a) < 0)
		return error_set(&a->error, "cannot write a report: %s",
		    strerror(errno));
	for (size_t i = 0; i < s->count; i++)
		if (s->status[i] == QUEUE_REFUSED)
			s->status[i] = QUEUE_REPORTED;
	return 0;
}

static int
take_away(struct relay_attempt *a)
{
	int active = a->disk->folder[QUEUE_ACTIVE];
	int bounced = a->disk->folder[QUEUE_BOUNCED];
	const char *name = a->entry->name;
	bool keep = !has_sender(a) &&
	    queue_state_count(a->state, QUEUE_REPORTED) > 0;

	if (keep ? renameat(active, name, bounced, name) < 0 :
	    unlinkat(active, name, 0) < 0)
		return error_set(&a->error, "cannot be taken out of the "
		    "queue: %s", strerror(errno));
	unlinkat(a->disk->folder[QUEUE_STATE], name, 0);
	return 0;
}

static void
run_finish(struct job *job)
{
	struct relay_attempt *a = relay_attempt_of(job);
	struct queue_state *s = a->state;

	a->end = RELAY_ATTEMPT_KEPT;
	if (report(a) == 0 && queue_state_count(s, QUEUE_WAITING) == 0 &&
	    take_away(a) == 0) {
		a->end = RELAY_ATTEMPT_OVER;
		return;
	}
	if (queue_state_write(a->disk, a->entry->name, s) == 0)
		return;
	error_set(&a->error, "cannot write how far it is: %s",
	    strerror(errno));
	a->entry->unsaved = s;
	a->state = NULL;
}

static void
add_job(struct relay_attempt *a, struct workers *w,
    void (*run)(struct job *job))
{
	a->error.text[0] = '\0';
	a->job.run = run;
	workers_add(w, &a->job);
}

void
relay_attempt_load(struct relay_attempt *a, struct workers *w,
    struct queue_entry *entry)
{
	a->entry = entry;
	a->mail.count = 0;
	a->at = 0;
	add_job(a, w, run_load);
}

void
relay_attempt_read(struct relay_attempt *a, struct workers *w)
{
	add_job(a, w, run_read);
}

void
relay_attempt_finish(struct relay_attempt *a, struct workers *w)
{
	add_job(a, w, run_finish);
}

/* The first from I on that waits; S->count: none does. */
static size_t
next_waiting(const struct queue_state *s, size_t i)
{
	while (i < s->count && s->status[i] != QUEUE_WAITING)
		i++;
	return i;
}

bool
relay_attempt_pick(struct relay_attempt *a)
{
	const struct queue_state *s = a->state;
	size_t count = 0, i = next_waiting(s, a->entry->next_recipient);

	if (i >= s->count)
		i = next_waiting(s, 0);
	for (; i < s->count && count < RELAY_RECIPIENTS_MAX;
	    i = next_waiting(s, i + 1)) {
		a->index[count] = i;
		a->recipients[count] = a->envelope.recipients[i];
		a->results[count] = (struct relay_result){ .reply = "" };
		count++;
	}
	a->mail = (struct relay_mail){
		.sender = a->envelope.sender,
		.recipients = a->recipients,
		.count = count,
		.size = a->envelope.size,
		.eight_bit = a->envelope.eight_bit,
		.smtputf8 = a->envelope.smtputf8,
		.results = a->results,
	};
	return count > 0;
}

static enum queue_status
status_for(enum relay_outcome outcome)
{
	return outcome == RELAY_DONE ? QUEUE_DELIVERED :
	    outcome == RELAY_REFUSED ? QUEUE_REFUSED : QUEUE_WAITING;
}

/*
 * Where the next transaction begins: with those who were too many, if there was
 * room for somebody and nobody behind them was refused for now; else behind all
 * of this one.
 */
static size_t
next_turn(const struct relay_attempt *a)
{
	size_t behind = a->index[a->mail.count - 1] + 1, next = behind;
	bool settled = false;

	for (size_t i = 0; i < a->mail.count; i++) {
		if (status_for(a->results[i].outcome) != QUEUE_WAITING)
			settled = true;
		else if (!a->results[i].too_many)
			next = behind;
		else if (next == behind)
			next = a->index[i];
	}
	return settled ? next : behind;
}

bool
relay_attempt_judge(struct relay_attempt *a)
{
	struct queue_entry *e = a->entry;
	struct queue_state *s = a->state;
	enum queue_status status;
	bool whole = false;

	e->next_recipient = next_turn(a);
	for (size_t i = 0; i < a->mail.count; i++) {
		status = status_for(a->results[i].outcome);
		queue_state_set(s, a->index[i], status, a->results[i].reply);
		if (status != QUEUE_WAITING)
			continue;
		whole |= a->results[i].whole;
		e->deferred |= a->index[i] < e->next_recipient;
	}
	if (next_waiting(s, e->next_recipient) < s->count)
		return !whole;
	return !e->deferred || queue_state_count(s, QUEUE_WAITING) == 0;
}

void
relay_attempt_give_up(struct relay_attempt *a, const char *why)
{
	struct queue_state *s = a->state;

	for (size_t i = 0; i < s->count; i++) {
		if (s->status[i] != QUEUE_WAITING)
			continue;
		if (s->reply[i] == NULL && why[0] != '\0')
			queue_state_set(s, i, QUEUE_REFUSED, why);
		s->status[i] = QUEUE_REFUSED;
	}
}
