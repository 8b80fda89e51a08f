/*
 * smtp_talk.c - the client's end of an SMTP connection, which waits.
 *
 * Failure: the connection is hung up, and why is told.
 */
#include "config.h"

#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <sys/socket.h>
#include <unistd.h>

#include "milter/clock.h"
#include "milter/replay/smtp_talk.h"

/* RFC 5321 4.5.3.1.5 says 512; nobody needs so many. */
#define LINE_MAX_BYTES 16384
#define CODE_DIGITS 3

void
smtp_talk_init(struct smtp_talk *t, unsigned timeout_ms)
{
	*t = (struct smtp_talk){ .fd = -1, .timeout_ms = timeout_ms };
	buffer_init(&t->in, LINE_MAX_BYTES);
	buffer_init(&t->out, SIZE_MAX - 1);
}

void
smtp_talk_hang_up(struct smtp_talk *t)
{
	if (t->fd >= 0)
		close(t->fd);
	t->fd = -1;
	t->behind = 0;
	buffer_clear(&t->in);
}

void
smtp_talk_release(struct smtp_talk *t)
{
	smtp_talk_hang_up(t);
	buffer_release(&t->in);
	buffer_release(&t->out);
}

/* Wait for EVENTS until END, a time of clock_ms(). -1: it has come. */
static int
wait_for(const struct smtp_talk *t, short events, int64_t end)
{
	struct pollfd poll_for = { .fd = t->fd, .events = events };
	int64_t left;
	int result;

	do {
		left = end - clock_ms();
		if (left <= 0)
			return -1;
		result = poll(&poll_for, 1, left < INT32_MAX ? (int)left :
		    INT32_MAX);
	} while (result == 0 || (result < 0 && errno == EINTR));
	return result < 0 ? -1 : 0;
}

int
smtp_talk_open(struct smtp_talk *t, const struct dial *to,
    struct error *error)
{
	int why = 0;
	socklen_t len = sizeof why;

	smtp_talk_hang_up(t);
	t->fd = dial_open(to);
	if (t->fd < 0)
		return error_set(error, "%s", strerror(errno));
	if (wait_for(t, POLLOUT, clock_ms() + t->timeout_ms) < 0)
		why = ETIMEDOUT;
	else if (getsockopt(t->fd, SOL_SOCKET, SO_ERROR, &why, &len) < 0)
		why = errno;
	if (why == 0)
		return 0;
	smtp_talk_hang_up(t);
	return error_set(error, "%s", strerror(why));
}

void
smtp_talk_send(struct smtp_talk *t, struct span bytes)
{
	int64_t end = clock_ms() + t->timeout_ms;
	ssize_t sent;

	while (t->fd >= 0 && bytes.len > 0) {
		sent = send(t->fd, bytes.ptr, bytes.len, MSG_NOSIGNAL);
		if (sent >= 0)
			bytes = span_skip(bytes, (size_t)sent);
		else if (errno == EAGAIN || errno == EWOULDBLOCK) {
			if (wait_for(t, POLLOUT, end) < 0)
				return;
		} else if (errno != EINTR)
			return;
	}
}

void
smtp_talk_line(struct smtp_talk *t, struct span line)
{
	buffer_clear(&t->out);
	buffer_add(&t->out, line);
	buffer_add_text(&t->out, "\r\n");
	smtp_talk_send(t, buffer_span(&t->out));
}

void
smtp_talk_message(struct smtp_talk *t, struct span lines)
{
	struct buffer *out = &t->out;
	struct span line;

	buffer_clear(out);
	for (; lines.len > 0; lines = span_skip(lines, line.len)) {
		line = span_head(lines, span_find(lines, '\n') + 1);
		if (line.ptr[0] == '.')
			buffer_add_char(out, '.');
		buffer_add(out, line);
	}
	if (out->len > 0 && !span_ends_with(buffer_span(out),
	    span_of("\r\n")))
		buffer_add_text(out, "\r\n");
	buffer_add_text(out, ".\r\n");
	smtp_talk_send(t, buffer_span(out));
}

/* More bytes into T->in. -1: none come, which is why. */
static int
receive(struct smtp_talk *t, int64_t end, struct error *error)
{
	char bytes[4096];
	ssize_t got;

	for (;;) {
		got = recv(t->fd, bytes, sizeof bytes, 0);
		if (got > 0) {
			buffer_add(&t->in, span_make(bytes, (size_t)got));
			return t->in.overflow ? error_set(error, "the server "
			    "sends a line that is too long") : 0;
		}
		if (got == 0)
			return error_set(error, "the server hung up");
		if (errno == EAGAIN || errno == EWOULDBLOCK) {
			if (wait_for(t, POLLIN, end) < 0)
				return error_set(error, "the server does not "
				    "answer within %u seconds",
				    t->timeout_ms / 1000);
		} else if (errno != EINTR)
			return error_set(error, "the server is lost: %s",
			    strerror(errno));
	}
}

/* The next line with its end; it lasts until the next call. */
static int
next_line(struct smtp_talk *t, int64_t end, struct span *line,
    struct error *error)
{
	struct span rest;
	size_t at;

	for (;;) {
		rest = span_skip(buffer_span(&t->in), t->behind);
		at = span_find(rest, '\n');
		if (at < rest.len)
			break;
		/* What was taken makes room. */
		if (t->behind > 0)
			memmove(t->in.ptr, rest.ptr, rest.len);
		t->in.len = rest.len;
		t->behind = 0;
		if (receive(t, end, error) < 0)
			return -1;
	}
	*line = span_head(rest, at + 1);
	t->behind += line->len;
	return 0;
}

static bool
is_reply_line(struct span line)
{
	for (size_t i = 0; i < CODE_DIGITS; i++)
		if (i >= line.len || line.ptr[i] < '0' || line.ptr[i] > '9')
			return false;
	return line.len > CODE_DIGITS && memchr(" -\r\n",
	    line.ptr[CODE_DIGITS], 4) != NULL;
}

static int
read_reply(struct smtp_talk *t, struct buffer *out, struct error *error)
{
	int64_t end = clock_ms() + t->timeout_ms;
	struct span line;

	do {
		if (next_line(t, end, &line, error) < 0)
			return -1;
		if (!is_reply_line(line))
			return error_set(error, "the server does not speak "
			    "SMTP");
		buffer_add(out, line);
		if (out->overflow)
			return error_set(error, "the server sends a reply that "
			    "does not end");
	} while (line.ptr[CODE_DIGITS] == '-');
	return 0;
}

int
smtp_talk_reply(struct smtp_talk *t, struct buffer *out, struct error *error)
{
	buffer_clear(out);
	if (t->fd >= 0 && read_reply(t, out, error) == 0)
		return 0;
	if (t->fd < 0)
		(void)error_set(error, "the server hung up");
	/* Half a reply is none. */
	buffer_clear(out);
	smtp_talk_hang_up(t);
	return -1;
}
