/*
 * mail_file.c - what is in a file of a Maildir.
 *
 * The message goes through one buffer of fixed size, and its line ends become
 * LF on the way. Our own fields are made of what came from outside; a control
 * character in there is shown as '?', so that none begins another field.
 */
#include "config.h"

#include <errno.h>
#include <unistd.h>

#include "milter/smtpd/mail_file.h"

#define PIECE 16384	/* bytes of a write(2) */

struct output {
	int fd;
	int trouble;		/* errno of the first write that failed */
	int64_t written;
	size_t len;
	char bytes[PIECE];
};

static void
flush(struct output *o)
{
	size_t done = 0;

	while (o->trouble == 0 && done < o->len) {
		ssize_t n = write(o->fd, o->bytes + done, o->len - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			o->trouble = errno;
		else
			done += (size_t)n;
	}
	o->written += (int64_t)o->len;
	o->len = 0;
}

static void
put(struct output *o, struct span s)
{
	while (s.len > 0) {
		size_t n = sizeof o->bytes - o->len;

		n = n < s.len ? n : s.len;
		memcpy(o->bytes + o->len, s.ptr, n);
		o->len += n;
		s = span_skip(s, n);
		if (o->len == sizeof o->bytes)
			flush(o);
	}
}

static void
put_text(struct output *o, const char *text)
{
	put(o, span_of(text));
}

/* S with each CRLF as LF; a CR of another kind stays. */
static void
put_lines(struct output *o, struct span s)
{
	while (s.len > 0) {
		size_t n = span_find(s, '\r');
		bool is_end = n + 1 < s.len && s.ptr[n + 1] == '\n';

		put(o, span_head(s, is_end || n == s.len ? n : n + 1));
		s = span_skip(s, n + 1);
	}
}

/* What is between NAME and END is a field's value. */
static void
put_field(struct output *o, const char *name, struct span value,
    const char *end)
{
	put_text(o, name);
	for (size_t i = 0; i < value.len; i++) {
		unsigned char c = (unsigned char)value.ptr[i];

		put(o, c < 0x20 || c == 0x7f ? span_of("?") :
		    span_make(value.ptr + i, 1));
	}
	put_text(o, end);
}

static void
put_sender(struct output *o, struct span sender)
{
	bool is_null = span_is(sender, "<>");

	put_field(o, is_null ? "Return-Path: " : "Return-Path: <", sender,
	    is_null ? "\n" : ">\n");
}

static void
put_held(struct output *o, const struct smtp_message *m)
{
	for (size_t i = 0; i < m->recipient_count; i++)
		put_field(o, "Delivered-To: ", m->recipients[i], "\n");
	put_field(o, m->quarantine.len > 0 ? "X-Quarantine: " :
	    "X-Quarantine:", m->quarantine, "\n");
}

int64_t
mail_file_write(int fd, const struct smtp_message *m,
    const struct span *recipient)
{
	struct output o = { .fd = fd, .len = 0 };

	put_sender(&o, m->sender);
	if (recipient != NULL)
		put_field(&o, "Delivered-To: ", *recipient, "\n");
	else
		put_held(&o, m);
	put_lines(&o, m->header);
	put_lines(&o, m->body);
	flush(&o);
	errno = o.trouble;
	return o.trouble == 0 ? o.written : -1;
}
