/*
 * relay_link.c - a connection to the next server, and the message on it.
 *
 * relay_link step()s: it does what the dialogue wants as long as that needs no
 * waiting. Then it waits for the server, with a time limit for each answer and
 * each piece of a message, or for a worker, with none. While it waits for a
 * worker it does not look at the server.
 *
 * Failure: the connection is closed. A message on it is put off, one that the
 * server has not even been told of is given to another connection.
 */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "milter/smtpd/relay_link.h"

/* A goodbye is not worth more, in seconds. */
#define QUIT_TIMEOUT 5

#define READ_MAX 16384

static bool
is_connected(const struct relay_link *l)
{
	return l->state == RELAY_LINK_CONNECTING ||
	    l->state == RELAY_LINK_TALKING || l->state == RELAY_LINK_READY;
}

static void
hang_up(struct relay_link *l)
{
	if (!is_connected(l))
		return;
	loop_unset(l->relay->loop, &l->timer);
	loop_forget(l->relay->loop, &l->watch);
	close(l->watch.fd);
	l->state = RELAY_LINK_CLOSED;
}

static void
lose(struct relay_link *l, const char *why)
{
	l->want = relay_dialogue_lost(&l->dialogue, why);
}

static void
lose_errno(struct relay_link *l, const char *status, int why)
{
	char text[QUEUE_REPLY_MAX];

	snprintf(text, sizeof text, "%s %s", status, strerror(why));
	lose(l, text);
}

/* A worker is going to do DOING; until then nothing is waited for. */
static void
begin_job(struct relay_link *l, enum relay_link_job doing)
{
	l->job = doing;
	l->relay->jobs++;
	l->awaited = 0;
	loop_unset(l->relay->loop, &l->timer);
	if (is_connected(l))
		loop_forget(l->relay->loop, &l->watch);
}

static void
finish(struct relay_link *l)
{
	begin_job(l, RELAY_LINK_FINISHES);
	relay_attempt_finish(&l->attempt, l->relay->workers);
}

/*
 * The dialogue has no more to do with the message. When a server hangs up
 * between two messages, as some do after so many, that is not the next one's
 * fault: it was not tried.
 */
static void
put_away(struct relay_link *l)
{
	struct relay_attempt *a = &l->attempt;
	struct queue_entry *e = a->entry;

	if (l->want == RELAY_CLOSED && !l->dialogue.begun && l->answered > 0) {
		relay_attempt_undo(a);
		relay_put_back(l->relay, e);
		return;
	}
	if (l->want != RELAY_CLOSED) {
		l->answered++;
		relay_server_works(l->relay);
	}
	relay_log_results(l->relay, a);
	l->at_once = relay_attempt_judge(a);
	if (!l->at_once && relay_is_overdue(l->relay, e))
		relay_give_up(l->relay, a);
	relay_count_try(l->relay, a, l->at_once);
	finish(l);
}

/* A message that was loaded may need no more than to be put away: then its
 * report could not be written before. */
static void
begin_mail(struct relay_link *l)
{
	struct relay_attempt *a = &l->attempt;

	l->at_once = false;
	if (a->end != RELAY_ATTEMPT_GOES_ON)
		relay_unreadable(l->relay, a);
	else if (relay_attempt_pick(a))
		l->want = relay_dialogue_mail(&l->dialogue, &a->mail);
	else {
		relay_count_try(l->relay, a, false);
		finish(l);
	}
}

static void
send_piece(struct relay_link *l)
{
	struct relay_attempt *a = &l->attempt;

	if (a->end != RELAY_ATTEMPT_GOES_ON) {
		relay_log(l->relay, a, "%s", a->error.text);
		lose(l, "4.3.0 the message cannot be read");
		return;
	}
	l->want = relay_dialogue_content(&l->dialogue,
	    span_make(a->piece, a->piece_len));
	if (l->want == RELAY_WANT_CONTENT &&
	    (size_t)a->at == a->envelope.size)
		l->want = relay_dialogue_content_end(&l->dialogue);
}

/* Send what there is to be sent, as far as it goes. */
static void
flush(struct relay_link *l)
{
	struct span out;
	ssize_t n;

	while ((out = relay_dialogue_output(&l->dialogue)).len > 0) {
		n = send(l->watch.fd, out.ptr, out.len, MSG_NOSIGNAL);
		if (n >= 0)
			relay_dialogue_sent(&l->dialogue, (size_t)n);
		else if (errno == EAGAIN)
			return;
		else if (errno != EINTR)
			lose_errno(l, "4.4.2", errno);
	}
}

static void
next_message(struct relay_link *l)
{
	struct queue_entry *e;

	if (l->state == RELAY_LINK_TALKING) {
		l->state = RELAY_LINK_READY;
		relay_server_greets(l->relay);
	}
	e = relay_next(l->relay);
	if (e == NULL) {
		/* Whoever stops the relay may have waited for this one. */
		relay_pump(l->relay);
		l->want = relay_dialogue_quit(&l->dialogue);
		return;
	}
	begin_job(l, RELAY_LINK_LOADS);
	relay_attempt_load(&l->attempt, l->relay->workers, e);
}

static void
next_piece(struct relay_link *l)
{
	begin_job(l, RELAY_LINK_READS);
	relay_attempt_read(&l->attempt, l->relay->workers);
}

/* The connection is closed, and its message was put away. */
static void
end(struct relay_link *l)
{
	struct relay *r = l->relay;
	struct relay_dialogue *d = &l->dialogue;

	l->state = RELAY_LINK_FREE;
	if (!d->ready || (d->why[0] != '\0' && l->answered == 0 &&
	    ++r->barren >= RELAY_BARREN_MAX))
		relay_server_fails(r, d->why);
	relay_dialogue_release(d);
	relay_pump(r);
}

/* Do what the dialogue wants. False: it has to be waited for, or L is free. */
static bool
advance(struct relay_link *l)
{
	if (l->want != RELAY_CLOSED)
		flush(l);
	switch (l->want) {
	case RELAY_WANT_REPLY:
		return false;
	case RELAY_WANT_CONTENT:
		if (relay_dialogue_output(&l->dialogue).len > 0)
			return false;
		next_piece(l);
		return true;
	case RELAY_WANT_MAIL:
		if (l->attempt.entry != NULL)
			put_away(l);
		else
			next_message(l);
		return true;
	case RELAY_CLOSED:
		hang_up(l);
		if (l->attempt.entry == NULL) {
			end(l);
			return false;
		}
		put_away(l);
		return true;
	}
	return false;
}

/* How long the server may take for what it is to do now, in seconds. RFC 5321
 * 4.5.3.2.6: it may have much to do after the final dot, and whoever does not
 * wait for it doubles the message. */
static unsigned
patience(const struct relay_link *l)
{
	unsigned timeout = l->relay->config.timeout;

	if (l->dialogue.step == RELAY_DOT)
		return 2 * timeout;
	return l->dialogue.step == RELAY_QUIT && timeout > QUIT_TIMEOUT ?
	    QUIT_TIMEOUT : timeout;
}

/* -1: the loop cannot, and the connection is lost. */
static int
wait_for_server(struct relay_link *l)
{
	uint64_t awaited = 1 + (uint64_t)l->dialogue.step +
	    16 * (l->dialogue.answered + (uint64_t)l->attempt.at);
	struct relay *r = l->relay;

	l->watch.events = LOOP_READ;
	if (l->state == RELAY_LINK_CONNECTING)
		l->watch.events = LOOP_WRITE;
	else if (relay_dialogue_output(&l->dialogue).len > 0)
		l->watch.events |= LOOP_WRITE;
	if (loop_watch(r->loop, &l->watch) < 0 || (l->awaited != awaited &&
	    loop_set(r->loop, &l->timer, 1000 * (int64_t)patience(l)) < 0)) {
		lose_errno(l, "4.3.0", errno);
		return -1;
	}
	l->awaited = awaited;
	return 0;
}

static void
step(struct relay_link *l)
{
	do {
		while (l->job == RELAY_LINK_NO_JOB && advance(l))
			continue;
	} while (l->job == RELAY_LINK_NO_JOB && is_connected(l) &&
	    wait_for_server(l) < 0);
}

static void
on_done(struct job *job)
{
	struct relay_attempt *a = relay_attempt_of(job);
	struct relay_link *l = (struct relay_link *)((char *)a -
	    offsetof(struct relay_link, attempt));
	enum relay_link_job what = l->job;

	l->job = RELAY_LINK_NO_JOB;
	if (relay_job_ended(l->relay, a))
		return;
	if (what == RELAY_LINK_LOADS)
		begin_mail(l);
	else if (what == RELAY_LINK_READS)
		send_piece(l);
	else
		relay_finished(l->relay, a, l->at_once);
	step(l);
}

static void
connected(struct relay_link *l)
{
	socklen_t size = sizeof(int);
	int why = 0;

	if (getsockopt(l->watch.fd, SOL_SOCKET, SO_ERROR, &why, &size) < 0)
		why = errno;
	if (why != 0) {
		lose_errno(l, "4.4.1", why);
		return;
	}
	l->state = RELAY_LINK_TALKING;
	l->awaited = 0;
}

static void
hear(struct relay_link *l)
{
	char bytes[READ_MAX];
	ssize_t n = recv(l->watch.fd, bytes, sizeof bytes, 0);

	if (n > 0)
		l->want = relay_dialogue_take(&l->dialogue,
		    span_make(bytes, (size_t)n));
	else if (n == 0)
		lose(l, "4.4.2 the next server hung up");
	else if (errno != EAGAIN && errno != EINTR)
		lose_errno(l, "4.4.2", errno);
}

static void
on_ready(void *self, unsigned events)
{
	struct relay_link *l = self;

	if (l->state == RELAY_LINK_CONNECTING)
		connected(l);
	else if (events & LOOP_READ)
		hear(l);
	step(l);
}

static void
on_late(void *self)
{
	struct relay_link *l = self;

	lose(l, l->state == RELAY_LINK_CONNECTING ?
	    "4.4.1 the next server did not answer in time" :
	    "4.4.2 the next server did not answer in time");
	step(l);
}

void
relay_link_init(struct relay_link *l, struct relay *r)
{
	l->relay = r;
	l->state = RELAY_LINK_FREE;
	l->job = RELAY_LINK_NO_JOB;
	l->watch = (struct loop_watch){ .ready = on_ready, .self = l };
	l->timer = (struct loop_timer){ .due = on_late, .self = l };
	relay_attempt_init(&l->attempt, queue_disk_of(r->queue),
	    r->config.host);
	l->attempt.job.done = on_done;
}

int
relay_link_open(struct relay_link *l)
{
	struct relay *r = l->relay;

	l->watch.fd = dial_open(&r->config.to);
	if (l->watch.fd < 0)
		return -1;
	relay_dialogue_init(&l->dialogue, r->config.host);
	l->state = RELAY_LINK_CONNECTING;
	l->want = RELAY_WANT_REPLY;
	l->answered = 0;
	l->awaited = 0;
	l->attempt.at = 0;
	if (wait_for_server(l) == 0)
		return 0;
	hang_up(l);
	l->state = RELAY_LINK_FREE;
	return -1;
}

bool
relay_link_is_opening(const struct relay_link *l)
{
	return l->state == RELAY_LINK_CONNECTING ||
	    l->state == RELAY_LINK_TALKING;
}

bool
relay_link_is_judged(const struct relay_link *l)
{
	return l->dialogue.step == RELAY_DOT;
}

void
relay_link_release(struct relay_link *l)
{
	hang_up(l);
	relay_dialogue_release(&l->dialogue);
	if (l->job != RELAY_LINK_NO_JOB)
		return;
	queue_entry_free(l->attempt.entry);
	relay_attempt_reset(&l->attempt);
}
